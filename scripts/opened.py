"""Compares what LibreOffice read from a findings workbook with findings.csv.

usage: opened.py FOLDER_OF_SHEETS findings.csv
Every finding must stand on a line of some sheet, with its name and masked number; no cell may be an error.
"""

import csv
import sys
from collections import Counter
from pathlib import Path


def lines(path: Path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def main(folder: str, findings: str) -> None:
    sheets = sorted(Path(folder).glob("*.csv"))
    shown, errors = Counter(), 0
    for sheet in sheets:
        for line in lines(sheet):
            shown.update(set(line))
            errors += sum(cell.startswith(("Err:", "#REF!", "#NAME?", "#VALUE!")) for cell in line)
    header, *rows = lines(Path(findings))
    wanted = Counter(row[header.index(column)] for row in rows for column in ("name", "id_masked"))
    wanted.pop("", None)
    lost = wanted - shown
    if len(sheets) < 2 or errors or lost:
        sys.exit(f"{len(sheets)} sheets, {errors} cells in error, {lost.total()} names and numbers lost")
    print(f"LibreOffice opened the workbook: {len(sheets)} sheets, all {len(rows)} findings on them.")


if __name__ == "__main__":
    main(*sys.argv[1:])
