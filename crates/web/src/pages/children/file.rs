//! A child's file: the name is the title, then whose move it is; a field shown whole; who looked.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use casework::cases::{self, Earlier};
use casework::ledger::{self, File, Line, Look};
use casework::pairs::{self, Paired};
use casework::public::family;
use casework::refused::Refused;
use casework::requests::{self, ForChild};
use casework::units::Slot;
use casework::warnings::{self, OfChild};
use rules::access::{Action, Field};
use rules::purpose::Purpose;
use rules::standing::Standing;
use serde::Deserialize;

use super::list::{purposes, standing_tone};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Empty, Head, Moment, Post, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "children/file.html")]
struct FilePage {
    shell: Shell,
    way: Vec<Crumb>,
    sub: String,
    child: File,
    warned: OfChild,
    cases: Vec<Earlier>,
    requests: ForChild,
    /// Who is paired with the child (五(六)).
    paired: Option<Paired>,
    may_pair: bool,
    /// Whether the reader may give the family a code and see to its answers.
    may_serve: bool,
    may_open: bool,
    standing: Option<(&'static str, Tone)>,
    whose: String,
    what: String,
    by: String,
    tone: Tone,
    href: String,
    chain: Option<(Vec<Post>, Vec<Post>)>,
    moments: Vec<Moment>,
    hidden: Vec<Choice>,
    purposes: Vec<Choice>,
}

impl FilePage {
    /// Where a finding stands, in words.
    fn stand(&self, state: &str) -> &'static str {
        match state {
            "open" => "待认定",
            "assigned" => "核查中",
            "reported" => "已报回",
            "decided" => "已认定",
            _ => "不再出现",
        }
    }
}

fn posts(slots: Vec<Slot>) -> Vec<Post> {
    slots
        .into_iter()
        .map(|slot| {
            // The unit stands below: who teaches 八（2）班 数学 is 数学教师 here.
            let title = |title: &'_ str| title.strip_prefix(&slot.unit).unwrap_or(title).to_owned();
            let who: Vec<String> =
                slot.holders.iter().map(|one| format!("{} {}", one.name, title(&one.title))).collect();
            Post {
                level: slot.level,
                note: if who.is_empty() && slot.unit.is_empty() {
                    "孩子没有这一级单位".to_owned()
                } else {
                    slot.unit
                },
                who: (!who.is_empty()).then(|| who.join("、")),
            }
        })
        .collect()
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let shell = app.shell(&session, "/children").await?;
    let (mut child, warned, cases, paired, requests, may_serve) = app
        .look(&session, move |desk| {
            let file = ledger::read(desk, &id)?;
            let warned = warnings::of_child(desk, &file.id)?;
            let cases = cases::case_of(desk, &file.id)?;
            let paired = if cases.is_empty() { None } else { pairs::paired_of(desk, &file.id)? };
            let requests = requests::of_child(desk, &file.id)?;
            let may_serve = family::may_serve(desk, &file.id)?;
            Ok((file, warned, cases, paired, requests, may_serve))
        })
        .await?;
    let today = app.now().day();
    let (whose, what, by, tone, href) = match child.next.take() {
        None => (
            "无待办".to_owned(),
            "目前没有要办的事".to_owned(),
            "有比对发现、学籍变动或证明到期时，会写在这里".to_owned(),
            Tone::Good,
            String::new(),
        ),
        Some(next) => {
            let days = next
                .due
                .parse::<jiff::civil::Date>()
                .ok()
                .and_then(|due| due.since(today).ok())
                .map(|span| i64::from(span.get_days()));
            let by = match days {
                Some(days) if days < 0 => format!("期限{}，超期 {} 天（{}）", next.due, -days, next.basis),
                Some(days) => format!("期限{}，还剩 {days} 天（{}）", next.due, next.basis),
                None => format!("依据：{}", next.basis),
            };
            let tone = days.map_or(Tone::Act, Tone::of_days_left);
            (format!("轮到：{}", next.whose), next.act, by, tone, next.href)
        }
    };
    let age = child.age.map(|age| format!("{age}岁"));
    let place = |lines: &[Line], label: &str| {
        lines
            .iter()
            .find(|line| line.label == label)
            .map(|line| line.text.clone())
            .filter(|text| !text.is_empty())
    };
    let parts: Vec<String> = [
        place(&child.identity, "性别"),
        age,
        place(&child.home, "乡镇、村、组"),
        place(&child.schooling, "学校"),
        place(&child.schooling, "班级"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let hidden: Vec<Choice> = [&child.identity, &child.home]
        .into_iter()
        .flatten()
        .filter_map(|line| line.on_request)
        .chain(
            child
                .guardians
                .iter()
                .flatten()
                .filter(|one| one.phone.as_ref().is_some_and(|phone| phone.on_request))
                .map(|_| Field::Phone)
                .take(1),
        )
        .map(|field| Choice::new(field.code(), field.label(), ""))
        .collect();
    let moments = std::mem::take(&mut child.timeline)
        .into_iter()
        .map(|event| Moment {
            when: filters::spoken(&event.at),
            at: event.at,
            what: event.what,
            who: event.who,
            ..Moment::default()
        })
        .collect();
    Ok(html(&FilePage {
        shell,
        way: vec![
            Crumb { label: "孩子".to_owned(), href: Some("/children".to_owned()) },
            Crumb { label: child.name.clone(), href: None },
        ],
        sub: parts.join(" · "),
        standing: child.standing.map(|standing: Standing| (standing.label(), standing_tone(standing))),
        whose,
        what,
        by,
        tone,
        href,
        chain: child.chain.take().map(|chain| (posts(chain.government), posts(chain.education))),
        moments,
        hidden,
        purposes: purposes(),
        may_open: child.may.open_case && cases.iter().all(|case| case.ended.is_some()),
        may_pair: child.may.pair && cases.iter().any(|case| case.ended.is_none()),
        may_serve,
        child,
        warned,
        paired,
        cases,
        requests,
    }))
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RevealForm {
    field: String,
    purpose: String,
}

#[derive(Template)]
#[template(path = "children/reveal.html")]
struct RevealPage {
    shell: Shell,
    id: String,
    field: &'static str,
    lines: Vec<(String, String)>,
}

pub(super) async fn reveal(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<RevealForm>,
) -> Result<Response, Failed> {
    let field =
        Field::from_code(&form.field).ok_or_else(|| Refused::denied(Action::RevealField, "child", &id))?;
    let asked = id.clone();
    let lines = app
        .write(&session, move |desk| {
            let Some(purpose) = Purpose::from_code(&form.purpose) else {
                // The right comes first: who may not see the child learns nothing from a form's fault (A04).
                ledger::reveal(desk, &asked, field, Purpose::Contact)?;
                return Err(Refused::field("purpose", "请选择用途"));
            };
            ledger::reveal(desk, &asked, field, purpose)
        })
        .await?;
    Ok(html(&RevealPage { shell: app.shell(&session, "/children").await?, id, field: field.label(), lines }))
}

#[derive(Template)]
#[template(path = "children/looks.html")]
struct LooksPage {
    shell: Shell,
    id: String,
    heads: [Head; 4],
    rows: Vec<Look>,
    empty: Empty,
}

pub(super) async fn looks(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let shell = app.shell(&session, "/children").await?;
    let rows = app.look(&session, move |desk| ledger::looks(desk, &asked)).await?;
    Ok(html(&LooksPage {
        shell,
        id,
        heads: [Head::text("谁"), Head::text("做了什么"), Head::text("用途"), Head::text("时间")],
        rows,
        empty: Empty {
            why: "还没有人打开过这份档案。".to_owned(),
            what_to_do: "每次打开档案、显示完整信息都会列在这里。".to_owned(),
            act: None,
        },
    }))
}
