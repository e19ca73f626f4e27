//! Findings as people work on them: a list in one's own scope, and one finding with both sides and the reasons.

use rules::access::{Action, Field, Post, Sight, Subject, Tie, may, sight};
use rules::decision::{Decision, Found};
use rules::plan::FindingKind;

use crate::cases;
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::Sees;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Which findings.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Campaign; empty for the newest.
    pub campaign: String,
    /// Code of [`FindingKind`]; empty for all.
    pub kind: String,
    /// open, assigned, late, reported, decided, gone; empty for what is not settled.
    pub state: String,
    /// Unit of a township; empty for all.
    pub township: String,
    /// Unit that must check or has checked; empty for all.
    pub unit: String,
    /// A run, for `change`; empty for all.
    pub run: String,
    /// What the run changed: fresh, remembered, back, gone; empty for all.
    pub change: String,
    /// Cursor: id of the last finding of the page before; empty for the first page.
    pub after: String,
}

impl ListQuery {
    /// The conditions on `finding` that it means, over parameters behind those that there are already.
    pub(super) fn conditions(&self, today: jiff::civil::Date, params: &mut Vec<Value<'_>>) -> String {
        let mut conditions = String::new();
        let mut equal = |column: &str, value: &str| {
            if !value.is_empty() {
                params.push(Value::from(value.to_owned()));
                conditions.push_str(&format!(" and finding.{column} = ${}", params.len()));
            }
        };
        equal("kind", &self.kind);
        equal("township", &self.township);
        equal("assigned_to", &self.unit);
        match self.change.as_str() {
            "gone" => equal("gone_in", &self.run),
            "back" => equal("back_in", &self.run),
            "fresh" | "remembered" => equal("found_in", &self.run),
            _ => {}
        }
        let late = self.state == "late";
        equal("state", if late { "assigned" } else { &self.state });
        if late {
            params.push(Value::from(today.to_string()));
            conditions.push_str(&format!(" and finding.due_day < ${}", params.len()));
        }
        if self.change == "remembered" {
            conditions.push_str(" and finding.remembered_from is not null");
        }
        if self.state.is_empty() && self.change.is_empty() {
            conditions.push_str(" and finding.state in ('open', 'assigned', 'reported')");
        }
        conditions
    }
}

/// A page of findings.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// The campaign.
    pub campaign: String,
    /// Rows.
    pub rows: Vec<FindingRow>,
    /// Cursor of the next page: id of the last finding of this one.
    pub next: Option<String>,
}

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: Option<FindingKind>,
    /// Name.
    pub name: String,
    /// Birthday; `None` where the role does not see it.
    pub birth: Option<String>,
    /// Village.
    pub village: String,
    /// School.
    pub school: String,
    /// open, assigned, reported, decided, gone.
    pub state: String,
    /// What was decided.
    pub decision: Option<Decision>,
    /// What was reported.
    pub reported: Option<Found>,
    /// Unit that must check.
    pub assigned_to: String,
    /// By when.
    pub due: String,
}

impl FindingRow {
    /// How far it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self.state.as_str() {
            "open" => "待认定".to_owned(),
            "assigned" => format!("{}核查中", self.assigned_to),
            "reported" => format!("已报回：{}", self.reported.map_or("", Found::label)),
            "decided" => self.decision.map_or("", Decision::label).to_owned(),
            _ => "不再出现".to_owned(),
        }
    }
}

/// Rows of a page.
const PAGE: usize = 50;

/// Findings in the actor's scope.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, query: &ListQuery) -> Result<Listed, Refused> {
    desk.require(Action::ReadFindings, &Subject::Nothing, ("finding", ""))?;
    let county = desk.county();
    let campaign = if query.campaign.is_empty() { newest(desk)? } else { query.campaign.clone() };
    let scope = Scope::of(desk.actor(), Action::ReadFindings, desk.now);
    let mut params = vec![Value::from(county.to_owned()), Value::from(campaign.clone())];
    let mut conditions = query.conditions(desk.now.day(), &mut params);
    if let Some(spelling) = edge(desk, &query.after)? {
        params.push(Value::from(spelling));
        params.push(Value::from(query.after.clone()));
        let at = params.len();
        conditions.push_str(&format!(
            " and (finding.spelling > ${0} or (finding.spelling = ${0} and finding.id > ${at}))",
            at - 1
        ));
    }
    let birth = Sees::everywhere(desk, Action::ReadFindings, Field::Birth);
    let within = scope.predicate("tie", &mut params);
    let sql = format!(
        "select finding.id, finding.kind, finding.name, finding.birth, coalesce(village.name, ''),
                coalesce(school.name, ''), finding.state, finding.decision, finding.reported,
                coalesce(checker.name, ''), coalesce(finding.due_day, '')
         from finding
         left join unit village on village.county = finding.county and village.id = finding.village
         left join unit school on school.county = finding.county and school.id = finding.school
         left join unit checker on checker.county = finding.county and checker.id = finding.assigned_to
         where finding.county = $1 and finding.campaign = $2{conditions}
           and exists (select 1 from finding_tie tie
                        where tie.county = finding.county and tie.finding = finding.id and {within})
         order by finding.spelling, finding.id limit {}",
        PAGE + 1
    );
    let mut rows = desk.tx.query(&sql, &params, |row| {
        let kind: String = row.get(1)?;
        let decision: Option<String> = row.get(7)?;
        let reported: Option<String> = row.get(8)?;
        let shown = FindingRow {
            id: row.get(0)?,
            kind: FindingKind::from_code(&kind),
            name: row.get(2)?,
            birth: if birth { Some(row.get(3)?) } else { None },
            village: row.get(4)?,
            school: row.get(5)?,
            state: row.get(6)?,
            decision: decision.as_deref().and_then(Decision::from_code),
            reported: reported.as_deref().and_then(Found::from_code),
            assigned_to: row.get(9)?,
            due: row.get(10)?,
        };
        Ok(shown)
    })?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Listed { campaign, rows, next })
}

/// How the finding is spelt after which a page goes on. Another's finding is no such place: where the list went on from
/// it would tell how its child is spelt (hazard A07).
fn edge(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<String>, Refused> {
    let ties = ties(desk, id)?;
    if may(desk.actor(), Action::ReadFindings, &Subject::Child(&ties)).is_err() {
        return Ok(None);
    }
    Ok(desk.tx.optional(
        "select spelling from finding where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get(0),
    )?)
}

/// The newest campaign; empty if there is none.
pub(super) fn newest(desk: &mut Desk<'_, '_>) -> Result<String, Refused> {
    let found = desk.tx.optional(
        "select id from campaign where county = $1 order by semester desc limit 1",
        &params![desk.county()],
        |row| row.get::<String>(0),
    )?;
    Ok(found.unwrap_or_default())
}

/// What one list says, as the actor may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideShown {
    /// 户籍, 学籍….
    pub list: String,
    /// Data row.
    pub row: i64,
    /// 姓名.
    pub name: String,
    /// 性别.
    pub sex: String,
    /// 出生日期; `None` where the role does not see it.
    pub birth: Option<String>,
    /// Masked; `None` where the role does not see it.
    pub id_masked: Option<String>,
    /// 村.
    pub place: String,
    /// 学校.
    pub school: String,
    /// 班级.
    pub class: String,
    /// 监护人; `None` where the role does not see it.
    pub guardians: Option<String>,
}

/// Something that happened to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: String,
    /// What, in words.
    pub what: String,
    /// By whom.
    pub who: String,
    /// What was written beside it.
    pub note: String,
}

/// A finding with everything that is needed to decide it.
#[derive(Debug, Clone)]
pub struct FindingPage {
    /// As in the list.
    pub row: FindingRow,
    /// The child of the ledger.
    pub child: Option<String>,
    /// Why it was found.
    pub reason: String,
    /// Certainty in permille; 0 where nothing was compared.
    pub score: i64,
    /// What the lists say.
    pub sides: Vec<SideShown>,
    /// What happened so far, the newest first.
    pub events: Vec<Event>,
    /// What the actor may decide, in the order of the keys.
    pub decisions: Vec<Decision>,
    /// What the actor may report.
    pub may_report: bool,
    /// Units to which the actor may hand it for checking: (id, name).
    pub checkers: Vec<(String, String)>,
    /// Whether the actor may open it again.
    pub may_reopen: bool,
    /// The child's open case, where the reader may know of it: opening the finding again does not end it.
    pub case: Option<String>,
    /// Version, for the form.
    pub version: i64,
    /// The next open finding of the list, to go on with.
    pub next: Option<String>,
    /// Whether it was decided in an earlier campaign.
    pub remembered: bool,
}

/// The ties of a finding that count now.
pub(super) fn ties(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, Tie)>, Refused> {
    let found = desk.tx.query(
        "select unit, tie from finding_tie
         where county = $1 and finding = $2 and (until_at is null or until_at > $3)",
        &params![desk.county(), id, desk.now.stamp()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(found.into_iter().filter_map(|(unit, tie)| Some((unit, Tie::from_code(&tie)?))).collect())
}

/// One finding; it is put on the record that it was looked at.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn read(desk: &mut Desk<'_, '_>, id: &str) -> Result<FindingPage, Refused> {
    let county = desk.county();
    let ties = ties(desk, id)?;
    let subject = Subject::Child(&ties);
    let grant = desk.require(Action::ReadFindings, &subject, ("finding", id))?;
    let sees_birth = Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Birth));
    let found = desk.tx.optional(
        "select finding.kind, finding.name, finding.birth, coalesce(village.name, ''), coalesce(school.name, ''),
                finding.state, finding.decision, finding.reported, coalesce(checker.name, ''),
                coalesce(finding.due_day, ''), finding.child, finding.reason, finding.score, finding.version,
                finding.spelling, finding.campaign, finding.remembered_from, finding.village, finding.school,
                finding.township
         from finding
         left join unit village on village.county = finding.county and village.id = finding.village
         left join unit school on school.county = finding.county and school.id = finding.school
         left join unit checker on checker.county = finding.county and checker.id = finding.assigned_to
         where finding.county = $1 and finding.id = $2 and finding.state <> 'staged'",
        &params![county, id],
        |row| {
            let kind: String = row.get(0)?;
            let decision: Option<String> = row.get(6)?;
            let reported: Option<String> = row.get(7)?;
            let line = FindingRow {
                id: id.to_owned(),
                kind: FindingKind::from_code(&kind),
                name: row.get(1)?,
                birth: if sees_birth { Some(row.get(2)?) } else { None },
                village: row.get(3)?,
                school: row.get(4)?,
                state: row.get(5)?,
                decision: decision.as_deref().and_then(Decision::from_code),
                reported: reported.as_deref().and_then(Found::from_code),
                assigned_to: row.get(8)?,
                due: row.get(9)?,
            };
            let units: [Option<String>; 3] = [row.get(17)?, row.get(18)?, row.get(19)?];
            Ok((
                FindingPage {
                    row: line,
                    child: row.get(10)?,
                    reason: row.get(11)?,
                    score: row.get(12)?,
                    sides: Vec::new(),
                    events: Vec::new(),
                    decisions: Vec::new(),
                    may_report: false,
                    checkers: Vec::new(),
                    may_reopen: false,
                    case: None,
                    version: row.get(13)?,
                    next: None,
                    remembered: row.get::<Option<String>>(16)?.is_some(),
                },
                (row.get::<String>(14)?, row.get::<String>(15)?, kind),
                units,
            ))
        },
    )?;
    let Some((mut page, (spelling, campaign, kind), units)) = found else {
        return Err(Refused::denied(Action::ReadFindings, "finding", id));
    };
    page.sides = sides(desk, id, grant.post, grant.tie)?;
    page.events = events(desk, id)?;
    if let Some(child) = page.child.clone()
        && desk.require(Action::ReadCase, &subject, ("finding", id)).is_ok()
    {
        page.case = cases::open_of(desk, &child)?;
    }
    let settled = matches!(page.row.state.as_str(), "decided" | "gone");
    if desk.require(Action::DecideFinding, &subject, ("finding", id)).is_ok() {
        page.may_reopen = page.row.state == "decided";
        if !settled {
            page.decisions = page.row.kind.map_or(Vec::new(), |kind| Decision::of(kind).to_vec());
        }
    }
    page.may_report = page.row.state == "assigned"
        && desk.require(Action::ReportFinding, &subject, ("finding", id)).is_ok();
    if !settled && desk.require(Action::AssignFinding, &subject, ("finding", id)).is_ok() {
        for unit in units.into_iter().flatten() {
            page.checkers.extend(desk.tx.optional(
                "select id, name from unit where county = $1 and id = $2",
                &params![county, &unit],
                |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
            )?);
        }
    }
    let scope = Scope::of(desk.actor(), Action::ReadFindings, desk.now);
    let mut values = vec![
        Value::from(county.to_owned()),
        Value::from(campaign),
        Value::from(spelling),
        Value::from(id.to_owned()),
        Value::from(kind),
    ];
    let within = scope.predicate("tie", &mut values);
    let sql = format!(
        "select finding.id from finding
         where finding.county = $1 and finding.campaign = $2 and finding.kind = $5
           and finding.state in ('open', 'reported')
           and (finding.spelling > $3 or (finding.spelling = $3 and finding.id > $4))
           and exists (select 1 from finding_tie tie
                        where tie.county = finding.county and tie.finding = finding.id and {within})
         order by finding.spelling, finding.id limit 1"
    );
    page.next = desk.tx.optional(&sql, &values, |row| row.get::<String>(0))?;
    desk.record(Action::ReadFindings, grant.post, ("finding", id), "", "")?;
    Ok(page)
}

fn sides(
    desk: &mut Desk<'_, '_>,
    id: &str,
    post: Option<&Post>,
    tie: Option<Tie>,
) -> Result<Vec<SideShown>, Refused> {
    let sees = |field| post.zip(tie).is_some_and(|(post, tie)| sight(post.role, tie, field) != Sight::Absent);
    let (number, guardians) = (sees(Field::IdNumber), sees(Field::Guardians));
    let birth = sees(Field::Birth);
    Ok(desk.tx.query(
        "select side.side, side.row_number, side.name, side.sex, side.birth, side.id_masked,
                coalesce(village.name, side.place), coalesce(school.name, side.school), side.class, side.guardians
         from finding_side side
         left join unit village on village.county = side.county and village.kind in ('village', 'township')
              and (village.code = side.place or (village.kind = 'township' and village.code || '000' = side.place))
         left join unit school on school.county = side.county and school.kind = 'school' and school.code = side.school
         where side.county = $1 and side.finding = $2
         order by case when side.side = 'household' then 0 when side.side = 'roll' then 1 else 2 end, side.side",
        &params![desk.county(), id],
        |row| {
            let side: String = row.get(0)?;
            let sex: String = row.get(3)?;
            Ok(SideShown {
                list: match side.as_str() {
                    "household" => "户籍".to_owned(),
                    "roll" => "学籍".to_owned(),
                    "present" => "在校".to_owned(),
                    "poverty" => "脱贫户、监测户".to_owned(),
                    other => format!("候选{}", other.trim_start_matches("other")),
                },
                row: row.get(1)?,
                name: row.get(2)?,
                sex: rules::codes::Sex::from_code(&sex).map_or(String::new(), |sex| sex.label().to_owned()),
                birth: if birth { Some(row.get(4)?) } else { None },
                id_masked: if number { Some(row.get(5)?) } else { None },
                place: row.get(6)?,
                school: row.get(7)?,
                class: row.get(8)?,
                guardians: if guardians { Some(row.get(9)?) } else { None },
            })
        },
    )?)
}

fn events(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Event>, Refused> {
    let found = desk.tx.query(
        "select event.id, event.at, event.kind, event.value, coalesce(account.name, ''), coalesce(unit.name, ''),
                event.note_sealed
         from finding_event event
         left join account on account.county = event.county and account.id = event.by_account
         left join unit on unit.county = event.county and unit.id = event.unit
         where event.county = $1 and event.finding = $2 order by event.at desc, event.id desc",
        &params![desk.county(), id],
        |row| {
            Ok((
                (row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?),
                (row.get::<String>(4)?, row.get::<String>(5)?, row.get::<Option<Vec<u8>>>(6)?),
            ))
        },
    )?;
    let mut events = Vec::with_capacity(found.len());
    for ((event, at, kind, value), (who, unit, note)) in found {
        let decided = || Decision::from_code(&value).map_or("", Decision::label);
        let what = match kind.as_str() {
            "found" => "比对发现".to_owned(),
            "decided" => format!("认定：{}", decided()),
            "remembered" => format!("沿用上次认定：{}", decided()),
            "assigned" => format!("交办核查：{unit}，{value}前"),
            "reported" => format!("核查结果：{}", Found::from_code(&value).map_or("", Found::label)),
            "reopened" => "重新核查".to_owned(),
            "reminded" => format!("催办：{unit}"),
            "gone" => "再次比对，不再出现".to_owned(),
            "back" => "再次比对，又出现了".to_owned(),
            other => other.to_owned(),
        };
        let note = desk.open("finding_event", "note", &event, note.as_deref())?;
        events.push(Event { at, what, who, note });
    }
    Ok(events)
}
