"""What stands in README's table is what wrk measured."""

import unittest

from figures import entry, loads, merged, put, table
from load import read

SAID = """Running 2s test @ http://127.0.0.1:1
  741 requests in 2.00s, 811.29KB read
{"requests": 741, "seconds": 2.000, "bytes": 830760, "refused": 0, "lost": 0, "p50": 3.94, "p99": 20.06, "p999": 30.1, "most": 31.5}
"""


def values(entries):
    return {each["name"]: each["value"] for each in entries}


class Figures(unittest.TestCase):
    def test_a_load_is_the_median_of_its_runs(self):
        one = read(SAID)
        slower = read(SAID.replace("3.94", "9.94"))
        self.assertEqual(values(loads("20k", "lists", [slower, one, one])),
                         {"serve/20k/lists p50": 3.94, "serve/20k/lists p99": 20.06})

    def test_an_aim_gives_a_share(self):
        self.assertEqual(entry("20k", "lists p50", [2.5])["ratio"], 0.5)
        self.assertNotIn("ratio", entry("20k", "memory after load", [61]))

    def test_the_table_has_a_column_for_each_size(self):
        found = [entry("20k", "lists p50", [2.5]), entry("500k", "lists p50", [6]), entry("20k", "memory after load", [1234])]
        lines = table(found, ["20k", "500k"]).splitlines()
        self.assertEqual(lines[0], "| what | aim | 20k children | 500k children |")
        self.assertEqual(lines[2:], ["| lists p50, ms | ≤ 5 ms | 2.5 (50%) | 6.0 (120%) |",
                                     "| memory after load, MB |  | 1,234 |  |"])

    def test_other_figures_stay(self):
        other, old = {"name": "compare/20k/wall", "value": 1}, {"name": "serve/20k/x", "value": 1}
        new = {"name": "serve/20k/x", "value": 2}
        self.assertEqual(merged([other, old], [new]), [other, new])

    def test_only_what_is_between_the_marks_changes(self):
        page = "a\n<!-- served: begin. Why -->\nold\n<!-- served: end -->\nz\n"
        self.assertEqual(put(page, "new"), "a\n<!-- served: begin. Why -->\n\nnew\n\n<!-- served: end -->\nz\n")
        self.assertEqual(put(put(page, "new"), "new"), put(page, "new"))
        with self.assertRaises(ValueError):
            put("no marks", "new")


if __name__ == "__main__":
    unittest.main()
