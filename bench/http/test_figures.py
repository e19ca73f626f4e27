"""What stands in README's table is what wrk measured."""

import unittest

from figures import HEAD, loads, merged, single
from load import read

SAID = """Running 2s test @ http://127.0.0.1:1
  741 requests in 2.00s, 811.29KB read
{"requests": 741, "seconds": 2.000, "bytes": 830760, "refused": 0, "lost": 0, "p50": 3.94, "p99": 20.06, "p999": 30.1, "most": 31.5}
"""


def check(found, *, shown, entries):
    text, rows = found
    assert text.count("|") == HEAD.splitlines()[0].count("|"), text
    for cell in shown:
        assert f"| {cell} |" in text, f"{cell} is not in {text}"
    assert {row["name"]: row["value"] for row in rows} == entries, rows


class Figures(unittest.TestCase):
    def test_a_load(self):
        check(loads("20k", "list", read(SAID)), shown=["3.9 | 20.1 | 370"],
              entries={"serve/20k/list/p50": 3.94, "serve/20k/list/p99": 20.06, "serve/20k/list/rate": 370.5})

    def test_one_value(self):
        check(single("20k", "cold start", 87.25, "ms", 1), shown=["87.2 ms"], entries={"serve/20k/cold start": 87.25})

    def test_other_figures_stay(self):
        other, old = {"name": "compare/20k/wall", "value": 1}, {"name": "serve/20k/x", "value": 1}
        new = {"name": "serve/20k/x", "value": 2}
        self.assertEqual(merged([other, old], [new]), [other, new])


if __name__ == "__main__":
    unittest.main()
