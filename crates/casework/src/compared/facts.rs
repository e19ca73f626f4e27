//! A finding as the workbench keeps it: what each list says of the child, side by side, numbers in clear. Nothing of it
//! may be shown; casework seals and masks it.

use linkage::comparison::Finding;
use linkage::people::{People, Person};

use super::Outcome;

/// What one list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// household, roll, present, poverty, and `other2`… for further candidates.
    pub side: String,
    /// Data row of the file, from 1.
    pub row: i64,
    /// 姓名.
    pub name: String,
    /// 身份证件号; empty for none.
    pub number: String,
    /// 1, 2 or empty.
    pub sex: String,
    /// `2015-04-03`, or empty.
    pub birth: String,
    /// 12 digits, or empty.
    pub place: String,
    /// 学校标识码 or name.
    pub school: String,
    /// 班级.
    pub class: String,
    /// 监护人.
    pub guardians: String,
}

impl Outcome<'_> {
    /// What the lists say of a finding's child, her own list first.
    #[must_use]
    pub fn facts(&self, finding: &Finding) -> Vec<Side> {
        let given = &self.given;
        let mut sides = Vec::new();
        let mut add = |side: &str, list: Option<&People>, row: Option<u32>| {
            if let (Some(list), Some(row)) = (list, row) {
                sides.push(self.side(side, row, list.get(row)));
            }
        };
        add("household", Some(&given.household.people), finding.household);
        // Of an undecided child the likeliest row is the first of the candidates, below.
        let likeliest = finding.roll.filter(|_| finding.candidates.is_empty() || finding.household.is_none());
        add("roll", Some(&given.roll.people), likeliest);
        let present = finding.present.filter(|_| finding.candidates.is_empty());
        add("present", given.present.as_ref().map(|list| &list.people), present);
        add("poverty", given.poverty.as_ref().map(|list| &list.people), finding.poverty);
        let (_, _, others) = self.sides(finding);
        for (nth, link) in (1..).zip(&finding.candidates) {
            add(&format!("other{nth}"), Some(others), Some(link.right));
        }
        sides
    }

    fn side(&self, side: &str, row: u32, person: Person<'_>) -> Side {
        let date = |birth: u32| {
            if birth == 0 {
                String::new()
            } else {
                format!("{:04}-{:02}-{:02}", birth / 10_000, birth / 100 % 100, birth % 100)
            }
        };
        let guardians: Vec<&str> = person.guardians.into_iter().filter(|name| !name.is_empty()).collect();
        Side {
            side: side.to_owned(),
            row: i64::from(row) + 1,
            name: person.name.to_owned(),
            number: if person.number.is_none() { String::new() } else { person.number.to_string() },
            sex: match person.sex {
                1 => "1".to_owned(),
                2 => "2".to_owned(),
                _ => String::new(),
            },
            birth: date(person.birth),
            place: if person.place == 0 { String::new() } else { format!("{:012}", person.place) },
            school: self.given.schools.school_key(person.school).to_owned(),
            class: self.given.schools.class_name(person.class).to_owned(),
            guardians: guardians.join("、"),
        }
    }
}
