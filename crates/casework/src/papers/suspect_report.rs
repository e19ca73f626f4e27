//! 疑似辍学学生书面报告 (五(九); 未成年人保护法第二十八条): the report's facts as an official document. Those to whom the school
//! reports have the child whole; everybody else what they see of it elsewhere, the rest hidden.

use documents::paper::{Block, Paper};
use jiff::civil::Date;
use rules::access::{Action, Field, Role, Sight};
use rules::mask;

use super::facts::Facts;
use super::{Draft, allowed, moment, spelled};
use crate::attendance::{self, Report};
use crate::desk::Desk;
use crate::ledger::Sees;
use crate::params;
use crate::refused::Refused;

/// The plan's key of this paper.
pub const SUSPECT_REPORT: &str = "suspect_report";

/// The report as a paper.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Rule`] for a report from before facts were kept,
/// [`Refused::Storage`].
pub fn suspect_report(desk: &mut Desk<'_, '_>, id: &str) -> Result<Draft, Refused> {
    let missing = || Refused::denied(Action::MakePaper, "report", id);
    let found = desk.tx.optional(
        "select child, school, facts_sealed from report where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<Vec<u8>>>(2)?)),
    )?;
    let (child, school, sealed) = found.ok_or_else(missing)?;
    let grant = allowed(desk, &child, ("report", id))?;
    let report = attendance::stored_report(desk, id)?.ok_or_else(missing)?;
    let facts = Facts::opened(desk, id, sealed.as_deref())?.ok_or_else(|| {
        Refused::rule(
            "这份报告上报时系统还没有留存书面报告的内容，做不出文书",
            "五(九)",
            "请打印“书面报告”页面，或重新核证后再上报",
        )
    })?;
    let (Some(post), Some(sees)) = (grant.post, Sees::granted(&grant)) else { return Err(missing()) };
    let reports = post.role == Role::Head && post.unit == school;
    let receives = matches!(post.role, Role::Bureau | Role::Township)
        && facts.to.iter().any(|receiver| receiver.unit == post.unit);
    let view = View { sees, whole: reports || receives };
    let masked = !view.whole;
    let paper = paper(desk, &report, &facts, view);
    Ok(Draft { paper, kind: SUSPECT_REPORT, subject: id.to_owned(), child, masked })
}

/// What the one who makes the paper may have of the child.
#[derive(Clone, Copy)]
struct View {
    sees: Sees,
    whole: bool,
}

impl View {
    fn sight(self, field: Field) -> Sight {
        if self.whole { Sight::Clear } else { self.sees.of(field) }
    }

    /// A line, hidden by `hide` where it must be; none where the field is absent for the reader.
    fn line(
        self,
        rows: &mut Vec<(String, String)>,
        (field, what): (Field, &str),
        value: &str,
        hide: impl Fn(&str) -> String,
    ) {
        let value = match self.sight(field) {
            _ if value.is_empty() => return,
            Sight::Absent => return,
            Sight::Clear => value.to_owned(),
            Sight::Masked | Sight::OnRequest => hide(value),
        };
        rows.push((what.to_owned(), value));
    }
}

fn hidden(_: &str) -> String {
    "已隐去".to_owned()
}

fn paper(desk: &Desk<'_, '_>, report: &Report, facts: &Facts, view: View) -> Paper {
    let rule = desk.plan.paper(SUSPECT_REPORT);
    let articles: Vec<String> =
        rule.into_iter().flat_map(|rule| &rule.articles).map(|one| law(one)).collect();
    let day = report.at.get(..10).and_then(|day| day.parse::<Date>().ok()).map(spelled).unwrap_or_default();
    let mut body = vec![opening(desk, facts, &articles.join("、"))];
    body.push(heading("一、学生基本情况"));
    body.push(Block::Pairs { rows: child(facts, view) });
    body.push(heading("二、未到校情况"));
    body.push(text(absence(report, facts)));
    body.push(heading("三、联系家长和劝返情况"));
    body.extend(tried(facts, view));
    body.push(heading("四、核实情况"));
    body.push(Block::Pairs { rows: verified(report, facts, view) });
    body.push(heading("五、提请办理事项"));
    body.extend(asked(facts));
    body.push(text("特此报告。".to_owned()));
    let mark = if view.whole {
        "含未成年人个人信息，不得外传"
    } else {
        "部分个人信息已隐去，不得外传"
    };
    Paper {
        organ: facts.school.clone(),
        mark: mark.to_owned(),
        number: facts.number.clone(),
        issuer: facts.head.clone(),
        title: format!("{}关于{}疑似辍学情况的书面报告", facts.school, facts.name),
        to: facts.to.iter().map(|receiver| receiver.name.clone()).collect(),
        body,
        signed: facts.school.clone(),
        date: day.clone(),
        note: String::new(),
        copies: rule.map(|rule| rule.copies.clone()).unwrap_or_default(),
        printed: (facts.school.clone(), day),
        ..Paper::default()
    }
}

fn heading(text: &str) -> Block {
    Block::Heading { text: text.to_owned() }
}

const fn text(text: String) -> Block {
    Block::Text { text }
}

/// `未成年人保护法第二十八条` as a document cites it: 《中华人民共和国未成年人保护法》第二十八条.
fn law(article: &str) -> String {
    match article.split_once("法第") {
        Some((name, number)) => format!("《中华人民共和国{name}法》第{number}"),
        None => article.to_owned(),
    }
}

fn opening(desk: &Desk<'_, '_>, facts: &Facts, articles: &str) -> Block {
    let clause = desk.plan.absence().basis.clause.clone().unwrap_or_default();
    let clause = clause.replace('(', "（").replace(')', "）");
    text(format!(
        "我校{}学生{}无正当理由未到校，已列入疑似辍学学生台账。依照{articles}和《{}》（{}）{clause}，经校长核证，现将情况书面报告如下。",
        facts.class,
        facts.name,
        desk.plan.document().title,
        desk.plan.document().number
    ))
}

fn child(facts: &Facts, view: View) -> Vec<(String, String)> {
    use Field as F;
    let mut rows = Vec::new();
    view.line(&mut rows, (F::Name, "姓名"), &facts.name, hidden);
    view.line(&mut rows, (F::Sex, "性别"), &facts.sex, hidden);
    view.line(&mut rows, (F::Birth, "出生日期"), &facts.birth, hidden);
    let kind =
        if facts.id_kind.is_empty() { "身份证件号".to_owned() } else { format!("{}号", facts.id_kind) };
    view.line(&mut rows, (F::IdNumber, &kind), &facts.id_number, mask::id);
    view.line(&mut rows, (F::StudentNumber, "学籍号"), &facts.student_number, mask::id);
    let schooling = format!("{} {}", facts.school, facts.class);
    view.line(&mut rows, (F::Schooling, "学校、班级"), schooling.trim(), hidden);
    view.line(&mut rows, (F::Home, "户籍所在地"), &facts.home, hidden);
    view.line(&mut rows, (F::Address, "住址"), &facts.address, hidden);
    for guardian in &facts.guardians {
        let relation = if guardian.relation.is_empty() { "监护人" } else { guardian.relation.as_str() };
        let mut line = Vec::new();
        view.line(&mut line, (F::Guardians, "监护人"), &format!("{}（{relation}）", guardian.name), hidden);
        view.line(&mut line, (F::Phone, ""), &guardian.phone, mask::phone);
        let value = line.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("，电话");
        if line.first().is_some_and(|(what, _)| !what.is_empty()) {
            rows.push(("监护人".to_owned(), value));
        }
    }
    rows
}

fn absence(report: &Report, facts: &Facts) -> String {
    let listed = report.since.parse::<Date>().map(spelled).unwrap_or_default();
    if facts.away == 0 {
        return format!("该生经比对核查，自{listed}起列入疑似辍学学生台账。");
    }
    let mut said = format!(
        "该生自{}起无正当理由未到校，至报告时连续{}个上课日（按本校校历计，节假日不计）。",
        facts.away_since, facts.away
    );
    said.push_str(&format!("{listed}起列入疑似辍学学生台账。"));
    said
}

fn tried(facts: &Facts, view: View) -> Vec<Block> {
    if facts.contacts.is_empty() {
        return vec![text("系统里没有联系家长的记录。".to_owned())];
    }
    let open = view.sight(Field::Guardians) == Sight::Clear;
    let rows = facts
        .contacts
        .iter()
        .map(|contact| {
            let note = if open && !contact.note.is_empty() {
                format!("{}。{}", contact.result, contact.note)
            } else {
                contact.result.clone()
            };
            vec![moment(&contact.at), contact.way.clone(), contact.by.clone(), note]
        })
        .collect();
    let heads = ["时间", "方式", "联系人", "结果"].map(str::to_owned).to_vec();
    vec![text(format!("未到校以来共联系{}次：", facts.contacts.len())), Block::Table { heads, rows }]
}

fn verified(report: &Report, facts: &Facts, view: View) -> Vec<(String, String)> {
    let pair = |what: &str, value: &str| (what.to_owned(), value.to_owned());
    let mut rows = vec![pair("学生去向", &report.whereabouts), pair("未到校原因", &report.cause)];
    // What the family said is for the two lines.
    view.line(&mut rows, (Field::Guardians, "核实依据"), &report.evidence, hidden);
    rows.push(pair("核证人", &format!("校长 {}", facts.head)));
    rows.push(pair("核证时间", &moment(&report.at)));
    rows
}

/// The end of a day is that day.
fn until(due: &str) -> String {
    let said = moment(due);
    said.strip_suffix("23:59").map_or_else(|| said.clone(), str::to_owned)
}

fn asked(facts: &Facts) -> Vec<Block> {
    let asked = facts
        .to
        .iter()
        .filter(|receiver| !receiver.task.is_empty())
        .map(|receiver| format!("请{}在{}以前{}", receiver.name, until(&receiver.due), receiver.task));
    let asked = asked.collect::<Vec<_>>().join("；");
    let mut said = if asked.is_empty() { String::new() } else { format!("{asked}。") };
    said.push_str("我校继续联系家长、开展劝返，情况有变化时及时报告。");
    vec![text(said)]
}
