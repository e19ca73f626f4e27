//! Adding and correcting a child. Search before create: whoever seems to be there already is shown first, and nobody is
//! kept from saving. Two who correct at once: the later one sees what differs and decides (hazard H03).

use jiff::civil::Date;
use rules::access::{Action, Field, Places, Role, Sight, Subject, Tie, may, ties};
use rules::codes::{Boarding, Ethnicity, IdKind, Sex};
use rules::standing::Standing;

use super::enter::{self, Entering, NewChild};
use super::form::{Checked, Form, check, home};
use super::history::{keep, touched};
use super::read::registration_label;
use super::sees::Sees;
use super::ties::{places_of, ties_of};
use super::timeline::field_label;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::search;

/// Somebody who may be the same child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Id of the file, if the writer may open it.
    pub file: Option<String>,
    /// Name, if so.
    pub name: String,
    /// Why it may be the same.
    pub why: &'static str,
    /// Whether it has the same number: then it cannot be entered twice.
    pub same_number: bool,
}

/// A field that somebody else changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the field is called.
    pub label: &'static str,
    /// What was typed.
    pub yours: String,
    /// What stands there now.
    pub now: String,
}

/// What became of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It is saved: id of the child.
    Done(String),
    /// Nothing is saved yet: look at these first.
    Alike(Vec<Alike>),
    /// Nothing is saved: somebody else was faster; the version now, and what differs.
    Stale(i64, Vec<Difference>),
}

/// A child as it stands, for the form that corrects it. Numbers and the address are left out: they are typed anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// What stands there.
    pub form: Form,
    /// Its version.
    pub version: i64,
    /// Whether the number may be set.
    pub number: bool,
    /// Whether the 学籍号 may be set.
    pub student: bool,
    /// Whether the home may be set.
    pub home: bool,
}

/// The units in which a child may live, for a form: (id, name with those above).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn homes(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    let grant = desk.require(Action::WriteChild, &Subject::Nothing, ("child", ""))?;
    let (role, unit) = grant.post.map_or((Role::Bureau, ""), |post| (post.role, post.unit.as_str()));
    let county = desk.county();
    let all = matches!(role, Role::Bureau | Role::Head | Role::Registrar);
    // The whole county has thousands of groups: there a village is near enough, the group is chosen by the township.
    Ok(desk.tx.query(
        "select unit.id, case when unit.kind = 'group' then village.short || ' · ' || unit.name
                              when unit.kind = 'village' then above.short || ' · ' || unit.name else unit.name end
         from unit
         left join unit above on above.county = unit.county and above.id = unit.parent
         left join unit village on village.county = unit.county and village.id = unit.parent
         where unit.county = $1 and unit.until_day is null and unit.kind in ('township', 'village', 'group')
           and ((cast($3 as bigint) = 1 and unit.kind <> 'group')
                or (cast($3 as bigint) = 0 and (unit.id = $2 or unit.parent = $2
                     or unit.parent in (select below.id from unit below where below.county = $1 and below.parent = $2))))
         order by unit.sort, unit.id limit 1200",
        &params![county, unit, all],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Enters a child. Unless `sure`, whoever has the same name and birthday is shown first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn add(desk: &mut Desk<'_, '_>, form: &Form, sure: bool) -> Result<Saved, Refused> {
    let grant = desk.require(Action::WriteChild, &Subject::Nothing, ("child", ""))?;
    let county = desk.county();
    let checked = check(form, desk.now.day())?;
    let mut places = home(desk.tx, county, &form.home)?;
    county.clone_into(&mut places.county);
    // A school enters a child into itself; where it then sits is an affair of the roll.
    if let Some(post) = grant.post.filter(|post| matches!(post.role, Role::Head | Role::Registrar)) {
        places.school = Some(post.unit.clone());
        places.school_township = township_of(desk, &post.unit)?;
    }
    let tied: Vec<(String, Tie)> =
        ties(&places).into_iter().map(|(unit, tie)| (unit.to_owned(), tie)).collect();
    let Ok(grant) = may(desk.actor(), Action::WriteChild, &Subject::Child(&tied)) else {
        return Err(Refused::field("home", "请选择您管的乡镇、村或村民小组"));
    };
    if let Some(id) = just_added(desk, &checked)? {
        return Ok(Saved::Done(id));
    }
    let alike = alike(desk, &checked, None)?;
    if alike.iter().any(|one| one.same_number) || (!sure && !alike.is_empty()) {
        return Ok(Saved::Alike(alike));
    }
    let with =
        Entering { county, keys: desk.keys, now: desk.now, by: &desk.who.actor.account, source: "hand" };
    let standing = if places.school.is_some() { Standing::Enrolled } else { Standing::Unknown };
    let new = NewChild {
        name: checked.name,
        sex: checked.sex.to_owned(),
        birth: checked.birth,
        ethnicity: checked.ethnicity.to_owned(),
        id_kind: checked.id_kind.to_owned(),
        id_number: checked.id_number,
        student_number: checked.student_number,
        registration: checked.registration.to_owned(),
        household: None,
        address: checked.address,
        places,
        grade: None,
        boarding: checked.boarding.to_owned(),
        standing,
        in_class_since: None,
        groups: Vec::new(),
        guardians: Vec::new(),
    };
    let id = enter::child(desk.tx, &with, &new)?;
    desk.record(Action::WriteChild, grant.post, ("child", &id), "", ENTERED)?;
    Ok(Saved::Done(id))
}

/// The child that the actor has entered within the last minute with the same name, birthday and number: the same form sent
/// twice (hazard H01).
fn just_added(desk: &mut Desk<'_, '_>, checked: &Checked) -> Result<Option<String>, Refused> {
    let lately = desk.now.timestamp().saturating_sub(jiff::SignedDuration::from_mins(1));
    let found = desk.tx.query(
        "select child.id from audit join child on child.county = audit.county and child.id = audit.subject
         where audit.county = $1 and audit.account = $2 and audit.at > $3 and audit.action = 'write_child'
           and audit.detail = $4 and child.name = $5 and child.birth = $6 and child.id_index is not distinct from $7
         order by child.id limit 1",
        &params![
            desk.county(),
            &desk.actor().account,
            crate::now::stamp(lately.unwrap_or(desk.now.timestamp())),
            ENTERED,
            &checked.name,
            checked.birth,
            checked.id_number.as_deref().map(|plain| desk.index("id_number", plain))
        ],
        |row| row.get::<String>(0),
    )?;
    Ok(found.into_iter().next())
}

/// What stands on the record of a child that was entered by hand.
const ENTERED: &str = "登记孩子";

/// A child as it stands, for the form.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn editing(desk: &mut Desk<'_, '_>, id: &str) -> Result<Editing, Refused> {
    let ties = ties_of(desk, id)?;
    let grant = desk.require(Action::WriteChild, &Subject::Child(&ties), ("child", id))?;
    let sees = Sees::granted(&grant).ok_or_else(|| Refused::denied(Action::WriteChild, "child", id))?;
    let stored = stored(desk, id)?;
    Ok(Editing {
        number: writes_number(sees, stored.number.is_empty()),
        student: sees.of(Field::StudentNumber) >= Sight::OnRequest,
        home: writes_home(sees),
        version: stored.version,
        form: Form {
            id_number: String::new(),
            student_number: String::new(),
            address: String::new(),
            ..stored.form
        },
    })
}

/// A number that is there may be changed by whoever can see it whole; one that is missing, by everybody who writes.
fn writes_number(sees: Sees, missing: bool) -> bool {
    sees.of(Field::IdNumber) >= Sight::OnRequest || (missing && sees.shows(Field::IdNumber))
}

/// A school does not move a child's home.
fn writes_home(sees: Sees) -> bool {
    matches!(sees.role(), Role::Bureau | Role::Township | Role::Village)
}

struct Stored {
    form: Form,
    number: String,
    student: String,
    address: String,
    version: i64,
}

fn stored(desk: &mut Desk<'_, '_>, id: &str) -> Result<Stored, Refused> {
    let row = desk.tx.optional(
        "select name, sex, birth, ethnicity, id_kind, registration, coalesce(village_group, village, township, ''),
                boarding, id_sealed, student_sealed, address_sealed, version
         from child where county = $1 and id = $2 and merged_into is null",
        &params![desk.county(), id],
        |row| {
            let form = Form {
                name: row.get(0)?,
                sex: row.get(1)?,
                birth: row.get(2)?,
                ethnicity: row.get(3)?,
                id_kind: row.get(4)?,
                registration: row.get(5)?,
                home: row.get(6)?,
                boarding: row.get(7)?,
                ..Form::default()
            };
            let sealed: [Option<Vec<u8>>; 3] = [row.get(8)?, row.get(9)?, row.get(10)?];
            Ok((form, sealed, row.get::<i64>(11)?))
        },
    )?;
    let Some((form, [number, student, address], version)) = row else {
        return Err(Refused::denied(Action::WriteChild, "child", id));
    };
    Ok(Stored {
        number: desk.open("child", "id_number", id, number.as_deref())?,
        student: desk.open("child", "student_number", id, student.as_deref())?,
        address: desk.open("child", "address", id, address.as_deref())?,
        form,
        version,
    })
}

/// Corrects a child. `version` is the one that the writer had before the eyes.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn correct(
    desk: &mut Desk<'_, '_>,
    id: &str,
    form: &Form,
    version: i64,
    sure: bool,
) -> Result<Saved, Refused> {
    let ties = ties_of(desk, id)?;
    let grant = desk.require(Action::WriteChild, &Subject::Child(&ties), ("child", id))?;
    let sees = Sees::granted(&grant).ok_or_else(|| Refused::denied(Action::WriteChild, "child", id))?;
    let was = stored(desk, id)?;
    let mut form = form.clone();
    if !writes_home(sees) {
        form.home.clone_from(&was.form.home);
        form.registration.clone_from(&was.form.registration);
    }
    if !writes_number(sees, was.number.is_empty()) {
        form.id_number.clear();
        form.id_kind.clone_from(&was.form.id_kind);
    }
    if sees.of(Field::StudentNumber) < Sight::OnRequest {
        form.student_number.clear();
    }
    // Without a document there is no number; with one, an empty field leaves it as it is.
    let number = match (form.id_kind.as_str(), form.id_number.trim()) {
        ("", _) => String::new(),
        (_, "") => was.number.clone(),
        (_, typed) => typed.to_owned(),
    };
    form.id_number.clone_from(&number);
    if form.student_number.trim().is_empty() {
        form.student_number.clone_from(&was.student);
    }
    if form.address.trim().is_empty() || sees.of(Field::Address) == Sight::Absent {
        form.address.clone_from(&was.address);
    }
    let checked = check(&form, desk.now.day())?;
    let places = home(desk.tx, desk.county(), &form.home)?;
    if version != was.version {
        return Ok(Saved::Stale(was.version, differences(desk, sees, &form, &checked, &was)?));
    }
    let alike = alike(desk, &checked, Some(id))?;
    let renamed = checked.name != was.form.name || checked.birth.to_string() != was.form.birth;
    if alike.iter().any(|one| one.same_number) || (!sure && renamed && !alike.is_empty()) {
        return Ok(Saved::Alike(alike));
    }
    put(desk, id, &checked, &places)?;
    for (field, old, new) in [
        ("name", &was.form.name, checked.name.clone()),
        ("sex", &was.form.sex, checked.sex.to_owned()),
        ("birth", &was.form.birth, checked.birth.to_string()),
        ("ethnicity", &was.form.ethnicity, checked.ethnicity.to_owned()),
        ("id_kind", &was.form.id_kind, checked.id_kind.to_owned()),
        ("id_number", &was.number, checked.id_number.clone().unwrap_or_default()),
        ("student_number", &was.student, checked.student_number.clone().unwrap_or_default()),
        ("registration", &was.form.registration, checked.registration.to_owned()),
        ("home", &was.form.home, form.home.clone()),
        ("address", &was.address, checked.address.clone()),
        ("boarding", &was.form.boarding, checked.boarding.to_owned()),
    ] {
        keep(desk, id, field, old, &new, "hand")?;
    }
    touched(desk, id)?;
    desk.record(Action::WriteChild, grant.post, ("child", id), "", "更正信息")?;
    Ok(Saved::Done(id.to_owned()))
}

fn put(desk: &mut Desk<'_, '_>, id: &str, checked: &Checked, places: &Places) -> Result<(), Refused> {
    let spelling = linkage::spelling::spelling(&checked.name);
    let number = checked.id_number.as_deref();
    let tail = number.and_then(|number| number.get(number.len().checked_sub(4)?..));
    let student = checked.student_number.as_deref();
    let address = (!checked.address.is_empty()).then(|| desk.seal("child", "address", id, &checked.address));
    desk.tx.execute(
        "update child set name = $3, spelling = $4, initials = $5, sex = $6, birth = $7, ethnicity = $8, id_kind = $9,
                          id_sealed = $10, id_index = $11, id_tail = $12, student_sealed = $13, student_index = $14,
                          registration = $15, township = $16, village = $17, village_group = $18,
                          address_sealed = $19, boarding = $20
         where county = $1 and id = $2",
        &params![
            desk.county(),
            id,
            &checked.name,
            &spelling.full,
            &spelling.initials,
            checked.sex,
            checked.birth,
            checked.ethnicity,
            checked.id_kind,
            number.map(|plain| desk.seal("child", "id_number", id, plain)),
            number.map(|plain| desk.index("id_number", plain)),
            tail.map(|tail| desk.index("id_tail", tail)),
            student.map(|plain| desk.seal("child", "student_number", id, plain)),
            student.map(|plain| desk.index("student_number", plain)),
            checked.registration,
            places.township.as_deref(),
            places.village.as_deref(),
            places.group.as_deref(),
            address,
            checked.boarding
        ],
    )?;
    search::of_child(desk.tx, desk.county(), id, &checked.name, false)?;
    Ok(())
}

/// Who may be the same child: the same number, or the same name and birthday.
fn alike(desk: &mut Desk<'_, '_>, checked: &Checked, but: Option<&str>) -> Result<Vec<Alike>, Refused> {
    let index = checked.id_number.as_deref().map(|number| desk.index("id_number", number));
    let found = desk.tx.query(
        "select id, name, case when id_index = $2 then 1 else 0 end from child
         where county = $1 and merged_into is null and id <> $3
           and (id_index = $2 or (name = $4 and birth = $5)) order by 3 desc, id limit 10",
        &params![
            desk.county(),
            index.unwrap_or_default(),
            but.unwrap_or_default(),
            &checked.name,
            checked.birth
        ],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<bool>(2)?)),
    )?;
    let mut alike = Vec::with_capacity(found.len());
    for (id, name, same_number) in found {
        let ties = ties_of(desk, &id)?;
        let open = may(desk.actor(), Action::ReadChild, &Subject::Child(&ties)).is_ok();
        // That somewhere else there is a child of this name and birthday is nobody's affair here; who has the number of
        // its document in hand is told that it is taken (hazard A08).
        if !open && !same_number {
            continue;
        }
        alike.push(Alike {
            // Of a child outside one's own part of the county no more is told than that it is there.
            name: if open { name } else { String::new() },
            file: open.then_some(id),
            why: if same_number { "证件号相同" } else { "姓名和出生日期相同" },
            same_number,
        });
    }
    Ok(alike)
}

fn differences(
    desk: &mut Desk<'_, '_>,
    sees: Sees,
    form: &Form,
    checked: &Checked,
    was: &Stored,
) -> Result<Vec<Difference>, Refused> {
    let county = desk.county();
    let mut unit = |id: &str| {
        desk.tx.optional("select name from unit where county = $1 and id = $2", &params![county, id], |row| {
            row.get::<String>(0)
        })
    };
    let (home_now, home_yours) = (unit(&was.form.home)?, unit(&form.home)?);
    let kind = |code: &str| IdKind::from_code(code).map_or("没有证件", IdKind::label).to_owned();
    let birth: Option<Date> = was.form.birth.parse().ok();
    let all = [
        ("name", checked.name.clone(), was.form.name.clone()),
        (
            "sex",
            label(Sex::from_code(checked.sex).map(Sex::label)),
            label(Sex::from_code(&was.form.sex).map(Sex::label)),
        ),
        ("birth", checked.birth.to_string(), birth.map_or_else(String::new, |day| day.to_string())),
        (
            "ethnicity",
            label(Ethnicity::from_code(checked.ethnicity).map(Ethnicity::label)),
            label(Ethnicity::from_code(&was.form.ethnicity).map(Ethnicity::label)),
        ),
        ("id_kind", kind(checked.id_kind), kind(&was.form.id_kind)),
        (
            "id_number",
            rules::mask::id(checked.id_number.as_deref().unwrap_or_default()),
            rules::mask::id(&was.number),
        ),
        (
            "registration",
            registration_label(checked.registration).to_owned(),
            registration_label(&was.form.registration).to_owned(),
        ),
        ("home", home_yours.unwrap_or_default(), home_now.unwrap_or_default()),
        (
            "boarding",
            label(Boarding::from_code(checked.boarding).map(Boarding::label)),
            label(Boarding::from_code(&was.form.boarding).map(Boarding::label)),
        ),
    ];
    Ok(all
        .into_iter()
        .map(|(code, yours, now)| (field_label(code), yours, now))
        .filter(|((_, field), yours, now)| yours != now && sees.shows(*field))
        .map(|((label, _), yours, now)| Difference { label, yours, now })
        .collect())
}

fn label(text: Option<&'static str>) -> String {
    text.unwrap_or_default().to_owned()
}

pub(super) fn county_unit(desk: &mut Desk<'_, '_>) -> Result<String, Refused> {
    Ok(desk.tx.one(
        // By the order of an index: for the least id all units would be read up to it, each class of each year.
        "select coalesce((select id from unit where county = $1 and kind = 'county' order by sort, id limit 1), '')",
        &params![desk.county()],
        |row| row.get(0),
    )?)
}

pub(super) fn township_of(desk: &mut Desk<'_, '_>, school: &str) -> Result<Option<String>, Refused> {
    let found = desk.tx.optional(
        "select township from unit where county = $1 and id = $2",
        &params![desk.county(), school],
        |row| row.get::<Option<String>>(0),
    )?;
    Ok(found.flatten())
}

/// Where the child belongs, or the refusal of an act on nobody.
pub(super) fn places(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Places, Refused> {
    places_of(desk.tx, desk.county(), id)?.ok_or_else(|| Refused::denied(action, "child", id))
}
