"""The two lists as DuckDB tables, cleaned as a careful clerk-programmer would: shared by the peers.

It must not know anything about how the lists were made.
"""

import duckdb

# Spaces, and every dot that people type between the parts of a transliterated name.
NAME = "nullif(translate(nfc_normalize({}), ' 　·•・．.‧∙｡', ''), '')"
NUMBER = "nullif(upper(translate({}, ' 　-－''', '')), '')"
DATE = "try_strptime(trim({}), ['%Y%m%d', '%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y年%m月%d日'])::date"
# 学籍号 carries the ID number that the child was first enrolled with.
ENROLLED = f"if(学籍号[1] in ('G', 'L'), substr({NUMBER.format('学籍号')}, 2), null)"


def birth(number: str) -> str:
    """The written date, else the one inside the number, as text."""
    return f"coalesce({DATE.format('出生日期')}, try_strptime(substr({number}, 7, 8), '%Y%m%d')::date)::text"


def load(household: str, roll: str) -> duckdb.DuckDBPyConnection:
    """Tables `h` and `r`: row (data rows from 1), name, id, birth, sex, address, and two names of grown-ups.

    `r` has two numbers: `id` as entered, and `enrolled` from 学籍号. What is missing is null.
    """
    db = duckdb.connect()
    db.execute(f"""
        create table h as
        select row_number() over () as row,
               {NAME.format("姓名")} as name,
               {NUMBER.format("公民身份号码")} as id,
               {birth(NUMBER.format("公民身份号码"))} as birth,
               nullif(性别, '') as sex,
               nullif(户籍地址, '') as address,
               {NAME.format("监护人姓名")} as guardian,
               {NAME.format("户主姓名")} as other
        from read_csv(?, all_varchar = true, header = true)""", [household])
    db.execute(f"""
        create table r as
        select row_number() over () as row,
               {NAME.format("姓名")} as name,
               {NUMBER.format("身份证件号")} as id,
               {ENROLLED} as enrolled,
               {birth(NUMBER.format("身份证件号"))} as birth,
               nullif(性别, '') as sex,
               nullif(家庭地址, '') as address,
               {NAME.format("成员1姓名")} as guardian,
               {NAME.format("成员2姓名")} as other
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
