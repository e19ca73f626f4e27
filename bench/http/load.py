"""wrk over many addresses and sessions, and what its figures are called."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """One run of wrk. Milliseconds; wrk corrects its percentiles for requests that a slow answer held back."""

    requests: int
    seconds: float
    bytes: int
    refused: int
    shed: int
    lost: int
    p50: float
    p99: float
    p999: float
    most: float

    @property
    def goodput(self) -> float:
        """What was done in a second, without those who were turned away."""
        return (self.requests - self.shed - self.refused) / self.seconds


def read(said: str) -> Load:
    """wrk's own lines come first, the figures of load.lua last."""
    return Load(**json.loads(said.rstrip("\n").rpartition("\n")[2]))


def command(url: str, requests: Path, seconds: int, pause: int, once: bool, connections: int) -> list[str]:
    return ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "10s",
            "--script", str(HERE / "load.lua"), url, "--", str(requests), str(pause), *(["once"] if once else [])]


def written(asked: list[tuple[str, ...]], most: int = 4000) -> Path:
    """The requests ("GET /path", cookie, and a form if there is one) as load.lua reads them; a fixed choice when there are
    too many."""
    if not asked:
        sys.exit("There is nothing to ask for: no role sees any page of this kind.")
    chosen = asked if len(asked) <= most else random.Random(7).sample(asked, most)
    handle, name = tempfile.mkstemp(prefix="baoxue-requests-", suffix=".tsv")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines("\t".join(each) + "\n" for each in chosen)
    return Path(name)


def started(url: str, requests: Path, *, seconds: int, pause: int = 0, once: bool = False,
            connections: int = CONNECTIONS) -> subprocess.Popen:
    return subprocess.Popen(command(url, requests, seconds, pause, once, connections), stdout=subprocess.PIPE, text=True)


def ended(wrk: subprocess.Popen, now: bool = False, shedding: bool = False, once: bool = False) -> Load:
    """What wrk counted, once its time is over, or up to now, or until all of it was answered `once`; only where it is meant may anybody be turned away."""
    if once:
        now = any(line == "all\n" for line in wrk.stdout)
    if now:
        wrk.send_signal(signal.SIGINT)
    said, _ = wrk.communicate()
    if wrk.returncode:
        sys.exit(f"wrk failed:\n{said}")
    load = read(said)
    amiss = load.refused + load.shed + load.lost
    if not load.requests or (amiss and not shedding):
        sys.exit(f"{amiss} of {load.requests} requests were refused or lost; such figures say nothing.")
    return load
