//! `/cohorts`: 当年花名册. Which cohorts are known by name, who of one is not in the ledger, and what became of each, said with proof.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::figures::{self, CohortLine, Fate, FateForm, Gone, GonePage};
use rules::access::{Action, Subject, may};
use rules::age::school_year_label;
use rules::figures::{Cohort, FATES};
use rules::standing::Standing;
use serde::Deserialize;

use super::nothing;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Pager, Shell, Tone, filters};
use crate::pages::address::Address;
use crate::route::{encoded, html};
use crate::session::Session;

/// What is known of one, in words.
const fn fate_label(standing: Standing) -> &'static str {
    match standing {
        Standing::MovedAway => "迁出、转走，有证明",
        Standing::Elsewhere => "在外地就读，有证明",
        Standing::Unknown => "去向不明",
        other => other.label(),
    }
}

/// How one counts, in words.
const fn counted(standing: Standing) -> &'static str {
    match standing {
        Standing::Elsewhere | Standing::Finished => "留在分母里，算巩固",
        Standing::MovedAway | Standing::Abroad | Standing::Dead => "不计",
        _ => "留在分母里，算没有巩固",
    }
}

fn cohort_name(year: i16, cohort: Cohort) -> String {
    format!("{}学年{}", school_year_label(year), cohort.label())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: Option<i16>,
    grade: Option<i64>,
    after: String,
}

#[derive(Template)]
#[template(path = "figures/cohorts.html")]
struct CohortsPage {
    shell: Shell,
    way: [Crumb; 2],
    may_import: bool,
    lines: Vec<CohortLine>,
    heads: [Head; 4],
    none: Empty,
    /// Whose names are listed; `None` where there is no cohort.
    title: Option<String>,
    names: Vec<Gone>,
    name_heads: [Head; 3],
    pager: Pager,
    nobody: Empty,
}

impl CohortsPage {
    fn name(&self, one: &CohortLine) -> String {
        cohort_name(one.year, one.cohort)
    }

    fn href(&self, one: &CohortLine) -> String {
        format!("/cohorts?year={}&grade={}", one.year, one.cohort.grade())
    }

    fn fate(&self, one: &Gone) -> &'static str {
        fate_label(one.standing)
    }
}

pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let wish = match (asked.year, asked.grade) {
        (Some(year), Some(grade)) => Some((year, Cohort::of_grade(grade).ok_or_else(nothing)?)),
        _ => None,
    };
    let after = asked.after.clone();
    let (lines, chosen, page) = app
        .look(&session, move |desk| {
            let lines = figures::cohorts(desk)?;
            let first = lines.iter().find(|one| one.missing > 0).or(lines.first());
            let chosen = wish.or_else(|| first.map(|one| (one.year, one.cohort)));
            let page = match chosen {
                Some((year, cohort)) => figures::gone(desk, year, cohort, &after)?,
                None => GonePage { names: Vec::new(), next: None },
            };
            Ok((lines, chosen, page))
        })
        .await?;
    let (year, grade) =
        chosen.map_or_else(Default::default, |(year, cohort)| (year.to_string(), cohort.grade().to_string()));
    let kept = [("year", year.as_str()), ("grade", grade.as_str())];
    Ok(html(&CohortsPage {
        shell: app.shell(&session, "/figures").await?,
        way: [
            Crumb { label: "指标".to_owned(), href: Some("/figures".to_owned()) },
            Crumb { label: "当年花名册".to_owned(), href: None },
        ],
        may_import: may(&session.who().actor, Action::WriteYearbook, &Subject::Nothing).is_ok(),
        lines,
        heads: [
            Head::text("哪一届"),
            Head::number("台账里有"),
            Head::number("台账里没有"),
            Head::number("去向不明"),
        ],
        none: Empty {
            why: "还没有花名册。".to_owned(),
            what_to_do: "系统从启用那年起，每年9月记下一年级、七年级的名单。以前的由教体局在“导入名单”里导入，类型选“当年花名册名单”。".to_owned(),
            act: None,
        },
        title: chosen.map(|(year, cohort)| format!("{}：台账里没有的人", cohort_name(year, cohort))),
        pager: Address::new("/cohorts", &kept).pager(
            ("after", &asked.after),
            page.next.as_deref(),
            page.names.len(),
            "名",
        ),
        names: page.names,
        name_heads: [Head::text("姓名"), Head::text("当年学校"), Head::text("去向")],
        nobody: Empty {
            why: "这一届的人都在台账里。".to_owned(),
            what_to_do: "按您能看到的列；别的学校、乡镇的不在这里。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Template)]
#[template(path = "figures/cohort.html")]
struct CohortPage {
    shell: Shell,
    way: [Crumb; 3],
    who: Gone,
    sub: String,
    counts: &'static str,
    may_tell: bool,
    choices: Vec<Choice>,
    proof: String,
    fates: Vec<Fate>,
    heads: [Head; 3],
    nothing: Empty,
    notice: String,
    errors: Errors,
}

impl CohortPage {
    fn label(&self, one: &Fate) -> &'static str {
        fate_label(one.standing)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    said: String,
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, Failed> {
    let notice = if said.said == "told" { "已登记去向，下一次快照起作数。" } else { "" };
    show(&app, &session, id, (notice, Errors::new(), Telling::default()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (notice, errors, typed): (&str, Errors, Telling),
    status: StatusCode,
) -> Result<Response, Failed> {
    let (who, fates) = app.look(session, move |desk| figures::gone_one(desk, &id)).await?;
    let now = if typed.standing.is_empty() { who.standing.code() } else { typed.standing.as_str() };
    let page = CohortPage {
        shell: app.shell(session, "/figures").await?,
        way: [
            Crumb { label: "指标".to_owned(), href: Some("/figures".to_owned()) },
            Crumb {
                label: "当年花名册".to_owned(),
                href: Some(format!("/cohorts?year={}&grade={}", who.year, who.cohort.grade())),
            },
            Crumb { label: who.name.clone(), href: None },
        ],
        sub: cohort_name(who.year, who.cohort),
        counts: counted(who.standing),
        may_tell: may(&session.who().actor, Action::WriteYearbook, &Subject::Nothing).is_ok(),
        choices: FATES
            .into_iter()
            .map(|standing| Choice::new(standing.code(), fate_label(standing), now))
            .collect(),
        proof: typed.proof,
        heads: [Head::text("去向"), Head::text("凭什么"), Head::text("谁登记的")],
        nothing: Empty {
            why: "还没有登记过去向。".to_owned(),
            what_to_do: "请当年的学校、户籍地的村委会核实；教体局凭证明登记。".to_owned(),
            act: None,
        },
        fates,
        who,
        notice: notice.to_owned(),
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Telling {
    standing: String,
    proof: String,
}

pub(super) async fn tell(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Telling>,
) -> Result<Response, Failed> {
    let form = FateForm { standing: Standing::from_code(&sent.standing), proof: sent.proof.clone() };
    let of = id.clone();
    match app.write(&session, move |desk| figures::tell(desk, &of, &form)).await {
        Ok(()) => Ok(see_other(&format!("/cohorts/{}?said=told", encoded(&id)))),
        Err(failed) => {
            let errors = failed.errors()?;
            show(&app, &session, id, ("", errors, sent), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
