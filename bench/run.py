"""Runs baoxue and its peers side by side on the same files and prints the table of README.

usage: run.py --target DIR [--runs N] SIZE …      (20k, 100k, 1m, or a number)

Each tool is a whole process from CSV files to links.csv and the children not on the roll. The tools take
turns; seconds and megabytes are medians. The same files always come from the same seed.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from answers import Truth, ours, peers
from inner import medians
from score import Score

SEED = 7
# The day on which `synth` draws its lists up.
AS_OF = "2026-09-10"
DATA = {"ordinary": 1, "hard": 3}
UNITS = {"wall": "s", "peak": "MB"}
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tool:
    """One way to compare two lists: its command line, and how to read its answer."""

    name: str
    command: Callable[[Path, Path], list]
    answer: Callable[[Truth, Path], Score]


def rows(text: str) -> int:
    """20k, 1m or a plain number."""
    units = {"k": 1_000, "m": 1_000_000}
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


def prepared(baoxue: Path, home: Path, children: int, hardness: int) -> Path:
    """The county's files, made once for each build of the generator."""
    county = home / f"{children}-{hardness}"
    stamp = county / "made-by"
    made_by = hashlib.sha256(baoxue.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == made_by):
        shutil.rmtree(county, ignore_errors=True)
        run([baoxue, "synth", "--children", children, "--seed", SEED, "--hardness", hardness, "--format", "csv",
             "--out", county])
        stamp.write_text(made_by)
    return county


def run(command: list) -> tuple[float, float]:
    """Wall seconds and peak megabytes of one process, which must succeed."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([str(word) for word in command], stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            sys.exit(f"{command[0]} ended with {child.returncode}:\n{said.read().decode(errors='replace')}")
    return seconds, usage.ru_maxrss / 1024


def tools(target: Path) -> list[Tool]:
    """baoxue, and the peers that are installed."""
    def compare(county: Path, out: Path) -> list:
        return [target / "release/baoxue", "compare", "--household", county / "household.csv",
                "--roll", county / "roll.csv", "--as-of", AS_OF, "--out", out]

    def peer(venv: str, script: str):
        python = target / venv / "bin/python"
        return lambda county, out: [python, HERE / script, county / "household.csv", county / "roll.csv", out]

    return [
        Tool("baoxue", compare, ours),
        Tool("DuckDB 2.0.0 SQL cascade", peer("bench-venv", "peer_sql.py"), peers),
        Tool("Splink 5.0.0", peer("bench-venv", "peer_splink.py"), peers),
    ] + ([Tool("Splink 4.0.17", peer("bench-venv4", "peer_splink.py"), peers)]
         if (target / "bench-venv4/requirements").exists() else [])


def contest(target: Path, children: int, hardness: int, runs: int) -> dict[str, dict[str, float]]:
    """Figures of every tool on one county; the tools take turns, so that a busy moment hits all of them."""
    county = prepared(target / "release/baoxue", target / "bench-data", children, hardness)
    took = {tool.name: [] for tool in tools(target)}
    for _ in range(runs):
        for tool in tools(target):
            out = target / "bench-out" / tool.name.replace(" ", "-")
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            took[tool.name].append(run(tool.command(county, out)))
    truth = Truth.read(county / "truth.csv")
    figures = {}
    for tool in tools(target):
        seconds, megabytes = (statistics.median(column) for column in zip(*took[tool.name]))
        right = tool.answer(truth, target / "bench-out" / tool.name.replace(" ", "-"))
        figures[tool.name] = {"wall": seconds, "peak": megabytes, **asdict(right)}
    return figures


def line(size: str, data: str, tool: str, figures: dict[str, float], own: dict[str, float]) -> str:
    """One row of README's table."""
    times = "" if tool == "baoxue" else f" (×{figures['wall'] / own['wall']:.1f})"
    more = "" if tool == "baoxue" else f" (×{figures['peak'] / own['peak']:.1f})"
    return (f"| {size} | {data} | {tool} | {figures['wall']:.2f}{times} | {figures['peak']:.0f}{more} "
            f"| {figures['pair_f1']:.4f} | {figures['missing_precision']:.3f} / {figures['missing_recall']:.4f} "
            f"| {figures['review']:.2%} |")


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--target", type=Path, required=True)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("sizes", nargs="+")
    asked = ask.parse_args()

    print("| children | data | tool | wall s | peak MB | pair F1 | not on roll: precision / recall | left to a person |")
    print("|---|---|---|---|---|---|---|---|")
    entries = []
    for size in asked.sizes:
        for data, hardness in DATA.items():
            figures = contest(asked.target, rows(size), hardness, asked.runs)
            own = figures["baoxue"]
            for tool, values in figures.items():
                print(line(size, data, tool, values, own), flush=True)
                entries += [{"name": f"compare/{size}/{data}/{name}", "value": value, "unit": UNITS.get(name, "share"),
                             "peer": tool} for name, value in values.items()]
                if tool != "baoxue":
                    entries += [{"name": f"compare/{size}/{data}/{name} ratio", "value": values[name] / own[name],
                                 "unit": "times ours", "peer": tool} for name in UNITS]
    entries += medians(asked.target)
    (asked.target / "bench.json").write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
