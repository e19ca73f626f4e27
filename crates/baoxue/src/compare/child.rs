//! A finding's child as people see her: whose name, which village, which school, who must look.

use linkage::comparison::Finding;
use linkage::people::Person;
use rules::mask;
use rules::plan::FindingRule;

use super::Outcome;

/// What is shown of a child.
pub(crate) struct Child<'a> {
    pub(crate) name: &'a str,
    /// Masked.
    pub(crate) id: String,
    pub(crate) birth: u32,
    pub(crate) sex: &'static str,
    pub(crate) guardian: &'a str,
    pub(crate) township: String,
    pub(crate) village: String,
    pub(crate) school: &'a str,
    pub(crate) class: &'a str,
}

impl Outcome<'_> {
    /// The child of a finding: from the household list where she stands there, else from the roll.
    pub(crate) fn child(&self, finding: &Finding) -> Child<'_> {
        let household = finding.household.map(|row| self.household.people.get(row));
        let roll = finding.roll.map(|row| self.roll.people.get(row));
        let person = household.or(roll).unwrap_or_default();
        // Of a child who may be on the roll, the school is a guess that stands in the reason.
        let at_school = roll.unwrap_or_default();
        let [first, second] = person.guardians;
        let (township, village) = self.place(&person);
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
            township,
            village,
            school: self.schools.school_name(at_school.school),
            class: self.schools.class_name(at_school.class),
        }
    }

    /// Township and village of a person, as far as they are known.
    fn place(&self, person: &Person<'_>) -> (String, String) {
        if person.place == 0 {
            return (String::new(), String::new());
        }
        let known = self.household.places.get(&person.place).or_else(|| self.roll.places.get(&person.place));
        if let Some(name) = known {
            return (String::new(), name.clone());
        }
        let code = format!("{:012}", person.place);
        let divisions = self.plan.divisions();
        match divisions.by_code(&code) {
            Some(place) => {
                let township = place.township.and_then(|id| divisions.township(id));
                let village = place.village.and_then(|id| divisions.village(id));
                let name = |found: Option<String>| found.unwrap_or_default();
                (name(township.map(|it| it.name.clone())), name(village.map(|it| it.name.clone())))
            }
            None => (String::new(), code),
        }
    }

    /// Who must look, by name where the list says it.
    pub(crate) fn who(&self, rule: &FindingRule, child: &Child<'_>) -> String {
        match rule.who.as_str() {
            "各乡镇人民政府" if !child.township.is_empty() => format!("{}人民政府", child.township),
            "学校" if !child.school.is_empty() => child.school.to_owned(),
            who => who.to_owned(),
        }
    }
}
