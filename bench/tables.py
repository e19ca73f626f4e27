"""The two lists as DuckDB tables, cleaned as a careful clerk-programmer would: shared by both peers.

It must not know anything about how the lists were made.
"""

import duckdb

# Spaces and every dot that people type between the parts of a transliterated name.
NAME = "translate(nfc_normalize({}), ' 　·•・．.‧∙｡', '')"
DATE = "try_strptime({}, ['%Y%m%d', '%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y年%m月%d日'])::date"
NUMBER = "upper(translate({}, ' 　-－''', ''))"


def load(household: str, roll: str) -> duckdb.DuckDBPyConnection:
    """Tables `h` and `r`: row (data rows from 1), name, id, birth, sex, guardian; missing values are null."""
    db = duckdb.connect()
    number, guardian = NUMBER.format("公民身份号码"), NAME.format("监护人姓名")
    db.execute(f"""
        create table h as
        select row_number() over () as row,
               nullif({NAME.format("姓名")}, '') as name,
               nullif({number}, '') as id,
               coalesce({DATE.format("出生日期")}, try_strptime(substr({number}, 7, 8), '%Y%m%d')::date) as birth,
               nullif(性别, '') as sex,
               nullif({guardian}, '') as guardian
        from read_csv(?, all_varchar = true, header = true)""", [household])
    number, guardian = NUMBER.format("身份证件号"), NAME.format("成员1姓名")
    db.execute(f"""
        create table r as
        select row_number() over () as row,
               nullif({NAME.format("姓名")}, '') as name,
               coalesce(nullif({number}, ''), nullif(substr({NUMBER.format("学籍号")}, 2), '')) as id,
               coalesce({DATE.format("出生日期")}, try_strptime(substr({number}, 7, 8), '%Y%m%d')::date) as birth,
               nullif(性别, '') as sex,
               nullif({guardian}, '') as guardian
        from read_csv(?, all_varchar = true, header = true)""", [roll])
    return db


def write(db: duckdb.DuckDBPyConnection, out: str) -> None:
    """links.csv from table `links (h, r)`; not_on_roll.csv, the children that no link names.

    A child who stands in the household list twice, with one number, is on the roll when either row is.
    """
    db.execute(f"copy (select h as household_row, r as roll_row from links order by all) to '{out}/links.csv'")
    db.execute(f"""
        copy (select row as household_row from h
              where row not in (select h from links)
                and coalesce(id not in (select id from h where id is not null and row in (select h from links)), true)
              order by all)
        to '{out}/not_on_roll.csv'""")
