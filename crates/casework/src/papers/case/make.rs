//! Making a paper of a case, and setting the seal on it: number, content, code and record in one transaction.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Post, Role, Subject};
use rules::case::ladder::Taken;
use rules::case::paper::{PaperKind, PaperRule, Situation, Takes, may_make, problems, rule};
use rules::case::{By, Case, Event, Kind, Open, Person, Stage, allowed};
use rules::date::parse_date;

use super::super::{Draft, Facts, allowed as may_take_out};
use super::draw::Drawing;
use super::ground;
use super::kept::{Bound, Said, Stored, before, of_case, said, stored};
use super::party::{Guardian, guardians, organ};
use crate::cases::{happen, letters_of, load};
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::params;
use crate::refused::{Problem, Refused};

/// A paper as somebody has filled it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Which.
    pub kind: PaperKind,
    /// Id of the guardian whom it names.
    pub guardian: String,
    /// By the keys of the rule's fields.
    pub values: BTreeMap<String, String>,
}

/// An open case before somebody who takes its steps.
pub(super) struct Hand {
    pub(super) case: String,
    pub(super) child: String,
    pub(super) open: Open,
    pub(super) post: Post,
}

/// The case for an act on its papers.
pub(super) fn hand(desk: &mut Desk<'_, '_>, case: &str) -> Result<Hand, Refused> {
    hand_by(desk, case, Action::TakeStep)
}

/// The case for an act on a paper that is made by this right.
pub(super) fn hand_by(desk: &mut Desk<'_, '_>, case: &str, by: Action) -> Result<Hand, Refused> {
    let missing = || Refused::denied(by, "case", case);
    let kept = load(desk, case)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &kept.child)?;
    let grant = desk.require(by, &Subject::Child(&ties), ("case", case))?;
    let post = grant.post.cloned().ok_or_else(missing)?;
    let open = match kept.case {
        Case::Open(open) => open,
        Case::Ended(_) => return Err(Refused::rule("个案已经结束", "五(十一)", "文书可以看，不能再做新的")),
    };
    let sent = matches!(&open.stage, stage if stage.order().is_some_and(|order| order.unit != post.unit));
    if post.role == Role::Township && sent {
        return Err(Refused::rule("这道劝返指令不是发给本乡镇的", "五(十)", "请由指令上写的劝返主体办理"));
    }
    if by == Action::ProveReturn && open.stage.school() != Some(&*post.unit) {
        return Err(Refused::rule(
            "没有登记孩子返回本校",
            "五(十一)",
            "由接收孩子的学校出具；已经到校的，先登记返校",
        ));
    }
    Ok(Hand { case: kept.id, child: kept.child, open, post })
}

/// Whether the paper may be made in the case now.
pub(super) fn judged(desk: &mut Desk<'_, '_>, hand: &Hand, kind: PaperKind) -> Result<(), Refused> {
    let today = desk.now.day();
    let papers = before(&of_case(desk, &hand.case)?, today);
    let ground = ground::current(desk)?;
    let letters = letters_of(desk, &hand.child)?;
    let now = Situation {
        state: hand.open.stage.state(),
        ladder: &hand.open.ladder,
        gate: &desk.plan.case().help_gate,
        papers: &papers,
        ground: ground.as_ref(),
        letters: &letters,
        today,
        calendar: desk.plan.calendar(),
    };
    Ok(may_make(kind, &now)?)
}

/// Makes a paper of a case; its id. The same sent twice is one paper (H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] naming each field that is missing, [`Refused::Rule`] by steps, gate and periods,
/// [`Refused::Storage`].
pub fn make_paper(desk: &mut Desk<'_, '_>, case: &str, told: &Filled) -> Result<String, Refused> {
    let hand = hand_by(desk, case, rule(told.kind).by)?;
    if told.kind == PaperKind::ServiceReceipt {
        return Err(Refused::rule(
            "送达回证从送达的文书里做",
            "民事诉讼法第八十七条",
            "请打开那份文书，登记送达",
        ));
    }
    let rule = rule(told.kind);
    let values = tidy(rule, &told.values)?;
    let twin = twin(desk, told.kind, &told.guardian, &values);
    if let Some(id) = made_already(desk, case, &twin)? {
        return Ok(id);
    }
    judged(desk, &hand, told.kind)?;
    let mut wrong = wrong(desk, told.kind, &values)?;
    let parties = if rule.by == Action::ProveReturn { Vec::new() } else { guardians(desk, &hand.child)? };
    let guardian = parties.into_iter().find(|one| one.id == told.guardian);
    if guardian.is_none() && rule.names_guardian() {
        wrong.push(Problem {
            field: "guardian",
            text: "请选择监护人；没有登记的，先在孩子档案里登记".to_owned(),
        });
    }
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let day = |key: &str| values.get(key).and_then(|text| parse_date(text).ok());
    let (on, until) = (day("on"), day("until"));
    let new =
        New { kind: told.kind, until, about: None, mode: "", served: None, values, twin, more: Vec::new() };
    let (id, word) = write(desk, &hand, &guardian.unwrap_or_default(), new)?;
    if rule.takes == Takes::Made {
        let on = on.unwrap_or_else(|| desk.now.day());
        take(desk, &hand, rule, on, None, &word)?;
    }
    Ok(id)
}

/// Only the fields of the rule, trimmed; a line has no sign that is not seen.
pub(super) fn tidy(
    rule: &PaperRule,
    values: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Refused> {
    let mut kept = BTreeMap::new();
    for field in rule.fields {
        let value = values.get(field.key).map_or("", |value| value.trim()).replace("\r\n", "\n");
        let hidden = if field.kind.is_text() { !value.lines().all(plain) } else { !plain(&value) };
        if hidden {
            return Err(Refused::field(field.key, format!("“{}”里不能有看不见的符号", field.label)));
        }
        if !value.is_empty() {
            kept.insert(field.key.to_owned(), value);
        }
    }
    Ok(kept)
}

pub(super) fn wrong(
    desk: &Desk<'_, '_>,
    kind: PaperKind,
    values: &BTreeMap<String, String>,
) -> Result<Vec<Problem>, Refused> {
    let found =
        problems(kind, values, desk.now.day(), desk.plan.calendar()).map_err(rules::case::Refused::from)?;
    Ok(found.into_iter().map(|(field, text)| Problem { field, text }).collect())
}

pub(super) fn twin(
    desk: &Desk<'_, '_>,
    kind: PaperKind,
    about: &str,
    values: &BTreeMap<String, String>,
) -> String {
    let day = desk.now.day().to_string();
    let mut text = [kind.code(), about, &day].join("\n");
    for (key, value) in values {
        text.push_str(&format!("\n{key}\n{}\n{value}", value.len()));
    }
    desk.index("case_paper", &text)
}

pub(super) fn made_already(
    desk: &mut Desk<'_, '_>,
    case: &str,
    twin: &str,
) -> Result<Option<String>, Refused> {
    Ok(desk.tx.optional(
        "select id from case_paper where county = $1 and case_id = $2 and twin = $3",
        &params![desk.county(), case, twin],
        |row| row.get::<String>(0),
    )?)
}

/// A new row.
pub(super) struct New<'a> {
    pub(super) kind: PaperKind,
    pub(super) until: Option<Date>,
    pub(super) about: Option<&'a str>,
    pub(super) mode: &'a str,
    pub(super) served: Option<Date>,
    pub(super) values: BTreeMap<String, String>,
    pub(super) twin: String,
    /// What stands behind the first paragraph.
    pub(super) more: Vec<documents::paper::Block>,
}

/// The row with the next number of the kind, the unit and the year: without a gap, since it is taken in the same transaction (B11).
pub(super) fn write(
    desk: &mut Desk<'_, '_>,
    hand: &Hand,
    guardian: &Guardian,
    new: New<'_>,
) -> Result<(String, String), Refused> {
    let rule = rule(new.kind);
    let (id, day) = (desk.now.id(), desk.now.day());
    let year = i64::from(day.year());
    let counter = format!("{} {}", new.kind.code(), hand.post.unit);
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, $2, $3, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![desk.county(), &counter, year],
        |row| row.get::<i64>(0),
    )?;
    let organ = organ(desk, &hand.post)?;
    let word = format!("{organ}{}〔{year}〕{number}号", rule.mark);
    let facts = Facts::now(desk, &hand.child)?;
    let case = super::bundle::numbered(desk, &hand.case)?;
    let paper = Drawing {
        rule,
        plan: desk.plan,
        facts: &facts,
        guardian,
        organ: &organ,
        word: &word,
        case: &case,
        day,
        values: &new.values,
        more: new.more,
    }
    .paper();
    let said = serde_json::to_string(&Said { values: new.values, paper })
        .map_err(|error| Refused::Fault(format!("a paper of a case: {error}")))?;
    let code = Bound {
        county: desk.county(),
        id: &id,
        case: &hand.case,
        kind: new.kind.code(),
        organ: &hand.post.unit,
        year,
        number,
        said: &said,
    }
    .code(desk.keys);
    let sealed = desk.seal("case_paper", "said", &id, &said);
    desk.tx.execute(
        "insert into case_paper (county, id, case_id, kind, organ, year, number, word, day, until_day, about, mode,
                                 served_day, said_sealed, twin, code, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        &params![
            desk.county(),
            &id,
            &hand.case,
            new.kind.code(),
            &hand.post.unit,
            year,
            number,
            &word,
            day,
            new.until,
            new.about,
            new.mode,
            new.served,
            sealed,
            &new.twin,
            &code,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let detail = format!("制作文书：{} {word}", new.kind.label());
    desk.record(rule.by, Some(&hand.post), ("child", &hand.child), "", &detail)?;
    Ok((id, word))
}

/// Takes the step that the paper stands for, where the case takes it now: what was made or served stays a fact where it does not.
pub(super) fn take(
    desk: &mut Desk<'_, '_>,
    hand: &Hand,
    rule: &PaperRule,
    on: Date,
    until: Option<Date>,
    word: &str,
) -> Result<(), Refused> {
    let Some(step) = rule.step else { return Ok(()) };
    let Some(kept) = load(desk, &hand.case)? else { return Ok(()) };
    let Case::Open(open) = &kept.case else { return Ok(()) };
    let taken = Taken { step, on, until };
    let fits = matches!(open.stage, Stage::Persuading(_))
        && allowed(&kept.case, hand.post.role).contains(&Kind::Step)
        && on >= open.opened.date()
        && on <= desk.now.day()
        && open.ladder.may_take(&taken, &desk.plan.case().help_gate).is_ok();
    if !fits {
        return Ok(());
    }
    let ground = ground::current(desk)?;
    let words = format!("{}：{word}", rule.kind.label());
    let person =
        Person { account: desk.actor().account.clone(), unit: hand.post.unit.clone(), role: hand.post.role };
    happen(desk, &kept, Event::Step { taken, ground, words }, By::Person(person), None)?;
    Ok(())
}

/// The paper for somebody who makes such papers in its case.
pub(super) fn at_hand(desk: &mut Desk<'_, '_>, id: &str) -> Result<(Stored, Hand), Refused> {
    let missing = || Refused::denied(Action::TakeStep, "case_paper", id);
    let paper = stored(desk, id)?.ok_or_else(missing)?;
    let hand = hand_by(desk, &paper.case, rule(paper.kind).by)?;
    Ok((paper, hand))
}

/// 盖章: that the organ's seal stands on it, and by whom it was set.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] where none is needed, another unit made it, or a penalty's paper was made by the same person
/// (B05), [`Refused::Storage`].
pub fn stamp_paper(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (paper, hand) = at_hand(desk, id)?;
    if !rule(paper.kind).stamped {
        return Err(Refused::rule("这份文书由人签字，不用盖章", "", "请按签名栏签字"));
    }
    if paper.organ != hand.post.unit {
        return Err(Refused::rule("这份文书是别的机关做的", "行政处罚法第五十九条", "请由制作的机关盖章"));
    }
    if paper.stamped_at.is_some() {
        return Ok(());
    }
    if rule(paper.kind).gated && paper.maker == desk.actor().account {
        return Err(Refused::rule(
            "处罚的文书不能由制作的人自己盖章",
            "行政处罚法第五十七条、第五十八条",
            "请机关负责人审查以后，由另一个人盖章",
        ));
    }
    desk.tx.execute(
        "update case_paper set stamped_by = $3, stamped_at = $4 where county = $1 and id = $2 and stamped_at is null",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp()],
    )?;
    let detail = format!("盖章：{}", paper.word);
    desk.record(rule(paper.kind).by, Some(&hand.post), ("child", &paper.child), "", &detail)
}

/// The paper to be laid out, with the address at which it can be checked in its QR code. It names the family whole: only
/// for those who take the steps.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn case_paper(desk: &mut Desk<'_, '_>, id: &str, address: &str) -> Result<Draft, Refused> {
    let missing = || Refused::denied(Action::MakePaper, "case_paper", id);
    let row = stored(desk, id)?.ok_or_else(missing)?;
    let grant = may_take_out(desk, &row.child, ("case_paper", id))?;
    if !own(&grant, &row) {
        whole(&grant, missing)?;
    }
    let mut paper = said(desk, id)?.paper;
    super::check::marked(&mut paper, &row.code, address);
    Ok(Draft { paper, kind: row.kind.code(), subject: row.id, child: row.child, masked: false })
}

/// What a school has made itself, it takes out: 复学证明.
pub(super) fn own(grant: &rules::access::Grant<'_>, paper: &Stored) -> bool {
    let by_school = rule(paper.kind).by == Action::ProveReturn;
    by_school && grant.post.is_some_and(|post| post.role == Role::Head && post.unit == paper.organ)
}

/// Papers of a case name the family whole: for 教体局 and townships, that take the steps, and for nobody else.
pub(super) fn whole(grant: &rules::access::Grant<'_>, missing: impl Fn() -> Refused) -> Result<(), Refused> {
    let fits = grant.post.is_some_and(|post| matches!(post.role, Role::Bureau | Role::Township));
    if fits { Ok(()) } else { Err(missing()) }
}
