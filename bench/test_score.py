"""The benchmark's own arithmetic: a wrong score would praise a wrong matcher."""

import unittest

from score import score

TRUE_PAIRS = {(1, 11), (2, 12), (3, 13), (3, 14)}
TRUE_MISSING = {4, 5}


def check(pairs, missing, undecided, **expected):
    got = score(TRUE_PAIRS, TRUE_MISSING, set(pairs), set(missing), set(undecided), children=10)
    for name, value in expected.items():
        assert abs(getattr(got, name) - value) < 1e-12, f"{name}: {getattr(got, name)} instead of {value}"


class Scores(unittest.TestCase):
    def test_the_truth_itself_is_perfect(self):
        check(TRUE_PAIRS, TRUE_MISSING, (), pair_precision=1, pair_recall=1, pair_f1=1)
        check(TRUE_PAIRS, TRUE_MISSING, (), missing_precision=1, missing_recall=1, review=0)

    def test_a_wrong_pair_costs_precision_and_a_lost_one_recall(self):
        check({(1, 11), (2, 13)}, (), (), pair_precision=1 / 2, pair_recall=1 / 4, pair_f1=2 / 6)

    def test_a_false_alarm_costs_precision_and_a_missed_child_recall(self):
        check((), {4, 1}, (), missing_precision=1 / 2, missing_recall=1 / 2)

    def test_a_child_in_review_is_neither_right_nor_wrong(self):
        check({(1, 11), (2, 13)}, {5, 3}, {2, 3, 4}, pair_precision=1, pair_recall=1, review=0.3)
        check({(1, 11), (2, 13)}, {5, 3}, {2, 3, 4}, missing_precision=1, missing_recall=1)

    def test_an_empty_answer_finds_nothing(self):
        check((), (), (), pair_precision=1, pair_recall=0, pair_f1=0, missing_precision=1, missing_recall=0)


if __name__ == "__main__":
    unittest.main()
