//! Classes of the day with who has not called yet; 缺课跟进, who is away on the first and second day; 疑似辍学学生台账.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{self, Absent, Behind, Board, BoardLine, Listed, Stage, Suspect};
use rules::access::{Action, Role, Subject, may};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Pager, Shell, Tab, Taking, Tone, filters};
use crate::pages::address::Address;
use crate::pages::exports::{self, Asking};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedBoard {
    school: String,
    /// `1`: only what waits to be called.
    waiting: String,
}

#[derive(Template)]
#[template(path = "register/board.html")]
struct BoardPage {
    shell: Shell,
    board: Board,
    /// The classes, each with how it stands.
    rows: Vec<(BoardLine, String, Tone)>,
    heads: [Head; 3],
    schools: [Head; 3],
    empty: Empty,
    phone: bool,
    may_leave: bool,
    may_set: bool,
    may_import: bool,
    may_count: bool,
}

/// The classes that one calls or looks after. A teacher of one class comes to its register at once.
pub(super) async fn board(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<AskedBoard>,
) -> Result<Response, Failed> {
    let (school, waiting) = (asked.school.clone(), asked.waiting == "1");
    let board = app
        .read(&session, move |desk| {
            let board = attendance::board(desk, &school)?;
            Ok(if waiting { board.waiting() } else { board })
        })
        .await?;
    if let [only] = board.classes.as_slice()
        && board.schools.is_empty()
        && asked.school.is_empty()
    {
        return Ok(Redirect::to(&format!("/register/{}", encoded(&only.class))).into_response());
    }
    let may_do = |action| may(&session.who().actor, action, &Subject::Nothing).is_ok();
    Ok(html(&BoardPage {
        shell: app.shell(&session, "/register").await?,
        heads: [Head::text("班级"), Head::text("班主任"), Head::text("今天点名")],
        schools: [Head::text("学校"), Head::number("已点的次数"), Head::text("还没点")],
        empty: Empty {
            why: if waiting { "现在没有等着点名的班。" } else { "您没有要看的班级。" }.to_owned(),
            what_to_do: if waiting {
                "都点过了，或者今天不上课；点“点名”看全部班级。"
            } else {
                "班主任的班级由学校在“责任链”里安排；请找校长或学籍管理员。"
            }
            .to_owned(),
            act: None,
        },
        rows: board
            .classes
            .iter()
            .map(|line| {
                let (words, tone) = state(line);
                (line.clone(), words, tone)
            })
            .collect(),
        may_leave: may_do(Action::ApproveLeave),
        may_set: may_do(Action::SetRegister),
        may_import: may_do(Action::ImportAttendance),
        may_count: may_do(Action::CountSample),
        phone: session.who().actor.posts.iter().any(|post| post.role == Role::Teacher),
        board,
    }))
}

/// How a class stands today, in words and colour.
fn state(line: &BoardLine) -> (String, Tone) {
    match (&line.no_lessons, line.waiting, line.missing) {
        (Some(why), ..) => (format!("不上课（{why}）"), Tone::Plain),
        (None, waiting @ 1.., _) if line.called == 0 => {
            (if waiting == 1 { "还没点".to_owned() } else { format!("{waiting} 次都没点") }, Tone::Due)
        }
        (None, waiting @ 1.., missing) => (format!("还有 {waiting} 次没点，没来 {missing} 人"), Tone::Due),
        (None, 0, 0) => ("都到了".to_owned(), Tone::Good),
        (None, 0, missing) => (format!("没来 {missing} 人"), Tone::Late),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedAbsences {
    stage: String,
    after: String,
}

#[derive(Template)]
#[template(path = "register/absences.html")]
struct AbsencesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Absent>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    export: Option<Taking>,
}

/// How far a list goes: the last row, as `number.id`. An id says nothing about a child to whom it is not shown.
fn behind(text: &str) -> Option<(&str, &str)> {
    text.split_once('.').filter(|(first, id)| !first.is_empty() && !id.is_empty())
}

pub(super) async fn absences(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<AskedAbsences>,
) -> Result<Response, Failed> {
    let told = asked.stage == "told";
    let stage = if told { Stage::Told } else { Stage::Counting };
    let after = behind(&asked.after).and_then(|(days, id)| Some((days.parse::<u16>().ok()?, id.to_owned())));
    let (rows, more) = app
        .read(&session, move |desk| {
            attendance::absent(desk, stage, after.as_ref().map(|(days, id)| (*days, id.as_str())))
        })
        .await?;
    let next = rows.last().filter(|_| more).map(|last| format!("{}.{}", last.days, last.child));
    let at = Address::new("/absences", &[("stage", if told { "told" } else { "" })]);
    Ok(html(&AbsencesPage {
        shell: app.shell(&session, "/absences").await?,
        tabs: vec![
            Tab {
                label: "没有理由的".to_owned(), href: "/absences".to_owned(), count: None, current: !told
            },
            Tab {
                label: "口头请假的".to_owned(),
                href: "/absences?stage=told".to_owned(),
                count: None,
                current: told,
            },
        ],
        export: at.taking(&session, Action::ExportChildren, "/absences/export"),
        heads: [Head::text("姓名"), Head::text("第几天"), Head::text("从哪天起"), Head::text("该怎么办")],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "人"),
        rows,
        empty: Empty {
            why: "没有正在缺课的学生。".to_owned(),
            what_to_do: "点名后没来的会列在这里；满三天的自动进入“疑似辍学”。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedSuspects {
    cleared: String,
    /// `report`: those that wait for the reader to verify them.
    waits: String,
    after: String,
}

impl AskedSuspects {
    fn listed(&self) -> Listed {
        match (self.waits.as_str(), self.cleared.as_str()) {
            ("report", _) => Listed::ToReport,
            (_, "1") => Listed::Cleared,
            _ => Listed::Standing,
        }
    }
}

#[derive(Template)]
#[template(path = "register/suspects.html")]
struct SuspectsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Suspect>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    export: Option<Taking>,
}

pub(super) async fn suspects(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<AskedSuspects>,
) -> Result<Response, Failed> {
    let listed = asked.listed();
    let after = behind(&asked.after)
        .map(|(day, id)| Behind { day: day.to_owned(), id: id.to_owned() })
        .unwrap_or_default();
    let (rows, more) = app.read(&session, move |desk| attendance::suspects(desk, listed, &after)).await?;
    let next = rows.last().filter(|_| more).map(|last| format!("{}.{}", last.since, last.id));
    let (cleared, waits) = match listed {
        Listed::Standing => ("", ""),
        Listed::ToReport => ("", "report"),
        Listed::Cleared => ("1", ""),
    };
    let at = Address::new("/suspects", &[("cleared", cleared), ("waits", waits)]);
    let verifies = may(&session.who().actor, Action::VerifyReport, &Subject::Nothing).is_ok();
    let tab = |label: &str, href: &str, current| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        current: current == listed,
    };
    Ok(html(&SuspectsPage {
        shell: app.shell(&session, "/suspects").await?,
        tabs: std::iter::once(tab("在册的", "/suspects", Listed::Standing))
            .chain(verifies.then(|| tab("等您核证上报的", "/suspects?waits=report", Listed::ToReport)))
            .chain(std::iter::once(tab("已销号的", "/suspects?cleared=1", Listed::Cleared)))
            .collect(),
        export: at.taking(&session, Action::ExportChildren, "/suspects/export"),
        heads: [Head::text("姓名"), Head::text("列入日期"), Head::text("依据"), Head::text("乡镇")],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "人"),
        rows,
        empty: Empty {
            why: match listed {
                Listed::Standing => "没有疑似辍学的学生。",
                Listed::ToReport => "没有等您核证上报的学生。",
                Listed::Cleared => "还没有销号的学生。",
            }
            .to_owned(),
            what_to_do: "缺课满三天、没有正当理由的，点名提交后自动列入；比对核查认定的也列在这里。"
                .to_owned(),
            act: None,
        },
    }))
}

pub(super) async fn export_absences(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<AskedAbsences>>,
) -> Result<Response, Failed> {
    let stage = if asking.query.stage == "told" { Stage::Told } else { Stage::Counting };
    exports::take(&app, &session, "absences", &asking.purpose, move |desk, purpose| {
        attendance::export_absent(desk, stage, purpose)
    })
    .await
}

pub(super) async fn export_suspects(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<AskedSuspects>>,
) -> Result<Response, Failed> {
    let listed = asking.query.listed();
    exports::take(&app, &session, "suspects", &asking.purpose, move |desk, purpose| {
        attendance::export_suspects(desk, listed, purpose)
    })
    .await
}
