"""Measures baoxue as a server with wrk, on a demo county, and adds the figures to target/bench.json.

usage: run.py --target DIR [--runs N] [--seconds N] [--parts start,load,register,overload,import,report,years] [--years 1,5,10]
              [--database URL] [--readme FILE] SIZE …

Start, memory, lists and files under 32 connections, what a page weighs, a school morning and five times as many people as
that, an import while others read and write, and the year report of the county; and of the first size the morning with several school years behind it.
With --database the morning alone, on that PostgreSQL, which is empty. Everybody asks with a session of an own role, each for children of an own scope. wrk and the server share the machine;
the processor time of a page is the server's alone, and hardly changes when the machine is busy.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urljoin

from county import TODAY, PASSWORD, Server, running
from figures import POSTGRES, curve, entry, loads, merged, of_years, put, table
from load import CONNECTIONS, ended, started, written
from register import called_by, morning, opened, seen_by_others

SEED = 7
STARTS = 10
# Seconds of doing nothing before memory is read again.
IDLE = 20
# Seconds without work after which a server is taken to be at rest.
REST = 2.0
# How long wrk waits between two requests of one connection while something else is measured, milliseconds on average:
# 32 people who click ten times a second.
PAUSE = 100
# Rows of the list that is imported.
ROWS = 100_000
# So many times the connections that already keep the server busy,
TOO_MANY = 5
# and so many that not all of them may wait: casework::db::Settings::queue lets 1,024.
FLOOD = 2_048
# Whose lists and files are asked for.
ROLES = ["director", "bureau", "township", "village", "head", "teacher", "cadre", "inspector"]
# Who imports.
IMPORTS = "bureau"
CHILD = re.compile(r'href="(/children/[0-9a-f-]{36})"')
NEXT = re.compile(r'<a[^>]*href="(/children\?[^"]*)"[^>]*rel="next"|<a[^>]*rel="next"[^>]*href="(/children\?[^"]*)"')
PARTS = re.compile(r'(?:src|href)="(/assets/[^"#]+(?<!\.webmanifest))["#]')


def children(size: str) -> int:
    """20k, 1m or a plain number."""
    units = {"k": 1_000, "m": 1_000_000}
    return int(size[:-1]) * units[size[-1]] if size[-1] in units else int(size)


def made(target: Path, home: Path, command: list) -> bool:
    """Runs the command that makes what lies in `home`, once for each build; whether it had to."""
    stamp = home / "made-by"
    made_by = hashlib.sha256((target / "release/baoxue").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == made_by:
        return False
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    stamp.write_text(made_by)
    return True


def county(target: Path, size: str, years: int = 1) -> Path:
    """The demo county, made once for each build; a copy of it, so that every run begins with the same."""
    name = size if years == 1 else f"{size}-{years}-years"
    home, begun = target / "bench-county" / name, time.perf_counter()
    if made(target, home, [*demo(target, home / "data", size), "--years", years, "--no-serve"]):
        say(f"made a county of {name} in {time.perf_counter() - begun:.0f} s")
    work = target / "bench-county" / f"{name}-work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(home / "data", work)
    os.sync()
    return work


def household_list(target: Path) -> Path:
    """A list of people whom no ledger holds yet."""
    home = target / "bench-county" / "list"
    made(target, home, [target / "release/baoxue", "synth", "--children", ROWS, "--seed", SEED + 1, "--format", "csv",
                        "--out", home])
    return home / "household.csv"


def demo(target: Path, data: Path, size: str) -> list:
    """The county where it stands, or one made there."""
    return [target / "release/baoxue", "demo", "--data", data, "--children", children(size), "--seed", SEED,
            "--today", TODAY, "--password", PASSWORD]


def serve(target: Path, data: Path, size: str, *more: str):
    return running(*demo(target, data, size), *more, log=data.with_suffix(".log"))


def cold_start(target: Path, data: Path, size: str) -> list[float]:
    """Milliseconds from the fork to the first 200 of /readyz."""
    took = []
    for _ in range(STARTS):
        with serve(target, data, size) as server:
            took.append(server.ready() * 1000)
    return took


def addresses(server: Server, roles: list[str] = ROLES) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Lists and files that each role may see, with the session."""
    lists, files = [], []
    for role in roles:
        session = server.sign_in(role)
        page = "/children"
        seen = set()
        for _ in range(30):
            answer = server.ask("GET", page, Cookie=session)
            if answer.status != 200:
                break
            lists.append((f"GET {page}", session))
            html = answer.body.decode()
            seen |= set(CHILD.findall(html))
            onward = NEXT.search(html)
            if not onward:
                break
            page = (onward[1] or onward[2]).replace("&amp;", "&")
        files += [(f"GET {path}", session) for path in sorted(seen)]
    return lists, files


def weight(server: Server, request: str, session: str) -> tuple[int, int]:
    """Requests and bytes of a page and all that its HTML names, cold."""
    path = request.removeprefix("GET ")
    answer = server.ask("GET", path, Cookie=session, Accept_Encoding="gzip")
    html = server.ask("GET", path, Cookie=session).body.decode()
    parts = {urljoin(path, part) for part in PARTS.findall(html)}
    every = [answer] + [server.ask("GET", part, Accept_Encoding="gzip") for part in sorted(parts)]
    return len(every), sum(each.sent for each in every)


def under_load(server: Server, asked: list[tuple[str, str]], runs: int, seconds: int, pause: int = 0):
    """What wrk counted in some runs after a short one that warms up, and the server's processor time for a page, µs."""
    requests = written(asked)
    try:
        ended(started(server.url, requests, seconds=2, pause=pause))
        before = server.worked()
        found = [ended(started(server.url, requests, seconds=seconds, pause=pause)) for _ in range(runs)]
        return found, (server.worked() - before) / sum(each.requests for each in found) * 1e6
    finally:
        requests.unlink()


def loaded(server: Server, size: str, runs: int, seconds: int):
    """Lists and files without a pause and by people; memory; what a page weighs."""
    lists, files = addresses(server)
    for what, asked in {"list": lists, "file": files}.items():
        found, worked = under_load(server, asked, runs, seconds)
        yield from loads(size, f"{what}s", found)
        yield entry(size, f"{what}s a second", [each.requests / each.seconds for each in found])
        yield entry(size, f"processor for a {what}", [worked])
        yield from loads(size, f"{what}s, people", under_load(server, asked, runs, seconds, PAUSE)[0])
    yield entry(size, "memory after load", [server.megabytes()])
    for what, asked in {"list": lists[0], "file": files[0]}.items():
        requests, sent = weight(server, *asked)
        yield entry(size, f"a {what}, cold", [sent / 1024])
        yield entry(size, f"a {what}, cold: requests", [requests])


def multipart(path: Path) -> tuple[bytes, str]:
    """A form with the list in it."""
    mark = "----baoxue-bench"
    head = (f'--{mark}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nhousehold\r\n--{mark}\r\n'
            f'Content-Disposition: form-data; name="file"; filename="household.csv"\r\nContent-Type: text/csv\r\n\r\n')
    return head.encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def settled(server: Server, page: str, session: str) -> str:
    """The page of an import once its job is done; the page asks again by itself while it is not."""
    while True:
        answer = server.ask("GET", page, Cookie=session)
        if answer.status != 200:
            sys.exit(f"{page} was answered by {answer.status}")
        if "refresh" not in answer.headers:
            return answer.body.decode()
        time.sleep(0.1)


def imported(server: Server, size: str, rows: Path, seconds: int):
    """A list of a hundred thousand brought in by one officer while the others read and write."""
    lists, files = addresses(server)
    others = lists + files[: 2 * len(lists)]
    others += [("POST /notices/read", session) for session in {session for _, session in lists}] * (len(others) // 64)
    requests, (body, kind), session = written(others), multipart(rows), server.sign_in(IMPORTS)
    try:
        ended(started(server.url, requests, seconds=2, pause=PAUSE))
        before = ended(started(server.url, requests, seconds=seconds, pause=PAUSE))
        wrk = started(server.url, requests, seconds=600, pause=PAUSE)
        begun = time.perf_counter()
        page = server.act("/imports", session, body, kind)
        settled(server, page, session)
        compared = time.perf_counter()
        server.act(f"{page}/apply", session)
        html = settled(server, page, session)
        done = time.perf_counter()
        meanwhile = ended(wrk, now=True)
    finally:
        requests.unlink()
    if "已写入" not in html and "已导入" not in html:
        sys.exit(f"The list was not written; the page says:\n{re.sub('<[^>]*>', ' ', html)[:3000]}")
    yield entry(size, "import of 100,000 rows", [done - begun])
    yield entry(size, "of it comparing", [compared - begun])
    yield entry(size, "of it writing", [done - compared])
    yield entry(size, "others p99 before", [before.p99])
    yield entry(size, "others p99 meanwhile", [meanwhile.p99])
    yield entry(size, "others p99, times as long", [meanwhile.p99 / before.p99])
    yield entry(size, "memory after the import", [server.megabytes()])


# Pages of the morning beside the register itself, and who asks for them.
LOOKS = {"boards of who has not called": "/register?waiting=1", "lists of the absent": "/absences"}
LOOKERS = ("head", "bureau")


def reported(server: Server, size: str, runs: int):
    """The year report of the county counted anew (a correcting version of the demo's), and the PDF of the frozen one."""
    session = server.sign_in("bureau")
    page = server.ask("GET", "/regular?show=province_year", Cookie=session).body.decode()
    frozen = re.search(r'href="(/regular/[0-9a-f-]{36})" data-row', page)[1]
    begun = time.perf_counter()
    draft = server.act(f"{frozen}/correct", session, urlencode({"why": "测量"}).encode())
    drafted = [time.perf_counter() - begun]
    printed = []
    for _ in range(runs):
        begun = time.perf_counter()
        server.act(f"{draft}/redraft", session)
        drafted.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        if server.ask("GET", f"{frozen}/report.pdf", Cookie=session).status != 200:
            sys.exit("the year report has no PDF")
        printed.append(time.perf_counter() - begun)
    yield entry(size, "a year report drafted", drafted)
    yield entry(size, "a year report as PDF", printed)


def called(server: Server, size: str, seconds: int):
    """A school morning: registers opened and submitted, durable when answered; and the board of who has not."""
    found = morning(server, seconds)
    yield entry(size, "registers a second", [found.submitted.goodput])
    yield entry(size, "a register submitted p50", [found.submitted.p50])
    yield entry(size, "a register submitted p99", [found.submitted.p99])
    yield entry(size, "registers opened a second", [found.opened.goodput])
    yield entry(size, "a register opened p50", [found.opened.p50])
    for what, path in LOOKS.items():
        asked = [(f"GET {path}", server.sign_in(role)) for role in LOOKERS]
        loads, _ = under_load(server, asked, 1, seconds)
        yield entry(size, f"{what} a second", [each.requests / each.seconds for each in loads])
    yield entry(size, "memory after the morning", [server.megabytes()])
    took = seen_by_others(server)
    yield entry(size, "a register saved until others see it p50", took)
    yield entry(size, "a register saved until others see it, most", [max(took)])


def overloaded(server: Server, size: str, seconds: int):
    """Registers opened by 32 at a time, by five times as many, and by more than may wait; what is still done of what was."""
    found = called_by(server)
    opened(server, found, 1, CONNECTIONS)
    usual = opened(server, found, seconds, CONNECTIONS).goodput
    many, flood = (opened(server, found, seconds, each) for each in (TOO_MANY * CONNECTIONS, FLOOD))
    yield entry(size, "registers opened at five times the connections", [many.goodput / usual])
    yield entry(size, "registers opened at more connections than may wait", [flood.goodput / usual])
    amiss = flood.shed + flood.refused + flood.lost
    say(f"of {flood.requests} at {FLOOD} connections {flood.shed} were told to come again, {amiss - flood.shed} refused or lost")
    yield entry(size, "of those turned away: told to come again later", [flood.shed / amiss if amiss else 0.0])


def mornings(asked, size: str):
    """Registers submitted by 32 at a time and by five times as many, each by all classes of a county of their own."""
    done = []
    for connections in (CONNECTIONS, TOO_MANY * CONNECTIONS):
        data = county(asked.target, size)
        with serve(asked.target, data, size) as server:
            server.ready()
            at_rest(server)
            done.append(morning(server, 1, connections).submitted.goodput)
        shutil.rmtree(data)
    yield entry(size, "registers at five times the connections", [done[1] / done[0]])


def with_years(asked, size: str, years: int):
    """What the morning and the night cost with so many school years of registers behind them."""
    data = county(asked.target, size, years)
    with sqlite3.connect(data / "baoxue.db") as db:
        counts = {"pupils called": "coalesce(sum(size), 0) from sheet", "sheets": "count(*) from sheet",
                  "marks stored": "count(*) from mark"}
        for what, sql in counts.items():
            yield of_years(years, what, db.execute(f"select {sql}").fetchone()[0])
    db.close()
    yield of_years(years, "database", (data / "baoxue.db").stat().st_size / 1e6)
    with serve(asked.target, data, size) as server:
        server.ready()
        at_rest(server)
        yield of_years(years, "processor for the night's work", server.worked())
        found = morning(server, asked.seconds)
        yield of_years(years, "processor for a register submitted", found.to_submit)
        yield of_years(years, "a register submitted p50", found.submitted.p50)
        yield of_years(years, "processor for a register opened", found.to_open)
        yield of_years(years, "a register opened p50", found.opened.p50)
        _, files = addresses(server, ["head", "teacher", "bureau"])
        looks = {f"a {what}": [(f"GET {path}", server.sign_in(role)) for role in LOOKERS]
                 for what, path in zip(("board of who has not called", "list of the absent"), LOOKS.values())}
        looks |= {"a child's file": files, "a child's absences": [(f"{path}/absence", session) for path, session in files]}
        for what, asks in looks.items():
            yield of_years(years, f"processor for {what}", under_load(server, asks, 1, asked.seconds)[1])
    shutil.rmtree(data)


def on_postgres(asked, size: str):
    """The morning on a PostgreSQL that is empty: its county is made there."""
    data = asked.target / "bench-county" / f"{size}-work"
    shutil.rmtree(data, ignore_errors=True)
    subprocess.run([str(part) for part in demo(asked.target, data, size)] + ["--database", asked.database, "--no-serve"],
                   check=True, stdout=subprocess.DEVNULL)
    # What the server's own autovacuum does within minutes: it plans by what it knows of the tables.
    subprocess.run(["psql", "--quiet", "--dbname", asked.database, "--command", "vacuum analyze"], check=True)
    with serve(asked.target, data, size, "--database", asked.database) as server:
        server.ready()
        at_rest(server)
        yield from called(server, size + POSTGRES, asked.seconds)
        yield from overloaded(server, size + POSTGRES, asked.seconds)
    shutil.rmtree(data)


def measured(asked, size: str):
    """All figures of one size."""
    if asked.database:
        yield from on_postgres(asked, size)
        return
    if {"start", "load", "register", "overload", "import", "report"} & set(asked.parts):
        yield from served(asked, size)
    if "overload" in asked.parts:
        yield from mornings(asked, size)
    if "years" in asked.parts and size == asked.sizes[0]:
        for years in asked.years:
            yield from with_years(asked, size, years)


def served(asked, size: str):
    """The figures that one server after another gives on one county."""
    data = county(asked.target, size)
    if "start" in asked.parts:
        yield entry(size, "start to /readyz", cold_start(asked.target, data, size))
    with serve(asked.target, data, size) as server:
        server.ready()
        begun = time.perf_counter()
        at_rest(server)
        yield entry(size, "the night's work at the start", [time.perf_counter() - begun - REST])
        if "start" in asked.parts:
            time.sleep(IDLE)
            yield entry(size, "memory when idle", [server.megabytes()])
        if "load" in asked.parts:
            yield from loaded(server, size, asked.runs, asked.seconds)
        if "register" in asked.parts:
            yield from called(server, size, asked.seconds)
        if "overload" in asked.parts:
            yield from overloaded(server, size, asked.seconds)
        if "import" in asked.parts:
            yield from imported(server, size, household_list(asked.target), asked.seconds)
        if "report" in asked.parts:
            yield from reported(server, size, asked.runs)
    shutil.rmtree(data)


def at_rest(server: Server) -> None:
    """Waits until the work that a server finds undone when it starts, that of the night, is done."""
    idle = 0.0
    while idle < REST:
        before = server.worked()
        time.sleep(0.5)
        idle = idle + 0.5 if server.worked() - before < 0.02 else 0.0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--target", type=Path, required=True)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--seconds", type=int, default=8)
    ask.add_argument("--parts", type=lambda text: text.split(","),
                     default=["start", "load", "register", "overload", "import", "report", "years"])
    ask.add_argument("--years", type=lambda text: [int(each) for each in text.split(",")], default=[1, 5, 10])
    ask.add_argument("--database")
    ask.add_argument("--readme", type=Path)
    ask.add_argument("sizes", nargs="+")
    asked = ask.parse_args()

    busy = f"{os.getloadavg()[0]:.1f} programs were busy at the start (0 is quiet)"
    fresh = []
    for size in asked.sizes:
        for each in measured(asked, size):
            say(f"{each['name']}: {each['value']:.1f} {each['unit']}")
            fresh.append(each)
    kept = asked.target / "bench.json"
    every = merged(json.loads(kept.read_text()) if kept.exists() else [], fresh)
    kept.write_text(json.dumps(every, ensure_ascii=False, indent=1) + "\n")
    shown = (f"{table(every, asked.sizes)}\n\n{os.cpu_count()} cores, shared with wrk; {CONNECTIONS} connections; medians of "
             f"{asked.runs} runs of {asked.seconds} s. In brackets: how much of the aim it takes.")
    years = (f"{curve(every, asked.years)}\n\nA county of {asked.sizes[0]} children; {os.cpu_count()} cores, shared with wrk; "
             f"{CONNECTIONS} connections; one run of {asked.seconds} s. In brackets: how many times the cost with one year.")
    print(f"\n{busy}\n\n{shown}\n\n{years}")
    if asked.readme:
        text = asked.readme.read_text()
        if any(each["name"].startswith("serve/") for each in fresh):
            text = put(text, shown)
        if any(each["name"].startswith("years/") for each in fresh):
            text = put(text, years, "years")
        asked.readme.write_text(text)


if __name__ == "__main__":
    main()
