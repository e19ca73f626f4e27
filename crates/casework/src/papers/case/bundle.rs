//! 卷宗: the whole file of a case as one paper with catalogue: what happened, the papers in order, hearing and court. Taking it out is an
//! export, on the record with its digest.

use documents::paper::{Block, Bundle, Made, Paper};
use rules::access::Action;

use super::super::{allowed, moment, put, spelled};
use super::kept::{of_case, said};
use super::make::whole;
use super::scan::pages;
use super::shelf::name;
use super::track::tracks;
use crate::cases::{case as read_case, load};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// How a 卷宗 stands in the register of papers.
pub(super) const KIND: &str = "case_file";

/// A 卷宗 before it is laid out.
#[derive(Debug, Clone)]
pub struct BundleDraft {
    /// What it says.
    pub bundle: Bundle,
    /// Id of the case.
    pub case: String,
    /// Id of the child.
    pub child: String,
}

/// The number of a case, `南涧控辍〔2026〕3号`, taken from the county's counter when it is asked for first (B11).
pub(super) fn numbered(desk: &mut Desk<'_, '_>, case: &str) -> Result<String, Refused> {
    if let Some(number) = number_of(desk, case)? {
        return Ok(number);
    }
    let year = i64::from(desk.now.day().year());
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, 'file', $2, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![desk.county(), year],
        |row| row.get::<i64>(0),
    )?;
    desk.tx.execute(
        "insert into case_file (county, case_id, year, number) values ($1, $2, $3, $4)",
        &params![desk.county(), case, year, number],
    )?;
    Ok(worded(desk, year, number))
}

pub(super) fn number_of(desk: &mut Desk<'_, '_>, case: &str) -> Result<Option<String>, Refused> {
    let found = desk.tx.optional(
        "select year, number from case_file where county = $1 and case_id = $2",
        &params![desk.county(), case],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    Ok(found.map(|(year, number)| worded(desk, year, number)))
}

fn worded(desk: &Desk<'_, '_>, year: i64, number: i64) -> String {
    format!("{}控辍个案〔{year}〕{number}号", desk.plan.county().short)
}

/// The 卷宗 of a case, for those who take its steps. The first time it takes the case's number.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn bundle(desk: &mut Desk<'_, '_>, case: &str, address: &str) -> Result<BundleDraft, Refused> {
    let missing = || Refused::denied(Action::MakePaper, "case", case);
    let kept = load(desk, case)?.ok_or_else(missing)?;
    let grant = allowed(desk, &kept.child, ("case", case))?;
    whole(&grant, missing)?;
    let file = read_case(desk, case)?;
    let number = numbered(desk, case)?;
    let day = spelled(desk.now.day());
    let organ = grant.post.map(|post| super::party::organ(desk, post)).transpose()?.unwrap_or_default();
    let mut papers = vec![history(desk, case, &file, &organ, &day)?];
    let stored = of_case(desk, case)?;
    for one in &stored {
        let mut paper = said(desk, &one.id)?.paper;
        super::check::marked(&mut paper, &one.code, address);
        papers.push(paper);
    }
    let scans = pages(desk, case, &stored)?;
    let row = |what: &str, value: String| (what.to_owned(), value);
    let child = name(desk, &kept.child)?;
    let about = vec![
        row("案件编号", number.clone()),
        row("学生", child.clone()),
        row("案由", "适龄儿童少年没有接受义务教育，控辍保学".to_owned()),
        row("立案日期", moment(&file.line.opened)),
        row("现在的状态", file.line.state.label().to_owned()),
        row("制卷单位", organ.clone()),
        row("制卷人", desk.actor().name.clone()),
        row("制卷日期", day),
        row("文书件数", format!("{}件", papers.len())),
        row("照片、扫描件", format!("{}页", scans.len())),
    ];
    let bundle =
        Bundle { organ, number, title: format!("{child}控辍保学个案卷宗"), about, papers, scans };
    Ok(BundleDraft { bundle, case: kept.id, child: kept.child })
}

/// 办理经过: what happened, orders and entries, as the first paper of the file.
fn history(
    desk: &mut Desk<'_, '_>,
    case: &str,
    file: &crate::cases::CaseFile,
    organ: &str,
    day: &str,
) -> Result<Paper, Refused> {
    let texts = |all: [&str; 4]| all.map(str::to_owned).to_vec();
    let mut body = vec![Block::Heading { text: "一、办理经过".to_owned() }];
    let rows = file.happened.iter().rev().map(|one| {
        let what = if one.what.is_empty() {
            one.kind.label().to_owned()
        } else {
            format!("{}：{}", one.kind.label(), one.what)
        };
        let on = one.on.map_or_else(|| moment(&one.at), spelled);
        let words = match one.until {
            Some(until) => format!("期限到{}。{}", spelled(until), one.words),
            None => one.words.clone(),
        };
        vec![on, what, [one.unit.as_str(), one.by.as_str()].join(" ").trim().to_owned(), words]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    body.push(Block::Table { heads: texts(["日期", "事项", "办理人", "情况"]), rows });
    if !file.orders.is_empty() {
        body.push(Block::Heading { text: "二、劝返指令".to_owned() });
        let rows = file.orders.iter().rev().map(|order| {
            let received = order.received_at.as_deref().map(moment).unwrap_or_else(|| "没有签收".to_owned());
            vec![order.number.clone(), order.unit.clone(), moment(&order.issued_at), received]
        });
        let rows = rows.collect();
        body.push(Block::Table { heads: texts(["文号", "劝返主体", "下发", "签收"]), rows });
    }
    let tracks = tracks(desk, case, true)?;
    if !tracks.is_empty() {
        body.push(Block::Heading { text: "三、听证、复议、诉讼和执行".to_owned() });
        let rows = tracks
            .into_iter()
            .map(|one| vec![spelled(one.on), one.kind.label().to_owned(), one.by, one.words]);
        let rows = rows.collect();
        body.push(Block::Table { heads: texts(["日期", "事项", "登记人", "情况"]), rows });
    }
    Ok(Paper {
        organ: organ.to_owned(),
        mark: "含未成年人个人信息，不得外传".to_owned(),
        title: "个案办理经过".to_owned(),
        body,
        signed: organ.to_owned(),
        date: day.to_owned(),
        ..Paper::default()
    })
}

/// Puts on the record that the 卷宗 was taken out; only then the file may leave.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn record_bundle(desk: &mut Desk<'_, '_>, draft: &BundleDraft, made: &Made) -> Result<(), Refused> {
    let grant = allowed(desk, &draft.child, ("case", &draft.case))?;
    put(desk, (KIND, &draft.case), &draft.child, &draft.bundle.number, made, false)?;
    let said =
        format!("导出卷宗 {}，{}件，SHA-256 {}", draft.bundle.number, draft.bundle.papers.len(), made.sha256);
    desk.record(Action::MakePaper, grant.post, ("child", &draft.child), "", &said)
}
