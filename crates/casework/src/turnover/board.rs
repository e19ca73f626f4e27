//! How far the county's schools are with the new year: classes, who is left in last year's, who has not arrived. In the order of the units.

use rules::access::{Action, Subject, may};
use rules::turnover::{holds_from, year_to_turn};

use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;

/// A school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolLine {
    /// Unit and name.
    pub school: (String, String),
    /// open | planned | done; empty where there is nothing to do.
    pub state: String,
    /// Open classes of earlier years, and the pupils in them.
    pub old: (i64, i64),
    /// Children expected by notice, and of them not in a class of the year.
    pub expected: (i64, i64),
}

/// The schools of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// First calendar year of the year into which they turn.
    pub year: i16,
    /// The schools.
    pub schools: Vec<SchoolLine>,
}

/// The schools of the reader: all of the county, or those of the own posts.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn board(desk: &mut Desk<'_, '_>) -> Result<Board, Refused> {
    let grant = desk.require(Action::ReadTurnover, &Subject::Nothing, ("turnover", ""))?;
    let post = grant.post;
    let board = read(desk)?;
    desk.record(Action::ReadTurnover, post, ("turnover", ""), "", "看新学年编班")?;
    Ok(board)
}

fn read(desk: &mut Desk<'_, '_>) -> Result<Board, Refused> {
    let year = year_to_turn(desk.now.day());
    let mut values = vec![Value::from(desk.county()), Value::from(i64::from(year))];
    let whole = may(desk.actor(), Action::ReadTurnover, &Subject::Unit(&[])).is_ok();
    let within = if whole {
        "1 = 1".to_owned()
    } else {
        let mut marks = Vec::new();
        for post in &desk.who.actor.posts {
            values.push(Value::from(post.unit.as_str()));
            marks.push(format!("${}", values.len()));
        }
        if marks.is_empty() {
            return Ok(Board { year, schools: Vec::new() });
        }
        format!("unit.id in ({})", marks.join(", "))
    };
    let sql = format!(
        "select unit.id, unit.name, coalesce(t.state, ''),
                (select cast(count(*) as bigint) from class c
                   join unit u on u.county = c.county and u.id = c.unit and u.until_day is null
                  where c.county = unit.county and c.school = unit.id and c.school_year < $2 and c.grade <= 9),
                (select cast(count(*) as bigint) from class c
                   join unit u on u.county = c.county and u.id = c.unit and u.until_day is null
                   join child_tie tie on tie.county = c.county and tie.unit = c.unit and tie.tie = 'class'
                  where c.county = unit.county and c.school = unit.id and c.school_year < $2 and c.grade <= 9),
                (select cast(count(*) as bigint) from season_notice n
                  where n.county = unit.county and n.year = $2 and n.school = unit.id),
                (select cast(count(*) as bigint) from season_notice n
                  where n.county = unit.county and n.year = $2 and n.school = unit.id
                    and not exists (select 1 from class_member m
                                    join class c on c.county = m.county and c.unit = m.class and c.school_year = n.year
                                    where m.county = n.county and m.child = n.child and m.until_day is null))
         from unit
         left join turnover t on t.county = unit.county and t.school = unit.id and t.year = $2 and t.state <> 'withdrawn'
         where unit.county = $1 and unit.kind = 'school' and unit.until_day is null and {within}
         order by unit.sort, unit.id"
    );
    let schools = desk.tx.query(&sql, &values, |row| {
        let (state, classes): (String, i64) = (row.get(2)?, row.get(3)?);
        let state = if state.is_empty() && classes > 0 { "open".to_owned() } else { state };
        Ok(SchoolLine {
            school: (row.get(0)?, row.get(1)?),
            state,
            old: (classes, row.get(4)?),
            expected: (row.get(5)?, row.get(6)?),
        })
    })?;
    Ok(Board { year, schools })
}

/// What of the new year waits for somebody today: title, why, what to do, where.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn to_do(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String, String, String)>, Refused> {
    let mut found = Vec::new();
    let today = desk.now.day();
    // From the middle of August until the autumn's roll list: in other months nothing is left to do, or it is not yet time.
    let near = (today.month() == 8 && today.day() >= 15) || matches!(today.month(), 9 | 10);
    if !near || may(desk.actor(), Action::TurnYear, &Subject::Nothing).is_err() {
        return Ok(found);
    }
    let board = read(desk)?;
    let open = board.schools.iter().filter(|one| one.state == "open").count();
    let begun = today >= holds_from(board.year);
    let left: i64 = board.schools.iter().filter(|one| one.state == "done").map(|one| one.old.1).sum();
    let absent: i64 = board.schools.iter().map(|one| one.expected.1).sum();
    let href = match board.schools.as_slice() {
        [only] => format!("/turnover/{}", only.school.0),
        _ => "/turnover".to_owned(),
    };
    let line = |title: String, why: &str, act: &str| (title, why.to_owned(), act.to_owned(), href.clone());
    if open > 0 {
        let title = if board.schools.len() == 1 {
            "新学年还没有编班".to_owned()
        } else {
            format!("{open}所学校新学年还没有编班")
        };
        found.push(line(title, "9月1日要按新的班点名，五(九)", "看一遍，定下来"));
    }
    if left > 0 {
        found.push(line(format!("{left}名孩子还在去年的班里"), "不能按毕业离校，或者等转学", "逐个办清"));
    }
    if begun && absent > 0 {
        found.push(line(
            format!("{absent}名该报到的孩子还没有编班"),
            "发了通知书，五(八)",
            "来了的编班，没来的去找",
        ));
    }
    Ok(found)
}
