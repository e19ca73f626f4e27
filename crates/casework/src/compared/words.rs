//! The comparison in plain Chinese: what was compared, what was found, how sure it is.

use jiff::civil::Date;
use rules::plan::{FindingKind, NamedListEffect};

use super::Outcome;
use crate::lists::List;

/// Paragraphs of the first sheet.
pub(super) struct Paragraphs {
    pub(super) made: String,
    pub(super) conclusion: Vec<String>,
    pub(super) certainty: Vec<String>,
    pub(super) how: Vec<String>,
}

/// How many findings of a kind there are.
pub(super) fn count(outcome: &Outcome<'_>, kind: FindingKind) -> usize {
    outcome.of_kind(kind).len()
}

/// A share in per cent with two digits; nothing is a share of nobody.
fn share(part: usize, of: usize) -> String {
    if of == 0 { "—".to_owned() } else { format!("{:.2}%", part as f64 * 100.0 / of as f64) }
}

pub(super) fn paragraphs(outcome: &Outcome<'_>) -> Paragraphs {
    let counts = &outcome.comparison.counts;
    let not_on_roll = count(outcome, FindingKind::NotOnRoll);
    let review = count(outcome, FindingKind::NeedsReview);
    let plan = outcome.plan();
    let mut conclusion = vec![format!(
        "户籍名单里有适龄儿童少年 {} 人，其中 {} 人有学籍（{}）；{not_on_roll} 人没有学籍，也不在外出就读等名单上，要逐个上门核实；{review} 人拿不准，要人工核对。",
        counts.school_age,
        counts.on_roll,
        share(counts.on_roll, counts.school_age),
    )];
    if outcome.given.present.is_some() {
        let absent = count(outcome, FindingKind::NotInSchool);
        conclusion.push(format!("有学籍但学校没有见到人的 {absent} 人，由学校查清去向。"));
    }
    if outcome.given.poverty.is_some() {
        let poor = count(outcome, FindingKind::PovertyDropout);
        conclusion.push(format!("以上没有学籍或不在校的孩子里，{poor} 人是脱贫户、监测户的孩子，先帮扶。"));
    }
    let silent = &counts.silent_schools;
    if !silent.is_empty() {
        let names: Vec<String> = silent
            .iter()
            .take(10)
            .map(|&(school, pupils)| format!("{}（{pupils} 人）", outcome.given.schools.school_name(school)))
            .collect();
        let more = if silent.len() > 10 { "等" } else { "" };
        conclusion.push(format!(
            "{} 所学校没有报在校名单，这些学校的学生没有判断在不在校，请催报：{}{more}。",
            silent.len(),
            names.join("、"),
        ));
    }
    for (list, cleared) in counts.cleared.iter().filter(|(_, cleared)| *cleared > 0) {
        conclusion.push(format!("另有 {cleared} 人因在“{list}”名单上，没有列为问题。"));
    }
    if counts.repeated > 0 {
        conclusion.push(format!("户籍名单里有 {} 行与别的行是同一个孩子，只算一次。", counts.repeated));
    }
    let age = plan.school_age();
    let (month, day) = age.turned_by;
    Paragraphs {
        made: format!(
            "年龄按 {} 计算。适龄：{month} 月 {day} 日前满 {} 周岁、未满 {} 周岁（{}）。户籍名单里其他年龄的 {} 行没有列出。",
            long_date(outcome.on()),
            age.from_years,
            age.until_years,
            plan.school_age_basis().cited(),
            counts.other_ages,
        ),
        conclusion,
        certainty: vec![
            format!(
                "{} 个孩子的身份证号和姓名在两份名单里都相同，直接认定；{} 个孩子的号码或姓名有出入，是综合姓名读音、出生日期、监护人、户籍地认定的，理由逐个写在 links.csv 里。",
                counts.exact, counts.weighed,
            ),
            "身份证号填错一两位、姓名同音或写法不同、监护人填了另一方，一般不会让孩子被漏掉或误报。资料错了三处以上的，仍可能误列为没有学籍，所以必须上门核实，不能只凭这张表认定失学。"
                .to_owned(),
            "“把握”是根据这次的名单算出来的：99% 指一百个这样的孩子里大约有一个会判断错。拿不准的不下结论，两边的资料并排列在最后一页，由人来定。"
                .to_owned(),
        ],
        how: vec![
            "每一类问题一页，可以按乡镇、村、学校筛选后打印。核实以后在“核实结果”里选一项，情况写在“备注”里。".to_owned(),
            "身份证号中间八位已遮住。要看全号，按最右边的“户籍行”“学籍行”到原名单里查，从第一行数据数起，不算表头。".to_owned(),
            "名单里填错的行另存在 problems.xlsx，改好后可以重新比对。本表含未成年人信息，只发给要去核实的人，用完收回。".to_owned(),
        ],
    }
}

/// A day as people write it: 2026年9月10日.
pub(super) fn long_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// One row per kind: what, how many, by when, who and by which clause.
pub(super) fn kinds(outcome: &Outcome<'_>) -> Vec<Vec<String>> {
    let given = |kind: FindingKind| match kind {
        FindingKind::NotInSchool => outcome.given.present.is_some(),
        FindingKind::PovertyDropout => outcome.given.poverty.is_some(),
        FindingKind::StudyingElsewhere => {
            outcome.given.named.iter().any(|(effect, _)| *effect == NamedListEffect::StudyingElsewhere)
        }
        _ => true,
    };
    let row = |&kind: &FindingKind| {
        let rule = outcome.plan().finding(kind);
        let found = if given(kind) { count(outcome, kind).to_string() } else { "没有给名单".to_owned() };
        vec![
            rule.title.clone(),
            found,
            rule.deadline.within(),
            format!("{} · {}", rule.who, rule.basis.cited()),
        ]
    };
    FindingKind::ALL.iter().map(row).collect()
}

/// One row per list: what, how many rows, how many to correct, which file.
pub(super) fn lists(outcome: &Outcome<'_>) -> Vec<Vec<String>> {
    let row = |list: &List| {
        let file = match list.header.sheet.as_str() {
            "" => list.file.clone(),
            sheet => format!("{}（工作表“{sheet}”）", list.file),
        };
        let wrong = list.rejects.rows.len() as u64 + list.rejects.more;
        vec![list.title.clone(), list.people.len().to_string(), wrong.to_string(), file]
    };
    outcome.lists().map(row).collect()
}

/// What was noticed while the lists were read, a paragraph each.
pub(super) fn noticed(outcome: &Outcome<'_>) -> Vec<String> {
    let of_list = |list: &List| {
        let mut notes: Vec<String> =
            list.problems.iter().take(3).map(|(problem, count)| format!("{problem} {count} 行")).collect();
        if !list.header.unknown.is_empty() {
            let names = list.header.unknown.iter().take(4).map(|column| column.heading.as_str());
            let more = if list.header.unknown.len() > 4 { "等" } else { "" };
            notes.push(format!(
                "没有用到的列 {} 个（{}{more}）",
                list.header.unknown.len(),
                names.collect::<Vec<_>>().join("、")
            ));
        }
        if !list.header.other_sheets.is_empty() {
            notes.push(format!("没有读的同类工作表：{}", list.header.other_sheets.join("、")));
        }
        if list.footers > 0 {
            notes.push(format!("跳过表尾 {} 行", list.footers));
        }
        (!notes.is_empty()).then(|| format!("{}：{}。", list.title, notes.join("；")))
    };
    outcome.lists().filter_map(of_list).collect()
}
