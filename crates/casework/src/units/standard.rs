//! A new unit with everything that it needs: its row, what a school or class has beside it, the words by which it is found, and
//! its standard posts, vacant, so that 空缺 shows at once who is missing. It checks nothing: the caller holds the right.

use jiff::civil::Date;
use rules::access::{Role, Standing};

use crate::db::{DbError, Tx};
use crate::now::Now;
use crate::params;
use crate::search;

/// What a unit has beside its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside<'a> {
    /// Nothing.
    Nothing,
    /// The role of a member unit (四(四)–(十八)).
    Department(Role),
    /// Kind of the school, and whether pupils board.
    School(&'a str, bool),
    /// School year, grade and number.
    Class(i64, i64, i64),
}

/// A unit that is made.
#[derive(Debug, Clone)]
pub(crate) struct Fresh<'a> {
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) parent: Option<&'a str>,
    pub(crate) township: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
    /// The first day on which it is there.
    pub(crate) from: Date,
    pub(crate) beside: Beside<'a>,
}

/// Which of the trees a kind of unit stands in.
fn line(kind: &str) -> &'static str {
    match kind {
        "bureau" | "school" | "class" => "education",
        "department" => "department",
        _ => "government",
    }
}

/// Makes it; its id.
///
/// # Errors
/// [`DbError::Unique`] where a unit of the kind has the code, or the school the class; whatever the storage says.
pub(crate) fn make(tx: &mut Tx<'_>, now: &Now, county: &str, new: &Fresh<'_>) -> Result<String, DbError> {
    let id = now.id();
    // By hand they stand in the order in which they were made: ids grow with time.
    let sort = match new.beside {
        Beside::Class(_, grade, number) => grade * 100 + number,
        _ => 9999,
    };
    tx.execute(
        "insert into unit (county, id, kind, line, name, short, parent, township, code, sort, from_day)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)",
        &params![
            county,
            &id,
            new.kind,
            line(new.kind),
            new.name,
            new.parent,
            new.township,
            new.code,
            sort,
            new.from
        ],
    )?;
    if new.kind == "township" {
        // It lies in itself, as everything below it does.
        tx.execute("update unit set township = id where county = $1 and id = $2", &params![county, &id])?;
    }
    match new.beside {
        Beside::School(kind, boards) => {
            tx.execute(
                "insert into school (county, unit, kind, boarding) values ($1, $2, $3, $4)",
                &params![county, &id, kind, boards],
            )?;
        }
        Beside::Class(year, grade, number) => {
            tx.execute(
                "insert into class (county, unit, school, grade, number, school_year) values ($1, $2, $3, $4, $5, $6)",
                &params![county, &id, new.parent, grade, number, year],
            )?;
        }
        Beside::Nothing | Beside::Department(_) => {}
    }
    search::of_unit(tx, county, (&id, new.kind), new.name)?;
    let department = if let Beside::Department(role) = new.beside { Some(role) } else { None };
    posts(tx, now, county, &id, &standard(new.kind, new.name, department))?;
    Ok(id)
}

/// A post that every unit of a kind has: its role, whether its holder leads the unit, whether they are one of the eight.
type Standard = (Role, Standing, bool, String);

/// Opens posts at a unit.
pub(super) fn posts(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    unit: &str,
    posts: &[Standard],
) -> Result<(), DbError> {
    for (sort, (role, standing, chain, title)) in (0_i64..).zip(posts) {
        tx.execute(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![
                county,
                now.id(),
                unit,
                role.code(),
                if *standing == Standing::Leads { "leads" } else { "serves" },
                if *chain { "chain" } else { "staff" },
                title,
                sort
            ],
        )?;
    }
    Ok(())
}

/// The posts that a unit of a kind has (双线四级, 五(一)), and who keeps its accounts (四(十四)).
fn standard(kind: &str, name: &str, department: Option<Role>) -> Vec<Standard> {
    use Standing::{Leads, Serves};
    let keeper = || (Role::UnitAdmin, Serves, false, "单位管理员".to_owned());
    let titled = |role, standing, chain, title: &str| (role, standing, chain, title.to_owned());
    match (kind, department) {
        ("township", _) => {
            let what = if name.contains('乡') { '乡' } else { '镇' };
            vec![
                (Role::Township, Leads, false, format!("{what}长")),
                (Role::Township, Serves, true, format!("分管副{what}长")),
                titled(Role::Township, Serves, false, "控辍保学专干"),
                keeper(),
            ]
        }
        ("village", _) if name.contains("社区") => {
            vec![titled(Role::Village, Leads, true, "社区居民委员会主任")]
        }
        ("village", _) => vec![titled(Role::Village, Leads, true, "村民委员会主任")],
        ("group", _) => vec![titled(Role::Group, Leads, true, "村民小组长")],
        ("bureau", _) => vec![
            titled(Role::Bureau, Leads, false, "县教体局局长"),
            titled(Role::Bureau, Serves, true, "控辍保学办公室主任"),
            titled(Role::Bureau, Serves, false, "学籍管理员"),
            keeper(),
        ],
        ("school", _) => vec![
            titled(Role::Head, Leads, true, "校长"),
            titled(Role::Registrar, Serves, false, "学籍员"),
            keeper(),
        ],
        ("class", _) => vec![(Role::Teacher, Serves, true, format!("{name}班主任"))],
        ("department", Some(role)) => vec![
            (role, Leads, false, format!("{name}分管负责人")),
            (role, Serves, false, format!("{name}联络员")),
            keeper(),
        ],
        ("office", _) => vec![titled(Role::Inspector, Leads, false, "负责人"), keeper()],
        _ => Vec::new(),
    }
}
