"""The peer that a county could build today: a cascade of joins in DuckDB, from certain to likely.

usage: peer_sql.py HOUSEHOLD.csv ROLL.csv OUT
"""

import sys

from tables import load, write

# Each step joins what is still free on both sides, scores what it joined and keeps what reaches the last figure.
# A pair stays when it is the best of its child and the best of its roll row.
STEPS = [
    # The number, or the roll number that carries it, when the names do not contradict it.
    # Two rolls of one child share a number, so both stay.
    ("h.id = r.id",
     "coalesce(jaro_winkler_similarity(h.name, r.name), 0) + coalesce((h.guardian = r.guardian)::int, 0)", 0.4),
    ("h.name = r.name and h.birth = r.birth", "coalesce((h.guardian = r.guardian)::int, 0)", 0),
    ("h.name = r.name and h.guardian = r.guardian",
     "10 * (h.sex = r.sex)::int - levenshtein(h.birth::text, r.birth::text)", 7),
]

# Likely pairs: candidates from any of these blocks, one score for all of them.
BLOCKS = [
    "h.birth = r.birth and h.sex = r.sex and h.name[1] = r.name[1]",
    "h.birth = r.birth and h.guardian = r.guardian",
    "substr(h.id, 1, 14) = substr(r.id, 1, 14) and h.sex = r.sex",
    "substr(h.id, 7) = substr(r.id, 7)",
    "h.name = r.name and year(h.birth) = year(r.birth) and month(h.birth) = month(r.birth)",
    "h.name = r.name and year(h.birth) = year(r.birth) and day(h.birth) = day(r.birth)",
]
SCORE = """
    4 * coalesce(jaro_winkler_similarity(h.name, r.name), 0.5)
  + 4 * coalesce(1 - least(levenshtein(h.id, r.id), 4) / 4, 0.4)
  + 2 * coalesce(1 - least(levenshtein(h.birth::text, r.birth::text), 3) / 3, 0.3)
  + 2 * coalesce(jaro_winkler_similarity(h.guardian, r.guardian), 0.5)
  + 1 * coalesce((h.sex = r.sex)::int, 0.5)
"""
LIKELY = 9.0

BEST = """
    insert into links
    select h, r from (
        select h, r,
               row_number() over (partition by h order by score desc, r) as of_child,
               row_number() over (partition by r order by score desc, h) as of_roll
        from candidates)
    where of_roll = 1 and (of_child = 1 or {several})
"""
FREE = """
    create or replace temp table fh as from h where row not in (select h from links);
    create or replace temp table fr as from r where row not in (select r from links);
"""


def main(household: str, roll: str, out: str) -> None:
    db = load(household, roll)
    db.execute("create table links (h bigint, r bigint)")
    for number, (on, score, least) in enumerate(STEPS):
        db.execute(FREE)
        db.execute(f"""
            create or replace temp table candidates as
            select h.row as h, r.row as r, {score} as score from fh h join fr r on {on} where {score} >= {least}""")
        db.execute(BEST.format(several="true" if number == 0 else "false"))
    db.execute(FREE)
    blocked = " union ".join(f"select h.row as h, r.row as r from fh h join fr r on {block}" for block in BLOCKS)
    db.execute(f"""
        create or replace temp table candidates as
        select * from (
            select c.h, c.r, {SCORE} as score
            from ({blocked}) c join fh h on h.row = c.h join fr r on r.row = c.r)
        where score >= {LIKELY}""")
    db.execute(BEST.format(several="false"))
    write(db, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
