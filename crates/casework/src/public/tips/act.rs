//! What is done with a tip: taken up, refused with its reason, joined, handed to a unit, kept apart, made a case, answered. Each is an
//! event of its own; nothing is deleted. The unit that it is about does none of it (B13).

use rules::access::{Action, Post, Role, Subject};
use rules::age::AgeGroup;
use rules::case::Refused as Rule;
use rules::publish;
use rules::tip_off::{Act, Found, State, Why, next};

use super::super::own_units;
use super::list::what_of;
use super::one::{Kept, kept, receives};
use super::store::{Deed, did, due_or, put_unit, tell_once};
use crate::cases::{self, Opening, Source};
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::params;
use crate::refused::Refused;

/// Most that one act takes with it, of those that are the same.
const SAME: i64 = 5_000;

/// The tip, where the actor's unit sorts it, and the post by which.
fn sorted<'a>(desk: &mut Desk<'a, '_>, id: &str) -> Result<(Kept, Option<&'a Post>), Refused> {
    let kept = kept(desk, id, Action::SortTips)?;
    let grant = desk.require(Action::SortTips, &Subject::Nothing, ("tip_off", id))?;
    if !kept.leads {
        return Err(Refused::denied(Action::SortTips, "tip_off", id));
    }
    Ok((kept, grant.post))
}

/// Words between the least and the most.
fn words(field: &'static str, text: &str, least: usize, todo: &str) -> Result<(), Refused> {
    let length = text.trim().chars().count();
    if (least..=1000).contains(&length) && text.trim().lines().all(plain) {
        return Ok(());
    }
    Err(Refused::field(field, format!("{todo}，{least}到1000个字")))
}

/// Moves it on; of two at once the second is told.
fn moved(
    desk: &mut Desk<'_, '_>,
    id: &str,
    kept: &Kept,
    act: Act,
    (why, main): (&str, Option<&str>),
) -> Result<(), Refused> {
    let to = next(kept.state, act)?;
    let ended = matches!(to, State::Closed | State::Refused | State::Same);
    let due = due_or(desk, "answer_tip")?;
    let done = desk.tx.execute(
        "update tip_off set state = $4, why = $5, main = $6, ended_at = $7, reminded_at = null,
                due_at = case when cast($8 as bigint) = 1 then due_at else cast($9 as text) end
         where county = $1 and id = $2 and state = $3",
        &params![
            desk.county(),
            id,
            kept.state.code(),
            to.code(),
            why,
            main,
            ended.then(|| desk.now.stamp()),
            ended,
            &due
        ],
    )?;
    if done == 1 { Ok(()) } else { Err(Refused::Changed { what: "这一件刚刚有人办过".to_owned() }) }
}

/// 受理.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn take_up(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (kept, post) = sorted(desk, id)?;
    moved(desk, id, &kept, Act::Take, ("", None))?;
    did(desk, id, &Deed { kind: "take", unit: "", code: "", words: "" })?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", "受理")
}

/// 不受理, with the reason that its writer reads.
///
/// # Errors
/// As [`take_up`], and [`Refused::Invalid`].
pub fn refuse(desk: &mut Desk<'_, '_>, id: &str, why: &str, said: &str) -> Result<(), Refused> {
    let (kept, post) = sorted(desk, id)?;
    let why = Why::from_code(why).ok_or_else(|| Refused::field("why", "请选为什么不受理"))?;
    if !said.trim().is_empty() {
        words("words", said, 2, "请写明情况")?;
    }
    moved(desk, id, &kept, Act::Refuse, (why.code(), None))?;
    did(desk, id, &Deed { kind: "refuse", unit: "", code: why.code(), words: said })?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", why.label())
}

/// 不受理 for all that wait with this very text: a flood is one act. How many.
///
/// # Errors
/// As [`refuse`].
pub fn refuse_same(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<i64, Refused> {
    let (kept, post) = sorted(desk, id)?;
    let why = Why::from_code(why).ok_or_else(|| Refused::field("why", "请选为什么不受理"))?;
    next(kept.state, Act::Refuse)?;
    let (county, now) = (desk.county(), desk.now.stamp());
    // Those alone that lie before the actor's own units, and are not about them.
    let all = desk.tx.query(
        "select id from tip_off where county = $1 and same = $2 and state in ('held', 'received') order by id limit $3",
        &params![county, &kept.same, SAME],
        |row| row.get::<String>(0),
    )?;
    let mut many = 0;
    for one in all {
        let units = own_units(desk.actor(), Action::SortTips);
        let leads = desk.tx.query(
            "select unit from tip_off_unit where county = $1 and tip_off = $2 and leads = 1 order by unit",
            &params![county, &one],
            |row| row.get::<String>(0),
        )?;
        if !leads.iter().any(|unit| units.contains(&unit.as_str())) {
            continue;
        }
        many += 1;
        desk.tx.execute(
            "update tip_off set state = 'spam', why = $3, ended_at = $4 where county = $1 and id = $2",
            &params![county, &one, why.code(), &now],
        )?;
        did(desk, &one, &Deed { kind: "refuse", unit: "", code: why.code(), words: "" })?;
    }
    desk.record(Action::SortTips, post, ("tip_off", id), "", &format!("{}：相同内容{many}件", why.label()))?;
    Ok(many)
}

/// 并入 another about the same: its writer reads what the other one is answered.
///
/// # Errors
/// As [`refuse`].
pub fn join(desk: &mut Desk<'_, '_>, id: &str, main: &str) -> Result<(), Refused> {
    let (own, post) = sorted(desk, id)?;
    let (other, _) = sorted(desk, main)?;
    if main == id || other.state == State::Same {
        return Err(Refused::field("main", "请选另外一件没有并入别件的"));
    }
    moved(desk, id, &own, Act::Join, ("", Some(main)))?;
    did(desk, id, &Deed { kind: "join", unit: "", code: "", words: "" })?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", "并入同一件")
}

/// Takes up what has ended once more.
///
/// # Errors
/// As [`take_up`].
pub fn reopen(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (kept, post) = sorted(desk, id)?;
    moved(desk, id, &kept, Act::Reopen, ("", None))?;
    did(desk, id, &Deed { kind: "reopen", unit: "", code: "", words: "" })?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", "重新受理")
}

/// Takes it up with another act, where nobody has yet.
fn in_hand(desk: &mut Desk<'_, '_>, id: &str, kept: &Kept) -> Result<(), Refused> {
    match kept.state {
        State::Working => Ok(()),
        State::Held | State::Received => moved(desk, id, kept, Act::Take, ("", None)),
        _ => Err(Refused::from(
            next(kept.state, Act::Take)
                .err()
                .unwrap_or_else(|| Rule::new("已经办结", "四(二十一)", "请先重新受理")),
        )),
    }
}

/// Hands it to a unit to look into; never to the one that it is about.
///
/// # Errors
/// As [`refuse`].
pub fn hand(desk: &mut Desk<'_, '_>, id: &str, unit: &str, said: &str) -> Result<(), Refused> {
    let (kept, post) = sorted(desk, id)?;
    if kept.against.as_deref() == Some(unit) {
        return Err(Refused::rule(
            "反映的就是这个单位，不能交给它核实",
            "四(二十一)；信访工作条例第三十条",
            "请交给别的单位",
        ));
    }
    if kept.apart {
        return Err(Refused::rule(
            "保护线索只有指定的人能看，不能再交别的单位",
            "未成年人保护法第十一条",
            "请和公安、民政直接联系",
        ));
    }
    if !said.trim().is_empty() {
        words("words", said, 2, "请写明要核实什么")?;
    }
    let roles = desk.tx.query(
        "select distinct p.role from post p join unit on unit.county = p.county and unit.id = p.unit
         where p.county = $1 and p.unit = $2 and p.closed_at is null and unit.until_day is null order by p.role",
        &params![desk.county(), unit],
        |row| row.get::<String>(0),
    )?;
    let role = roles.iter().filter_map(|role| Role::from_code(role)).find(|role| receives(*role));
    let Some(role) = role else { return Err(Refused::field("unit", "请选交给哪个单位")) };
    in_hand(desk, id, &kept)?;
    let due = due_or(desk, "report_tip")?;
    if !put_unit(desk, id, (unit, role, false), &due)? {
        return Err(Refused::Changed { what: "已经交给这个单位".to_owned() });
    }
    did(desk, id, &Deed { kind: "hand", unit, code: "", words: said })?;
    tell_once(desk, &[(unit.to_owned(), role)], false)?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", "交办核实")
}

/// Keeps it apart: from now on it is read by those alone who receive signs of harm, who are told at once (未成年人保护法第十一条).
///
/// # Errors
/// As [`take_up`]; [`Refused::Rule`] where nobody is there to receive it.
pub fn apart(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (kept, post) = sorted(desk, id)?;
    if kept.apart {
        return Err(Refused::Changed { what: "已经转为保护线索".to_owned() });
    }
    let due = due_or(desk, "safeguard")?;
    let mut told = Vec::new();
    for role in [Role::Bureau, Role::Police, Role::Civil] {
        for unit in super::units_of(desk, role)? {
            if kept.against.as_deref() != Some(&*unit) {
                put_unit(desk, id, (&unit, role, role == Role::Bureau), &due)?;
                told.push((unit, role));
            }
        }
    }
    if told.is_empty() {
        return Err(Refused::rule(
            "系统里还没有登记接收保护线索的人，没有转交出去",
            "未成年人保护法第十一条",
            "请立即拨打110",
        ));
    }
    desk.tx.execute(
        "update tip_off set apart = 1, due_at = $3, reminded_at = null where county = $1 and id = $2",
        &params![desk.county(), id, &due],
    )?;
    did(desk, id, &Deed { kind: "apart", unit: "", code: "", words: "" })?;
    tell_once(desk, &told, true)?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", "转为保护线索")
}

/// What a unit that it was handed to has found.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn report(desk: &mut Desk<'_, '_>, id: &str, said: &str) -> Result<(), Refused> {
    let kept = kept(desk, id, Action::AnswerTip)?;
    let grant = desk.require(Action::AnswerTip, &Subject::Nothing, ("tip_off", id))?;
    let Some(unit) = kept.handed.first() else {
        return Err(Refused::denied(Action::AnswerTip, "tip_off", id));
    };
    words("words", said, 4, "请写核实到什么、怎么办的")?;
    desk.tx.execute(
        "update tip_off_unit set reported_at = $4
         where county = $1 and tip_off = $2 and unit = $3 and reported_at is null",
        &params![desk.county(), id, unit, desk.now.stamp()],
    )?;
    did(desk, id, &Deed { kind: "report", unit, code: "", words: said })?;
    let leads = desk.tx.query(
        "select unit, role from tip_off_unit where county = $1 and tip_off = $2 and leads = 1 order by unit",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let leads: Vec<(String, Role)> =
        leads.into_iter().filter_map(|(unit, role)| Some((unit, Role::from_code(&role)?))).collect();
    tell_once(desk, &leads, kept.apart)?;
    desk.record(Action::AnswerTip, grant.post, ("tip_off", id), "", "报回核实情况")
}

/// Says which child it is about, and opens a case that the unit it is about can neither clear nor close (B13); where the child has one
/// open already, that one goes on. The case.
///
/// # Errors
/// As [`take_up`], and whatever opening a case refuses.
pub fn open_case(desk: &mut Desk<'_, '_>, id: &str, child: &str) -> Result<String, Refused> {
    let (kept, _) = sorted(desk, id)?;
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::OpenCase, &Subject::Child(&ties), ("child", child))?;
    let birth = desk.tx.one(
        "select birth from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<jiff::civil::Date>(0),
    )?;
    if desk.plan.school_age().group(birth, desk.now.day()) != AgeGroup::SchoolAge {
        let todo = "请核对是不是这个孩子；不在义务教育年龄的，直接答复";
        return Err(Refused::rule("这个孩子不在义务教育年龄", "义务教育法第十一条；五(八)", todo));
    }
    in_hand(desk, id, &kept)?;
    let new = Opening {
        child,
        source: Source::TipOff,
        source_id: id,
        verified: None,
        against: kept.against.as_deref(),
    };
    let case = cases::open_from(desk, &new)?;
    desk.tx.execute(
        "update tip_off set child = $3, case_id = $4 where county = $1 and id = $2",
        &params![desk.county(), id, child, &case],
    )?;
    did(desk, id, &Deed { kind: "case", unit: "", code: "", words: "" })?;
    desk.record(Action::OpenCase, grant.post, ("child", child), "", "群众举报立案")?;
    Ok(case)
}

/// 答复办结: what came of it, in words for whoever wrote. The answer goes to somebody whom nobody knows, so that it may name no child
/// (未成年人保护法第一百零三条).
///
/// # Errors
/// As [`refuse`].
pub fn close(desk: &mut Desk<'_, '_>, id: &str, found: &str, answer: &str) -> Result<(), Refused> {
    let (kept, post) = sorted(desk, id)?;
    let found = Found::from_code(found).ok_or_else(|| Refused::field("found", "请选办理结果"))?;
    words("answer", answer, 6, "请写给举报、求助的人看的答复")?;
    let what = what_of(desk, id, kept.sealed.as_deref())?;
    let mut names = vec![what.child];
    if let Some(child) = &kept.child {
        names.push(crate::ledger::named(desk, child)?.0);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    publish::check(answer, &names).map_err(|problem| Refused::field("answer", format!("答复{problem}")))?;
    moved(desk, id, &kept, Act::Close, (found.code(), None))?;
    let sealed = desk.seal("tip_off", "answer", id, answer.trim());
    desk.tx.execute(
        "update tip_off set answer_sealed = $3 where county = $1 and id = $2",
        &params![desk.county(), id, sealed],
    )?;
    did(desk, id, &Deed { kind: "close", unit: "", code: found.code(), words: "" })?;
    desk.record(Action::SortTips, post, ("tip_off", id), "", found.label())
}
