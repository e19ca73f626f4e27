"""Runs one process and says what it took.

usage, by itself only: process.py COMMAND …      (prints seconds and kilobytes on a last line)

Linux counts the memory of whoever starts a process as that process's own peak. So `run` puts this file, which is
small, between itself and the command.
"""

import os
import subprocess
import sys
import time
from typing import NamedTuple


class Took(NamedTuple):
    """Wall seconds, peak megabytes of resident memory, and what was printed."""

    seconds: float
    megabytes: float
    said: str


def run(*command: object) -> Took:
    """Runs a command to its end; ends this program when it fails."""
    between = [sys.executable, "-I", "-S", __file__]
    ended = subprocess.run([*between, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, _, figures = ended.stdout.rstrip("\n").rpartition("\n")
    if ended.returncode:
        sys.exit(f"{command[0]} failed:\n{ended.stdout}")
    seconds, kilobytes = figures.split()
    return Took(float(seconds), int(kilobytes) / 1024, said)


def main(*command: str) -> None:
    started = time.perf_counter()
    _, status, usage = os.wait4(os.posix_spawnp(command[0], command, os.environ), 0)
    seconds = time.perf_counter() - started
    print(f"{seconds} {usage.ru_maxrss}")
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
