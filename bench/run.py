"""Runs baoxue and its peers side by side on the same files and prints the table of README.

usage: run.py --target DIR [--runs N] SIZE …      (20k, 100k, 1m, or a number)

Each tool is a whole process, from CSV files to links.csv and the children who are not on the roll. The tools take
turns; seconds and megabytes are medians. The same files always come from the same seed.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from answers import Truth, ours, peers
from inner import medians
from process import run
from report import HEAD, entries, line
from score import Score

SEED = 7
# The day on which `synth` draws its lists up.
AS_OF = "2026-09-10"
DATA = {"ordinary": 1, "hard": 3}
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tool:
    """One way to compare two lists: its command line, and how to read its answer."""

    name: str
    command: Callable[[Path, Path], list]
    answer: Callable[[Truth, Path], Score]


def tools(target: Path) -> list[Tool]:
    """baoxue, and the peers that are installed."""

    def compare(county: Path, out: Path) -> list:
        return [target / "release/baoxue", "compare", "--household", county / "household.csv",
                "--roll", county / "roll.csv", "--as-of", AS_OF, "--out", out]

    def peer(name: str, venv: str, script: str) -> Tool:
        python = target / venv / "bin/python"
        return Tool(
            name, lambda county, out: [python, HERE / script, county / "household.csv", county / "roll.csv", out], peers)

    every = [
        Tool("baoxue", compare, ours),
        peer("DuckDB 2.0.0, SQL cascade", "bench-venv", "peer_sql.py"),
        peer("Splink 5.0.0", "bench-venv", "peer_splink.py"),
    ]
    if (target / "bench-venv4/requirements").exists():
        every.append(peer("Splink 4.0.17", "bench-venv4", "peer_splink.py"))
    return every


def children(size: str) -> int:
    """20k, 1m or a plain number."""
    units = {"k": 1_000, "m": 1_000_000}
    return int(size[:-1]) * units[size[-1]] if size[-1] in units else int(size)


def prepared(target: Path, size: str, hardness: int) -> Path:
    """The county's files, made once for each build of the generator."""
    baoxue = target / "release/baoxue"
    county = target / "bench-data" / f"{size}-{hardness}"
    stamp = county / "made-by"
    made_by = hashlib.sha256(baoxue.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == made_by):
        shutil.rmtree(county, ignore_errors=True)
        run(baoxue, "synth", "--children", children(size), "--seed", SEED, "--hardness", hardness, "--format", "csv",
            "--out", county)
        stamp.write_text(made_by)
    return county


def contest(target: Path, county: Path, runs: int) -> dict[str, dict[str, float]]:
    """Figures of every tool on one county; the tools take turns, so that a busy moment hits all of them."""
    every = {tool: target / "bench-out" / tool.name for tool in tools(target)}
    took = {tool: [] for tool in every}
    for _ in range(runs):
        for tool, out in every.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            took[tool].append(run(*tool.command(county, out)))
    truth = Truth.read(county / "truth.csv")
    figures = {
        tool.name: {
            "wall": statistics.median(each.seconds for each in took[tool]),
            "peak": statistics.median(each.megabytes for each in took[tool]),
            **asdict(tool.answer(truth, out)),
        }
        for tool, out in every.items()
    }
    floor = run(target / "bench-venv/bin/python", HERE / "floor.py", county / "household.csv", county / "roll.csv")
    return figures | {"the floor: numbers joined in memory": {"wall": float(floor.said)}}


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--target", type=Path, required=True)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("sizes", nargs="+")
    asked = ask.parse_args()

    load = os.getloadavg()[0]
    print(f"\n{os.cpu_count()} cores; {load:.1f} programs were busy at the start (0 is quiet); medians of {asked.runs}.\n")
    print(HEAD)
    found = []
    for size in asked.sizes:
        for data, hardness in DATA.items():
            figures = contest(asked.target, prepared(asked.target, size, hardness), asked.runs)
            for tool, values in figures.items():
                print(line(size, data, tool, values, figures["baoxue"]), flush=True)
                found += entries(size, data, tool, values, figures["baoxue"])
    found += medians(asked.target)
    kept = asked.target / "bench.json"
    before = json.loads(kept.read_text()) if kept.exists() else []
    found = [each for each in before if each["name"].startswith("serve/")] + found
    kept.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
