//! A school's decision for the new year, and taking it back before the night that carries it out. It moves nobody: `carry` does.

use std::collections::{BTreeMap, BTreeSet};

use rules::access::Action;
use rules::age::{Grade, school_year_label};
use rules::turnover::{MOST_CLASSES, Onward, may_turn};

use super::School;
use super::look::{decided, old, pupils};
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::{Problem, Refused};

/// Most pupils who stay in their grade.
const MOST_STAYS: usize = 100;

/// What somebody decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The year, as the page had it.
    pub year: i16,
    /// New classes of grade one.
    pub firsts: i64,
    /// New classes of grade seven.
    pub sevenths: i64,
    /// Who does not go up, one a line: name, then the reason.
    pub stays: String,
}

/// Decides for a school. The same decision twice is one (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] with each line that is wrong, [`Refused::Rule`], [`Refused::Storage`].
pub fn start(desk: &mut Desk<'_, '_>, school: &str, form: &Form) -> Result<(), Refused> {
    let (school, grant) = School::find(desk, Action::TurnYear, school)?;
    may_turn(desk.now.day(), form.year).map_err(|(what, basis, todo)| Refused::rule(what, basis, todo))?;
    for (field, many) in [("firsts", form.firsts), ("sevenths", form.sevenths)] {
        if !(0..=i64::from(MOST_CLASSES)).contains(&many) {
            return Err(Refused::field(field, format!("请写开几个班，0到{MOST_CLASSES}的整数；不招的写0")));
        }
    }
    if decided(desk, &school.id, form.year)?.is_some() {
        return Ok(());
    }
    let old = old(desk, &school, form.year)?;
    if old.is_empty() {
        let what = format!("没有{}学年以前的班", school_year_label(form.year));
        return Err(Refused::rule(what, "", "新设学校的班级在“单位”里添加"));
    }
    let mut grades: BTreeSet<i8> =
        old.iter().filter_map(|class| class.onward.up()).map(Grade::number).collect();
    grades.extend((form.firsts > 0).then_some(1));
    grades.extend((form.sevenths > 0).then_some(7));
    let mut names: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for class in &old {
        let grade = class.grade;
        let place = match class.onward {
            Onward::Waits => Err("教学点最高年级的孩子本来就不升，请办转学".to_owned()),
            _ if grades.contains(&grade.number()) => Ok(()),
            _ => Err(format!("新学年没有{}的班，请先加班，或者请孩子随班升级", grade.label())),
        };
        for pupil in pupils(desk, class)? {
            names.entry(pupil.name).or_default().push((pupil.id, place.clone()));
        }
    }
    let stays = stays(&form.stays, &names)?;
    let id = desk.now.id();
    desk.tx.execute(
        "insert into turnover (county, id, school, year, firsts, sevenths, state, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, 'planned', $7, $8, $9)",
        &params![
            desk.county(),
            &id,
            &school.id,
            i64::from(form.year),
            form.firsts,
            form.sevenths,
            &desk.actor().account,
            grant.post.map_or("", |post| post.unit.as_str()),
            desk.now.stamp()
        ],
    )?;
    for (child, why) in &stays {
        let own = desk.now.id();
        let sealed = desk.seal("turnover_stay", "why", &own, why);
        desk.tx.execute(
            "insert into turnover_stay (county, id, turnover, child, why_sealed) values ($1, $2, $3, $4, $5)",
            &params![desk.county(), own, &id, child, sealed],
        )?;
    }
    let detail = format!("{}学年编班，不随班升级{}名", school_year_label(form.year), stays.len());
    desk.record(Action::TurnYear, grant.post, ("unit", &school.id), "", &detail)
}

/// A pupil with why it cannot stay in its grade.
type Named = (String, Result<(), String>);

/// The children that are named, each with its reason.
fn stays(text: &str, names: &BTreeMap<String, Vec<Named>>) -> Result<Vec<(String, String)>, Refused> {
    let (mut found, mut problems) = (Vec::<(String, String)>::new(), Vec::new());
    for (at, line) in text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
        let mut wrong = |text: &str| {
            problems.push(Problem { field: "stays", text: format!("第{}行：{text}", at + 1) });
        };
        let cut = line.find(['\t', ',', '，', ' ', '、', '：', ':']);
        let (name, why) = cut.map_or((line, ""), |cut| line.split_at(cut));
        let why = why.trim_start_matches(['\t', ',', '，', ' ', '、', '：', ':']).trim();
        if why.is_empty() || why.chars().count() > 100 || !plain(why) {
            wrong("姓名后面请写原因，100个字以内，如“王某某，因病休学一年后回原年级”");
            continue;
        }
        match names.get(name).map(Vec::as_slice) {
            None | Some([]) => wrong("本校去年的班里没有叫这个名字的孩子，请核对"),
            Some([(_, Err(why))]) => wrong(why),
            Some([(child, Ok(()))]) if found.iter().any(|(own, _)| own == child) => {
                wrong("同一个孩子写了两次");
            }
            Some([(child, Ok(()))]) => found.push((child.clone(), why.to_owned())),
            Some(_) => wrong("本校有同名的孩子，分不清是谁：请先随班升级，再到孩子的档案里更正年级"),
        }
    }
    if found.len() > MOST_STAYS {
        return Err(Refused::field(
            "stays",
            format!("不随班升级的一次最多写{MOST_STAYS}名，请核对是不是把全班都写进来了"),
        ));
    }
    if problems.is_empty() { Ok(found) } else { Err(Refused::Invalid(problems)) }
}

/// Takes a decision back that was not carried out.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] once it was, [`Refused::Storage`].
pub fn withdraw(desk: &mut Desk<'_, '_>, school: &str, year: i16) -> Result<(), Refused> {
    let (school, grant) = School::find(desk, Action::TurnYear, school)?;
    let taken = desk.tx.execute(
        "update turnover set state = 'withdrawn' where county = $1 and school = $2 and year = $3 and state = 'planned'",
        &params![desk.county(), &school.id, i64::from(year)],
    )?;
    if taken == 1 {
        return desk.record(Action::TurnYear, grant.post, ("unit", &school.id), "", "撤回新学年编班");
    }
    match decided(desk, &school.id, year)? {
        Some(_) => Err(Refused::rule("已经编好班了，不能撤回", "", "个别孩子要改的，办调班或者转学")),
        None => Ok(()),
    }
}
