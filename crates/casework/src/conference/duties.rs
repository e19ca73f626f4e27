//! The duty list (四; 五(一)–(十二)): for each measure and duty who leads and who answers for it, what the units have entered as proof this term,
//! what the program itself counts, and plainly what is missing. Counts name no child; a small one is not told apart (hazard A08).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rules::access::{Action, Post, Reach, Role, Subject};
use rules::conference::{Duty, WORDS, duties as all_duties, several};
use rules::inspection::{Term, term};
use rules::publish::FEW;

use super::files::{About, FileLine, of};
use super::own_units;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::unnamed::{Known, unnamed};

/// Something that the program counts by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What.
    pub label: &'static str,
    /// How many, as it may be told.
    pub many: String,
    /// Where it stands.
    pub href: &'static str,
}

/// A duty in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyLine {
    /// The plan's.
    pub duty: Duty,
    /// The last proof: which day, which unit; empty where there is none this term.
    pub last: String,
    /// What is missing, in words; empty where nothing is.
    pub gap: String,
    /// What the program counts.
    pub counted: Vec<Counted>,
    /// Whether the reader's unit has it.
    pub is_mine: bool,
}

/// A proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Id.
    pub id: String,
    /// Which unit.
    pub unit: String,
    /// What was done.
    pub words: String,
    /// On which day, where it is known.
    pub on: Option<Date>,
    /// Who entered it.
    pub by: String,
    /// When.
    pub at: String,
    /// Files that show it.
    pub files: Vec<FileLine>,
    /// Whether the reader may add one.
    pub may_attach: bool,
}

/// A duty with its proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyFile {
    /// What the list says of it.
    pub line: DutyLine,
    /// The proofs that the reader may see, the latest first.
    pub proofs: Vec<Proof>,
    /// Units for which the reader may enter one: id and name.
    pub units: Vec<(String, String)>,
}

/// What the program counts for a clause: words, address, and the statement with county as `$1` and the first day of the term as `$2`.
const COUNTS: &[(&str, &str, &str, &str)] = &[
    (
        "五(一)",
        "责任链上空缺的岗位",
        "/units/gaps",
        "select cast(count(*) as bigint) from post p
         join unit u on u.county = p.county and u.id = p.unit and u.until_day is null
         where p.county = $1 and p.duty = 'chain' and p.closed_at is null and cast($2 as text) <> ''
           and not exists (select 1 from tenure t where t.county = p.county and t.post = p.id and t.until_day is null)",
    ),
    (
        "五(二)",
        "本学期开过的联席会议",
        "/conference",
        "select cast(count(*) as bigint) from meeting where county = $1 and held_day >= $2",
    ),
    (
        "五(三)",
        "本学期办过的四步法步骤",
        "/cases",
        "select cast(count(*) as bigint) from case_event where county = $1 and kind = 'step' and at >= $2",
    ),
    (
        "五(四)",
        "本学期跑过的比对",
        "/comparison",
        "select cast(count(*) as bigint) from comparison where county = $1 and state = 'done' and asked_at >= $2",
    ),
    (
        "五(六)",
        "在办个案里没有结对的",
        "/pairs",
        "select cast(count(*) as bigint) from child_case c where c.county = $1 and c.ended_at is null and cast($2 as text) <> ''
           and not exists (select 1 from pair p where p.county = c.county and p.child = c.child and p.ended_at is null)",
    ),
    (
        "五(九)",
        "本学期的疑似辍学报告",
        "/reports",
        "select cast(count(*) as bigint) from report where county = $1 and at >= $2",
    ),
    (
        "五(十)",
        "本学期下发的劝返指令",
        "/cases",
        "select cast(count(*) as bigint) from case_order where county = $1 and issued_at >= $2",
    ),
    (
        "五(十一)",
        "本学期办过的安置",
        "/cases",
        "select cast(count(*) as bigint) from case_event where county = $1 and kind = 'place' and at >= $2",
    ),
    (
        "五(十二)",
        "本学期的督导检查",
        "/inspections",
        "select cast(count(*) as bigint) from inspection where county = $1 and at >= $2",
    ),
];

/// What the reader may know of: every duty for whoever reads the county, one's own for the others.
fn reach(desk: &Desk<'_, '_>) -> (bool, Vec<Role>) {
    let posts = desk.actor().posts.iter();
    let mine: Vec<&Post> =
        posts.filter(|post| Action::ReadTasks.policy(post.role, post.standing).is_some()).collect();
    let whole =
        mine.iter().any(|post| Action::ReadTasks.policy(post.role, post.standing) == Some(Reach::County));
    (whole, mine.iter().map(|post| post.role).collect())
}

/// The duty list.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn duties(desk: &mut Desk<'_, '_>) -> Result<(Vec<DutyLine>, Term), Refused> {
    desk.require(Action::ReadTasks, &Subject::Nothing, ("duty", ""))?;
    let term = term(desk.now.day(), desk.plan.calendar());
    let (whole, roles) = reach(desk);
    let proved = Proved::of(desk, &term)?;
    let mut lines = Vec::new();
    for duty in all_duties(desk.plan) {
        let is_mine = roles.iter().any(|role| !duty.names_of(*role).is_empty());
        if whole || is_mine {
            lines.push(line(desk, duty, &proved, &term, (whole, is_mine))?);
        }
    }
    Ok((lines, term))
}

/// Who has proved what this term.
struct Proved {
    /// By clause: units.
    units: BTreeMap<String, BTreeSet<String>>,
    /// By clause: the last, when and by which unit.
    last: BTreeMap<String, (String, String)>,
    /// Units by kind.
    kinds: BTreeMap<String, BTreeMap<String, String>>,
}

impl Proved {
    fn of(desk: &mut Desk<'_, '_>, term: &Term) -> Result<Self, Refused> {
        let rows = desk.tx.query(
            "select p.clause, p.unit, coalesce(unit.name, ''), p.at from duty_proof p
             left join unit on unit.county = p.county and unit.id = p.unit
             where p.county = $1 and p.at >= $2 order by p.at, p.id",
            &params![desk.county(), term.first],
            |row| {
                Ok((
                    row.get::<String>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<String>(3)?,
                ))
            },
        )?;
        let (mut units, mut last) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeMap::new());
        for (clause, unit, name, at) in rows {
            units.entry(clause.clone()).or_default().insert(unit);
            last.insert(clause, (at, name));
        }
        let rows = desk.tx.query(
            "select kind, id, name from unit
             where county = $1 and until_day is null and kind in ('township', 'village', 'school', 'department', 'bureau')
             order by kind, sort, id",
            &params![desk.county()],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
        )?;
        let mut kinds = BTreeMap::<String, BTreeMap<String, String>>::new();
        for (kind, id, name) in rows {
            kinds.entry(kind).or_default().insert(id, name);
        }
        Ok(Self { units, last, kinds })
    }

    /// What is missing for a duty, in words.
    fn gap(&self, duty: &Duty) -> String {
        if !duty.can_be_proved() {
            return String::new();
        }
        let proved = self.units.get(&duty.clause);
        let has = |unit: &String| proved.is_some_and(|units| units.contains(unit));
        let mut said = Vec::new();
        if proved.is_none_or(BTreeSet::is_empty) {
            return "本学期还没有单位填落实证明".to_owned();
        }
        for name in duty.lead.iter().chain(&duty.responsible) {
            let Some(kind) = several(name) else { continue };
            let Some(of) = self.kinds.get(kind) else { continue };
            let missing: Vec<&str> =
                of.iter().filter(|(id, _)| !has(id)).map(|(_, name)| name.as_str()).collect();
            match missing.len() {
                0 => {}
                few if few <= 10 => said.push(format!("没有填的：{}", missing.join("、"))),
                many => said.push(format!("{}个单位里有{many}个没有填", of.len())),
            }
        }
        said.dedup();
        said.join("；")
    }
}

fn line(
    desk: &mut Desk<'_, '_>,
    duty: Duty,
    proved: &Proved,
    term: &Term,
    (whole, is_mine): (bool, bool),
) -> Result<DutyLine, Refused> {
    let mut counted = Vec::new();
    for (_, label, href, sql) in COUNTS.iter().filter(|one| one.0 == duty.clause) {
        let many = desk.tx.one(sql, &params![desk.county(), term.first], |row| row.get::<i64>(0))?;
        counted.push(Counted { label, many: told(many, whole), href: if whole { href } else { "" } });
    }
    for role in Role::ALL.iter().filter(|role| role.is_department()) {
        if duty.lead.is_empty() && duty.responsible == [role.label().to_owned()] {
            counted.extend(answered(desk, *role, term)?);
        }
    }
    let last = proved
        .last
        .get(&duty.clause)
        .filter(|_| whole)
        .map_or_else(String::new, |(at, unit)| format!("{unit}，{}", at.get(..10).unwrap_or_default()));
    Ok(DutyLine {
        gap: if whole { proved.gap(&duty) } else { own_gap(desk, &duty, proved) },
        duty,
        last,
        counted,
        is_mine,
    })
}

fn told(many: i64, whole: bool) -> String {
    if whole || many == 0 || many >= i64::from(FEW) { many.to_string() } else { format!("不足{FEW}") }
}

/// Requests to a member unit this term: answered, and late. Of what is confidential no small number.
fn answered(desk: &mut Desk<'_, '_>, role: Role, term: &Term) -> Result<Vec<Counted>, Refused> {
    let (asked, answered, late, confidential) = desk.tx.one(
        "select cast(count(*) as bigint),
                cast(coalesce(sum(case when r.state in ('answered', 'sent_back') then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(case when r.state = 'asked' and r.due_at < $4 then 1 else 0 end), 0) as bigint),
                coalesce(max(r.confidential), 0)
         from request r
         where r.county = $1 and r.asked_at >= $2
           and exists (select 1 from post p where p.county = r.county and p.unit = r.unit and p.role = $3)",
        &params![desk.county(), term.first, role.code(), desk.now.stamp()],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?, row.get::<i64>(3)?)),
    )?;
    let hidden = confidential == 1 && asked < i64::from(FEW);
    let say = |many: i64| if hidden { format!("不足{FEW}") } else { many.to_string() };
    let one = |label, many: i64| Counted { label, many: say(many), href: "/requests" };
    Ok(vec![one("本学期收到的协助请求", asked), one("已答复", answered), one("超期没有答复", late)])
}

/// What is missing of the reader's own units.
fn own_gap(desk: &Desk<'_, '_>, duty: &Duty, proved: &Proved) -> String {
    let units = own_units(desk.actor(), Action::ReportTask);
    let has = proved.units.get(&duty.clause).is_some_and(|all| units.iter().any(|unit| all.contains(*unit)));
    if has || !duty.can_be_proved() {
        String::new()
    } else {
        "本单位本学期还没有填落实证明".to_owned()
    }
}

/// The duty of a clause.
fn of_clause(desk: &Desk<'_, '_>, clause: &str, action: Action) -> Result<Duty, Refused> {
    let found = all_duties(desk.plan).into_iter().find(|duty| duty.clause == clause);
    found.ok_or_else(|| Refused::denied(action, "duty", clause))
}

/// A duty with its proofs: all of them for whoever reads the county, those of the own units for the others.
///
/// # Errors
/// [`Refused::Denied`] also for a duty that is not the reader's, [`Refused::Storage`].
pub fn duty(desk: &mut Desk<'_, '_>, clause: &str) -> Result<DutyFile, Refused> {
    let grant = desk.require(Action::ReadTasks, &Subject::Nothing, ("duty", clause))?;
    let found = of_clause(desk, clause, Action::ReadTasks)?;
    let (whole, roles) = reach(desk);
    let is_mine = roles.iter().any(|role| !found.names_of(*role).is_empty());
    if !whole && !is_mine {
        return Err(Refused::denied(Action::ReadTasks, "duty", clause));
    }
    let term = term(desk.now.day(), desk.plan.calendar());
    let proved = Proved::of(desk, &term)?;
    let units = provable(desk, &found)?;
    let line = line(desk, found, &proved, &term, (whole, is_mine))?;
    let own = own_units(desk.actor(), Action::ReadTasks);
    let proofs = desk.tx.query(
        "select p.unit, coalesce(unit.name, ''), p.words, p.on_day, coalesce(account.name, ''), p.at, p.id from duty_proof p
         left join unit on unit.county = p.county and unit.id = p.unit
         left join account on account.county = p.county and account.id = p.by_account
         where p.county = $1 and p.clause = $2 order by p.at desc, p.id desc limit 200",
        &params![desk.county(), clause],
        |row| {
            let unit: String = row.get(0)?;
            let proof = Proof {
                id: row.get(6)?,
                files: Vec::new(),
                may_attach: false,
                unit: row.get(1)?,
                words: row.get(2)?,
                on: row.get(3)?,
                by: row.get(4)?,
                at: row.get(5)?,
            };
            Ok((unit, proof))
        },
    )?;
    let own: Vec<String> = own.into_iter().map(str::to_owned).collect();
    let mut shown = Vec::new();
    for (unit, mut proof) in proofs.into_iter().filter(|(unit, _)| whole || own.contains(unit)) {
        proof.files = of(desk, About::Duty, &proof.id)?;
        proof.may_attach = units.iter().any(|(id, _)| *id == unit);
        shown.push(proof);
    }
    let file = DutyFile { proofs: shown, units, line };
    desk.record(Action::ReadTasks, grant.post, ("duty", clause), "", "职责落实")?;
    Ok(file)
}

/// Whether the reader may see a proof of a unit for a duty: as [`duty`] shows it.
pub(super) fn may_read(desk: &mut Desk<'_, '_>, clause: &str, unit: &str) -> Result<(), Refused> {
    let found = of_clause(desk, clause, Action::ReadTasks)?;
    let (whole, roles) = reach(desk);
    let own = own_units(desk.actor(), Action::ReadTasks);
    let is_mine = roles.iter().any(|role| !found.names_of(*role).is_empty());
    if whole || (is_mine && own.contains(&unit)) {
        return Ok(());
    }
    Err(Refused::denied(Action::ReadTasks, "duty", clause))
}

/// Units of the actor that have the duty: id and name.
fn provable(desk: &mut Desk<'_, '_>, duty: &Duty) -> Result<Vec<(String, String)>, Refused> {
    let mut units = Vec::new();
    for post in &desk.who.actor.posts {
        let may = Action::ReportTask.policy(post.role, post.standing).is_some();
        if may && !duty.names_of(post.role).is_empty() && !units.iter().any(|(id, _)| *id == post.unit) {
            let name = desk.tx.optional(
                "select name from unit where county = $1 and id = $2",
                &params![desk.county(), &post.unit],
                |row| row.get::<String>(0),
            )?;
            units.extend(name.map(|name| (post.unit.clone(), name)));
        }
    }
    Ok(units)
}

/// Enters what a unit has done for a duty.
///
/// # Errors
/// [`Refused::Denied`] for a duty that is not the unit's, [`Refused::Invalid`], [`Refused::Storage`].
pub fn prove(
    desk: &mut Desk<'_, '_>,
    clause: &str,
    unit: &str,
    words: &str,
    on: &str,
) -> Result<(), Refused> {
    let path = [unit.to_owned()];
    let grant = desk.require(Action::ReportTask, &Subject::Unit(&path), ("duty", clause))?;
    let duty = of_clause(desk, clause, Action::ReportTask)?;
    if !provable(desk, &duty)?.iter().any(|(id, _)| id == unit) {
        return Err(Refused::denied(Action::ReportTask, "duty", clause));
    }
    let words = unnamed(desk, ("words", "请写明做了什么、材料在哪里"), words, &WORDS, Known::Followed)?;
    let on = match on.trim() {
        "" => None,
        day => Some(crate::unnamed::day("on", day, "请填写哪一天做的，或者不填")?),
    };
    if on.is_some_and(|on| on > desk.now.day()) {
        return Err(Refused::field("on", "还没有做的不能先填，请填今天或者以前的日子"));
    }
    // Sent twice it is one proof (hazard H01).
    let there = desk.tx.query(
        "select id from duty_proof where county = $1 and clause = $2 and unit = $3 and words = $4
           and coalesce(on_day, '') = $5 and by_account = $6 order by id limit 1",
        &params![
            desk.county(),
            clause,
            unit,
            words,
            on.map(|on| on.to_string()).unwrap_or_default(),
            &desk.actor().account
        ],
        |row| row.get::<String>(0),
    )?;
    if !there.is_empty() {
        return Ok(());
    }
    desk.tx.execute(
        "insert into duty_proof (county, id, clause, unit, words, on_day, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            desk.now.id(),
            clause,
            unit,
            words,
            on,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::ReportTask, grant.post, ("duty", clause), "", "填落实证明")
}
