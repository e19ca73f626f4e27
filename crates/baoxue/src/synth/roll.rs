//! One row of the national roll: every column of its template, filled in as a school fills it in.

use std::borrow::Cow;

use rules::codes::{
    Boarding, DisabilityKind, Ethnicity, FamilyRelation, IdKind, InclusiveSchooling, LeftBehind,
};

use super::chance::Chance;
use super::entry::Entry;
use super::families::{Child, Family, Origin, Person};
use super::numbers::OUTSIDE;
use super::offices::roll_disability;
use super::places::{County, Wording};
use super::schooling::{Schooling, Seat};
use super::schools::{Kind, School};

/// A pupil in one seat.
pub(crate) struct Pupil<'a> {
    pub(crate) county: &'a County,
    pub(crate) child: &'a Child,
    pub(crate) family: &'a Family,
    pub(crate) schooling: &'a Schooling,
    pub(crate) seat: Seat,
    pub(crate) school: &'a School,
}

impl Pupil<'_> {
    /// The year in which this grade entered its stage.
    fn entered(&self, school_year: i16) -> i16 {
        let stage = match self.seat.grade {
            ..=6 => 1,
            7..=9 => 7,
            _ => 10,
        };
        school_year - self.seat.grade + stage
    }

    /// `2024级2班`; `初2024级2班` where one school has both stages.
    pub(crate) fn class(&self, school_year: i16) -> String {
        let stage = if self.school.kind == Kind::NineYears && self.seat.grade > 6 { "初" } else { "" };
        format!("{stage}{}级{}班", self.entered(school_year), self.seat.class)
    }
}

/// 一年级 to 九年级, and the three years behind them.
pub(crate) fn grade_label(grade: i16) -> &'static str {
    let compulsory = i8::try_from(grade).ok().and_then(rules::age::Grade::new);
    compulsory.map_or_else(
        || match grade {
            ..=9 => "",
            10 => "高中一年级",
            11 => "高中二年级",
            _ => "高中三年级",
        },
        rules::age::Grade::label,
    )
}

/// Whom the school enters as 成员1: the father, unless he is away or gone.
pub(crate) fn first_member(family: &Family) -> FamilyRelation {
    match (&family.father, &family.mother, &family.elder) {
        (_, _, Some((_, called))) if family.left_behind == LeftBehind::BothParents => *called,
        (Some(_), _, _) => FamilyRelation::Father,
        (None, Some(_), _) => FamilyRelation::Mother,
        (None, None, Some((_, called))) => *called,
        (None, None, None) => FamilyRelation::Father,
    }
}

/// 学籍号: G and the ID number as it was first typed, J and a number of the school's own where there was none.
/// `corrected` means that it was made from the right number, and the mistake came into the other cell later.
pub(crate) fn student_number(pupil: &Pupil, entry: &Entry, corrected: bool) -> String {
    let right = &pupil.child.person.number;
    let typed = entry.id.to_uppercase();
    let usable = typed.len() == 18 && typed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X');
    if entry.id.is_empty() || right.is_empty() {
        let Seat { grade, class, order, .. } = pupil.seat;
        return format!("J{}{:02}{:03}{:03}", pupil.school.code, grade, class % 1000, order % 1000);
    }
    if usable && !corrected { format!("G{typed}") } else { format!("G{right}") }
}

/// The cells in the order of [`super::lists::List::Roll`].
pub(crate) fn cells<'a>(
    pupil: &'a Pupil,
    entry: &'a Entry,
    number: &'a str,
    school_year: i16,
) -> Vec<Cow<'a, str>> {
    let Pupil { county, child, family, schooling, seat, school } = pupil;
    let person = &child.person;
    let address = county.address(&entry.home, entry.wording);
    let region = match family.origin {
        Origin::Incomer(place) => OUTSIDE.get(place).map_or(county.code.as_str(), |(_, region)| *region),
        _ => &county.code,
    };
    // Sixteen bits that stay the same for the child, to spread what nobody compares.
    let spread = person.name.text.bytes().fold(0_u16, |sum, byte| sum.rotate_left(3) ^ u16::from(byte));
    let orphan = family.father.is_none() && family.mother.is_none();
    let poor = family.poverty.is_some();
    let disability = roll_disability(child);
    let id_kind = if entry.id.is_empty() { IdKind::Other } else { IdKind::ResidentCard };
    let boarding = if schooling.boards { Boarding::Boarder } else { Boarding::Day };
    let far = if schooling.boards { 6 + spread % 24 } else { spread % 5 };
    let transport = match (schooling.boards, spread % 3) {
        (true, 0) => "公共交通(含农村客运)",
        (true, _) => "家长自行接送",
        (false, 0) => "家长自行接送",
        (false, _) => "步行",
    };
    let politics = match seat.grade {
        ..=1 => "群众",
        2..=7 => "少先队员",
        _ if spread.is_multiple_of(3) => "共青团员",
        _ => "群众",
    };
    let health = if disability == DisabilityKind::None { "健康或良好" } else { "残疾" };
    let yes = |yes: bool| Cow::from(if yes { "是" } else { "否" });
    let left_behind = if family.origin == Origin::Local { family.left_behind } else { LeftBehind::No };
    let mut cells: Vec<Cow<str>> = Vec::with_capacity(80);
    cells.extend([
        school.code.as_str().into(),
        entry.name.as_str().into(),
        entry.sex.label().into(),
        entry.birth.as_str().into(),
        region.into(),
        region.into(),
        person.ethnicity.label().into(),
        "中国".into(),
        id_kind.label().into(),
        "否".into(),
        health.into(),
        politics.into(),
        entry.id.as_str().into(),
        if spread.is_multiple_of(6) { "非农业家庭户口" } else { "农业家庭户口" }.into(),
        region.into(),
        pupil.class(school_year).into(),
        format!("{}09", pupil.entered(school_year)).into(),
        "就近入学".into(),
        boarding.label().into(),
        address.clone().into(),
        county.address(&entry.home.without_village(), Wording::County).into(),
        address.into(),
        family.phone.as_str().into(),
        "675700".into(),
        yes(family.size == 1),
        yes(!spread.is_multiple_of(7)),
        left_behind.label().into(),
        yes(poor),
        yes(poor && schooling.boards),
        yes(orphan),
        "否".into(),
        far.to_string().into(),
        transport.into(),
        "否".into(),
        "".into(),
        "".into(),
        "未知血型".into(),
        "".into(),
        number.into(),
        format!("{}{:02}{:02}", pupil.entered(school_year), seat.class, seat.order).into(),
        seat.order.to_string().into(),
        if family.origin == Origin::Local { "正常入学" } else { "借读" }.into(),
        grade_label(seat.grade).into(),
        "".into(),
        "".into(),
        disability.label().into(),
        "否".into(),
        inclusive(disability, school).label().into(),
    ]);
    let first = family.member(entry.relation).or_else(|| family.adults().next().map(|(person, _)| person));
    let second = family
        .adults()
        .find(|(person, relation)| *relation != entry.relation && person.name.text != entry.guardian);
    cells.extend(member(&entry.guardian, entry.relation, first, true, &family.phone, region));
    cells.extend(match second {
        Some((person, relation)) => member(&person.name.text, relation, Some(person), false, "", region),
        None => Default::default(),
    });
    cells.push(yes(matches!(family.origin, Origin::Incomer(_))));
    cells
}

/// The twelve cells of one member of the family.
fn member<'a>(
    name: &'a str,
    relation: FamilyRelation,
    person: Option<&'a Person>,
    guardian: bool,
    phone: &'a str,
    region: &'a str,
) -> [Cow<'a, str>; 12] {
    [
        name,
        relation.label(),
        "",
        "",
        region,
        phone,
        if guardian { "是" } else { "否" },
        IdKind::ResidentCard.label(),
        person.map_or("", |person| person.number.as_str()),
        person.map_or(Ethnicity::Han, |person| person.ethnicity).label(),
        "",
        "",
    ]
    .map(Cow::from)
}

/// 随班就读, for a child with a disability in an ordinary class.
fn inclusive(disability: DisabilityKind, school: &School) -> InclusiveSchooling {
    match disability {
        _ if school.kind == Kind::Special => InclusiveSchooling::No,
        DisabilityKind::None => InclusiveSchooling::No,
        DisabilityKind::Sight => InclusiveSchooling::Sight,
        DisabilityKind::Hearing => InclusiveSchooling::Hearing,
        DisabilityKind::Intellect => InclusiveSchooling::Intellect,
        _ => InclusiveSchooling::Other,
    }
}

/// Where a child at school elsewhere is said to be: place and school, in a village cadre's words.
pub(crate) fn school_elsewhere(grade: i16, chance: &mut Chance) -> (&'static str, String) {
    let place = chance.weigh(&[
        (30, "云南省大理市"),
        (14, "云南省弥渡县"),
        (10, "云南省祥云县"),
        (8, "云南省巍山县"),
        (8, "云南省云县"),
        (6, "云南省景东县"),
        (8, "云南省昆明市"),
        (6, "浙江省"),
        (6, "广东省"),
        (4, "江苏省"),
    ]);
    let core = place.trim_start_matches("云南省").trim_end_matches(['市', '县', '省']);
    let ordinal = chance.pick(&["一", "二", "三", "四"]);
    let school = match grade {
        ..=6 => format!("{core}第{ordinal}小学"),
        7..=9 => format!("{core}第{ordinal}中学"),
        _ => format!("{core}职业技术学校"),
    };
    (place, school)
}
