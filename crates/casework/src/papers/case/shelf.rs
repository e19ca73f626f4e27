//! The papers of a case on its page: what was made, what can be made now and why not the others, what must follow by when.

use jiff::civil::Date;
use rules::access::{Action, Field, Grant, Post, Role, Subject, may};
use rules::case::paper::{
    Clock, PaperKind, PaperRule, Situation, Term, To, Track, may_make, not_before, rule, term,
};
use rules::case::penalty::gate;
use rules::case::service::Mode;
use rules::case::{Case, Stage};

use super::super::{Filed, files};
use super::blank::named;
use super::kept::{Stored, before, of_case, said, served, stored};
use super::make::{hand_by, own};
use super::scan::{ScanLine, scans};
use super::track::{TrackLine, tracks};
use super::{bundle, ground};
use crate::cases::{letters_of, load};
use crate::desk::Desk;
use crate::ledger::{Sees, ties_of};
use crate::refused::Refused;

/// A paper in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfPaper {
    /// Id.
    pub id: String,
    /// Which.
    pub kind: PaperKind,
    /// 发文字号.
    pub word: String,
    /// Its day.
    pub day: Date,
    /// The term that it gives.
    pub until: Option<Date>,
    /// 待盖章 (false), 已盖章; `None` where none is needed.
    pub stamped: Option<bool>,
    /// The day on which it counts as served.
    pub served: Option<Date>,
    /// Of a receipt: the paper that it is about, and how that was served.
    pub about: Option<(String, Mode)>,
}

/// What follows on a paper or an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// On which: its number, or the entry.
    pub on: String,
    /// The term, or what the calendar lacks to say it (B14).
    pub term: Result<Term, (&'static str, String)>,
    /// Whether a day of it lies in a year whose holidays are not announced yet, so that it may still move.
    pub provisional: bool,
}

/// The papers of a case.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// Name of the child.
    pub child: String,
    /// Number of the case.
    pub number: String,
    /// What was made, the latest first.
    pub papers: Vec<ShelfPaper>,
    /// What the reader can make now.
    pub can: Vec<PaperKind>,
    /// What it cannot make now: why, and what to do.
    pub cannot: Vec<(PaperKind, String, String)>,
    /// What follows by when.
    pub due: Vec<Due>,
    /// Hearing, review, court.
    pub tracks: Vec<TrackLine>,
    /// Scanned pages.
    pub scans: Vec<ScanLine>,
    /// Why no penalty can be decided; `None` where one can.
    pub penalty: Option<rules::case::Refused>,
    /// Whether the reader takes the steps of this case.
    pub may_act: bool,
    /// Whether the reader may take the second look at a scan that was made void, also when the case has ended.
    pub may_look: bool,
    /// Whether the reader heads the school that has taken the child back: 复学证明 is its paper.
    pub may_prove: bool,
    /// Whether the reader may take the 卷宗 out.
    pub may_take_out: bool,
    /// Files of the 卷宗 that were taken out.
    pub files: Vec<Filed>,
}

/// Reads the papers of a case.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn shelf(desk: &mut Desk<'_, '_>, case: &str) -> Result<Shelf, Refused> {
    let (shelf, child, grant) = read(desk, case)?;
    desk.record(Action::ReadCase, grant.post, ("child", &child), "", "个案文书")?;
    Ok(shelf)
}

/// What the page of a case tells of its papers.
#[derive(Debug, Clone, Default)]
pub struct Glance {
    /// Which papers can be made now.
    pub can: Vec<PaperKind>,
    /// Terms that run.
    pub due: Vec<Due>,
    /// Why no penalty can be decided; `None` where one can.
    pub penalty: Option<rules::case::Refused>,
    /// Whether the reader heads the school that has taken the child back: 复学证明 is its paper.
    pub may_prove: bool,
}

/// The same beside the case itself, whose reading is on the record: no more than that page shows.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn glance(desk: &mut Desk<'_, '_>, case: &str) -> Result<Glance, Refused> {
    let seen = see(desk, case)?;
    let made = made(desk, &seen)?;
    let tracks = tracks(desk, case, false)?;
    Ok(Glance {
        can: made.can,
        due: [unanswered(desk, &seen.papers, &tracks), due(desk, &seen.papers, &tracks)].concat(),
        penalty: gate(ground::current(desk)?.as_ref()).err(),
        may_prove: seen.may_prove,
    })
}

/// A case as a reader of its papers sees it.
struct Seen<'a> {
    kept: crate::cases::Kept,
    papers: Vec<Stored>,
    grant: Grant<'a>,
    /// The post by which the reader takes its steps.
    step: Option<&'a Post>,
    may_prove: bool,
    may_take_out: bool,
}

fn see<'a>(desk: &mut Desk<'a, '_>, case: &str) -> Result<Seen<'a>, Refused> {
    let missing = || Refused::denied(Action::ReadCase, "case", case);
    let kept = load(desk, case)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &kept.child)?;
    let grant = desk.require(Action::ReadCase, &Subject::Child(&ties), ("case", case))?;
    let papers = of_case(desk, case)?;
    let actor = &desk.who.actor;
    let step = may(actor, Action::TakeStep, &Subject::Child(&ties)).ok().and_then(|grant| grant.post);
    let may_prove = match (&kept.case, may(actor, Action::ProveReturn, &Subject::Child(&ties))) {
        (Case::Open(open), Ok(grant)) => {
            grant.post.is_some_and(|post| open.stage.school() == Some(&*post.unit))
        }
        _ => false,
    };
    let take = may(actor, Action::MakePaper, &Subject::Child(&ties)).ok().and_then(|grant| grant.post);
    let may_take_out = take.is_some_and(|post| matches!(post.role, Role::Bureau | Role::Township));
    Ok(Seen { kept, papers, grant, step, may_prove, may_take_out })
}

/// What can be made now, and what not.
#[derive(Default)]
struct Made {
    can: Vec<PaperKind>,
    cannot: Vec<(PaperKind, String, String)>,
    may_act: bool,
}

fn made(desk: &mut Desk<'_, '_>, seen: &Seen<'_>) -> Result<Made, Refused> {
    let mut made = Made::default();
    let (Case::Open(open), Some(post)) = (&seen.kept.case, seen.step) else { return Ok(made) };
    let others = |stage: &Stage| stage.order().is_some_and(|order| order.unit != post.unit);
    made.may_act = post.role == Role::Bureau || !others(&open.stage);
    if !made.may_act {
        return Ok(made);
    }
    let today = desk.now.day();
    let (ground, before) = (ground::current(desk)?, before(&seen.papers, today));
    let letters = letters_of(desk, &seen.kept.child)?;
    let now = Situation {
        state: open.stage.state(),
        ladder: &open.ladder,
        gate: &desk.plan.case().help_gate,
        papers: &before,
        ground: ground.as_ref(),
        letters: &letters,
        today,
        calendar: desk.plan.calendar(),
    };
    let made_here =
        |kind: &&PaperKind| **kind != PaperKind::ServiceReceipt && rule(**kind).by == Action::TakeStep;
    for kind in PaperKind::ALL.iter().filter(made_here) {
        match may_make(*kind, &now) {
            Ok(()) => made.can.push(*kind),
            Err(why) => made.cannot.push((*kind, format!("{}（{}）", why.what, why.basis), why.todo)),
        }
    }
    Ok(made)
}

fn read<'a>(desk: &mut Desk<'a, '_>, case: &str) -> Result<(Shelf, String, Grant<'a>), Refused> {
    let seen = see(desk, case)?;
    let sees_words = Sees::granted(&seen.grant).is_some_and(|sees| sees.shows(Field::Guardians));
    let made = made(desk, &seen)?;
    let tracks = tracks(desk, case, sees_words)?;
    let Seen { kept, papers, grant, step, may_prove, may_take_out } = seen;
    let shelf = Shelf {
        child: name(desk, &kept.child)?,
        number: bundle::number_of(desk, case)?.unwrap_or_default(),
        due: [unanswered(desk, &papers, &tracks), due(desk, &papers, &tracks)].concat(),
        papers: papers.iter().rev().map(|paper| line(&papers, paper)).collect(),
        can: made.can,
        cannot: made.cannot,
        tracks,
        scans: scans(desk, case, sees_words)?,
        penalty: gate(ground::current(desk)?.as_ref()).err(),
        may_act: made.may_act,
        may_look: step.is_some(),
        may_prove,
        may_take_out,
        files: if may_take_out { files(desk, bundle::KIND, case)? } else { Vec::new() },
    };
    Ok((shelf, kept.child, grant))
}

pub(super) fn name(desk: &mut Desk<'_, '_>, child: &str) -> Result<String, Refused> {
    Ok(desk.tx.one(
        "select name from child where county = $1 and id = $2",
        &crate::params![desk.county(), child],
        |row| row.get::<String>(0),
    )?)
}

fn line(all: &[Stored], paper: &Stored) -> ShelfPaper {
    let about = paper.about.as_ref().and_then(|id| all.iter().find(|one| one.id == *id));
    ShelfPaper {
        id: paper.id.clone(),
        kind: paper.kind,
        word: paper.word.clone(),
        day: paper.day,
        until: paper.until,
        stamped: rule(paper.kind).stamped.then_some(paper.stamped_at.is_some()),
        served: paper.served.or_else(|| served(all, &paper.id)),
        about: about.zip(paper.mode).map(|(one, mode)| (one.word.clone(), mode)),
    }
}

/// What has not run out yet, the first to end before the others.
fn due(desk: &Desk<'_, '_>, papers: &[Stored], tracks: &[TrackLine]) -> Vec<Due> {
    let (calendar, today) = (desk.plan.calendar(), desk.now.day());
    let mut all = Vec::new();
    let mut add = |on: &str, clock: &Clock, made, served| {
        let found = term(clock, made, served, calendar).map_err(|lacking| {
            let year = lacking.year;
            let words = match not_before(clock, made, served) {
                Some(day) => format!("最迟日不早于{day}，遇休息日顺延；{year}年放假安排登记以后才能算准"),
                None => format!("{year}年放假安排登记以后才能算"),
            };
            (clock.what, words)
        });
        all.extend(found.transpose().map(|term| {
            let days = term.as_ref().map_or([None, None], |term| [term.earliest, term.latest]);
            let provisional = days.iter().flatten().any(|day| calendar.is_provisional(day.year()));
            Due { on: on.to_owned(), term, provisional }
        }));
    };
    for paper in papers.iter().filter(|paper| paper.kind != PaperKind::ServiceReceipt) {
        let served = served(papers, &paper.id);
        rule(paper.kind).clocks.iter().for_each(|clock| add(&paper.word, clock, paper.day, served));
    }
    for one in tracks {
        one.kind.clocks().iter().for_each(|clock| add(one.kind.label(), clock, one.on, Some(one.on)));
    }
    all.retain(|due| due.term.as_ref().map_or(true, |term| term.latest.is_none_or(|latest| latest >= today)));
    all.sort_by_key(|due| {
        due.term.as_ref().map_or(Date::MAX, |term| term.latest.or(term.earliest).unwrap_or(Date::MAX))
    });
    all
}

/// Letters whose answer is not entered: the first to end before the others; one that is late stays until it is.
fn unanswered(desk: &Desk<'_, '_>, papers: &[Stored], tracks: &[TrackLine]) -> Vec<Due> {
    let today = desk.now.day();
    // Each answer is to the earliest letter that was not answered before it.
    let mut left: Vec<Date> =
        tracks.iter().filter(|one| one.kind == Track::Replied).map(|one| one.on).collect();
    let mut open: Vec<Due> = Vec::new();
    for paper in papers.iter().filter(|paper| rule(paper.kind).to == To::Office) {
        if let Some(at) = left.iter().position(|on| *on >= paper.day) {
            left.remove(at);
            continue;
        }
        let Some(until) = paper.until else { continue };
        let what = if until < today { "对方没有按期复函，请催办" } else { "对方复函" };
        let term = Term {
            what,
            earliest: None,
            latest: Some(until),
            counted: "函里写明的日期".to_owned(),
            articles: "五(四)(十)".to_owned(),
        };
        open.push(Due { on: paper.word.clone(), term: Ok(term), provisional: false });
    }
    open
}

/// One paper with everything about it.
#[derive(Debug, Clone)]
pub struct OnePaper {
    /// What the list says of it.
    pub line: ShelfPaper,
    /// Id of its case.
    pub case: String,
    /// Name of the child.
    pub child: String,
    /// What holds of it.
    pub rule: &'static PaperRule,
    /// What was filled in; nothing where the reader does not see the family.
    pub filled: Vec<(&'static str, String)>,
    /// Who made it, and when.
    pub made: (String, String),
    /// Who set the seal, and when.
    pub stamped: Option<(String, String)>,
    /// The paper that a receipt is about.
    pub of: Option<String>,
    /// Receipts of it: id, number, day, how.
    pub receipts: Vec<ShelfPaper>,
    /// What follows by when.
    pub due: Vec<Due>,
    /// The code of its check page.
    pub code: String,
    /// Guardians on whom it can be served.
    pub guardians: Vec<(String, String)>,
    /// Whether the reader takes the steps of the case.
    pub may_act: bool,
    /// Whether the reader may take it out.
    pub may_take_out: bool,
    /// Files that were made of it.
    pub files: Vec<Filed>,
}

/// Reads one paper.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn one_paper(desk: &mut Desk<'_, '_>, id: &str) -> Result<OnePaper, Refused> {
    let missing = || Refused::denied(Action::ReadCase, "case_paper", id);
    let paper = stored(desk, id)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &paper.child)?;
    let grant = desk.require(Action::ReadCase, &Subject::Child(&ties), ("case_paper", id))?;
    let sees = Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians));
    let all = of_case(desk, &paper.case)?;
    let steps = match hand_by(desk, &paper.case, rule(paper.kind).by) {
        Ok(hand) => Some(hand),
        Err(Refused::Denied { .. } | Refused::Rule { .. }) => None,
        Err(other) => return Err(other),
    };
    let take = may(desk.actor(), Action::MakePaper, &Subject::Child(&ties)).ok();
    let by_role =
        |grant: &Grant<'_>| grant.post.is_some_and(|post| matches!(post.role, Role::Bureau | Role::Township));
    let may_take_out = take.is_some_and(|grant| by_role(&grant) || own(&grant, &paper));
    let rule = rule(paper.kind);
    let values = if sees { said(desk, id)?.values } else { Default::default() };
    let filled = rule.fields.iter().filter_map(|field| Some((field.label, values.get(field.key)?.clone())));
    let one = OnePaper {
        case: paper.case.clone(),
        child: name(desk, &paper.child)?,
        rule,
        filled: filled.collect(),
        made: (paper.made_by.clone(), paper.made_at.clone()),
        stamped: paper.stamped_at.clone().map(|at| (paper.stamped_by.clone(), at)),
        of: paper.about.clone(),
        receipts: all
            .iter()
            .filter(|one| one.about.as_deref() == Some(id))
            .map(|one| line(&all, one))
            .collect(),
        due: {
            let of_it: Vec<Stored> =
                all.iter().filter(|one| one.id == id || one.about.as_deref() == Some(id)).cloned().collect();
            due(desk, &of_it, &[])
        },
        code: paper.code.clone(),
        guardians: match &steps {
            Some(hand) => named(desk, hand)?,
            None => Vec::new(),
        },
        may_act: steps.is_some(),
        may_take_out,
        files: if may_take_out { files(desk, paper.kind.code(), id)? } else { Vec::new() },
        line: line(&all, &paper),
    };
    desk.record(Action::ReadCase, grant.post, ("child", &paper.child), "", "个案文书")?;
    Ok(one)
}
