//! `/findings/{id}`: a finding with both sides and the reasons, what may be done with it, and what happened so far.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use casework::campaign::{self, FindingPage, SideShown};
use jiff::ToSpan;
use rules::decision::{Decision, Found};

use super::list::state;
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, CompareRow, Crumb, Errors, Moment, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "findings/one.html")]
struct OnePage {
    shell: Shell,
    way: Vec<Crumb>,
    page: FindingPage,
    kind: String,
    sentence: String,
    state: String,
    tone: Tone,
    score: String,
    /// What stands in the lists, both of them or the one.
    title: String,
    left: String,
    right: String,
    pair: Vec<CompareRow>,
    rest: Vec<SideShown>,
    decisions: Vec<(String, Decision)>,
    founds: Vec<Choice>,
    checkers: Vec<Choice>,
    due: String,
    moments: Vec<Moment>,
    /// What was typed and is not saved yet.
    note: String,
    errors: Errors,
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    finding(&app, &session, id, String::new(), Errors::new()).await
}

/// The page, with what was wrong with a form on it.
pub(super) async fn finding(
    app: &App,
    session: &Session,
    id: String,
    note: String,
    errors: Errors,
) -> Result<Response, Failed> {
    let shell = app.shell(session, "/findings").await?;
    let page = app.look(session, move |desk| campaign::read(desk, &id)).await?;
    let rule = page.row.kind.map(|kind| app.plan().finding(kind));
    let kind = rule.map_or(String::new(), |rule| rule.title.clone());
    let sentence = rule.map_or(String::new(), |rule| rule.sentence.clone());
    let (state, tone) = state(&page.row);
    let mut sides = page.sides.clone().into_iter();
    let (first, second) = (sides.next(), sides.next());
    let name = |side: &Option<SideShown>| {
        side.as_ref().map_or(String::new(), |side| format!("{}第{}行", side.list, side.row))
    };
    let (left, right) = (name(&first), name(&second));
    let score = if page.score == 0 {
        String::new()
    } else {
        // Never a hundred: what two lists say alike is strong evidence, not proof.
        format!("{:.1}%", f64::from(u16::try_from(page.score.min(999)).unwrap_or_default()) / 10.0)
    };
    let mut checkers: Vec<Choice> =
        page.checkers.iter().map(|(id, name)| Choice::new(id.clone(), name.clone(), "")).collect();
    if let Some(first) = checkers.first_mut() {
        first.chosen = true;
    }
    Ok(html(&OnePage {
        shell,
        way: vec![
            Crumb { label: "比对核查".to_owned(), href: Some("/findings".to_owned()) },
            Crumb { label: page.row.name.clone(), href: None },
        ],
        kind,
        sentence,
        state,
        tone,
        score,
        title: if right.is_empty() {
            format!("名单里的资料：{left}")
        } else {
            "两边的资料".to_owned()
        },
        left,
        right,
        pair: pair(first.as_ref(), second.as_ref()),
        rest: sides.collect(),
        decisions: (1..).map(|key: u8| key.to_string()).zip(page.decisions.iter().copied()).collect(),
        founds: Found::ALL.iter().map(|found| Choice::new(found.code(), found.label(), "")).collect(),
        checkers,
        due: app.now().day().saturating_add(5.days()).to_string(),
        moments: page
            .events
            .iter()
            .map(|event| Moment {
                at: event.at.clone(),
                when: event.at.get(5..16).unwrap_or_default().replace('T', " "),
                what: event.what.clone(),
                who: event.who.clone(),
                text: event.note.clone(),
                ..Moment::default()
            })
            .collect(),
        page,
        note,
        errors,
    }))
}

fn pair(left: Option<&SideShown>, right: Option<&SideShown>) -> Vec<CompareRow> {
    let blank = SideShown {
        list: String::new(),
        row: 0,
        name: String::new(),
        sex: String::new(),
        birth: None,
        id_masked: None,
        place: String::new(),
        school: String::new(),
        class: String::new(),
        guardians: None,
    };
    let (left, right) = (left.unwrap_or(&blank), right.unwrap_or(&blank));
    let number = |side: &SideShown| side.id_masked.clone().unwrap_or_default();
    let guardians = |side: &SideShown| side.guardians.clone().unwrap_or_default();
    let row = |label: &str, left: String, right: String| CompareRow {
        label: label.to_owned(),
        same: left == right || left.is_empty() || right.is_empty(),
        left,
        right,
        note: String::new(),
    };
    let birth = |side: &SideShown| side.birth.clone().unwrap_or_default();
    let mut rows = vec![
        row("姓名", left.name.clone(), right.name.clone()),
        row("性别", left.sex.clone(), right.sex.clone()),
    ];
    if left.birth.is_some() || right.birth.is_some() {
        rows.push(row("出生日期", birth(left), birth(right)));
    }
    if left.id_masked.is_some() || right.id_masked.is_some() {
        rows.push(row("身份证件号", number(left), number(right)));
    }
    rows.push(row("村", left.place.clone(), right.place.clone()));
    rows.push(row("学校", left.school.clone(), right.school.clone()));
    rows.push(row("班级", left.class.clone(), right.class.clone()));
    if left.guardians.is_some() || right.guardians.is_some() {
        rows.push(CompareRow {
            same: same_people(&guardians(left), &guardians(right)),
            ..row("监护人", guardians(left), guardians(right))
        });
    }
    rows
}

/// Whether two lists of names are the same people: their order says nothing. An empty one contradicts nobody.
fn same_people(left: &str, right: &str) -> bool {
    let names = |text: &str| {
        let mut names: Vec<String> = text
            .split(['、', '，', ',', '；', ';', ' '])
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names
    };
    let (left, right) = (names(left), names(right));
    left.is_empty() || right.is_empty() || left == right
}

#[cfg(test)]
mod tests {
    use super::same_people;

    /// 五(四): the same guardians in another order are no difference between the lists.
    #[test]
    fn guardians_in_another_order_are_the_same() {
        for (left, right, same) in [
            ("段某、张某", "张某、段某", true),
            ("段某，张某", "张某、段某", true),
            ("段某", "", true),
            ("段某、张某", "段某", false),
            ("段某", "张某", false),
        ] {
            assert_eq!(same_people(left, right), same, "{left} {right}");
        }
    }
}
