//! The facts of some children over some days, read at once: classes by date, leave, sheets, marks and school days. It
//! gives them to the rules as they want them and decides nothing itself.

use std::collections::HashMap;

use jiff::civil::Date;
use rules::attendance::{self, Facts, Kind, Mark, Member, Part, SchoolDays, holding};

use super::days::school_days;
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;

/// That a child belonged to a class, with the moment since when this was known.
#[derive(Debug, Clone)]
struct Membership {
    school: String,
    class: String,
    from: Date,
    until: Option<Date>,
    made_at: String,
}

/// A submission.
#[derive(Debug, Clone)]
struct Sheet {
    id: String,
    class: String,
    day: Date,
    part: Part,
    child: Option<String>,
    corrects: String,
    roll_at: String,
}

/// The facts of some children between two days.
pub(super) struct Book<'a> {
    /// The school days.
    pub(super) days: SchoolDays<'a>,
    members: HashMap<String, Vec<Membership>>,
    leave: HashMap<String, Vec<attendance::Leave>>,
    /// In the order of their days.
    sheets: Vec<Sheet>,
    /// Where the sheets of a class stand among them: a child has to do with its own classes, and never with all.
    of_class: HashMap<String, Vec<usize>>,
    /// Where a sheet stands.
    places: HashMap<String, usize>,
    /// By child, then sheet.
    said: HashMap<String, HashMap<String, Kind>>,
}

/// `$4, $5, …` for these texts, which are pushed behind the parameters that are there; never true for none.
pub(crate) fn among<'v>(
    values: &mut Vec<Value<'v>>,
    items: impl IntoIterator<Item = impl Into<Value<'v>>>,
) -> String {
    let marks: Vec<String> = items
        .into_iter()
        .map(|item| {
            values.push(item.into());
            format!("${}", values.len())
        })
        .collect();
    if marks.is_empty() { "null".to_owned() } else { marks.join(", ") }
}

impl<'a> Book<'a> {
    /// Reads what there is of these children between two days, both included.
    pub(super) fn of(
        desk: &mut Desk<'a, '_>,
        children: &[String],
        from: Date,
        to: Date,
    ) -> Result<Self, Refused> {
        let county = desk.county();
        let within = || vec![Value::from(county), Value::from(from), Value::from(to)];
        let mut values = within();
        let list = among(&mut values, children);
        let mut members: HashMap<String, Vec<Membership>> = HashMap::new();
        desk.tx.each(
            &format!(
                "select child, school, class, from_day, until_day, made_at from class_member
                 where county = $1 and child in ({list}) and from_day <= $3 and (until_day is null or until_day > $2)
                 order by child, from_day, id"
            ),
            &values,
            |row| {
                members.entry(row.get(0)?).or_default().push(Membership {
                    school: row.get(1)?,
                    class: row.get(2)?,
                    from: row.get(3)?,
                    until: row.get(4)?,
                    made_at: row.get(5)?,
                });
                Ok(())
            },
        )?;
        // What was marked of a file that was merged into another counts for the one that stayed.
        let mut values = vec![Value::from(county)];
        let list = among(&mut values, children);
        let merged: HashMap<String, String> = desk
            .tx
            .query(
                &format!(
                    "select gone, kept from child_merge where county = $1 and kept in ({list}) and undone_at is null
                     order by gone, kept"
                ),
                &values,
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?
            .into_iter()
            .collect();
        let stands = |child: String| merged.get(&child).cloned().unwrap_or(child);
        let mut values = within();
        let list = among(&mut values, children.iter().chain(merged.keys()));
        let mut leave: HashMap<String, Vec<attendance::Leave>> = HashMap::new();
        desk.tx.each(
            &format!(
                "select child, from_day, case when ended_day < until_day then ended_day else until_day end from leave
                 where county = $1 and child in ({list}) and until_day >= $2 and from_day <= $3
                   and state = 'approved'
                 order by child, from_day, id"
            ),
            &values,
            |row| {
                let one = attendance::Leave { from: row.get(1)?, until: row.get(2)? };
                leave.entry(stands(row.get(0)?)).or_default().push(one);
                Ok(())
            },
        )?;
        let mut said: HashMap<String, HashMap<String, Kind>> = HashMap::new();
        desk.tx.each(
            &format!(
                "select child, sheet, kind from mark
                 where county = $1 and child in ({list}) and day >= $2 and day <= $3
                 order by day, sheet, child"
            ),
            &values,
            |row| {
                let kind: String = row.get(2)?;
                if let Some(kind) = Kind::from_code(&kind) {
                    said.entry(stands(row.get(0)?)).or_default().insert(row.get(1)?, kind);
                }
                Ok(())
            },
        )?;
        let mut classes: Vec<&str> = members.values().flatten().map(|member| member.class.as_str()).collect();
        classes.sort_unstable();
        classes.dedup();
        let mut values = within();
        let classes = among(&mut values, classes.into_iter().map(str::to_owned));
        let mut sheets = Vec::new();
        desk.tx.each(
            &format!(
                "select id, class, day, part, child, corrects, roll_at from sheet
                 where county = $1 and class in ({classes}) and day >= $2 and day <= $3 and taken_back_at is null
                 order by day, id"
            ),
            &values,
            |row| {
                let part: String = row.get(3)?;
                if let Some(part) = Part::from_code(&part) {
                    sheets.push(Sheet {
                        id: row.get(0)?,
                        class: row.get(1)?,
                        day: row.get(2)?,
                        part,
                        child: row.get(4)?,
                        corrects: row.get(5)?,
                        roll_at: row.get(6)?,
                    });
                }
                Ok(())
            },
        )?;
        let mut of_class: HashMap<String, Vec<usize>> = HashMap::new();
        let mut places = HashMap::with_capacity(sheets.len());
        for (at, sheet) in sheets.iter().enumerate() {
            match of_class.get_mut(&sheet.class) {
                Some(own) => own.push(at),
                None => drop(of_class.insert(sheet.class.clone(), vec![at])),
            }
            places.insert(sheet.id.clone(), at);
        }
        Ok(Self { days: school_days(desk, from, to)?, members, leave, sheets, of_class, places, said })
    }

    fn memberships(&self, child: &str) -> &[Membership] {
        self.members.get(child).map(Vec::as_slice).unwrap_or_default()
    }

    /// The classes of a child by date.
    pub(super) fn members(&self, child: &str) -> Vec<Member<'_>> {
        self.memberships(child)
            .iter()
            .map(|one| Member { school: &one.school, class: &one.class, from: one.from, until: one.until })
            .collect()
    }

    /// What a sheet says of a child; `None` where it does not cover it.
    fn says(&self, sheet: &Sheet, child: &str) -> Option<Kind> {
        let marked = self.said.get(child).and_then(|said| said.get(&sheet.id)).copied();
        if marked.is_some() || sheet.child.is_some() || sheet.part == Part::Evening {
            return marked;
        }
        let covered = self.memberships(child).iter().any(|member| {
            member.class == sheet.class
                && member.from <= sheet.day
                && member.until.is_none_or(|until| sheet.day < until)
                && member.made_at <= sheet.roll_at
        });
        covered.then_some(Kind::Present)
    }

    /// The marks of a child that hold, by day.
    pub(super) fn marks(&self, child: &str) -> Vec<Mark<'_>> {
        let classes = self.memberships(child).iter().filter_map(|member| self.of_class.get(&member.class));
        let marked = self.said.get(child).into_iter().flat_map(HashMap::keys);
        let mut own: Vec<usize> = classes
            .flatten()
            .copied()
            .chain(marked.filter_map(|sheet| self.places.get(sheet).copied()))
            .collect();
        own.sort_unstable();
        own.dedup();
        let said: Vec<(attendance::Sheet<'_>, Kind)> = own
            .into_iter()
            .filter_map(|at| {
                let sheet = self.sheets.get(at)?;
                let kind = self.says(sheet, child)?;
                let Sheet { id, class, day, part, corrects, .. } = sheet;
                Some((attendance::Sheet { id, class, day: *day, part: *part, corrects }, kind))
            })
            .collect();
        holding(&said)
    }

    /// The leave of a child.
    pub(super) fn leave(&self, child: &str) -> &[attendance::Leave] {
        self.leave.get(child).map(Vec::as_slice).unwrap_or_default()
    }

    /// The facts of a child, from its [`members`](Self::members) and [`marks`](Self::marks).
    pub(super) fn facts<'b>(
        &'b self,
        child: &str,
        members: &'b [Member<'b>],
        marks: &'b [Mark<'b>],
    ) -> Facts<'b> {
        Facts { members, leave: self.leave(child), marks }
    }
}
