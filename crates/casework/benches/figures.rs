//! What the pages of the figures read, at a county's and a prefecture's size with ten years behind: every query of the panel, of one figure, of
//! names, changes and the leader's page, and what a night costs. Children, snapshots and histories are written straight into the tables; each
//! number hangs on the row and on nothing else. `cargo bench -p casework --bench figures` measures 20,000, 100,000 and 500,000 children;
//! `FIGURES_CHILDREN=20000` one size. Run as a test it looks at a small county once.

#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark may stop at the first surprise")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::audit::Vault;
use casework::db::testing::Place;
use casework::db::{Db, DbError, Engine};
use casework::desk::{Desk, SignedIn};
use casework::figures::{self, NamesAsked};
use casework::jobs::Means;
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use jiff::Timestamp;
use rules::access::{Actor, Post, Role, Standing};
use rules::figures::{Cohort, Figure};
use rules::plan::Plan;

const COUNTY: &str = "532926";

/// Months of reports behind: ten years.
const MONTHS: i64 = 120;

/// Times that a page is read.
const TIMES: usize = 40;

struct House {
    db: Db,
    keys: Keys,
    plan: Plan,
    vault: Vault,
    at: Timestamp,
}

impl Means for House {
    fn db(&self) -> &Db {
        &self.db
    }
    fn keys(&self) -> &Keys {
        &self.keys
    }
    fn plan(&self) -> &Plan {
        &self.plan
    }
    fn vault(&self) -> &Vault {
        &self.vault
    }
    fn now(&self) -> Now {
        Now::predictable(self.at, 1)
    }
}

fn plan() -> Plan {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/nanjian");
    let read = |name: &&str| ((*name).to_owned(), std::fs::read_to_string(dir.join(name)).expect("a file"));
    Plan::load(&rules::plan::FILES.iter().map(read).collect()).expect("the plan")
}

fn who(role: Role, unit: &str, standing: Standing) -> SignedIn {
    let post = Post { id: "post".to_owned(), role, unit: unit.to_owned(), standing };
    SignedIn {
        actor: Actor {
            county: COUNTY.to_owned(),
            account: "someone".to_owned(),
            session: "s".to_owned(),
            name: "某人".to_owned(),
            posts: vec![post],
            only: None,
        },
        confirmed: None,
    }
}

/// The numbers 0 to `$2` as `n.n`.
const NUMBERS: &str = "with recursive n(n) as (select cast(0 as bigint) union all select n.n + 1 from n where n.n + 1 < cast($2 as bigint))";

/// Where row `n` belongs.
const PLACE: &str = "'t' || (n.n % cast($3 as bigint)), 'v' || (n.n % (cast($3 as bigint) * 10)), 's' || (n.n % (cast($3 as bigint) * 5))";

/// Writes a county of so many children with ten years of reports: one in a hundred is out of school, each changes its marks four times in ten
/// years, and in each month of these a report was frozen.
fn fill(db: &Db, children: i64) -> Result<(), DbError> {
    let towns = (children / 5000).max(8);
    let step = |sql: String, most: i64| {
        db.write(move |tx| tx.execute(&sql, &params![COUNTY, most, towns]).map(drop))
    };
    let unit = |kind: &str, id: &str, parent: &str| {
        format!(
            "{NUMBERS} insert into unit (county, id, kind, line, name, short, parent, sort, from_day)
             select $1, {id}, '{kind}', 'government', '第' || n.n, '第' || n.n, {parent}, n.n, '2000-01-01' from n
             where $3 > 0"
        )
    };
    step(unit("township", "'t' || n.n", "cast(null as text)"), towns)?;
    step(unit("village", "'v' || n.n", "'t' || (n.n % cast($3 as bigint))"), towns * 10)?;
    step(unit("school", "'s' || n.n", "'t' || (n.n % cast($3 as bigint))"), towns * 5)?;
    // Spellings in another order than the ids.
    let spelling = "'p' || ((n.n * 7919) % 1000003)";
    let out = "case when n.n % 100 = 0 then 'absent' when n.n % 100 = 1 then 'suspended' else 'enrolled' end";
    step(
        format!(
            "{NUMBERS} insert into child (county, id, name, spelling, initials, sex, birth, ethnicity, id_kind, registration,
                  township, village, school, school_township, grade, boarding, standing, group_bits, version, made_at, changed_at)
             select $1, 'c' || (100000000 + n.n), '孩子' || n.n, {spelling}, 'hz', '1',
                    (2011 + n.n % 9) || '-03-15', '01', '1', 'local', {PLACE}, 't' || (n.n % cast($3 as bigint)),
                    1 + n.n % 9, '', {out}, 0, 1, '2020-09-01T08:00:00.000+08:00', '2020-09-01T08:00:00.000+08:00' from n"
        ),
        children,
    )?;
    for (unit, tie) in [("$1", "county"), ("'t' || (n.n % cast($3 as bigint))", "home_township")] {
        step(
            format!(
                "{NUMBERS} insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
                 select $1, {unit}, '{tie}', 'c' || (100000000 + n.n), {spelling}, {out}, 0 from n where $3 > 0"
            ),
            children,
        )?;
    }
    // Four spans of marks before the one that holds: each ended in a month of the ten years.
    for span in 0..5_i64 {
        let from = format!("1 + (n.n * 7) % 24 + {}", span * 24);
        let until = match span {
            4 => "cast(9000000000 as bigint)".to_owned(),
            _ => format!("{from} + 24"),
        };
        let marks = match span {
            4 => {
                "case when n.n % 100 = 0 then 'ooooioo' when n.n % 100 = 1 then 'aaaaa-a' else 'iiiioii' end"
            }
            _ => "case when n.n % 50 = 0 then 'o-o-i--' else 'i-i-o--' end",
        };
        let turned =
            if span == 4 { "case when n.n % 100 < 2 then 'xxxxxxx' else '-x-x-xx' end" } else { "'-x-----'" };
        let followed = if span == 4 { "cast(null as bigint)" } else { "1" };
        let listed = if span == 4 { "n.n % 100 < 2" } else { "n.n % 50 = 0" };
        step(
            format!(
                "{NUMBERS} insert into figure_member (county, basis, ref, from_number, until_number, child, marks, why, township,
                       village, school, spelling, listed, turned, followed)
                 select $1, 'child', 'c' || (100000000 + n.n), {from}, {until}, 'c' || (100000000 + n.n), {marks},
                        'absent', {PLACE}, {spelling}, case when {listed} then 1 else 0 end, {turned}, {followed} from n"
            ),
            children,
        )?;
    }
    // One child in two hundred was to be brought back, in each of ten years.
    for year in 0..10_i64 {
        let until = if year == 9 { "9000000000".to_owned() } else { ((year + 1) * 12).to_string() };
        step(
            format!(
                "{NUMBERS} insert into figure_member (county, basis, ref, from_number, until_number, child, marks, why, township,
                       village, school, spelling, listed, cause, step)
                 select $1, 'return', 'c' || (100000000 + n.n * 200 + {year}), {}, {until}, 'c' || (100000000 + n.n * 200 + {year}),
                        case when n.n % 5 = 0 then 'o' else 'i' end, 'proven', {PLACE}, {spelling},
                        case when n.n % 5 = 0 then 1 else 0 end, 'learning', 5 from n",
                year * 12 + 1
            ),
            children / 200,
        )?;
    }
    for (kind, of) in [("county", 1), ("township", towns), ("village", towns * 10), ("school", towns * 5)] {
        let id = match kind {
            "county" => "$1".to_owned(),
            kind => format!("'{}' || n.n", kind.get(..1).unwrap_or_default()),
        };
        for figure in Figure::ALL.iter().filter(|figure| !figure.is_by_hand()) {
            step(
                format!(
                    "{NUMBERS}, s(s) as (select cast(1 as bigint) union all select s.s + 1 from s where s.s < {MONTHS})
                     insert into figure_value (county, snapshot, figure, unit, kind, ins, outs, apart)
                     select $1, s.s, '{}', {id}, '{kind}', 990, 9, 1 from n, s where $3 > 0",
                    figure.code()
                ),
                of,
            )?;
        }
    }
    for sql in [
        "insert into figure_snapshot (county, number, day, taken_at, version)
         select $1, n.n + 1, '2026-11-01', '2026-11-01T03:00:00.000+08:00', 2 from n where $3 > 0",
        "insert into figure_freeze (county, snapshot, label, digest, by_account, at)
         select $1, n.n + 1, '月报' || n.n, '', 'x', '2026-11-01T08:00:00.000+08:00' from n where $3 > 0 and n.n + 1 < $2",
        "insert into figure_count (county, snapshot, unit, kind, code, number)
         select $1, n.n + 1, $1, 'cause', 'learning', 9 from n where $3 > 0",
    ] {
        step(format!("{NUMBERS} {sql}"), MONTHS)?;
    }
    // Old lists of eight years and of two.
    for (year, grade, many) in [(2018, 1, children / 9), (2024, 7, children / 9)] {
        step(
            format!(
                "{NUMBERS} insert into figure_cohort (county, year, child, grade, source, made_at)
                 select $1, {year}, 'c' || (100000000 + n.n * 9), {grade}, 'class', '' from n where $3 > 0"
            ),
            many,
        )?;
    }
    Ok(())
}

/// Reads a page many times; the half and the ninety-ninth of a hundred.
fn measured<T>(
    house: &Arc<House>,
    by: &SignedIn,
    what: &str,
    times: usize,
    act: impl Fn(&mut Desk<'_, '_>) -> Result<T, Refused> + Clone + Send + 'static,
) where
    T: Send + 'static,
{
    let mut took: Vec<Duration> = (0..times)
        .map(|_| {
            let (own, by, act) = (Arc::clone(house), by.clone(), act.clone());
            let begun = Instant::now();
            let now = own.now();
            let done = house.db.write(move |tx| {
                act(&mut Desk { tx, who: &by, now: &now, keys: &own.keys, plan: &own.plan }).map(drop)
            });
            done.unwrap_or_else(|refused| panic!("{what}: {refused:?}"));
            begun.elapsed()
        })
        .collect();
    took.sort();
    let at = |share: usize| {
        took.get((took.len() * share / 100).min(took.len() - 1)).map_or(0.0, |one| one.as_secs_f64() * 1000.0)
    };
    println!("  {what:<44} p50 {:8.2} ms   p99 {:8.2} ms", at(50), at(99));
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("").replace('\t', " ")
}

fn county(children: i64, times: usize) {
    let place = Place::new(Engine::Sqlite);
    let db = place.open();
    db.migrate().expect("the schema");
    let plan = plan();
    let begun = Instant::now();
    fill(&db, children).expect("a county");
    println!("{children} children, SQLite: filled in {:.1} s", begun.elapsed().as_secs_f64());
    let folder = tempfile::tempdir().expect("a folder");
    let house = Arc::new(House {
        db,
        keys: Keys::for_tests(),
        plan,
        vault: Vault::at(&folder.path().join("seals")),
        at: "2026-11-24T01:00:00Z".parse().expect("a moment"),
    });
    let director = who(Role::Director, "unit-county", Standing::Serves);
    let township = who(Role::Township, "t1", Standing::Leads);
    let asked = |figure, township: &str, after: &str| NamesAsked {
        figure,
        at: None,
        township: township.to_owned(),
        village: String::new(),
        mark: None,
        cause: None,
        step: None,
        after: after.to_owned(),
    };
    let run = |by: &SignedIn, what: &str, asked: NamesAsked| {
        measured(&house, by, what, times, move |desk| figures::names(desk, &asked));
    };
    measured(&house, &director, "panel", times, |desk| figures::panel(desk, None));
    measured(&house, &township, "panel of a township", times, |desk| figures::panel(desk, None));
    measured(&house, &director, "snapshots", times, figures::snapshots);
    measured(&house, &director, "one figure by township", times, |desk| {
        figures::by_township(desk, Figure::Enrolment, MONTHS)
    });
    run(&director, "names, first page", asked(Figure::InSchool, "", ""));
    run(&director, "names, a page in the middle", asked(Figure::InSchool, "", "p5 c"));
    run(&director, "names of one township", asked(Figure::InSchool, "t1", ""));
    run(&director, "names of a figure that few are in", asked(Figure::Disability, "", ""));
    run(&township, "names, for a township", asked(Figure::InSchool, "", ""));
    run(
        &director,
        "names of a report of five years ago",
        NamesAsked { at: Some(MONTHS / 2), ..asked(Figure::InSchool, "", "") },
    );
    run(
        &director,
        "names of a cause",
        NamesAsked { cause: Some("learning".to_owned()), ..asked(Figure::Return, "", "") },
    );
    measured(&house, &director, "changes since the last report", times, |desk| {
        figures::changes(desk, Figure::InSchool, (MONTHS - 1, MONTHS), "")
    });
    measured(&house, &director, "changes in a year", times.min(5), |desk| {
        figures::changes(desk, Figure::InSchool, (MONTHS - 12, MONTHS), "")
    });
    measured(&house, &director, "tiles", times, |desk| figures::county_tiles(desk, MONTHS, None));
    measured(&house, &director, "causes, steps, curve, since", times, |desk| {
        figures::causes(desk, MONTHS, COUNTY)?;
        figures::steps(desk, MONTHS, COUNTY)?;
        figures::since(desk, MONTHS, COUNTY)?;
        figures::returns(desk, MONTHS, COUNTY)
    });
    measured(&house, &director, "old lists", times.min(10), figures::cohorts);
    measured(&house, &director, "old list, names", times, |desk| {
        figures::gone(desk, 2018, Cohort::First, "")
    });
    for night in ["the first night", "a night in which nothing changed"] {
        let means: Arc<dyn Means> = house.clone();
        let begun = Instant::now();
        let said = figures::renew(&means).expect("a snapshot");
        println!("  {night}: {:.1} s, {said}; {}", begun.elapsed().as_secs_f64(), peak());
    }
}

fn main() {
    let asked = std::env::var("FIGURES_CHILDREN").ok().and_then(|text| text.parse::<i64>().ok());
    let sizes: Vec<i64> = match asked {
        Some(size) => vec![size],
        None if std::env::args().any(|one| one == "--bench") => vec![20_000, 100_000, 500_000],
        None => vec![2_000],
    };
    for size in sizes {
        county(size, if size > 2_000 { TIMES } else { 2 });
    }
}
