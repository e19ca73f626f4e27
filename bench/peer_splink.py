"""The peer that a statistician would choose: Splink, trained on the very lists, in its DuckDB backend.

usage: peer_splink.py HOUSEHOLD.csv ROLL.csv OUT
Runs with Splink 4 and 5; the two differ only in how tables are handed over.
"""

import logging
import sys

import splink
import splink.comparison_level_library as level
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

from tables import load, write

logging.disable(logging.WARNING)

# A pair below this probability is no pair.
LIKELY = 0.9


def settings() -> SettingsCreator:
    def either(*tests: str) -> str:
        return " or ".join(tests)

    number = compare.CustomComparison(
        output_column_name="id",
        comparison_levels=[
            level.NullLevel("id"),
            level.CustomLevel(either("id_l = id_r", "id_l = enrolled_r", "enrolled_l = id_r"), "same number"),
            level.LevenshteinLevel("id", 1),
            level.LevenshteinLevel("id", 2),
            level.CustomLevel("substr(id_l, 7, 8) = substr(id_r, 7, 8)", "same birth in the number"),
            level.ElseLevel(),
        ],
    )
    birth = compare.CustomComparison(
        output_column_name="birth",
        comparison_levels=[
            level.NullLevel("birth"),
            level.ExactMatchLevel("birth"),
            level.LevenshteinLevel("birth", 1),
            level.CustomLevel("substr(birth_l, 1, 4) = substr(birth_r, 1, 4)", "same year"),
            level.ElseLevel(),
        ],
    )
    name = compare.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            level.NullLevel("name"),
            level.ExactMatchLevel("name").configure(tf_adjustment_column="name"),
            level.LevenshteinLevel("name", 1),
            level.JaroWinklerLevel("name", 0.7),
            level.ElseLevel(),
        ],
    )
    kin = compare.CustomComparison(
        output_column_name="guardian",
        comparison_levels=[
            level.NullLevel("guardian"),
            level.ExactMatchLevel("guardian").configure(tf_adjustment_column="guardian"),
            level.CustomLevel(either("guardian_l = other_r", "other_l = guardian_r", "other_l = other_r"), "same family"),
            level.JaroWinklerLevel("guardian", 0.7),
            level.ElseLevel(),
        ],
    )
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="row",
        comparisons=[number, birth, name, kin, compare.ExactMatch("sex"), compare.ExactMatch("address")],
        # The birth alone would make a hundred million pairs at a million children, and find nobody else.
        blocking_rules_to_generate_predictions=[
            block_on("id"),
            CustomRule("l.id = r.enrolled"),
            block_on("name", "birth"),
            block_on("birth", "guardian"),
            block_on("birth", "address"),
            block_on("substr(id, 7)"),
            block_on("name", "guardian"),
            block_on("name", "address"),
            block_on("name", "substr(birth, 1, 7)"),
        ],
        retain_matching_columns=False,
    )


def linker(db) -> Linker:
    names = ["household", "roll"]
    db.execute("create table household_list as select *, null::varchar as enrolled from h")
    db.execute("create table roll_list as from r")
    tables = [f"{name}_list" for name in names]
    if splink.__version__.startswith("4."):
        return Linker(tables, settings(), DuckDBAPI(db), set_up_basic_logging=False, input_table_aliases=names)
    api = DuckDBAPI(connection=db)
    tables = [api.register(table, dataset_display_name=name) for table, name in zip(tables, names)]
    return Linker(tables, settings(), log_level=None)


def main(household: str, roll: str, out: str) -> None:
    db = load(household, roll)
    link = linker(db)
    link.training.estimate_probability_two_random_records_match([block_on("id")], recall=0.9)
    link.training.estimate_u_using_random_sampling(max_pairs=2e6)
    link.training.estimate_parameters_using_expectation_maximisation(block_on("name", "birth"))
    link.training.estimate_parameters_using_expectation_maximisation(block_on("id"))
    scored = link.inference.predict(threshold_match_probability=LIKELY).physical_name
    # Each roll row goes to its best child; a child keeps its best roll row, and others that carry its number.
    db.execute(f"""
        create table links as
        with pairs as (
            select if(source_dataset_l = 'household', row_l, row_r) as h,
                   if(source_dataset_l = 'household', row_r, row_l) as r,
                   match_weight as score
            from {scored}),
        ranked as (
            select h, r,
                   row_number() over (partition by h order by score desc, r) as of_child,
                   row_number() over (partition by r order by score desc, h) as of_roll
            from pairs)
        select p.h, p.r from ranked p join h on h.row = p.h join r on r.row = p.r
        where of_roll = 1 and (of_child = 1 or h.id in (r.id, r.enrolled))""")
    write(db, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
