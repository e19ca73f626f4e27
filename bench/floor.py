"""The floor that no comparison can be under: joining two lists of numbers that are in memory already.

usage: floor.py HOUSEHOLD.csv ROLL.csv      (prints seconds)
"""

import sys
import time

from tables import load


def main(household: str, roll: str) -> None:
    db = load(household, roll)
    started = time.perf_counter()
    db.execute("select count(*) from h join r on h.id = r.id").fetchall()
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
