"""A school morning: hundreds of class teachers open their register and submit it, thirty-two at a time or more."""

import re
import sys
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from county import Server
from load import CONNECTIONS, Load, ended, started, written

# Classes whose teachers submit, at most; a small county has fewer.
CLASSES = 2_000
PUPIL = re.compile(r'data-pupil="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(day|part|roll_at|corrects)" value="([^"]*)">')


@dataclass(frozen=True)
class Morning:
    """Registers opened for some seconds, and each class submitted once, answered when it was durable; and what one of each
    took of the server's processor, microseconds."""

    opened: Load
    submitted: Load
    to_open: float
    to_submit: float


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


def filled_in(server: Server, session: str, address: str) -> str:
    """The form of a class with two pupils away."""
    html = server.ask("GET", address, Cookie=session).body.decode()
    form = dict(HIDDEN.findall(html)) | {"sheet": str(uuid.uuid4())}
    form |= {f"k-{child}": "present" for child in PUPIL.findall(html)}
    for child in PUPIL.findall(html)[:2]:
        form[f"k-{child}"] = "truant"
    return urlencode(form)


def morning(server: Server, seconds: int, connections: int = CONNECTIONS) -> Morning:
    """All teachers."""
    found = called_by(server)
    pages = written([(f"GET {address}", session) for session, address in found])
    forms = written([(f"POST {address}", session, filled_in(server, session, address)) for session, address in found])
    try:
        ended(started(server.url, pages, seconds=1))
        before = server.worked()
        opened = ended(started(server.url, pages, seconds=seconds, connections=connections))
        between = server.worked()
        submitted = ended(started(server.url, forms, seconds=60, once=True, connections=connections), once=True)
        after = server.worked()
        return Morning(opened, submitted, (between - before) / opened.requests * 1e6,
                       (after - between) / submitted.requests * 1e6)
    finally:
        pages.unlink()
        forms.unlink()


def called_by(server: Server) -> list[tuple[str, str]]:
    """Sessions of class teachers with their registers, some at least."""
    return teachers(server) or sys.exit("Nobody could open a register.")


def opened(server: Server, found: list[tuple[str, str]], seconds: int, connections: int) -> Load:
    """Registers opened for some seconds by so many at a time; whoever is told to come again later does."""
    pages = written([(f"GET {address}", session) for session, address in found])
    try:
        return ended(started(server.url, pages, seconds=seconds, connections=connections), shedding=True)
    finally:
        pages.unlink()


def seen_by_others(server: Server, most: int = 20) -> list[float]:
    """Milliseconds from the moment at which somebody taps 提交 until the register that is opened at another desk shows what
    was submitted."""
    head, other, took = server.sign_in("head"), server.sign_in("head"), []
    classes = re.findall(r'href="(/register/[^"?/]+)"', server.ask("GET", "/register", Cookie=head).body.decode())
    for address in sorted(set(classes) - {"/register/phone"})[:most]:
        form = filled_in(server, head, address)
        sheet = re.search(r"sheet=([0-9a-f-]{36})", form)[1].encode()
        begun = time.perf_counter()
        server.act(address, head, form.encode())
        # What was submitted stands in the page as that which the next submission corrects.
        while sheet not in server.ask("GET", address, Cookie=other).body:
            pass
        took.append((time.perf_counter() - begun) * 1000)
    return took or sys.exit("The head has no class whose register could be submitted.")
