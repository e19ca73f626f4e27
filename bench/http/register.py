"""A school morning: hundreds of class teachers open their register and submit it, thirty-two at a time."""

import re
import sys
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from county import Server
from load import Load, ended, started, written

# Classes whose teachers submit, at most; a small county has fewer.
CLASSES = 2_000
PUPIL = re.compile(r'data-pupil="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(day|part|roll_at|corrects)" value="([^"]*)">')


@dataclass(frozen=True)
class Morning:
    """Registers opened for some seconds, and each class submitted once, answered when it was durable."""

    opened: Load
    submitted: Load


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


def morning(server: Server, seconds: int) -> Morning:
    """All teachers."""
    found = teachers(server)
    if not found:
        sys.exit("Nobody could open a register.")
    pages = written([(f"GET {address}", session) for session, address in found])
    forms = written([(f"POST {address}", session, filled_in(server, session, address)) for session, address in found])
    try:
        ended(started(server.url, pages, seconds=1))
        return Morning(ended(started(server.url, pages, seconds=seconds)),
                       ended(started(server.url, forms, seconds=600, once=True)))
    finally:
        pages.unlink()
        forms.unlink()
