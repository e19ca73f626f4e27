"""Measures baoxue as a server with wrk, on a demo county, and adds the figures to target/bench.json.

usage: run.py --target DIR [--seconds N] SIZE …      (20k, 500k, or a number of children)

Start, memory, lists and files under 32 connections, an import while others work, and what a page weighs. Everybody
asks with a session of an own role, each for children of an own scope. wrk and the server share the machine.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

from county import TODAY, PASSWORD, Server, running
from figures import HEAD, loads, merged, single
from load import CONNECTIONS, ended, started, written

SEED = 7
STARTS = 10
# Seconds of doing nothing before memory is read again.
IDLE = 60
# How long wrk waits between two requests of one connection while something else is measured, milliseconds on average:
# 32 people who click ten times a second.
PAUSE = 100
# Whose lists and files are asked for.
ROLES = ["director", "bureau", "township", "village", "head", "teacher", "cadre", "inspector"]
CHILD = re.compile(r'href="(/children/[0-9a-f-]{36})"')
NEXT = re.compile(r'<a[^>]*href="(/children\?[^"]*)"[^>]*rel="next"|<a[^>]*rel="next"[^>]*href="(/children\?[^"]*)"')
PARTS = re.compile(r'(?:src|href)="(/assets/[^"#]+(?<!\.webmanifest))["#]')


def children(size: str) -> int:
    """20k, 1m or a plain number."""
    units = {"k": 1_000, "m": 1_000_000}
    return int(size[:-1]) * units[size[-1]] if size[-1] in units else int(size)


def county(target: Path, size: str) -> Path:
    """The demo county, made once for each build; a copy of it, so that every run begins with the same."""
    baoxue = target / "release/baoxue"
    home = target / "bench-county" / size
    stamp = home / "made-by"
    made_by = hashlib.sha256(baoxue.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == made_by):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        begun = time.perf_counter()
        subprocess.run([*map(str, demo(target, home / "data", size)), "--no-serve"], check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - begun
        stamp.write_text(made_by)
        print(f"Made a county of {size} in {took:.0f} s.", file=sys.stderr, flush=True)
    work = target / "bench-county" / f"{size}-work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(home / "data", work)
    return work


def demo(target: Path, data: Path, size: str) -> list:
    """The county where it stands, or one made there."""
    return [target / "release/baoxue", "demo", "--data", data, "--children", children(size), "--seed", SEED,
            "--today", TODAY, "--password", PASSWORD]


def serve(target: Path, data: Path, size: str):
    return running(*demo(target, data, size), log=data.with_suffix(".log"))


def cold_start(target: Path, data: Path, size: str) -> float:
    """Milliseconds from the fork to the first 200 of /readyz, median."""
    took = []
    for _ in range(STARTS):
        with serve(target, data, size) as server:
            took.append(server.ready() * 1000)
    return statistics.median(took)


def addresses(server: Server) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Lists and files that each role may see, with the session."""
    lists, files = [], []
    for role in ROLES:
        session = server.sign_in(role)
        page = "/children"
        seen = set()
        for _ in range(30):
            answer = server.ask("GET", page, Cookie=session)
            if answer.status != 200:
                break
            lists.append((page, session))
            html = answer.body.decode()
            seen |= set(CHILD.findall(html))
            onward = NEXT.search(html)
            if not onward:
                break
            page = (onward[1] or onward[2]).replace("&amp;", "&")
        files += [(path, session) for path in sorted(seen)]
    return lists, files


def weight(server: Server, path: str, session: str) -> tuple[int, int]:
    """Requests and bytes of a page and all that its HTML names, cold."""
    answer = server.ask("GET", path, Cookie=session, Accept_Encoding="gzip")
    html = server.ask("GET", path, Cookie=session).body.decode()
    parts = {urljoin(path, part) for part in PARTS.findall(html)}
    every = [answer] + [server.ask("GET", part, Accept_Encoding="gzip") for part in sorted(parts)]
    return len(every), sum(each.sent for each in every)


def under_load(server: Server, asked: list[tuple[str, str]], seconds: int, pause: int = 0):
    """One run of wrk to its end, after a short one that warms up."""
    requests = written(asked)
    try:
        ended(started(server.url, requests, seconds=2, pause=pause))
        return ended(started(server.url, requests, seconds=seconds, pause=pause))
    finally:
        requests.unlink()


def measured(target: Path, size: str, seconds: int):
    """All figures of one size, as (line, entries)."""
    data = county(target, size)
    yield single(size, f"start to /readyz, median of {STARTS}", cold_start(target, data, size), "ms")
    with serve(target, data, size) as server:
        server.ready()
        yield single(size, "resident memory after start", server.megabytes(), "MB")
        time.sleep(IDLE)
        yield single(size, "resident memory after 60 s", server.megabytes(), "MB")
        lists, files = addresses(server)
        for what, asked in {"lists": lists, "files": files}.items():
            yield loads(size, f"{what}, {CONNECTIONS} connections without a pause", under_load(server, asked, seconds))
            yield loads(size, f"{what}, {CONNECTIONS} people", under_load(server, asked, seconds, PAUSE))
        yield single(size, "resident memory after the load", server.megabytes(), "MB")
        for what, asked in {"list": lists[0], "file": files[0]}.items():
            requests, sent = weight(server, *asked)
            yield single(size, f"a {what}, cold: requests", requests, "")
            yield single(size, f"a {what}, cold: on the wire", sent / 1024, "KB", 1)


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--target", type=Path, required=True)
    ask.add_argument("--seconds", type=int, default=15)
    ask.add_argument("sizes", nargs="+")
    asked = ask.parse_args()

    print(f"\n{os.cpu_count()} cores; {os.getloadavg()[0]:.1f} programs were busy at the start (0 is quiet).\n")
    print(HEAD)
    fresh = []
    for size in asked.sizes:
        for text, entries in measured(asked.target, size, asked.seconds):
            print(text, flush=True)
            fresh += entries
    kept = asked.target / "bench.json"
    before = json.loads(kept.read_text()) if kept.exists() else []
    kept.write_text(json.dumps(merged(before, fresh), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
