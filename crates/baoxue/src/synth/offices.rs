//! The offices at work: each writes its list of the zone, with its mistakes, and leaves a trace of which child each
//! row is. It must not decide what became of a child.

use rules::codes::{DisabilityKind, FamilyRelation, Sex};

use super::chance::Chance;
use super::entry::{Around, Entry};
use super::families::{Child, Family, Origin, Poverty};
use super::lists::{List, Rows};
use super::places::{County, Wording};
use super::rates::{self, rate};
use super::roll;
use super::schooling::{Fate, Schooling, Seat};
use super::slips::Slip;
use super::zone::Zone;

/// Serial numbers of households reserved for each zone.
pub(crate) const FAMILIES: usize = 20_000;

/// Which rows of the zone's lists are one child, by their number in the zone's part of the list, from 0.
#[derive(Debug, Default, Clone)]
pub(crate) struct Trace {
    /// Rows of the lists from [`List::Household`] to [`List::Elsewhere`].
    pub(crate) rows: [Vec<usize>; 6],
    /// Mistakes, each with the list and the row it is in.
    pub(crate) slips: Vec<(List, usize, Slip)>,
}

/// What the offices of one zone wrote.
#[derive(Debug)]
pub(crate) struct Desk {
    /// One for each of [`List::ALL`] but the truth.
    pub(crate) lists: [Rows; 7],
    /// One for each child.
    pub(crate) traces: Vec<Trace>,
}

/// An office about to write.
struct Office<'a> {
    county: &'a County,
    zone: &'a Zone,
    hardness: f64,
    school_year: i16,
    day: &'a str,
    /// To the end of the school year.
    proven_until: String,
    chance: Chance,
    desk: Desk,
}

/// Writes every list of the zone.
pub(crate) fn write(
    county: &County,
    zone: &Zone,
    as_of: jiff::civil::Date,
    hardness: f64,
    seed: u64,
) -> Desk {
    let day = as_of.strftime("%Y-%m-%d").to_string();
    let school_year = rules::age::school_year(as_of);
    let mut office = Office {
        county,
        zone,
        hardness,
        school_year,
        day: &day,
        proven_until: format!("{}-07-31", school_year + 1),
        chance: Chance::new(seed, (1 << 41) + zone.index as u64),
        desk: Desk { lists: Default::default(), traces: vec![Trace::default(); zone.children.len()] },
    };
    office.household();
    office.roll_and_present();
    office.poverty();
    office.disability();
    office.elsewhere();
    office.schools();
    office.desk
}

impl Desk {
    fn put<'a>(
        &mut self,
        list: List,
        child: Option<usize>,
        slips: &[Slip],
        cells: impl IntoIterator<Item = &'a str>,
    ) {
        let Some(rows) = self.lists.get_mut(list as usize) else { return };
        let row = rows.len();
        rows.add(cells);
        if let Some(trace) = child.and_then(|child| self.traces.get_mut(child)) {
            trace.rows.iter_mut().skip(list as usize).take(1).for_each(|rows| rows.push(row));
            trace.slips.extend(slips.iter().map(|slip| (list, row, *slip)));
        }
    }
}

impl<'a> Office<'a> {
    fn people(&self) -> impl Iterator<Item = (usize, &'a Child, &'a Family, &'a Schooling)> + use<'a> {
        let zone = self.zone;
        let both = zone.children.iter().zip(&zone.schooling).enumerate();
        both.filter_map(|(index, (child, schooling))| {
            Some((index, child, zone.families.get(child.family)?, schooling))
        })
    }

    /// A record with the mistakes of an office so careless.
    fn entry(
        &mut self,
        child: usize,
        mut entry: Entry,
        rates: &[(Slip, f64)],
        carelessness: f64,
        neighbour: Option<usize>,
    ) -> Entry {
        let around = Around { county: self.county, zone: self.zone, child, neighbour };
        for (slip, base) in rates {
            if self.chance.happens(rate(*base, carelessness, self.hardness)) {
                slip.make(&mut entry, &around, &mut self.chance);
            }
        }
        entry
    }

    fn village_care(&self, family: &Family) -> f64 {
        let village = family.home.village.and_then(|index| self.county.villages.get(index));
        village.map_or(1.0, |village| village.carelessness)
    }

    fn village_code(&self, entry: &Entry) -> &'a str {
        entry
            .home
            .village
            .and_then(|index| self.county.villages.get(index))
            .map_or("", |village| &village.code)
    }

    fn household(&mut self) {
        for (index, child, family, _) in self.people() {
            if family.origin != Origin::Local {
                continue;
            }
            let care = self.village_care(family);
            let entry = Entry::of(child, family, family.guardian, Wording::Full);
            let entry = self.entry(index, entry, rates::HOUSEHOLD, care, None);
            let household = format!("{:09}", 100_000_000 + self.zone.index * FAMILIES + child.family);
            let head = family.member(family.head).map_or("", |person| person.name.text.as_str());
            let address = self.county.address(&entry.home, entry.wording);
            let cells = [
                entry.name.as_str(),
                &entry.id,
                entry.sex.label(),
                &entry.birth,
                child.person.ethnicity.label(),
                &household,
                head,
                to_head(family.head, child.person.sex),
                &address,
                self.village_code(&entry),
                &entry.guardian,
            ];
            self.desk.put(List::Household, Some(index), &entry.slips, cells);
            if self.chance.happens(rate(rates::ROW_TWICE, care, self.hardness)) {
                let slips: Vec<Slip> = entry.slips.iter().copied().chain([Slip::RowTwice]).collect();
                self.desk.put(List::Household, Some(index), &slips, cells);
            }
        }
    }

    /// School by school and class by class, as the system prints it.
    fn roll_and_present(&mut self) {
        let mut seats: Vec<(Seat, usize, bool)> = Vec::new();
        for (index, _, _, schooling) in self.people() {
            seats.extend(schooling.seat.map(|seat| (seat, index, true)));
            seats.extend(schooling.second.map(|seat| (seat, index, false)));
        }
        seats.sort_unstable_by_key(|(seat, index, _)| {
            (seat.school, seat.grade, seat.class, seat.order, *index)
        });
        let mut previous: Option<(Seat, usize)> = None;
        for (seat, index, first) in seats {
            let zone = self.zone;
            let (Some(child), Some(schooling)) = (zone.children.get(index), zone.schooling.get(index)) else {
                continue;
            };
            let (Some(family), Some(school)) =
                (zone.families.get(child.family), zone.schools.get(seat.school))
            else {
                continue;
            };
            let pupil = roll::Pupil { county: self.county, child, family, schooling, seat, school };
            let care = school.carelessness;
            let same_class =
                |(other, _): &(Seat, usize)| other.school == seat.school && other.class == seat.class;
            let neighbour = previous.filter(same_class).map(|(_, index)| index);
            previous = Some((seat, index));
            let mut entry = Entry::of(child, family, roll::first_member(family), school.wording);
            if schooling.fate.is_on_roll() {
                entry = self.entry(index, entry, rates::ROLL, care, neighbour);
                let mut slips = entry.slips.clone();
                if !first {
                    slips.push(Slip::RollTwice);
                }
                let corrected = self.chance.happens(0.2);
                let number = roll::student_number(&pupil, &entry, corrected);
                let cells = roll::cells(&pupil, &entry, &number, self.school_year);
                self.desk.put(List::Roll, Some(index), &slips, cells.iter().map(AsRef::as_ref));
                self.present(index, &pupil, &entry, &number, first);
            } else {
                self.present(index, &pupil, &entry, "", first);
            }
        }
    }

    /// The class list that came back on the day; those who are gone are either struck or marked.
    fn present(&mut self, index: usize, pupil: &roll::Pupil, on_roll: &Entry, number: &str, first: bool) {
        let gone = pupil.schooling.fate == Fate::DroppedOut || !first;
        if !pupil.school.sent_present || gone && self.chance.happens(0.5) {
            return;
        }
        let mut entry = Entry { slips: Vec::new(), ..on_roll.clone() };
        let by_number = pupil.school.lists_student_numbers && !number.is_empty();
        if by_number {
            entry.id = number.to_owned();
        }
        let entry = self.entry(index, entry, rates::PRESENT, pupil.school.carelessness, None);
        let (number, id) = if by_number { (entry.id.as_str(), "") } else { ("", entry.id.as_str()) };
        let class = pupil.class(self.school_year);
        let there = if gone { "否" } else { "是" };
        let cells = [pupil.school.code.as_str(), &class, &entry.name, number, id, self.day, there];
        self.desk.put(List::Present, Some(index), &entry.slips, cells);
    }

    fn poverty(&mut self) {
        let numbers = |serial: usize, member: usize| {
            let household = format!("5399{serial:08}");
            let person = format!("{household}{member:02}");
            (household, person)
        };
        let (mut serial, mut member, mut last) = (self.zone.index * FAMILIES, 0, None);
        for (index, child, family, schooling) in self.people() {
            let Some(poverty) = family.poverty else { continue };
            let kind = if let Poverty::Watched(kind) = poverty { kind } else { "" };
            if last != Some(child.family) {
                (serial, member, last) = (serial + 1, 0, Some(child.family));
                for (adult, relation) in family.adults() {
                    member += 1;
                    let (household, person) = numbers(serial, member);
                    let called = adult_to_head(family, relation);
                    let cells =
                        [&household, &person, &adult.name.text, &adult.number, called, "非在校生", kind];
                    self.desk.put(List::Poverty, None, &[], cells);
                }
            }
            member += 1;
            let (household, person) = numbers(serial, member);
            let entry = Entry::of(child, family, family.guardian, Wording::Full);
            let entry = self.entry(index, entry, rates::VISITS, self.village_care(family), None);
            // This system takes the disabled person's card where others take the ID number.
            let card = card_number(child, &entry).filter(|_| self.chance.happens(0.5));
            let number = card.as_ref().unwrap_or(&entry.id);
            // Half of the dropouts still stand here as they stood last year.
            let stale = schooling.fate == Fate::DroppedOut && self.chance.happens(0.5);
            let state = in_school(schooling, stale);
            let called = to_head(family.head, child.person.sex);
            let cells = [&household, &person, &entry.name, number, called, state, kind];
            self.desk.put(List::Poverty, Some(index), &entry.slips, cells);
        }
    }

    fn disability(&mut self) {
        for (index, child, family, _) in self.people() {
            let Some((kind, grade)) = child.disability.filter(|_| family.origin == Origin::Local) else {
                continue;
            };
            let care = self.village_care(family);
            let entry = Entry::of(child, family, family.guardian, Wording::Full);
            let entry = self.entry(index, entry, rates::VISITS, care, None);
            let entry = self.entry(index, entry, rates::GUARDIAN, care, None);
            let card = card_number(child, &entry).unwrap_or_default();
            let cells = [entry.name.as_str(), &card, kind.label(), grade.label(), &entry.guardian];
            self.desk.put(List::Disability, Some(index), &entry.slips, cells);
        }
    }

    fn elsewhere(&mut self) {
        for (index, child, family, schooling) in self.people() {
            if schooling.fate != Fate::Elsewhere {
                continue;
            }
            let care = self.village_care(family);
            let entry = Entry::of(child, family, family.guardian, Wording::Township);
            let entry = self.entry(index, entry, rates::ELSEWHERE, care, None);
            let address = self.county.address(&entry.home, entry.wording);
            let (place, school) = roll::school_elsewhere(schooling.grade, &mut self.chance);
            let proof = self.chance.weigh(&[(60, "在读证明"), (30, "学籍信息截图"), (10, "")]);
            let until = if proof.is_empty() { "" } else { &self.proven_until };
            let cells = [
                entry.name.as_str(),
                &entry.id,
                entry.sex.label(),
                &entry.birth,
                &address,
                &entry.guardian,
                place,
                &school,
                roll::grade_label(schooling.grade),
                proof,
                until,
            ];
            self.desk.put(List::Elsewhere, Some(index), &entry.slips, cells);
        }
    }

    /// The zone's own schools; the county's are told once, by the first zone that has them.
    fn schools(&mut self) {
        let first_of_group = self.zone.index.is_multiple_of(super::schools::SHARING);
        for school in &self.zone.schools {
            if first_of_group || !school.kind.is_of_the_county() {
                let sent = if school.sent_present { "是" } else { "否" };
                let cells = [school.code.as_str(), &school.name, school.kind.label(), sent];
                self.desk.put(List::Schools, None, &[], cells);
            }
        }
    }
}

/// 残疾人证号 with the ID number as it was written; `None` without a disability or a number.
pub(crate) fn card_number(child: &Child, entry: &Entry) -> Option<String> {
    let (kind, grade) = child.disability?;
    (!entry.id.is_empty()).then(|| format!("{}{}{}", entry.id, kind.code(), grade.code()))
}

/// 与户主关系 of a child, by what the child calls the head.
fn to_head(head: FamilyRelation, sex: Sex) -> &'static str {
    let male = sex == Sex::Male;
    match head {
        FamilyRelation::Grandfather | FamilyRelation::Grandmother => {
            if male {
                "孙子"
            } else {
                "孙女"
            }
        }
        FamilyRelation::MaternalGrandfather | FamilyRelation::MaternalGrandmother => {
            if male {
                "外孙子"
            } else {
                "外孙女"
            }
        }
        _ => {
            if male {
                "子"
            } else {
                "女"
            }
        }
    }
}

/// 与户主关系 of a grown-up, whom the children call `relation`.
fn adult_to_head(family: &Family, relation: FamilyRelation) -> &'static str {
    use FamilyRelation::{Father, Grandfather, Grandmother, MaternalGrandfather, Mother};
    match (family.head, relation) {
        (head, relation) if head == relation => "户主",
        (Father | Mother, Father | Mother) => "配偶",
        (Father, Grandfather) | (Mother, MaternalGrandfather) => "父亲",
        (Father, Grandmother) | (Mother, _) => "母亲",
        (Father, MaternalGrandfather) => "岳父",
        (Father, _) => "岳母",
        (Grandfather | Grandmother, Father) => "子",
        (Grandfather | Grandmother, _) => "儿媳",
        (_, Mother) => "女",
        _ => "女婿",
    }
}

/// 在校生状况 in the words of that system; `stale` is last year's.
fn in_school(schooling: &Schooling, stale: bool) -> &'static str {
    match (schooling.fate, schooling.grade) {
        (Fate::DroppedOut, _) if !stale => "非在校生",
        (Fate::NeverEnrolled | Fate::Left, _) => "非在校生",
        (Fate::TooYoung, _) => "学前教育",
        (_, ..=6) => "小学",
        (_, 7) => "七年级",
        (_, 8) => "八年级",
        (_, 9) => "九年级",
        (_, 10) => "普通高中一年级",
        (_, 11) => "普通高中二年级",
        _ => "普通高中三年级",
    }
}

/// What the roll says of a disability.
pub(crate) fn roll_disability(child: &Child) -> DisabilityKind {
    child.disability.map_or(DisabilityKind::None, |(kind, _)| kind)
}
