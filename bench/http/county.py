"""A running baoxue as the measurements need it: started, signed in to, asked, watched and stopped."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

PASSWORD = "Mu-guo-cha-2026"
TODAY = "2026-11-23"
# How long a county may take to be made, seconds: half a million children take minutes.
PATIENCE = 3600


@dataclass
class Answer:
    """What came back; `sent` is the number of bytes on the wire, head and all."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def sent(self) -> int:
        return len(self.body) + len("HTTP/1.1 200 OK\r\n") + len(bytes(self.headers))


class Server:
    """A process that serves on a port of its own choice or ours."""

    def __init__(self, command: list, log: Path, port: int):
        self.log = log
        with log.open("wb") as out:
            self.started = time.perf_counter()
            self.process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL)
        self.port = port

    def ready(self, patience: float = PATIENCE) -> float:
        """Seconds from the fork until `/readyz` first said 200."""
        probe = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        while time.perf_counter() - self.started < patience:
            if self.process.poll() is not None:
                sys.exit(f"baoxue ended:\n{self.log.read_text(errors='replace')}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as wire:
                    wire.sendall(probe)
                    if wire.recv(64).split(b" ")[1:2] == [b"200"]:
                        return time.perf_counter() - self.started
            except OSError:
                pass
            time.sleep(0.000_5)
        sys.exit(f"baoxue is not ready after {patience} s:\n{self.log.read_text(errors='replace')}")

    def megabytes(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def worked(self) -> float:
        """Seconds of processor time so far, the kernel's for it too."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request on a connection of its own; `_` in a header's name stands for `-`."""
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        wire.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        got = wire.getresponse()
        answer = Answer(got.status, got.headers, got.read())
        wire.close()
        return answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def act(self, path: str, session: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> str:
        """A form sent as a browser of ours sends it; where the answer leads."""
        answer = self.ask("POST", path, body, Cookie=session, Origin=self.url, Sec_Fetch_Site="same-origin",
                          Content_Type=kind)
        if answer.status != 303:
            sys.exit(f"POST {path} was answered by {answer.status}:\n{answer.body.decode(errors='replace')[:2000]}")
        return answer.headers["location"]

    def sign_in(self, username: str) -> str:
        """The cookies of a new session, as one header."""
        form = urlencode({"username": username, "password": PASSWORD}).encode()
        answer = self.ask("POST", "/sign-in", form, Origin=self.url, Sec_Fetch_Site="same-origin",
                          Content_Type="application/x-www-form-urlencoded")
        set_by = answer.headers.get_all("set-cookie") or []
        if answer.status not in (302, 303) or not set_by:
            sys.exit(f"{username} could not sign in: {answer.status}")
        return "; ".join(each.split(";")[0] for each in set_by)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(*command: object, log: Path):
    """A server that is stopped whatever happens."""
    port = free_port()
    server = Server([*command, "--listen", f"127.0.0.1:{port}"], log, port)
    try:
        yield server
    finally:
        server.stop()
        os.sync()
