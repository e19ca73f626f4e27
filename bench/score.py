"""How right an answer is, measured against truth.csv. Pure functions over sets of row numbers; reads no files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Shares between 0 and 1; `review` is the share of household children left to a person to decide."""

    pair_precision: float
    pair_recall: float
    pair_f1: float
    missing_precision: float
    missing_recall: float
    review: float


def share(part: int, whole: int) -> float:
    """A share of nothing is whole: an empty answer to an empty question is right."""
    return part / whole if whole else 1.0


def score(
    true_pairs: set[tuple[int, int]],
    true_missing: set[int],
    pairs: set[tuple[int, int]],
    missing: set[int],
    review: set[int],
    children: int,
) -> Score:
    """Compares pairs (household row, roll row) and children not on the roll (household rows) with the truth.

    A child in `review` is neither right nor wrong: all that concerns it is left out on both sides.
    """
    true_pairs = {pair for pair in true_pairs if pair[0] not in review}
    pairs = {pair for pair in pairs if pair[0] not in review}
    true_missing = true_missing - review
    missing = missing - review
    right = len(true_pairs & pairs)
    found = len(true_missing & missing)
    return Score(
        pair_precision=share(right, len(pairs)),
        pair_recall=share(right, len(true_pairs)),
        pair_f1=share(2 * right, len(pairs) + len(true_pairs)),
        missing_precision=share(found, len(missing)),
        missing_recall=share(found, len(true_missing)),
        review=share(len(review), children) if review else 0.0,
    )
