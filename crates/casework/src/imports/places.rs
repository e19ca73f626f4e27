//! The county's units by what lists call them: 行政区划代码, 学校标识码, the number of a village group, grade and class.

use rules::access::Places;
use rustc_hash::FxHashMap;

use crate::db::{DbError, Tx};
use crate::params;

/// The units of a county.
#[derive(Debug, Clone, Default)]
pub(super) struct Units {
    pub(super) county: String,
    townships: FxHashMap<String, String>,
    /// By code: village and its township.
    villages: FxHashMap<String, (String, String)>,
    /// By village and the group's number or name.
    groups: FxHashMap<(String, String), String>,
    /// By code or name: school and its township.
    schools: FxHashMap<String, (String, Option<String>)>,
    /// By school, grade and number, in this school year.
    classes: FxHashMap<(String, i64, i64), String>,
}

impl Units {
    pub(super) fn load(tx: &mut Tx<'_>, county: &str, school_year: i64) -> Result<Self, DbError> {
        let mut units = Self::default();
        let mut villages: FxHashMap<String, String> = FxHashMap::default();
        let mut groups = Vec::new();
        tx.each(
            "select id, kind, name, parent, township, code from unit
             where county = $1 and until_day is null
               and kind in ('county', 'township', 'village', 'group', 'school') order by id",
            &params![county],
            |row| {
                let (id, kind, name) = (row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?);
                let parent = row.get::<Option<String>>(3)?.unwrap_or_default();
                let (township, code) = (row.get::<Option<String>>(4)?, row.get::<Option<String>>(5)?);
                match kind.as_str() {
                    "county" => units.county = id,
                    "township" => {
                        units.townships.insert(code.unwrap_or_default(), id);
                    }
                    "village" => {
                        villages.insert(id.clone(), parent.clone());
                        units.villages.insert(code.unwrap_or_default(), (id, parent));
                    }
                    "group" => groups.push((parent, name, id)),
                    _ => {
                        units.schools.insert(name, (id.clone(), township.clone()));
                        units.schools.extend(code.map(|code| (code, (id, township))));
                    }
                }
                Ok(())
            },
        )?;
        for (village, name, id) in groups {
            units.groups.insert((village, folded(&name)), id);
        }
        tx.each(
            "select unit, school, grade, number from class where county = $1 and school_year = $2 order by unit",
            &params![county, school_year],
            |row| {
                let place = (row.get::<String>(1)?, row.get::<i64>(2)?, row.get::<i64>(3)?);
                units.classes.insert(place, row.get(0)?);
                Ok(())
            },
        )?;
        Ok(units)
    }

    /// Township, village and group of a code of nine or twelve digits and a group as written.
    pub(super) fn home(&self, code: &str, group: &str) -> (Option<String>, Option<String>, Option<String>) {
        if let Some((village, township)) = self.villages.get(code) {
            let group = self.groups.get(&(village.clone(), folded(group))).cloned();
            return (Some(township.clone()), Some(village.clone()), group);
        }
        let township = self.townships.iter().find(|(known, _)| same_township(known, code));
        (township.map(|(_, id)| id.clone()), None, None)
    }

    /// A school by its code, or by its name where the list has no code: its unit and township.
    pub(super) fn school(&self, code: &str, name: &str) -> Option<&(String, Option<String>)> {
        let key = if code.is_empty() { name } else { code };
        if key.is_empty() { None } else { self.schools.get(key) }
    }

    pub(super) fn class(&self, school: &str, grade: i64, number: i64) -> Option<&String> {
        self.classes.get(&(school.to_owned(), grade, number))
    }
}

/// Codes of a township come with six, nine or twelve digits.
fn same_township(known: &str, code: &str) -> bool {
    let start = |text: &str| text.get(..9).map(str::to_owned);
    !known.is_empty() && start(known).is_some_and(|known| start(code) == Some(known))
}

/// The number in a group's name, whichever way it is written; the name itself where there is none.
fn folded(name: &str) -> String {
    number(name).map_or_else(|| name.trim().to_owned(), |number| number.to_string())
}

/// The first number in a text: `3`, `三`, `十二`, `２`.
pub(crate) fn number(text: &str) -> Option<i64> {
    let digit = |sign: char| match sign {
        '0'..='9' => sign.to_digit(10),
        '０'..='９' => char::from_u32(u32::from(sign) - 0xfee0).and_then(|sign| sign.to_digit(10)),
        _ => "一二三四五六七八九".chars().zip(1..).find(|(han, _)| *han == sign).map(|(_, value)| value),
    };
    let signs: Vec<char> = text.chars().skip_while(|sign| digit(*sign).is_none() && *sign != '十').collect();
    let run: Vec<char> =
        signs.into_iter().take_while(|sign| digit(*sign).is_some() || *sign == '十').collect();
    if run.is_empty() {
        return None;
    }
    if let Some(at) = run.iter().position(|sign| *sign == '十') {
        let tens = run.get(..at)?.iter().rev().find_map(|sign| digit(*sign)).unwrap_or(1);
        let ones = run.get(at + 1..)?.iter().find_map(|sign| digit(*sign)).unwrap_or(0);
        return Some(i64::from(tens * 10 + ones));
    }
    run.iter().take(4).try_fold(0_i64, |value, sign| Some(value * 10 + i64::from(digit(*sign)?)))
}

/// The places of a child as they are stored.
pub(super) fn places(county: &str, of: &super::known::Known) -> Places {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Places {
        county: county.to_owned(),
        township: some(&of.township),
        village: some(&of.village),
        group: some(&of.village_group),
        school: some(&of.school),
        school_township: some(&of.school_township),
        class: some(&of.class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_groups_and_classes_however_written() {
        for (text, expected) in [
            ("三组", Some(3)),
            ("3组", Some(3)),
            ("第十二村民小组", Some(12)),
            ("二十组", Some(20)),
            ("（２）班", Some(2)),
            ("2班", Some(2)),
            ("大箐小组", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
