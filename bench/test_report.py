"""What stands in README's table is what was measured."""

import unittest

from report import HEAD, entries, line

OWN = {"wall": 0.5, "peak": 50.0, "pair_f1": 0.99994, "missing_precision": 0.9876, "missing_recall": 1.0,
       "review": 0.0012}
PEER = {**OWN, "wall": 6.0, "peak": 125.0, "review": 0.0}


def check(figures, *, shown, ratios):
    text = line("20k", "hard", "somebody", figures, OWN)
    assert text.count("|") == HEAD.splitlines()[0].count("|"), text
    for cell in shown:
        assert f"| {cell} |" in text, f"{cell} is not in {text}"
    found = {entry["name"]: entry["value"] for entry in entries("20k", "hard", "somebody", figures, OWN)}
    assert {name: found.get(f"compare/20k/hard/{name}/ratio") for name in ratios} == ratios, found


class Report(unittest.TestCase):
    def test_our_own_line_has_no_ratio(self):
        check(OWN, shown=["0.50", "50", "0.9999", "0.988 / 1.0000", "0.12%"], ratios={"wall": None, "peak": None})

    def test_a_peer_stands_beside_us(self):
        check(PEER, shown=["6.00 (×12)", "125 (×2.5)"], ratios={"wall": 12.0, "peak": 2.5})

    def test_the_floor_has_seconds_only(self):
        check({"wall": 0.02}, shown=["0.02 (×0.04)"], ratios={"wall": 0.04, "peak": None})


if __name__ == "__main__":
    unittest.main()
