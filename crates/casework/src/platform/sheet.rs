//! 录入表: one child as one platform asks for it, line by line in the platform's order, to copy from. Values are shown by
//! right; whole ones only after they were asked for with a reason and a fresh proof of identity, on the record.

use rules::access::{Action, Field, Sight, Subject};
use rules::age::Grade;
use rules::codes::{Ethnicity, IdKind, Sex};
use rules::groups::Special;
use rules::mask;
use rules::plan::{Platform, PlatformField};
use rules::purpose::Purpose;
use rules::standing::Standing;
use rules::twin::{Stand, Step};

use super::keep::{kept, steps};
use crate::desk::Desk;
use crate::ledger::{self, REVEALED, Sees, ties_of, where_now};
use crate::params;
use crate::refused::Refused;

/// A line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the platform calls it.
    pub label: String,
    /// The value as it may be shown; empty where nothing is known.
    pub text: String,
    /// Whether it is masked, so that it is not to be copied.
    pub masked: bool,
}

/// What was done in the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub what: &'static str,
    /// The number that stood after it.
    pub number: String,
    /// On which day.
    pub day: String,
    /// Why.
    pub why: String,
    /// By whom.
    pub by: String,
    /// When it was written down.
    pub at: String,
}

/// What is kept of the record in the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its number; empty until it is known.
    pub number: String,
    /// Since which day.
    pub since: String,
    /// For the form; 0 where there is none.
    pub version: i64,
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Id of the child.
    pub child: String,
    /// Name.
    pub name: String,
    /// Key of the platform.
    pub platform: String,
    /// How far it is; `None` where it need not stand there.
    pub stand: Option<Stand>,
    /// The lines in the platform's order; what the reader does not see at all is not among them.
    pub lines: Vec<Line>,
    /// Whether something can be asked for whole.
    pub can_reveal: bool,
    /// The record.
    pub entry: Entry,
    /// What was done, the newest first.
    pub events: Vec<Event>,
    /// What may be done.
    pub steps: Vec<Step>,
    /// For each platform its key and how far the child is there.
    pub stands: Vec<(String, Option<Stand>)>,
}

/// A child's values as they are, for [`text`].
#[derive(Default)]
pub(super) struct Values {
    name: String,
    sex: String,
    birth: String,
    ethnicity: String,
    id_kind: String,
    id_number: String,
    student_number: String,
    township: String,
    village: String,
    group: String,
    address: String,
    guardian: String,
    relation: String,
    phone: String,
    school: String,
    class: String,
    grade: Option<i64>,
    pub(super) standing: String,
    groups: i64,
    since: String,
}

/// Reads a child's values; sealed ones are opened.
pub(super) fn values(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Values>, Refused> {
    let county = desk.county();
    let found = desk.tx.optional(
        "select child.name, child.sex, child.birth, child.ethnicity, child.id_kind, child.id_sealed,
                child.student_sealed, child.address_sealed, child.grade, child.standing, child.group_bits,
                coalesce(township.name, ''), coalesce(village.name, ''), coalesce(part.name, ''),
                coalesce(school.name, ''), coalesce(class.name, ''),
                coalesce((select min(since_day) from suspected
                           where suspected.county = $1 and suspected.child = child.id and cleared_at is null), '')
         from child
         left join unit township on township.county = child.county and township.id = child.township
         left join unit village on village.county = child.county and village.id = child.village
         left join unit part on part.county = child.county and part.id = child.village_group
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         where child.county = $1 and child.id = $2",
        &params![county, child],
        |row| {
            Ok((
                Values {
                    name: row.get(0)?,
                    sex: row.get(1)?,
                    birth: row.get(2)?,
                    ethnicity: row.get(3)?,
                    id_kind: row.get(4)?,
                    grade: row.get(8)?,
                    standing: row.get(9)?,
                    groups: row.get(10)?,
                    township: row.get(11)?,
                    village: row.get(12)?,
                    group: row.get(13)?,
                    school: row.get(14)?,
                    class: row.get(15)?,
                    since: row.get(16)?,
                    ..Values::default()
                },
                [row.get::<Option<Vec<u8>>>(5)?, row.get(6)?, row.get(7)?],
            ))
        },
    )?;
    let Some((mut values, [number, student, address])) = found else { return Ok(None) };
    values.id_number = desk.open("child", "id_number", child, number.as_deref())?;
    values.student_number = desk.open("child", "student_number", child, student.as_deref())?;
    values.address = desk.open("child", "address", child, address.as_deref())?;
    let guardian = desk.tx.optional(
        "select id, name, relation, phone_sealed from guardian
         where county = $1 and child = $2 and until_at is null order by sort, id limit 1",
        &params![county, child],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                row.get::<String>(2)?,
                row.get::<Option<Vec<u8>>>(3)?,
            ))
        },
    )?;
    if let Some((id, name, relation, phone)) = guardian {
        values.phone = desk.open("guardian", "phone", &id, phone.as_deref())?;
        (values.guardian, values.relation) = (name, relation);
    }
    Ok(Some(values))
}

/// What goes into a line.
fn text(values: &Values, field: PlatformField) -> String {
    use PlatformField as F;
    let yes = |groups: &[Special]| {
        let held: Vec<&str> =
            Special::of_bits(values.groups).filter(|one| groups.contains(one)).map(Special::label).collect();
        if held.is_empty() { "否".to_owned() } else { format!("是（{}）", held.join("、")) }
    };
    match field {
        F::Name => values.name.clone(),
        F::Sex => Sex::from_code(&values.sex).map_or("", Sex::label).to_owned(),
        F::Birth => values.birth.clone(),
        F::Ethnicity => Ethnicity::from_code(&values.ethnicity).map_or("", Ethnicity::label).to_owned(),
        F::IdKind => IdKind::from_code(&values.id_kind).map_or("没有证件", IdKind::label).to_owned(),
        F::IdNumber => values.id_number.clone(),
        F::StudentNumber => values.student_number.clone(),
        F::Township => values.township.clone(),
        F::Village => values.village.clone(),
        F::Group => values.group.clone(),
        F::Address => values.address.clone(),
        F::Guardian => values.guardian.clone(),
        F::Relation => values.relation.clone(),
        F::Phone => values.phone.clone(),
        F::School => values.school.clone(),
        F::Class => values.class.clone(),
        F::Grade => {
            let grade = values.grade.and_then(|grade| i8::try_from(grade).ok()).and_then(Grade::new);
            grade.map_or("", Grade::label).to_owned()
        }
        F::Standing => Standing::from_code(&values.standing).map_or("", Standing::label).to_owned(),
        F::Since => values.since.clone(),
        F::Poverty => yes(&[Special::LiftedOut, Special::Monitored]),
        F::Disability => yes(&[Special::Disability]),
        F::LeftBehind => yes(&[Special::LeftBehind]),
    }
}

/// A line as a reader sees it; `None` where it is absent. `whole` shows what can be asked for as well.
pub(super) fn line(values: &Values, field: PlatformField, sees: Sees, whole: bool) -> Option<(String, bool)> {
    let plain = text(values, field);
    let kind_of_paper = field == PlatformField::IdKind;
    match sees.of(field.field()) {
        Sight::Absent => None,
        Sight::Clear => Some((plain, false)),
        // Which paper it is tells nothing that its masked number does not.
        _ if kind_of_paper || plain.is_empty() => Some((plain, false)),
        Sight::OnRequest if whole => Some((plain, false)),
        Sight::OnRequest | Sight::Masked => {
            let masked = match field {
                PlatformField::IdNumber | PlatformField::StudentNumber => mask::id(&plain),
                PlatformField::Phone => mask::phone(&plain),
                _ => "已隐去".to_owned(),
            };
            Some((masked, true))
        }
    }
}

/// The sheet of a child for a platform; an empty key is the first platform that the child must stand in, else the first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn sheet(desk: &mut Desk<'_, '_>, child: &str, platform: &str) -> Result<Sheet, Refused> {
    let made = make(desk, child, platform, false)?;
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::KeepPlatformNumber, &Subject::Child(&ties), ("child", child))?;
    desk.record(Action::KeepPlatformNumber, grant.post, ("child", &made.child), "", "打开录入表")?;
    Ok(made)
}

/// The sheet with everything whole that may be asked for, each field on the record with its reason.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn reveal(
    desk: &mut Desk<'_, '_>,
    child: &str,
    platform: &str,
    purpose: Purpose,
) -> Result<Sheet, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::KeepPlatformNumber, &Subject::Child(&ties), ("child", child))?;
    desk.proved(Action::RevealField)?;
    let made = make(desk, child, platform, true)?;
    let found = super::platform(desk, &made.platform)?;
    if let Some(sees) = Sees::granted(&grant) {
        for field in asked(found, sees) {
            ledger::reveal(desk, child, field, purpose)?;
        }
    }
    Ok(made)
}

/// The fields of a platform's form that this reader may ask for whole, each once.
pub(super) fn asked(platform: &Platform, sees: Sees) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for line in &platform.lines {
        let field = line.field.field();
        if sees.of(field) == Sight::OnRequest && REVEALED.contains(&field) && !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

fn make(desk: &mut Desk<'_, '_>, child: &str, platform: &str, whole: bool) -> Result<Sheet, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::KeepPlatformNumber, &Subject::Child(&ties), ("child", child))?;
    let missing = || Refused::denied(Action::KeepPlatformNumber, "child", child);
    let sees = Sees::granted(&grant).ok_or_else(missing)?;
    let id = where_now(desk, child)?;
    let values = values(desk, &id)?.ok_or_else(missing)?;
    let plan = desk.plan;
    let standing = Standing::from_code(&values.standing);
    let mut stands = Vec::new();
    for one in plan.platforms() {
        let kept = kept(desk, &one.key, &id)?;
        let stand = Stand::of(one, standing, kept.as_ref().map(|kept| (kept.closed, kept.number.as_str())));
        stands.push((one.key.clone(), stand));
    }
    let open = || stands.iter().find(|(_, stand)| stand.is_some_and(Stand::is_open));
    let any = || stands.iter().find(|(_, stand)| stand.is_some());
    let key = match platform {
        "" => open().or_else(any).map_or("", |(key, _)| key.as_str()).to_owned(),
        asked => asked.to_owned(),
    };
    let platform = super::platform(desk, &key)?;
    let entry = kept(desk, &platform.key, &id)?;
    let stand = stands.iter().find(|(key, _)| *key == platform.key).and_then(|(_, stand)| *stand);
    let lines = platform
        .lines
        .iter()
        .filter_map(|one| {
            let (text, masked) = line(&values, one.field, sees, whole)?;
            Some(Line { label: one.label.clone(), text, masked })
        })
        .collect();
    let events = events(desk, &platform.key, &id)?;
    Ok(Sheet {
        child: id,
        name: values.name,
        platform: platform.key.clone(),
        stand,
        lines,
        can_reveal: !whole && !asked(platform, sees).is_empty(),
        steps: steps(stand, entry.as_ref()),
        entry: entry.map_or_else(Entry::default, |kept| Entry {
            number: kept.number,
            since: kept.entered,
            version: kept.version,
        }),
        events,
        stands,
    })
}

fn events(desk: &mut Desk<'_, '_>, platform: &str, child: &str) -> Result<Vec<Event>, Refused> {
    Ok(desk.tx.query(
        "select event.kind, event.number, event.day, event.why, coalesce(account.name, ''), event.at
         from platform_entry entry
         join platform_event event on event.county = entry.county and event.entry = entry.id
         left join account on account.county = event.county and account.id = event.by_account
         where entry.county = $1 and entry.platform = $2 and entry.child = $3
         order by event.at desc, event.id desc limit 50",
        &params![desk.county(), platform, child],
        |row| {
            let kind: String = row.get(0)?;
            Ok(Event {
                what: Step::from_code(&kind).map_or("", Step::label),
                number: row.get(1)?,
                day: row.get(2)?,
                why: row.get(3)?,
                by: row.get(4)?,
                at: row.get(5)?,
            })
        },
    )?)
}
