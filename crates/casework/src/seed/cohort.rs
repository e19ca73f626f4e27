//! Who of an invented county was in the first grade eight school years ago, and what its yearbook says of them: the ledger of a county that has
//! been kept for so long knows it by itself.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use rules::figures::{Figure, Rate, Terms};
use rules::standing::Standing;

use super::Seeding;
use crate::db::{DbError, Tx};
use crate::keys::{Keys, Place};
use crate::params;

/// Writes the cohorts whose ninth year the school year `year` is, who of them is in nobody's ledger, and what the yearbook says.
///
/// # Errors
/// Whatever the storage says.
pub fn cohort(
    tx: &mut Tx<'_>,
    (with, keys): (&Seeding<'_>, &Keys),
    year: i16,
    by: &str,
    on: Date,
) -> Result<(), DbError> {
    let first = year.saturating_sub(8);
    let born = (date(first.saturating_sub(7), 9, 1), date(first.saturating_sub(6), 8, 31));
    let children = tx.execute(
        "insert into figure_cohort (county, year, child, grade, source, made_at)
         select county, cast($2 as bigint), id, 1, 'class', cast($5 as text) from child
         where county = $1 and birth >= $3 and birth <= $4 and registration = 'local' and standing <> 'never'
           and merged_into is null",
        &params![with.county, first, born.0, born.1, format!("{first}-09-01T08:00:00.000+08:00")],
    )?;
    if children == 0 {
        return Ok(());
    }
    let township = tx.optional(
        "select id from unit where county = $1 and kind = 'township' order by code, id limit 1",
        &params![with.county],
        |row| row.get::<String>(0),
    )?;
    let pupils = tx.one(
        "select cast(count(*) as bigint) from figure_cohort cohort
         join child on child.county = cohort.county and child.id = cohort.child
         where cohort.county = $1 and cohort.year = $2 and child.standing in ('enrolled', 'elsewhere', 'suspended')",
        &params![with.county, first],
        |row| row.get::<u64>(0),
    )?;
    // The same children two years ago, but for one in some hundred who came in between.
    let seventh = year.saturating_sub(2);
    let juniors = tx.execute(
        "insert into figure_cohort (county, year, child, grade, source, made_at)
         select county, cast($3 as bigint), child, 7, 'class', cast($4 as text) from figure_cohort
         where county = $1 and year = $2 and grade = 1",
        &params![with.county, first, seventh, format!("{seventh}-09-01T08:00:00.000+08:00")],
    )?;
    // Three of the first grade are in nobody's ledger: one moved away, one died, of one nobody knows.
    for (name, birth, fate) in [
        (
            "罗小满",
            "2012-03-04",
            Some((Standing::MovedAway, "2020年9月户口迁到邻县，转学证明存教体局（编造）")),
        ),
        ("自春兰", "2011-11-20", Some((Standing::Dead, "2019年7月，户籍注销证明（编造）"))),
        ("左家旺", "2012-06-15", None),
    ] {
        let id = with.now.id();
        tx.execute(
            "insert into cohort_name (county, id, year, grade, name, spelling, birth, school_name, township, import, made_at)
             values ($1, $2, $3, 1, $4, $5, $6, $7, $8, '', $9)",
            &params![
                with.county,
                &id,
                first,
                name,
                linkage::spelling::spelling(name).full,
                birth,
                "已撤并的村小（编造）",
                township.as_deref(),
                format!("{on}T09:00:00.000+08:00")
            ],
        )?;
        if let Some((standing, proof)) = fate {
            let fate = with.now.id();
            let place = Place { county: with.county, table: "cohort_fate", column: "proof", row: &fate };
            tx.execute(
                "insert into cohort_fate (county, id, name, standing, proof_sealed, by_account, at)
                 values ($1, $2, $3, $4, $5, $6, $7)",
                &params![
                    with.county,
                    &fate,
                    &id,
                    standing.code(),
                    keys.seal(place, proof, with.now.random()),
                    by,
                    format!("{on}T09:30:00.000+08:00")
                ],
            )?;
        }
    }
    // Both stages as the yearbook has them; the county's is their sum.
    let primary = Terms {
        before: pupils * 6 + 40,
        entered: pupils + 14,
        moved_in: 8,
        finished: pupils + 30,
        moved_out: 11,
        suspended: 1,
        dead: 0,
        resumed: 0,
        now: pupils * 6 + 18,
    };
    let junior = Terms {
        before: pupils * 3 + 20,
        entered: pupils + 6,
        moved_in: 4,
        finished: pupils + 20,
        moved_out: 6,
        suspended: 0,
        dead: 0,
        resumed: 0,
        now: pupils * 3 + 1,
    };
    let nine = |figure, terms: Terms| {
        let rate = terms.rate().unwrap_or(Rate { part: 0, whole: terms.before });
        (figure, rate.part, rate.whole, terms.written())
    };
    for (figure, part, whole, terms) in [
        (Figure::Yearbook, pupils, children, String::new()),
        (Figure::JuniorYearbook, pupils, juniors, String::new()),
        nine(Figure::DropoutPrimaryYearbook, primary),
        nine(Figure::DropoutJuniorYearbook, junior),
    ] {
        tx.execute(
            "insert into figure_entry (county, id, figure, school_year, part, whole, source, by_account, at, terms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &params![
                with.county,
                with.now.id(),
                figure.code(),
                year,
                part,
                whole,
                format!("{year}年教育事业统计年报（编造）"),
                by,
                format!("{on}T09:00:00.000+08:00"),
                terms
            ],
        )?;
    }
    Ok(())
}

/// Township of each child that has one.
///
/// # Errors
/// Whatever the storage says.
pub fn townships_of_children(tx: &mut Tx<'_>, county: &str) -> Result<BTreeMap<String, String>, DbError> {
    let rows = tx.query(
        "select id, township from child where county = $1 and township is not null",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}
