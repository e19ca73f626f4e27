"""What stands in README's table is what wrk measured."""

import unittest

from figures import curve, entry, loads, merged, of_years, put, table
from load import read

SAID = """Running 2s test @ http://127.0.0.1:1
  741 requests in 2.00s, 811.29KB read
{"requests": 741, "seconds": 2.000, "bytes": 830760, "refused": 0, "shed": 0, "lost": 0, "p50": 3.94, "p99": 20.06, "p999": 30.1, "most": 31.5}
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

    def test_what_is_kept_under_overload_is_to_be_reached(self):
        found = [entry("20k", "registers at five times the connections", [0.95])]
        self.assertEqual(table(found, ["20k"]).splitlines()[2],
                         "| registers at five times the connections, of the goodput | ≥ 0.9 of the goodput | 0.95 (106%) |")

    def test_postgres_stands_beside_the_size_that_was_measured_on_it(self):
        found = [entry("20k", "registers a second", [1500]), entry("20k-postgres", "registers a second", [900])]
        lines = table(found, ["20k", "500k"]).splitlines()
        self.assertEqual(lines[0], "| what | aim | 20k children | 20k children, PostgreSQL | 500k children |")
        self.assertEqual(lines[2], "| registers a second, registers/s | ≥ 1500 registers/s | 1,500 (100%) | 900 (60%) |  |")

    def test_a_cost_is_compared_with_that_of_one_year(self):
        found = [of_years(1, "sheets", 100_000), of_years(5, "sheets", 500_000), of_years(1, "a register opened p50", 2),
                 of_years(5, "a register opened p50", 2.5)]
        self.assertEqual(curve(found, [1, 5, 10]).splitlines(),
                         ["| what | 1 school year | 5 school years | 10 school years |", "|---|---|---|---|",
                          "| sheets | 100,000 | 500,000 |  |", "| a register opened p50, ms | 2.0 | 2.5 (×1.25) |  |"])

    def test_who_is_told_to_come_later_is_no_goodput(self):
        told = read(SAID.replace('"shed": 0', '"shed": 41'))
        self.assertEqual((told.goodput, read(SAID).goodput), (350.0, 370.5))

    def test_other_figures_stay(self):
        other, old = {"name": "compare/20k/wall", "value": 1}, {"name": "serve/20k/x", "value": 1}
        new = {"name": "serve/20k/x", "value": 2}
        self.assertEqual(merged([other, old], [new]), [other, new])

    def test_only_what_is_between_the_marks_changes(self):
        page = "a\n<!-- served: begin. Why -->\nold\n<!-- served: end -->\nz\n"
        self.assertEqual(put(page, "new"), "a\n<!-- served: begin. Why -->\n\nnew\n\n<!-- served: end -->\nz\n")
        self.assertEqual(put(put(page, "new"), "new"), put(page, "new"))
        both = page + "<!-- years: begin -->\n<!-- years: end -->\n"
        self.assertEqual(put(both, "far", "years"), page + "<!-- years: begin -->\n\nfar\n\n<!-- years: end -->\n")
        with self.assertRaises(ValueError):
            put("no marks", "new")


if __name__ == "__main__":
    unittest.main()
