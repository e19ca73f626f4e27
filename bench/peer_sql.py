"""The peer that a county could build today: a cascade of joins in DuckDB, from certain to likely.

usage: peer_sql.py HOUSEHOLD.csv ROLL.csv OUT
"""

import sys

from tables import load, write

# Whether a grown-up of the household row is one of the roll row.
KIN = "coalesce(h.guardian in (r.guardian, r.other) or h.other in (r.guardian, r.other), false)::int"
ALIKE = "coalesce(jaro_winkler_similarity(h.name, r.name), 0)"

# Each step joins what is still free on both sides, scores what it joined and keeps what reaches the last figure.
# A pair stays when it is the best of its child and the best of its roll row.
STEPS = [
    # A number, when neither name nor family nor address contradicts it.
    # Two rolls of one child share a number, so both stay.
    (["h.id = r.id", "h.id = r.enrolled"],
     f"{ALIKE} + {KIN} + coalesce((h.address = r.address)::int, 0) + (h.name = r.name)::int", 0.6, "true"),
    (["h.name = r.name and h.birth = r.birth"], f"1 + {KIN} + coalesce((h.address = r.address)::int, 0)", 1, "false"),
    # Likely pairs from any of these blocks, one score for all of them.
    (["h.birth = r.birth and h.name[1] = r.name[1]",
      "h.birth = r.birth and h.guardian = r.guardian",
      "h.birth = r.birth and h.address = r.address",
      "substr(h.id, 1, 14) = substr(r.id, 1, 14) and h.sex = r.sex",
      "substr(h.id, 7) = substr(r.id, 7)",
      "h.name = r.name and h.guardian = r.guardian",
      "h.name = r.name and h.other = r.guardian",
      "h.name = r.name and h.address = r.address",
      "h.name = r.name and h.birth[1:7] = r.birth[1:7]"],
     f"""4 * {ALIKE}
       + 4 * coalesce(1 - least(levenshtein(h.id, r.id), levenshtein(h.id, r.enrolled), 4) / 4, 0.4)
       + 2 * coalesce(1 - least(levenshtein(h.birth, r.birth), 3) / 3, 0.3)
       + 2 * {KIN}
       + 1 * coalesce((h.address = r.address)::int, 0)
       + 1 * coalesce((h.sex = r.sex)::int, 0.5)""", 8, "false"),
]


def main(household: str, roll: str, out: str) -> None:
    db = load(household, roll)
    db.execute("create table links (h bigint, r bigint)")
    for joins, score, enough, several in STEPS:
        db.execute("create or replace temp table fh as from h where row not in (select h from links)")
        db.execute("create or replace temp table fr as from r where row not in (select r from links)")
        joined = " union ".join(f"select h.row as h, r.row as r from fh h join fr r on {join}" for join in joins)
        db.execute(f"""
            insert into links
            with scored as (
                select h.row as h, r.row as r, {score} as score
                from ({joined}) c join fh h on h.row = c.h join fr r on r.row = c.r),
            ranked as (
                select h, r,
                       row_number() over (partition by h order by score desc, r) as of_child,
                       row_number() over (partition by r order by score desc, h) as of_roll
                from scored where score >= {enough})
            select h, r from ranked where of_roll = 1 and (of_child = 1 or {several})""")
    write(db, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
