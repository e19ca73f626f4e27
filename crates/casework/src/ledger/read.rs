//! 孩子档案: one child, as the reader may see it, with what is open about it, who answers for it and what happened.
//! Reading is an act and on the record, in the same transaction.
// long because: one section of the file each.

use jiff::civil::Date;
use rules::access::{Action, Field, Grant, Places, Sight, Subject, Tie, may};
use rules::codes::{Boarding, Ethnicity, IdKind, Sex};
use rules::groups::Special;
use rules::standing::Standing;

use super::next::{Next, next};
use super::sees::{Sees, Shown};
use super::ties::{places_of, ties_of, where_now};
use super::timeline::{Event, finding_title, timeline};
use super::write::county_unit;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units::{Chain, chain};
use crate::ways;

/// A labelled value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub label: &'static str,
    /// The value, masked where it has to be; empty where nothing is known.
    pub text: String,
    /// The field that can be asked for whole.
    pub on_request: Option<Field>,
}

/// A special group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Id of the fact.
    pub id: String,
    /// Which.
    pub label: &'static str,
    /// Card number, category.
    pub detail: String,
    /// From which day.
    pub from: String,
    /// Until which day; empty while it lasts.
    pub until: String,
    /// Who said so.
    pub source: String,
}

/// Somebody who answers at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianRow {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// 父亲, 祖母….
    pub relation: String,
    /// Works away from home.
    pub away: bool,
    /// Telephone; `None` where the reader does not see it.
    pub phone: Option<Shown>,
}

/// Another child of the household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Name.
    pub name: String,
    /// Birthday.
    pub birth: String,
    /// Id of its file, if the reader may open it.
    pub file: Option<String>,
}

/// A record of studying elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElsewhereRow {
    /// Id.
    pub id: String,
    /// The school.
    pub school: String,
    /// Where it is.
    pub place: String,
    /// The proof and its number.
    pub proof: String,
    /// From which day.
    pub from: String,
    /// The day on which the proof expires; empty for none.
    pub expires: String,
    /// The day on which it ended; empty while it lasts.
    pub ended: String,
}

/// A finding of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// Id.
    pub id: String,
    /// What was found, as the plan calls it.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// open, assigned, reported, decided, gone.
    pub state: String,
    /// In which campaign: its title.
    pub campaign: String,
}

/// A record in a platform of province or state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformRow {
    /// What the platform is called.
    pub platform: String,
    /// Its number; empty until it is known.
    pub number: String,
    /// Since which day.
    pub since: String,
    /// Whether it is closed there.
    pub closed: bool,
}

/// What the reader may do with the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowed {
    /// Correct its fields, guardians and household.
    pub correct: bool,
    /// Add and end groups.
    pub tag: bool,
    /// Record that it studies elsewhere.
    pub elsewhere: bool,
    /// Merge and un-merge files.
    pub merge: bool,
    /// Start a change of the roll.
    pub start_move: bool,
    /// Ask for a change of class.
    pub change_class: bool,
    /// See who looked.
    pub who_looked: bool,
    /// See its absences and what followed from them.
    pub absence: bool,
    /// Open a case.
    pub open_case: bool,
    /// Pair somebody with the child.
    pub pair: bool,
}

/// The file. `None` is what the reader does not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Id of the child; another than the one asked for when that was merged into it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Counts the changes.
    pub version: i64,
    /// Age today in full years.
    pub age: Option<i16>,
    /// Where it stands with school.
    pub standing: Option<Standing>,
    /// Sex, birthday, documents.
    pub identity: Vec<Line>,
    /// Where it lives.
    pub home: Vec<Line>,
    /// Where it learns.
    pub schooling: Vec<Line>,
    /// Special groups, those that last first.
    pub groups: Vec<GroupRow>,
    /// Guardians.
    pub guardians: Option<Vec<GuardianRow>>,
    /// Other children of the household.
    pub siblings: Option<Vec<Sibling>>,
    /// Studying elsewhere.
    pub elsewhere: Option<Vec<ElsewhereRow>>,
    /// Findings.
    pub findings: Option<Vec<FindingRow>>,
    /// Numbers in other platforms.
    pub platforms: Vec<PlatformRow>,
    /// The eight who answer.
    pub chain: Option<Chain>,
    /// Whose move it is.
    pub next: Option<Next>,
    /// What happened.
    pub timeline: Vec<Event>,
    /// What the reader may do.
    pub may: Allowed,
    /// Open merges into this file: id, reason, day.
    pub merges: Vec<(String, String, String)>,
}

struct Row {
    name: String,
    sex: String,
    birth: Date,
    ethnicity: String,
    id_kind: String,
    id_sealed: Option<Vec<u8>>,
    student_sealed: Option<Vec<u8>>,
    registration: String,
    household: Option<String>,
    address_sealed: Option<Vec<u8>>,
    grade: Option<i64>,
    boarding: String,
    standing: String,
    version: i64,
    places: [String; 5],
    head: String,
}

/// The file of a child, for whoever is tied to it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn read(desk: &mut Desk<'_, '_>, id: &str) -> Result<File, Refused> {
    let asked = id;
    let ties = ties_of(desk, asked)?;
    let grant = desk.require(Action::ReadChild, &Subject::Child(&ties), ("child", asked))?;
    let missing = || Refused::denied(Action::ReadChild, "child", asked);
    let sees = Sees::granted(&grant).ok_or_else(missing)?;
    let id = &where_now(desk, asked)?;
    let row = row(desk, id)?.ok_or_else(missing)?;
    let today = desk.now.day();
    let (identity, home) = (identity(desk, id, &row, sees)?, home(desk, id, &row, sees)?);
    let file = File {
        age: sees.clear(Field::Birth, rules::age::age_on(row.birth, today)),
        standing: sees.clear(Field::Schooling, Standing::from_code(&row.standing)).flatten(),
        schooling: schooling(desk, id, &row, sees)?,
        identity,
        home,
        groups: groups(desk, id, sees)?,
        guardians: guardians(desk, id, sees)?,
        siblings: siblings(desk, id, row.household.as_deref(), sees)?,
        elsewhere: elsewhere(desk, id, sees)?,
        findings: findings(desk, id, sees)?,
        platforms: platforms(desk, id, sees)?,
        chain: people(desk, id, sees)?,
        next: next(desk, id, sees)?,
        timeline: timeline(desk, id, sees)?,
        may: allowed(desk, &ties),
        merges: if sees.shows(Field::History) { merges(desk, id)? } else { Vec::new() },
        id: id.clone(),
        name: row.name,
        version: row.version,
    };
    record(desk, &grant, id)?;
    Ok(file)
}

fn record(desk: &mut Desk<'_, '_>, grant: &Grant<'_>, id: &str) -> Result<(), Refused> {
    let why = if grant.tie == Some(Tie::Emergency) { "紧急查看" } else { "" };
    desk.record(Action::ReadChild, grant.post, ("child", id), why, grant.tie.map_or("", Tie::label))
}

fn row(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Row>, Refused> {
    Ok(desk.tx.optional(
        "select child.name, child.sex, child.birth, child.ethnicity, child.id_kind, child.id_sealed,
                child.student_sealed, child.registration, child.household, child.address_sealed, child.grade,
                child.boarding, child.standing, child.version,
                coalesce(township.name, ''), coalesce(village.name, ''), coalesce(part.name, ''),
                coalesce(school.name, ''), coalesce(class.name, ''), coalesce(household.head, '')
         from child
         left join unit township on township.county = child.county and township.id = child.township
         left join unit village on village.county = child.county and village.id = child.village
         left join unit part on part.county = child.county and part.id = child.village_group
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         left join household on household.county = child.county and household.id = child.household
         where child.county = $1 and child.id = $2",
        &params![desk.county(), id],
        |row| {
            Ok(Row {
                name: row.get(0)?,
                sex: row.get(1)?,
                birth: row.get(2)?,
                ethnicity: row.get(3)?,
                id_kind: row.get(4)?,
                id_sealed: row.get(5)?,
                student_sealed: row.get(6)?,
                registration: row.get(7)?,
                household: row.get(8)?,
                address_sealed: row.get(9)?,
                grade: row.get(10)?,
                boarding: row.get(11)?,
                standing: row.get(12)?,
                version: row.get(13)?,
                places: [row.get(14)?, row.get(15)?, row.get(16)?, row.get(17)?, row.get(18)?],
                head: row.get(19)?,
            })
        },
    )?)
}

/// What 户籍 is called.
#[must_use]
pub(super) fn registration_label(code: &str) -> &'static str {
    match code {
        "local" => "本县户籍",
        "elsewhere" => "县外户籍",
        "none" => "没有户籍",
        _ => "不清楚",
    }
}

struct Lines(Sees, Vec<Line>);

impl Lines {
    fn clear(&mut self, field: Field, label: &'static str, text: impl Into<String>) {
        if self.0.of(field) == Sight::Clear {
            self.1.push(Line { label, text: text.into(), on_request: None });
        }
    }

    fn shown(&mut self, field: Field, label: &'static str, shown: Option<Shown>) {
        if let Some(shown) = shown {
            self.1.push(Line { label, text: shown.text, on_request: shown.on_request.then_some(field) });
        }
    }
}

fn identity(desk: &Desk<'_, '_>, id: &str, row: &Row, sees: Sees) -> Result<Vec<Line>, Refused> {
    let mut lines = Lines(sees, Vec::new());
    lines.clear(Field::Sex, "性别", Sex::from_code(&row.sex).map_or("", Sex::label));
    lines.clear(Field::Birth, "出生日期", row.birth.to_string());
    lines.clear(Field::Ethnicity, "民族", Ethnicity::from_code(&row.ethnicity).map_or("", Ethnicity::label));
    if sees.shows(Field::IdNumber) {
        let plain = desk.open("child", "id_number", id, row.id_sealed.as_deref())?;
        let kind = IdKind::from_code(&row.id_kind).map_or("没有证件", IdKind::label);
        lines.shown(Field::IdNumber, kind, sees.number(Field::IdNumber, &plain));
    }
    if sees.shows(Field::StudentNumber) {
        let plain = desk.open("child", "student_number", id, row.student_sealed.as_deref())?;
        lines.shown(Field::StudentNumber, "学籍号", sees.number(Field::StudentNumber, &plain));
    }
    Ok(lines.1)
}

fn home(desk: &Desk<'_, '_>, id: &str, row: &Row, sees: Sees) -> Result<Vec<Line>, Refused> {
    let mut lines = Lines(sees, Vec::new());
    let [township, village, part, ..] = &row.places;
    let place: Vec<&str> =
        [township, village, part].into_iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    lines.clear(Field::Home, "户籍", registration_label(&row.registration));
    lines.clear(Field::Home, "乡镇、村、组", place.join(" · "));
    if sees.shows(Field::Address) {
        let plain = desk.open("child", "address", id, row.address_sealed.as_deref())?;
        lines.shown(Field::Address, "住址", sees.address(&plain));
    }
    lines.clear(Field::Household, "户主", row.head.as_str());
    Ok(lines.1)
}

fn schooling(desk: &mut Desk<'_, '_>, id: &str, row: &Row, sees: Sees) -> Result<Vec<Line>, Refused> {
    let mut lines = Lines(sees, Vec::new());
    let [.., school, class] = &row.places;
    lines.clear(Field::Schooling, "学校", school.as_str());
    lines.clear(Field::Schooling, "班级", class.as_str());
    let grade = row.grade.and_then(|grade| i8::try_from(grade).ok()).and_then(rules::age::Grade::new);
    lines.clear(Field::Schooling, "年级", grade.map_or("", rules::age::Grade::label));
    lines.clear(Field::Schooling, "就读方式", Boarding::from_code(&row.boarding).map_or("", Boarding::label));
    // From the home to the school: for whoever may know both.
    if sees.of(Field::Home) == Sight::Clear {
        lines.clear(Field::Schooling, "上学路程", ways::line(desk, id)?);
    }
    Ok(lines.1)
}

fn groups(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Vec<GroupRow>, Refused> {
    let rows = desk.tx.query(
        "select id, code, detail_sealed, from_day, coalesce(until_day, ''), source
         from child_group where county = $1 and child = $2
         order by case when until_day is null then 0 else 1 end, from_day desc, id limit 40",
        &params![desk.county(), id],
        |row| {
            Ok((
                row.get::<String>(1)?,
                row.get::<Option<Vec<u8>>>(2)?,
                GroupRow {
                    id: row.get(0)?,
                    label: "",
                    detail: String::new(),
                    from: row.get(3)?,
                    until: row.get(4)?,
                    source: row.get(5)?,
                },
            ))
        },
    )?;
    let mut groups = Vec::new();
    for (code, sealed, row) in rows {
        let Some(group) = Special::from_code(&code).filter(|group| sees.of(group.field()) == Sight::Clear)
        else {
            continue;
        };
        let detail = desk.open("child_group", "detail", &row.id, sealed.as_deref())?;
        // A card number is masked like any other number.
        let detail = if detail.len() >= 15 && detail.is_ascii() { rules::mask::id(&detail) } else { detail };
        groups.push(GroupRow { label: group.label(), detail, ..row });
    }
    Ok(groups)
}

fn guardians(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Option<Vec<GuardianRow>>, Refused> {
    if sees.of(Field::Guardians) != Sight::Clear {
        return Ok(None);
    }
    let rows = desk.tx.query(
        "select id, name, relation, away, phone_sealed from guardian
         where county = $1 and child = $2 and until_at is null order by sort, id limit 20",
        &params![desk.county(), id],
        |row| {
            let guardian = GuardianRow {
                id: row.get(0)?,
                name: row.get(1)?,
                relation: row.get(2)?,
                away: row.get(3)?,
                phone: None,
            };
            Ok((guardian, row.get::<Option<Vec<u8>>>(4)?))
        },
    )?;
    let mut guardians = Vec::with_capacity(rows.len());
    for (row, sealed) in rows {
        let phone = if sees.shows(Field::Phone) {
            sees.phone(&desk.open("guardian", "phone", &row.id, sealed.as_deref())?)
        } else {
            None
        };
        guardians.push(GuardianRow { phone, ..row });
    }
    Ok(Some(guardians))
}

fn siblings(
    desk: &mut Desk<'_, '_>,
    id: &str,
    household: Option<&str>,
    sees: Sees,
) -> Result<Option<Vec<Sibling>>, Refused> {
    if sees.of(Field::Household) != Sight::Clear {
        return Ok(None);
    }
    let Some(household) = household else { return Ok(Some(Vec::new())) };
    let rows = desk.tx.query(
        "select id, name, birth from child
         where county = $1 and household = $2 and id <> $3 and merged_into is null order by birth, id limit 20",
        &params![desk.county(), household, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let mut siblings = Vec::with_capacity(rows.len());
    for (id, name, birth) in rows {
        let ties = ties_of(desk, &id)?;
        let open = may(desk.actor(), Action::ReadChild, &Subject::Child(&ties)).is_ok();
        siblings.push(Sibling { name, birth, file: open.then_some(id) });
    }
    Ok(Some(siblings))
}

fn elsewhere(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Option<Vec<ElsewhereRow>>, Refused> {
    if sees.of(Field::Elsewhere) != Sight::Clear {
        return Ok(None);
    }
    let rows = desk.tx.query(
        "select id, school, place, proof, proof_number, from_day, coalesce(expires_day, ''), coalesce(ended_day, '')
         from elsewhere where county = $1 and child = $2 order by made_at desc, id limit 20",
        &params![desk.county(), id],
        |row| {
            let (proof, number): (String, String) = (row.get(3)?, row.get(4)?);
            Ok(ElsewhereRow {
                id: row.get(0)?,
                school: row.get(1)?,
                place: row.get(2)?,
                proof: if number.is_empty() { proof } else { format!("{proof} {number}") },
                from: row.get(5)?,
                expires: row.get(6)?,
                ended: row.get(7)?,
            })
        },
    )?;
    Ok(Some(rows))
}

fn findings(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Option<Vec<FindingRow>>, Refused> {
    if sees.of(Field::Findings) != Sight::Clear {
        return Ok(None);
    }
    let plan = desk.plan;
    Ok(Some(desk.tx.query(
        "select finding.id, finding.kind, finding.reason, finding.state, campaign.title
         from finding join campaign on campaign.county = finding.county and campaign.id = finding.campaign
         where finding.county = $1 and finding.child = $2 and finding.state <> 'staged'
         order by campaign.semester desc, finding.id desc limit 20",
        &params![desk.county(), id],
        |row| {
            let kind: String = row.get(1)?;
            Ok(FindingRow {
                id: row.get(0)?,
                kind: finding_title(plan, &kind).to_owned(),
                reason: row.get(2)?,
                state: row.get(3)?,
                campaign: row.get(4)?,
            })
        },
    )?))
}

fn platforms(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Vec<PlatformRow>, Refused> {
    if sees.of(Field::Findings) != Sight::Clear {
        return Ok(Vec::new());
    }
    Ok(desk.tx.query(
        "select platform, number, entered_day, state from platform_entry
         where county = $1 and child = $2 and state <> 'withdrawn' order by platform, id limit 20",
        &params![desk.county(), id],
        |row| {
            let key: String = row.get(0)?;
            Ok(PlatformRow {
                platform: desk.plan.platform(&key).map_or(key, |platform| platform.title.clone()),
                number: row.get(1)?,
                since: row.get(2)?,
                closed: row.get::<String>(3)? == "closed",
            })
        },
    )?)
}

fn people(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Option<Chain>, Refused> {
    if sees.of(Field::Chain) != Sight::Clear {
        return Ok(None);
    }
    match places_of(desk.tx, desk.county(), id)? {
        Some(places) => {
            // The tie names the county itself; who answers for it sits in its unit.
            let places = Places { county: county_unit(desk)?, ..places };
            chain(desk, &places).map(Some)
        }
        None => Ok(None),
    }
}

fn merges(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, String, String)>, Refused> {
    Ok(desk.tx.query(
        "select id, reason, at from child_merge where county = $1 and kept = $2 and undone_at is null
         order by at desc, id limit 10",
        &params![desk.county(), id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

fn allowed(desk: &Desk<'_, '_>, ties: &[(String, Tie)]) -> Allowed {
    let may = |action| may(desk.actor(), action, &Subject::Child(ties)).is_ok();
    Allowed {
        correct: may(Action::WriteChild),
        tag: may(Action::TagChild),
        elsewhere: may(Action::RecordElsewhere),
        merge: may(Action::MergeChildren),
        start_move: may(Action::StartRollMove),
        change_class: may(Action::ChangeClass),
        who_looked: may(Action::SeeWhoLooked),
        absence: may(Action::ReadSuspects),
        open_case: may(Action::OpenCase),
        pair: may(Action::PairChild),
    }
}
