//! A class on a day: the roll with everybody there, exceptions in two taps, conflicts side by side, what was submitted.
//! Without scripts it is one form; `assets/register.js` makes taps of it and keeps it when there is no network.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{
    self, Claim, CountedClass, Difference, PartLine, Pupil, Register, Submission, Submitted, Tapped,
};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::{Action, Role, Subject, may};
use rules::attendance::{Half, Kind, Part, Reason, Settled};
use rules::date::parse_date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Empty, Errors, Shell, Tab, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

/// What stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    day: String,
    part: String,
    /// Sheet that was just submitted.
    sent: String,
}

/// A pupil as the page shows it.
struct Line {
    child: String,
    name: String,
    boards: bool,
    leave: Option<String>,
    not_back: bool,
    away: u16,
    days_tone: Tone,
    tone: Tone,
    kinds: Vec<Choice>,
    reasons: Vec<Choice>,
    phones: Vec<(String, String)>,
}

/// A pupil that is not there.
struct Away {
    child: String,
    name: String,
    kind: Kind,
    tone: Tone,
    away: u16,
    days_tone: Tone,
    said: Option<String>,
    asked: Option<String>,
    phones: Vec<(String, String)>,
}

/// A pupil of whom two sheets say different things.
struct Conflict {
    /// Its place on the page: each choice is a sheet of its own, with an id of its own.
    number: usize,
    child: String,
    name: String,
    heads: String,
    claims: Vec<Claim>,
}

#[derive(Template)]
#[template(path = "register/class.html")]
struct ClassPage {
    shell: Shell,
    way: [Crumb; 2],
    action: String,
    before: String,
    after: Option<String>,
    parts: Vec<Tab>,
    part: Part,
    line: Option<PartLine>,
    open: bool,
    evening: bool,
    usual: &'static str,
    pupils: Vec<Line>,
    said: Vec<Away>,
    conflicts: Vec<Conflict>,
    heads: String,
    sheet: String,
    asks_why: bool,
    why: String,
    done: Option<String>,
    errors: Errors,
    empty: Empty,
    /// Whether it is a class of one's own, which a phone may keep.
    phone: bool,
    /// What somebody counted in the classroom (抽样考勤).
    counted: Option<CountedClass>,
    book: Register,
}

impl ClassPage {
    fn weighs(&self, one: &Difference) -> Tone {
        super::samples::tone(one.differs)
    }
}

/// What was typed, where it could not be taken.
#[derive(Default)]
struct Typed {
    marks: Vec<Tapped>,
    why: String,
    errors: Errors,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(class): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    show(&app, &session, class, &asked, Typed::default()).await
}

async fn show(
    app: &App,
    session: &Session,
    class: String,
    asked: &Asked,
    typed: Typed,
) -> Result<Response, Failed> {
    let today = app.now().day();
    let day = parse_date(&asked.day).unwrap_or(today);
    let id = class.clone();
    let (book, counted) = app
        .look(session, move |desk| {
            Ok((attendance::register(desk, &id, day)?, attendance::counted_class(desk, &id, day)?))
        })
        .await?;
    let part = part_of(&book, &asked.part);
    let line = book.parts.iter().find(|line| line.part == part).cloned();
    let calls = may(&session.who().actor, Action::CallRegister, &Subject::Nothing).is_ok();
    let open = calls && line.as_ref().is_some_and(|line| line.closed.is_none());
    let evening = part == Part::Evening;
    let usual = Kind::Present.label();
    let heads = line.as_ref().map(|line| line.heads.join(" ")).unwrap_or_default();
    let action = format!("/register/{}", encoded(&class));
    let address = |day: Date, part: Option<Part>| {
        let part = part.map(|part| format!("&part={}", part.code())).unwrap_or_default();
        format!("{action}?day={day}{part}")
    };
    let done =
        line.as_ref().and_then(|line| line.sheets.iter().find(|sheet| sheet.id == asked.sent)).map(|sheet| {
            match sheet.missing {
                0 => format!("已提交：{} 人都到了", sheet.size),
                missing => format!("已提交：应到 {} 人，没来 {missing} 人", sheet.size),
            }
        });
    let pupils: Vec<Line> = book
        .pupils
        .iter()
        .filter(|pupil| !evening || pupil.boards)
        .map(|pupil| line_of(pupil, part, &typed.marks))
        .collect();
    let page = ClassPage {
        shell: app.shell(session, "/register").await?,
        way: [
            Crumb { label: "点名".to_owned(), href: Some("/register".to_owned()) },
            Crumb { label: book.name.clone(), href: None },
        ],
        before: day.yesterday().map(|day| address(day, None)).unwrap_or_else(|_| action.clone()),
        after: day.tomorrow().ok().filter(|next| *next <= today).map(|day| address(day, None)),
        parts: book
            .parts
            .iter()
            .map(|line| Tab {
                label: line.part.label().to_owned(),
                href: address(day, Some(line.part)),
                count: None,
                current: line.part == part,
            })
            .collect(),
        part,
        open,
        evening,
        usual,
        said: book.pupils.iter().filter_map(|pupil| away_of(pupil, part)).collect(),
        conflicts: book
            .pupils
            .iter()
            .enumerate()
            .filter_map(|(number, pupil)| conflict_of(number, pupil, part))
            .collect(),
        sheet: app.now().id(),
        asks_why: day < today && !heads.is_empty(),
        heads,
        why: typed.why,
        done,
        errors: typed.errors,
        phone: session
            .who()
            .actor
            .posts
            .iter()
            .any(|post| post.role == Role::Teacher && post.unit == book.class),
        empty: Empty {
            why: if evening { "这个班没有住校生。" } else { "这一天的名单上没有学生。" }.to_owned(),
            what_to_do: "名单有出入，请先在“学籍变动”里核对，或者告诉学籍管理员。".to_owned(),
            act: None,
        },
        pupils,
        line,
        action,
        counted,
        book,
    };
    let status = if page.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&page)).into_response())
}

/// The part that was asked for, else the first that should have been called by now, else the first.
fn part_of(book: &Register, asked: &str) -> Part {
    let wanted = Part::from_code(asked).filter(|part| book.parts.iter().any(|line| line.part == *part));
    let waiting = || book.parts.iter().find(|line| line.waits);
    wanted.or_else(|| waiting().or_else(|| book.parts.first()).map(|line| line.part)).unwrap_or(Part::Whole)
}

fn days_tone(pupil: &Pupil) -> Tone {
    if pupil.suspected.is_some() { Tone::Late } else { Tone::Due }
}

fn settled(pupil: &Pupil, part: Part) -> Settled {
    pupil.settled.iter().find(|(of, _)| *of == part).map_or(Settled::Nothing, |(_, settled)| *settled)
}

const fn tone(kind: Kind) -> Tone {
    match kind.half() {
        Half::Away(_) => Tone::Late,
        Half::Told | Half::Official => Tone::Due,
        Half::Came | Half::NoLessons => Tone::Plain,
    }
}

fn phones(pupil: &Pupil) -> Vec<(String, String)> {
    pupil.phones.iter().map(|phone| (phone.who.clone(), phone.number.text.clone())).collect()
}

fn line_of(pupil: &Pupil, part: Part, typed: &[Tapped]) -> Line {
    let claimed = pupil.claims.iter().find(|claim| claim.part == part);
    let on_leave = pupil.leave.as_ref().map(|leave| leave.kind);
    let (kind, reason) = match typed.iter().find(|one| one.child == pupil.child) {
        Some(one) => (one.kind, one.reason),
        None => match settled(pupil, part) {
            Settled::Says(kind) => (kind, claimed.and_then(|claim| claim.reason)),
            // Approved leave need not be tapped once more.
            Settled::Nothing => (on_leave.unwrap_or(Kind::Present), None),
            Settled::Conflict => (Kind::Present, None),
        },
    };
    let mut kinds: Vec<Choice> = Vec::with_capacity(Kind::ALL.len());
    for one in Kind::ALL {
        if one != Kind::NotReturned || part == Part::Evening {
            kinds.push(Choice::new(one.code(), one.label(), kind.code()));
        }
    }
    let told = reason.map(Reason::code).unwrap_or_default();
    Line {
        child: pupil.child.clone(),
        name: pupil.name.clone(),
        boards: pupil.boards,
        leave: pupil
            .leave
            .as_ref()
            .map(|leave| format!("{}到{}月{}日", leave.kind.label(), leave.until.month(), leave.until.day())),
        not_back: pupil.not_back,
        away: pupil.away,
        days_tone: days_tone(pupil),
        tone: tone(kind),
        kinds,
        reasons: Reason::ALL.iter().map(|one| Choice::new(one.code(), one.label(), told)).collect(),
        phones: phones(pupil),
    }
}

/// Who is not there by what holds, with what the clock says.
fn away_of(pupil: &Pupil, part: Part) -> Option<Away> {
    let Settled::Says(kind) = settled(pupil, part) else { return None };
    if kind.half() == Half::Came {
        return None;
    }
    Some(Away {
        child: pupil.child.clone(),
        name: pupil.name.clone(),
        kind,
        tone: tone(kind),
        away: pupil.away,
        days_tone: days_tone(pupil),
        said: pupil.said.clone(),
        asked: pupil.asked.clone(),
        phones: phones(pupil),
    })
}

fn conflict_of(number: usize, pupil: &Pupil, part: Part) -> Option<Conflict> {
    if settled(pupil, part) != Settled::Conflict {
        return None;
    }
    let claims: Vec<Claim> = pupil.claims.iter().filter(|claim| claim.part == part).cloned().collect();
    let heads: Vec<&str> = claims.iter().map(|claim| claim.sheet.as_str()).collect();
    Some(Conflict {
        number,
        child: pupil.child.clone(),
        name: pupil.name.clone(),
        heads: heads.join(" "),
        claims,
    })
}

pub(super) async fn submit(
    State(app): State<App>,
    session: Session,
    Path(class): Path<String>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let asked = Asked { day: value(&form, "day"), part: value(&form, "part"), sent: String::new() };
    let new = submission(&class, &form)?;
    let (marks, why) = (new.marks.clone(), new.why.clone());
    let done = app.write(&session, move |desk| attendance::submit(desk, &new)).await;
    match done {
        Ok(Submitted { sheet, .. }) => {
            let to = format!(
                "/register/{}?day={}&part={}&sent={}",
                encoded(&class),
                encoded(&asked.day),
                encoded(&asked.part),
                encoded(&sheet)
            );
            Ok(Redirect::to(&to).into_response())
        }
        Err(failed) => {
            let typed = Typed { marks, why, errors: failed.errors()? };
            show(&app, &session, class, &asked, typed).await
        }
    }
}

fn value(form: &[(String, String)], name: &str) -> String {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The form as a submission: of a whole class those who are not simply there, of the evening everybody, of one pupil what
/// was chosen.
fn submission(class: &str, form: &[(String, String)]) -> Result<Submission, Refused> {
    let day =
        parse_date(&value(form, "day")).map_err(|_| Refused::field("day", "请写日期，如 2026-11-23"))?;
    let part = Part::from_code(&value(form, "part"))
        .ok_or_else(|| Refused::field("part", "没有这个时段，请重新打开点名页"))?;
    let child = Some(value(form, "child")).filter(|child| !child.is_empty());
    let mut marks = Vec::new();
    for (name, chosen) in form {
        let Some(id) = name.strip_prefix("k-") else { continue };
        let kind = Kind::from_code(chosen)
            .ok_or_else(|| Refused::field("kind", "没有这种考勤，请重新打开点名页"))?;
        if kind == Kind::Present && part != Part::Evening && child.is_none() {
            continue;
        }
        let reason =
            Reason::from_code(&value(form, &format!("r-{id}"))).filter(|_| kind.half() != Half::Came);
        marks.push(Tapped { child: id.to_owned(), kind, reason });
    }
    let corrects = value(form, "corrects").split_whitespace().map(str::to_owned).collect();
    Ok(Submission {
        sheet: value(form, "sheet"),
        class: class.to_owned(),
        day,
        part,
        child,
        marks,
        corrects,
        roll_at: Some(value(form, "roll_at")).filter(|at| !at.is_empty()),
        why: value(form, "why"),
    })
}
