//! A finding's child as people see her: whose name, which village, which school, who must look. Numbers are masked.

use std::borrow::Cow;

use linkage::comparison::Finding;
use linkage::people::{People, Person};
use rules::divisions::Place;
use rules::mask;
use rules::plan::FindingRule;

use super::Outcome;

/// What is shown of a child; what no list says is empty.
pub struct Child<'a> {
    /// 姓名, as written.
    pub name: &'a str,
    /// 身份证件号, masked.
    pub id: String,
    /// 出生日期 as `year * 10000 + month * 100 + day`; 0 for none.
    pub birth: u32,
    /// 男 or 女.
    pub sex: &'static str,
    /// 监护人.
    pub guardian: &'a str,
    /// Where she is registered, as far as the plan knows it.
    pub place: Option<Place>,
    /// 乡镇.
    pub township: &'a str,
    /// 村.
    pub village: Cow<'a, str>,
    /// 学校.
    pub school: &'a str,
    /// 班级.
    pub class: &'a str,
}

impl Outcome<'_> {
    /// The child of a finding: from the household list where she stands there, else from the roll.
    #[must_use]
    pub fn child(&self, finding: &Finding) -> Child<'_> {
        let household = finding.household.map(|row| self.given.household.people.get(row));
        let roll = finding.roll.map(|row| self.given.roll.people.get(row));
        // Of a child who may be on the roll, the school is a guess that stands in the reason.
        let at_school = roll.unwrap_or_default();
        let child = self.person(household.or(roll).unwrap_or_default());
        Child {
            school: self.given.schools.school_name(at_school.school),
            class: self.given.schools.class_name(at_school.class),
            ..child
        }
    }

    /// Of an undecided child: what the other list is called, her own list, and the other list.
    #[must_use]
    pub fn sides(&self, finding: &Finding) -> (&str, &People, &People) {
        match (&self.given.present, finding.present) {
            (Some(present), Some(_)) => (&present.title, &self.given.roll.people, &present.people),
            _ => (&self.given.roll.title, &self.given.household.people, &self.given.roll.people),
        }
    }

    /// The rows that may be an undecided child, best first.
    #[must_use]
    pub fn others(&self, finding: &Finding) -> Vec<Child<'_>> {
        let (_, _, list) = self.sides(finding);
        finding.candidates.iter().map(|link| self.person(list.get(link.right))).collect()
    }

    /// A row of a list as people see it.
    fn person<'p>(&'p self, person: Person<'p>) -> Child<'p> {
        let [first, second] = person.guardians;
        let divisions = self.given.plan.divisions();
        let place = divisions.by_code(&format!("{:012}", person.place)).filter(|_| person.place != 0);
        let township = place.and_then(|place| divisions.township(place.township?));
        let village = place.and_then(|place| divisions.village(place.village?));
        Child {
            name: person.name,
            id: if person.number.is_none() { String::new() } else { mask::id(&person.number.to_string()) },
            birth: person.birth,
            sex: match person.sex {
                1 => "男",
                2 => "女",
                _ => "",
            },
            guardian: if first.is_empty() { second } else { first },
            place,
            township: township.map_or("", |township| &township.name),
            village: match village {
                Some(village) => Cow::Borrowed(&village.name),
                None => self.place_elsewhere(person.place, place),
            },
            school: self.given.schools.school_name(person.school),
            class: self.given.schools.class_name(person.class),
        }
    }

    /// A place outside the plan: as its list names it, else its code.
    fn place_elsewhere(&self, code: u64, known: Option<Place>) -> Cow<'_, str> {
        if code == 0 || known.is_some() {
            return Cow::Borrowed("");
        }
        let named = self.given.household.places.get(&code).or_else(|| self.given.roll.places.get(&code));
        match named {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("外地（{}）", code / 1_000_000)),
        }
    }

    /// Who must look, by name where the lists say it.
    #[must_use]
    pub fn who(&self, rule: &FindingRule, child: &Child<'_>) -> String {
        if rule.who == "学校" && !child.school.is_empty() {
            return child.school.to_owned();
        }
        self.given.plan.unit_at(&rule.who, child.place)
    }
}
