"""Reads truth.csv and what each tool answered, as sets that can be scored. Counts children, not rows."""

import csv
from dataclasses import dataclass
from pathlib import Path

from score import Score, score


def records(path: Path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@dataclass
class Truth:
    """Who stands behind each household row, which roll rows are whose, and who is on none."""

    person_of: dict[int, int]
    pairs: set[tuple[int, int]]
    missing: set[int]
    of_age: set[int]

    @classmethod
    def read(cls, path: Path) -> "Truth":
        truth = cls({}, set(), set(), set())
        for record in records(path):
            person = int(record["person"])
            households = [int(row) for row in record["household_rows"].split()]
            rolls = [int(row) for row in record["roll_rows"].split()]
            truth.person_of.update(dict.fromkeys(households, person))
            if households:
                truth.pairs.update((person, roll) for roll in rolls)
            if record["of_age"] == "1":
                truth.of_age.add(person)
                if households and not rolls:
                    truth.missing.add(person)
        return truth

    def score(self, links: Path, missing: set[int], review: set[int]) -> Score:
        """Scores links.csv and the household rows reported as missing or left to a person."""
        people = self.person_of.__getitem__
        pairs = {(people(int(record["household_row"])), int(record["roll_row"])) for record in records(links)}
        # Who is of age is not what is compared here; the peers do not ask.
        reported = set(map(people, missing)) & self.of_age
        return score(self.pairs, self.missing, pairs, reported, set(map(people, review)), len(set(self.person_of.values())))


def ours(truth: Truth, out: Path) -> Score:
    """What `baoxue compare` answered."""
    found = {"not_on_roll": set(), "needs_review": set()}
    for record in records(out / "findings.csv"):
        if record["kind"] in found and record["household_row"]:
            found[record["kind"]].add(int(record["household_row"]))
    return truth.score(out / "links.csv", found["not_on_roll"], found["needs_review"])


def peers(truth: Truth, out: Path) -> Score:
    """What a peer answered; no peer leaves anything to a person."""
    missing = {int(record["household_row"]) for record in records(out / "not_on_roll.csv")}
    return truth.score(out / "links.csv", missing, set())
