//! `/comparison`, `/findings`, `/door`: the workbench of 四查三比对 (五(四)): how far the campaign is, one finding after
//! the other with both sides and the reasons, decided with one key, and the sheet for going from door to door.
// long because: board, finding and door are one walk with shared forms and one set of routes.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::campaign::{
    self, Assignment, Board, Campaign, DoorSheet, FindingPage, FindingRow, GroupRow, ListQuery, RESULTS,
    SideShown,
};
use casework::refused::Refused;
use jiff::ToSpan;
use rules::access::Action;
use rules::decision::{Decision, Found};
use rules::plan::FindingKind;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{
    Choice, CompareRow, Crumb, Empty, Errors, Filter, FilterField, FilterKind, Head, Moment, Pager, Shell,
    Tone, filters,
};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let read = Policy::Needs(Action::ReadFindings);
    vec![
        Route::get("/comparison", Policy::Needs(Action::ReadFindings), board),
        Route::post("/comparison", Policy::Needs(Action::RunComparison), open),
        Route::get("/findings", read, list),
        Route::get("/findings/{id}", read, one),
        Route::post("/findings/{id}/decide", Policy::Needs(Action::DecideFinding), decide),
        Route::post("/findings/{id}/reopen", Policy::Needs(Action::DecideFinding), reopen),
        Route::post("/findings/{id}/assign", Policy::Needs(Action::AssignFinding), assign),
        Route::post("/findings/{id}/report", Policy::Needs(Action::ReportFinding), report),
        Route::get("/door", Policy::Needs(Action::PrintDoorSheet), door),
        Route::get("/door/{id}", Policy::Needs(Action::PrintDoorSheet), sheet),
        Route::post("/door/{id}/check", Policy::Needs(Action::PrintDoorSheet), check),
    ]
}

#[derive(Template)]
#[template(path = "findings/board.html")]
struct BoardPage {
    shell: Shell,
    campaign: Option<Campaign>,
    earlier: Vec<Campaign>,
    board: Board,
    heads: [Head; 5],
    township_heads: [Head; 5],
    may_open: bool,
    errors: Errors,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct BoardQuery {
    #[serde(default)]
    campaign: String,
}

async fn board(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<BoardQuery>,
) -> Result<Response, Failed> {
    board_page(&app, &session, asked.campaign, Errors::new()).await
}

async fn board_page(app: &App, session: &Session, asked: String, errors: Errors) -> Result<Response, Failed> {
    let (campaign, earlier, board) = app
        .read(session, move |desk| {
            let mut all = campaign::campaigns(desk)?;
            let at = all.iter().position(|campaign| campaign.id == asked).unwrap_or(0);
            if all.is_empty() {
                return Ok((None, all, Board::default()));
            }
            let chosen = all.remove(at);
            let board = campaign::board(desk, &chosen.id)?;
            Ok((Some(chosen), all, board))
        })
        .await?;
    let columns = |first| {
        [
            Head::text(first),
            Head::number("全部"),
            Head::number("待认定"),
            Head::number("核查中"),
            Head::number("已认定"),
        ]
    };
    let may_open =
        rules::access::may(&session.who().actor, Action::RunComparison, &rules::access::Subject::Nothing)
            .is_ok();
    Ok(html(&BoardPage {
        shell: app.shell(session, "/comparison").await?,
        campaign,
        earlier,
        board,
        heads: columns("哪一类"),
        township_heads: columns("乡镇"),
        may_open,
        errors,
    }))
}

#[derive(Debug, Clone, Deserialize)]
struct OpenForm {
    title: String,
}

async fn open(
    State(app): State<App>,
    session: Session,
    Form(form): Form<OpenForm>,
) -> Result<Response, Failed> {
    let today = app.now().day();
    let term = if (2..8).contains(&today.month()) { "1" } else { "2" };
    let semester = format!("{}-{term}", today.year());
    match app.write(&session, move |desk| campaign::open(desk, &form.title, &semester)).await {
        Ok(_) => Ok(see_other("/comparison")),
        Err(failed) => {
            let mut errors = Errors::new();
            failed.problems()?.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
            board_page(&app, &session, String::new(), errors).await
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct FindingsQuery {
    #[serde(default)]
    campaign: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    township: String,
    #[serde(default)]
    after: String,
}

impl FindingsQuery {
    fn href(&self, but: &str, after: &str) -> String {
        let pairs = [
            ("campaign", self.campaign.as_str()),
            ("kind", self.kind.as_str()),
            ("state", self.state.as_str()),
            ("township", self.township.as_str()),
            ("after", after),
        ];
        let kept: Vec<String> = pairs
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && *name != but)
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        if kept.is_empty() { "/findings".to_owned() } else { format!("/findings?{}", kept.join("&")) }
    }
}

#[derive(Template)]
#[template(path = "findings/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    rows: Vec<Line>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
}

struct Line {
    row: FindingRow,
    kind: String,
    place: String,
    state: String,
    tone: Tone,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<FindingsQuery>,
) -> Result<Response, Failed> {
    let query = ListQuery {
        campaign: asked.campaign.clone(),
        kind: asked.kind.clone(),
        state: asked.state.clone(),
        township: asked.township.clone(),
        after: asked.after.split_once('~').map(|(spelling, id)| (spelling.to_owned(), id.to_owned())),
    };
    let listed = app.read(&session, move |desk| campaign::list(desk, &query)).await?;
    let rows: Vec<Line> = listed.rows.into_iter().map(|row| line(&app, row)).collect();
    let mut kinds = vec![Choice::new("", "全部", &asked.kind)];
    kinds.extend(
        FindingKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.code(), app.plan().finding(*kind).title.clone(), &asked.kind)),
    );
    let states = [
        ("", "没有办结的"),
        ("open", "待认定"),
        ("assigned", "核查中"),
        ("reported", "已报回"),
        ("decided", "已认定"),
        ("gone", "不再出现"),
    ];
    let mut townships = vec![Choice::new("", "全部", &asked.township)];
    townships.extend(
        app.plan()
            .divisions()
            .townships()
            .map(|(_, township)| Choice::new(township.code.clone(), township.name.clone(), &asked.township)),
    );
    let without = |name: &str, value: &str| (!value.is_empty()).then(|| asked.href(name, ""));
    let filter = Filter {
        action: "/findings".to_owned(),
        fields: vec![
            FilterField {
                name: "kind",
                label: "哪一类",
                kind: FilterKind::Choice(kinds),
                without: without("kind", &asked.kind),
            },
            FilterField {
                name: "state",
                label: "进展",
                kind: FilterKind::Choice(
                    states.into_iter().map(|(code, label)| Choice::new(code, label, &asked.state)).collect(),
                ),
                without: without("state", &asked.state),
            },
            FilterField {
                name: "township",
                label: "乡镇",
                kind: FilterKind::Choice(townships),
                without: without("township", &asked.township),
            },
        ],
        keep: vec![("campaign".to_owned(), asked.campaign.clone())]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect(),
    };
    let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let next = listed.next.map(|(spelling, id)| asked.href("", &format!("{spelling}~{id}")));
    Ok(html(&ListPage {
        shell: app.shell(&session, "/findings").await?,
        filter,
        rows,
        heads: [Head::text("孩子"), Head::text("为什么要查"), Head::text("进展"), Head::text("期限")],
        pager: Pager { prev: None, next, shown, total: None, unit: "人" },
        empty: Empty {
            why: "没有符合条件的比对发现。".to_owned(),
            what_to_do: "换一个进展或类别再看；已经认定的选“已认定”。".to_owned(),
            act: None,
        },
    }))
}

fn line(app: &App, row: FindingRow) -> Line {
    let kind = row.kind.map_or(String::new(), |kind| app.plan().finding(kind).title.clone());
    let place: Vec<&str> =
        [row.village.as_str(), row.school.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let (state, tone) = state(&row);
    Line { kind, place: place.join(" · "), state, tone, row }
}

fn state(row: &FindingRow) -> (String, Tone) {
    match row.state.as_str() {
        "open" => ("待认定".to_owned(), Tone::Act),
        "assigned" => (format!("{}核查中", row.assigned_to), Tone::Due),
        "reported" => (format!("已报回：{}", row.reported.map_or("", Found::label)), Tone::Act),
        "decided" => (row.decision.map_or("", Decision::label).to_owned(), Tone::Good),
        _ => ("不再出现".to_owned(), Tone::Plain),
    }
}

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

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    finding(&app, &session, id, String::new(), Errors::new()).await
}

async fn finding(
    app: &App,
    session: &Session,
    id: String,
    note: String,
    errors: Errors,
) -> Result<Response, Failed> {
    let page = app.write(session, move |desk| campaign::read(desk, &id)).await?;
    let rule = page.row.kind.map(|kind| app.plan().finding(kind));
    let kind = rule.map_or(String::new(), |rule| rule.title.clone());
    let sentence = rule.map_or(String::new(), |rule| rule.sentence.clone());
    let (state, tone) = state(&page.row);
    let mut sides = page.sides.clone().into_iter();
    let (first, second) = (sides.next(), sides.next());
    let name = |side: &Option<SideShown>| {
        side.as_ref().map_or("没有找到".to_owned(), |side| format!("{} 第{}行", side.list, side.row))
    };
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
        shell: app.shell(session, "/findings").await?,
        way: vec![
            Crumb { label: "比对核查".to_owned(), href: Some("/findings".to_owned()) },
            Crumb { label: page.row.name.clone(), href: None },
        ],
        kind,
        sentence,
        state,
        tone,
        score,
        left: name(&first),
        right: name(&second),
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
        birth: String::new(),
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
    let mut rows = vec![
        row("姓名", left.name.clone(), right.name.clone()),
        row("性别", left.sex.clone(), right.sex.clone()),
        row("出生日期", left.birth.clone(), right.birth.clone()),
    ];
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

/// Goes on to the next finding, or shows what must be corrected. Whoever was overtaken sees what the other did, and what
/// was typed is still there (hazard H03).
async fn step(
    app: &App,
    session: &Session,
    (id, next): (String, String),
    note: String,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    let failed = match done {
        Ok(()) if next.is_empty() => return Ok(see_other(&format!("/findings/{}", encoded(&id)))),
        Ok(()) => return Ok(see_other(&format!("/findings/{}", encoded(&next)))),
        Err(failed) => failed,
    };
    let mut errors = Errors::new();
    if let Refused::Changed { what } = failed.refused() {
        errors.add("note", format!("{what}，这一步没有办。下面是最新情况；您写的说明还在，看过再提交。"));
        let mut response = finding(app, session, id, note, errors).await?;
        *response.status_mut() = StatusCode::CONFLICT;
        return Ok(response);
    }
    failed.problems()?.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
    finding(app, session, id, note, errors).await
}

#[derive(Debug, Clone, Deserialize)]
struct DecideForm {
    decision: String,
    version: i64,
    #[serde(default)]
    note: String,
    #[serde(default)]
    next: String,
}

async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<DecideForm>,
) -> Result<Response, Failed> {
    let (subject, next, note) = (id.clone(), form.next.clone(), form.note.clone());
    let done = app
        .write(&session, move |desk| {
            let decision = Decision::from_code(&form.decision)
                .ok_or_else(|| Refused::field("decision", "请选择怎么认定"))?;
            campaign::decide(desk, &subject, decision, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, next), note, done).await
}

#[derive(Debug, Clone, Deserialize)]
struct ReopenForm {
    version: i64,
    #[serde(default)]
    note: String,
}

async fn reopen(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ReopenForm>,
) -> Result<Response, Failed> {
    let (subject, note) = (id.clone(), form.note.clone());
    let done =
        app.write(&session, move |desk| campaign::reopen(desk, &subject, &form.note, form.version)).await;
    step(&app, &session, (id, String::new()), note, done).await
}

#[derive(Debug, Clone, Deserialize)]
struct AssignForm {
    unit: String,
    due: String,
    version: i64,
    #[serde(default)]
    note: String,
    #[serde(default)]
    next: String,
}

async fn assign(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<AssignForm>,
) -> Result<Response, Failed> {
    let (subject, next, note) = (id.clone(), form.next.clone(), form.note.clone());
    let done = app
        .write(&session, move |desk| {
            let due = rules::date::parse_date(&form.due)
                .map_err(|_| Refused::field("due", "请写期限，如 2026-11-27"))?;
            let assignment = Assignment { unit: form.unit.clone(), due };
            campaign::assign(desk, &subject, &assignment, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, next), note, done).await
}

#[derive(Debug, Clone, Deserialize)]
struct ReportForm {
    found: String,
    version: i64,
    #[serde(default)]
    note: String,
}

async fn report(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ReportForm>,
) -> Result<Response, Failed> {
    let (subject, note) = (id.clone(), form.note.clone());
    let done = app
        .write(&session, move |desk| {
            let found =
                Found::from_code(&form.found).ok_or_else(|| Refused::field("found", "请选择核查结果"))?;
            campaign::report(desk, &subject, found, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, String::new()), note, done).await
}

#[derive(Template)]
#[template(path = "findings/door.html")]
struct DoorPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: String,
    rows: Vec<GroupRow>,
    heads: [Head; 4],
    empty: Empty,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct DoorQuery {
    #[serde(default)]
    under: String,
}

async fn door(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<DoorQuery>,
) -> Result<Response, Failed> {
    let level = app.read(&session, move |desk| campaign::groups(desk, &asked.under)).await?;
    let title = level.way.last().map_or("摸排".to_owned(), |(_, name)| format!("{name}摸排"));
    let mut way = Vec::new();
    if !level.way.is_empty() {
        way.push(Crumb { label: "摸排".to_owned(), href: Some("/door".to_owned()) });
        let last = level.way.len().saturating_sub(1);
        way.extend(level.way.into_iter().enumerate().map(|(nth, (id, name))| Crumb {
            label: name,
            href: (nth < last).then(|| format!("/door?under={}", encoded(&id))),
        }));
    }
    Ok(html(&DoorPage {
        shell: app.shell(&session, "/door").await?,
        way,
        title,
        rows: level.rows,
        heads: [Head::text("地方"), Head::text("属于"), Head::number("有孩子的户"), Head::number("已走到")],
        empty: Empty {
            why: "您的范围里没有村民小组。".to_owned(),
            what_to_do: "请单位管理员核对您的岗位。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Template)]
#[template(path = "findings/sheet.html")]
struct SheetPage {
    shell: Shell,
    way: Vec<Crumb>,
    sheet: DoorSheet,
    title: String,
    sub: String,
    results: [(&'static str, &'static str); 5],
}

async fn sheet(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let sheet = app.write(&session, move |desk| campaign::door_sheet(desk, &id)).await?;
    Ok(html(&SheetPage {
        shell: app.shell(&session, "/door").await?,
        way: vec![
            Crumb { label: "摸排".to_owned(), href: Some("/door".to_owned()) },
            Crumb { label: sheet.name.clone(), href: None },
        ],
        title: format!("{} {} 摸排表", sheet.village, sheet.name),
        sub: format!("{}，{}户", app.now().day(), sheet.houses.len()),
        sheet,
        results: RESULTS,
    }))
}

#[derive(Debug, Clone, Deserialize)]
struct CheckForm {
    result: String,
}

async fn check(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<CheckForm>,
) -> Result<Response, Failed> {
    let house = id.clone();
    let group = app.write(&session, move |desk| campaign::check_door(desk, &id, &form.result)).await?;
    Ok(see_other(&format!("/door/{}#h-{}", encoded(&group), encoded(&house))))
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
