//! A small county for tests of use cases: units, people on posts. All of it is invented.

use casework::db::{Db, DbError, Tx};
use casework::desk::SignedIn;
use casework::now::Now;
use casework::params;
use casework::seed::{self, SeedUnit, Seeding};
use jiff::civil::date;
use rules::access::{Actor, Post, Role, Standing};
use rules::plan::Plan;

/// Code of the county.
pub(crate) const COUNTY: &str = "532926";

/// The built-in plan.
pub(crate) fn plan() -> Plan {
    let texts = [
        include_str!("../../../../plans/nanjian/plan.toml"),
        include_str!("../../../../plans/nanjian/divisions.toml"),
        include_str!("../../../../plans/nanjian/calendar.toml"),
        include_str!("../../../../plans/nanjian/columns.toml"),
    ];
    let files = rules::plan::FILES.into_iter().zip(texts);
    Plan::load(&files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).unwrap()
}

/// A unit: id and name, kind, line, the unit above, code.
pub(crate) type Row = (&'static str, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

/// Makes units that are there since 2025, all of them lying in the township `P`.
pub(crate) fn units(tx: &mut Tx<'_>, now: &Now, rows: &[Row]) -> Result<(), DbError> {
    let with = Seeding { county: COUNTY, now };
    for (id, kind, line, parent, code) in rows.iter().copied() {
        let unit = SeedUnit {
            id,
            kind,
            line,
            name: id,
            parent,
            township: Some("P"),
            code,
            sort: 1,
            school: (kind == "school").then_some(("小学", 0)),
            class: (kind == "class").then_some((3, 1, 2025)),
        };
        seed::unit(tx, &with, &unit, date(2025, 9, 1))?;
    }
    Ok(())
}

/// Makes somebody with posts at units, signed in.
pub(crate) fn person(db: &Db, account: &'static str, posts: &[(&'static str, Role)]) -> SignedIn {
    let held: Vec<Post> = posts
        .iter()
        .map(|(unit, role)| Post {
            id: format!("{account}-{unit}-{}", role.code()),
            role: *role,
            unit: (*unit).to_owned(),
            standing: Standing::Serves,
        })
        .collect();
    let rows = held.clone();
    let done: Result<(), DbError> = db.write(move |tx| {
        tx.execute(
            "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
             values ($1, $2, $2, $2, $2, 'office', 'active', '2026-01-01', '')",
            &params![COUNTY, account],
        )?;
        for post in &rows {
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, 'serves', 'staff', '', 1)",
                &params![COUNTY, &post.id, &post.unit, post.role.code()],
            )?;
            tx.execute(
                "insert into tenure (county, id, post, account, from_day, by_account, made_at)
                 values ($1, $2, $2, $3, '2026-01-01', '', '2026-01-01')",
                &params![COUNTY, &post.id, account],
            )?;
        }
        Ok(())
    });
    done.unwrap();
    SignedIn {
        actor: Actor {
            county: COUNTY.to_owned(),
            account: account.to_owned(),
            session: format!("session-{account}"),
            name: account.to_owned(),
            posts: held,
            only: None,
        },
        confirmed: None,
    }
}
