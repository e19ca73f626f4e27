//! Every pair in words: what agrees, what differs and how, in the order in which a clerk would look.

use std::borrow::Cow;

use crate::link::{Link, Tier};
use crate::name::NameLevel;
use crate::number::NumberLevel;
use crate::pattern::{BirthLevel, Field, GuardianLevel, Pattern, PlaceLevel, SchoolLevel};
use crate::people::{People, Person};

/// Why a link was made, or is possible: `姓名同音 李晓明/李小明 · 出生日期相同 · 监护人相同`.
#[must_use]
pub fn explain(link: &Link, left: &People, right: &People) -> Cow<'static, str> {
    if link.pattern == Pattern::default() && link.tier != Tier::Probable {
        let (a, b) = (left.name(link.left), right.name(link.right));
        return if a == b {
            Cow::Borrowed("身份证号相同 · 姓名相同")
        } else {
            Cow::Owned(format!("身份证号相同 · {}", pair("姓名写法不同", a, b)))
        };
    }
    let (a, b) = (left.get(link.left), right.get(link.right));
    let parts = [
        number(link.pattern, &b),
        name(link.pattern, &a, &b),
        birth(link.pattern, &a, &b),
        guardian(link.pattern, &a, &b),
        if link.pattern.get(Field::Sex) == 1 { "性别不同".to_owned() } else { String::new() },
        place(link.pattern).to_owned(),
        school(link.pattern).to_owned(),
    ];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Cow::Owned(said.join(" · "))
}

fn pair(what: &str, a: &str, b: &str) -> String {
    format!("{what} {a}/{b}")
}

fn number(pattern: Pattern, right: &Person<'_>) -> String {
    let level = pattern.get(Field::Number);
    let said = match level {
        _ if level == NumberLevel::Same as u8 => "身份证号相同",
        _ if level == NumberLevel::OneSlip as u8 => "身份证号差一处",
        _ if level == NumberLevel::TwoSlips as u8 => "身份证号差两处",
        _ if level == NumberLevel::Missing as u8 && right.number.is_none() => "没有可用的身份证号",
        _ if level == NumberLevel::Missing as u8 => "户籍上没有可用的身份证号",
        _ if level == NumberLevel::Copied as u8 => "身份证号登成了别人的",
        _ if level == NumberLevel::DifferentDoubtful as u8 => "身份证号不同，其中有不合格的",
        _ => "身份证号不同，两个都合格",
    };
    said.to_owned()
}

fn name(pattern: Pattern, left: &Person<'_>, right: &Person<'_>) -> String {
    let level = pattern.get(Field::Name);
    let (a, b) = (left.name, right.name);
    match level {
        _ if level == NameLevel::Same as u8 && a == b => "姓名相同".to_owned(),
        _ if level == NameLevel::Same as u8 => pair("姓名写法不同", a, b),
        _ if level == NameLevel::SameSound as u8 => pair("姓名同音", a, b),
        _ if level == NameLevel::NearSound as u8 => pair("姓名近音", a, b),
        _ if level == NameLevel::Reordered as u8 => pair("姓名字序不同", a, b),
        _ if level == NameLevel::Shortened as u8 => pair("姓名少字", a, b),
        _ if level == NameLevel::OneCharacter as u8 => pair("姓名差一字", a, b),
        _ if level == NameLevel::OtherSurname as u8 => pair("名同姓不同", a, b),
        _ if level == NameLevel::Missing as u8 => "缺姓名".to_owned(),
        _ => pair("姓名不同", a, b),
    }
}

fn birth(pattern: Pattern, left: &Person<'_>, right: &Person<'_>) -> String {
    let level = pattern.get(Field::Birth);
    let (a, b) = (date(left.birth), date(right.birth));
    match level {
        _ if level == BirthLevel::Missing as u8 => String::new(),
        _ if left.birth == right.birth => "出生日期相同".to_owned(),
        _ if level == BirthLevel::Implied as u8 => "出生日期随身份证号登错".to_owned(),
        _ if level == BirthLevel::Slip as u8 => pair("出生日期差一处", &a, &b),
        _ if level == BirthLevel::Near as u8 => pair("出生日期相近", &a, &b),
        _ => pair("出生日期不同", &a, &b),
    }
}

fn guardian(pattern: Pattern, left: &Person<'_>, right: &Person<'_>) -> String {
    let level = pattern.get(Field::Guardian);
    let first = |person: &Person<'_>| {
        person.guardians.iter().find(|name| !name.is_empty()).map_or(String::new(), |name| (*name).to_owned())
    };
    match level {
        _ if level == GuardianLevel::Same as u8 => "监护人相同".to_owned(),
        _ if level == GuardianLevel::Missing as u8 => String::new(),
        _ if level == GuardianLevel::Alike as u8 => pair("监护人相近", &first(left), &first(right)),
        _ => pair("监护人不同", &first(left), &first(right)),
    }
}

fn place(pattern: Pattern) -> &'static str {
    match pattern.get(Field::Place) {
        level if level == PlaceLevel::Village as u8 => "同村",
        level if level == PlaceLevel::Township as u8 => "同乡镇不同村",
        level if level == PlaceLevel::County as u8 => "不同乡镇",
        level if level == PlaceLevel::Elsewhere as u8 => "户籍地不同",
        _ => "",
    }
}

fn school(pattern: Pattern) -> &'static str {
    match pattern.get(Field::School) {
        level if level == SchoolLevel::Class as u8 => "同班",
        level if level == SchoolLevel::School as u8 => "同校",
        level if level == SchoolLevel::Different as u8 => "学校不同",
        _ => "",
    }
}

/// `2015-04-03` from 20150403; nothing from 0.
#[must_use]
pub fn date(birth: u32) -> String {
    if birth == 0 {
        return String::new();
    }
    format!("{:04}-{:02}-{:02}", birth / 10_000, birth / 100 % 100, birth % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;
    use crate::profile::{Profile, compare};

    fn check(left: Person<'_>, right: Person<'_>, expected: &str) {
        let list = |person| {
            let mut people = People::default();
            people.push(&person);
            people
        };
        let (left, right) = (list(left), list(right));
        let pattern = compare(&Profile::of(&left, 0), &Profile::of(&right, 0));
        let link = Link { left: 0, right: 0, chance: 0.9, tier: Tier::Probable, pattern };
        assert_eq!(explain(&link, &left, &right), expected);
    }

    #[test]
    fn says_what_agrees_and_what_differs() {
        let person =
            |name, birth, guardian| Person { name, birth, guardians: [guardian, ""], ..Person::default() };
        check(
            person("李晓明", 20150403, "李国"),
            person("李小明", 20150403, "李国"),
            "没有可用的身份证号 · 姓名同音 李晓明/李小明 · 出生日期相同 · 监护人相同",
        );
        check(
            person("李晓明", 20150403, "李国"),
            person("李晓明", 20150413, "王英"),
            "没有可用的身份证号 · 姓名相同 · 出生日期差一处 2015-04-03/2015-04-13 · 监护人不同 李国/王英",
        );
        let numbered = |number| Person {
            name: "陳靜",
            number: Number::new(number, true),
            place: 532_926_101_202,
            ..Person::default()
        };
        check(
            Person { name: "陈静", ..numbered("539999201509010011") },
            numbered("539999201509010011"),
            "身份证号相同 · 姓名写法不同 陈静/陳靜 · 同村",
        );
    }
}
