"""A school morning: hundreds of class teachers open their register and submit it, thirty-two at a time."""

import re
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from http.client import HTTPConnection
from queue import Empty, Queue
from urllib.parse import urlencode

from county import Server, TODAY

# Classes whose teachers submit, at most; a small county has fewer.
CLASSES = 300
PUPIL = re.compile(r'data-pupil="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(day|part|roll_at|corrects)" value="([^"]*)">')


@dataclass(frozen=True)
class Morning:
    """Milliseconds of each page and of each submission that was answered as durable; seconds for all of them."""

    pages: list[float]
    submissions: list[float]
    seconds: float


def teachers(server: Server) -> list[tuple[str, str]]:
    """Sessions of class teachers, each with the address of the register."""
    found = []
    for number in range(1, CLASSES + 1):
        try:
            session = server.sign_in(f"t{number}")
        except SystemExit:
            break
        answer = server.ask("GET", "/register", Cookie=session)
        address = answer.headers.get("location") or ""
        if address.startswith("/register/"):
            found.append((session, address))
    return found


def one(wire: HTTPConnection, url: str, session: str, address: str) -> tuple[float, float]:
    """Opens a register and submits it with two pupils away."""
    begun = time.perf_counter()
    wire.request("GET", address, headers={"Cookie": session, "Accept-Encoding": "gzip"})
    wire.getresponse().read()
    opened = time.perf_counter()
    # The form, read once more without compression and outside the clock.
    wire.request("GET", address, headers={"Cookie": session})
    html = wire.getresponse().read().decode()
    form = dict(HIDDEN.findall(html)) | {"sheet": str(uuid.uuid4())}
    form |= {f"k-{child}": "present" for child in PUPIL.findall(html)}
    for child in PUPIL.findall(html)[:2]:
        form[f"k-{child}"] = "truant"
    body = urlencode(form).encode()
    sent = time.perf_counter()
    wire.request("POST", address, body, {"Cookie": session, "Origin": url, "Sec-Fetch-Site": "same-origin",
                                         "Content-Type": "application/x-www-form-urlencoded"})
    answer = wire.getresponse()
    answer.read()
    done = time.perf_counter()
    if answer.status != 303:
        sys.exit(f"POST {address} was answered by {answer.status}")
    return (opened - begun) * 1000, (done - sent) * 1000


def morning(server: Server, connections: int) -> Morning:
    """All teachers, `connections` at a time."""
    waiting: Queue = Queue()
    for teacher in teachers(server):
        waiting.put(teacher)
    pages, submissions, failed = [], [], []

    def work() -> None:
        wire = HTTPConnection("127.0.0.1", server.port, timeout=60)
        while True:
            try:
                session, address = waiting.get_nowait()
            except Empty:
                return
            try:
                page, submission = one(wire, server.url, session, address)
            except (SystemExit, OSError) as error:
                failed.append(str(error))
                return
            pages.append(page)
            submissions.append(submission)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed or not submissions:
        sys.exit(f"The morning failed: {failed[:1] or 'nobody could submit'} ({TODAY})")
    return Morning(pages, submissions, time.perf_counter() - begun)
