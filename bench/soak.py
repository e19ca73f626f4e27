"""Ever new counties, ordinary and hard: two runs give the same bytes, and memory stays bounded.

usage: soak.py TARGET MINUTES
"""

import filecmp
import itertools
import shutil
import sys
import time
from pathlib import Path

from process import run

# Megabytes for a county of 20,000 children.
BOUND = 256
FILES = ["findings.csv", "links.csv", "findings.xlsx"]


def main(target: str, minutes: str) -> None:
    baoxue, home = Path(target, "release/baoxue"), Path(target, "soak")
    until = time.monotonic() + 60 * float(minutes)
    for seed in itertools.count(1):
        if time.monotonic() > until:
            break
        shutil.rmtree(home, ignore_errors=True)
        county, outs = home / "county", [home / "first", home / "second"]
        run(baoxue, "synth", "--children", 20_000, "--seed", seed, "--hardness", 1 + seed % 3, "--format", "csv",
            "--out", county)
        peak = max(
            run(baoxue, "compare", "--household", county / "household.csv", "--roll", county / "roll.csv",
                "--as-of", "2026-09-10", "--out", out).megabytes
            for out in outs)
        _, differ, lost = filecmp.cmpfiles(*outs, FILES, shallow=False)
        if differ or lost:
            sys.exit(f"seed {seed}: {', '.join(differ + lost)} differ between two runs; see {home}")
        if peak > BOUND:
            sys.exit(f"seed {seed}: {peak:.0f} MB, more than {BOUND} MB; see {home}")
        print(f"seed {seed}: the same bytes twice, {peak:.0f} MB", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
