//! One figure: the county and its townships in the order of their codes, the names behind the number by right, and what it means.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::figures::{self, Audience, Name, NamesAsked, UnitLine, audience};
use rules::access::Action;
use rules::figures::{Definition, Figure, Mark, Step};
use serde::Deserialize;

use super::{Told, nothing, target_of, told};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Empty, Head, Pager, Shell, Taking, filters};
use crate::pages::address::Address;
use crate::pages::exports::taking;
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    at: String,
    township: String,
    village: String,
    mark: String,
    cause: String,
    step: String,
    after: String,
}

struct Town {
    name: String,
    href: String,
    told: Told,
}

#[derive(Template)]
#[template(path = "figures/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    figure: Figure,
    definition: Definition,
    /// As of when.
    sub: String,
    of: String,
    told: Told,
    target: String,
    towns: Vec<Town>,
    town_heads: [Head; 4],
    narrowed: Option<(String, String)>,
    /// Whom the list has, in words.
    listed: String,
    /// Whether it goes by an old list of names.
    by_cohort: bool,
    rows: Vec<Name>,
    heads: [Head; 4],
    pager: Pager,
    shows_names: bool,
    taking: Option<Taking>,
    /// Where it is compared with the frozen snapshot before; empty where there is none.
    compare: String,
    empty: Empty,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let figure = Figure::from_code(&key).filter(|one| !one.is_by_hand()).ok_or_else(nothing)?;
    let names = NamesAsked {
        figure,
        at: asked.at.parse().ok(),
        township: asked.township.clone(),
        village: asked.village.clone(),
        mark: Mark::from_code(&asked.mark),
        cause: cause_of(&asked.cause),
        step: Step::from_code(&asked.step),
        after: asked.after.clone(),
    };
    let shows_names = audience(&session.who().actor) != Audience::Outside;
    let (found, line, towns, all) = app
        .look(&session, move |desk| {
            let found = figures::names(desk, &names)?;
            let number = found.snapshot.as_ref().map_or(0, |one| one.number);
            let (line, towns) = figures::by_township(desk, figure, number)?;
            Ok((found, line, towns, figures::snapshots(desk)?))
        })
        .await?;
    let snapshot = found.snapshot.ok_or_else(nothing)?;
    let path = format!("/figures/{}", figure.code());
    let at = |township: &str| {
        let kept = if asked.at.is_empty() { String::new() } else { format!("&at={}", encoded(&asked.at)) };
        format!("{path}?township={}{kept}", encoded(township))
    };
    let own = line.own.first();
    let (of, counts) = match (own, &line.whole) {
        (Some(own), _) => (own.name.clone(), own.counts),
        (None, Some(whole)) => (app.plan().county().short.clone(), whole.counts),
        (None, None) => (app.plan().county().short.clone(), Some(rules::figures::Counts::default())),
    };
    let town = |one: &UnitLine| Town {
        name: one.name.clone(),
        href: if shows_names { at(&one.unit) } else { String::new() },
        told: told(figure, one.counts, app.plan()),
    };
    // A cause and a step are of 复学率 alone, and have those who are back beside the others.
    let chosen = match (figure, cause_of(&asked.cause), Step::from_code(&asked.step)) {
        (Figure::Return, Some(cause), _) => {
            let known = app.plan().causes().iter().find(|one| one.code == cause);
            Some(known.map_or_else(|| "原因没有登记".to_owned(), |one| format!("原因是“{}”", one.label)))
        }
        (Figure::Return, None, Some(step)) => Some(format!("走到“{}”这一步以后", step.label())),
        _ => None,
    };
    let cause = if figure == Figure::Return { asked.cause.as_str() } else { "" };
    let step = if figure == Figure::Return { asked.step.as_str() } else { "" };
    let narrowed = towns
        .iter()
        .find(|one| one.unit == asked.township)
        .map(|one| one.name.clone())
        .or_else(|| (!asked.village.is_empty()).then(|| "选中的村".to_owned()))
        .or_else(|| chosen.clone())
        .map(|name| (name, path.clone()));
    let listed = match &chosen {
        Some(words) => format!("本学年应劝返的孩子，{words}"),
        None => figure.definition().listed.to_owned(),
    };
    let before = all.into_iter().filter(|one| one.frozen.is_some()).find(|one| one.number < snapshot.number);
    let compare = before.filter(|_| shows_names).map_or_else(String::new, |before| {
        format!("{path}/changes?from={}&to={}", before.number, snapshot.number)
    });
    let kept = [
        ("at", asked.at.as_str()),
        ("township", &asked.township),
        ("village", &asked.village),
        ("mark", &asked.mark),
        ("step", step),
        ("cause", cause),
    ];
    let page_at = Address::new(figure_path(figure), &kept);
    let all_kept: Vec<(&'static str, &str)> =
        std::iter::once(("figure", figure.code())).chain(kept).collect();
    Ok(html(&OnePage {
        shell: app.shell(&session, "/figures").await?,
        way: [
            Crumb { label: "指标".to_owned(), href: Some("/figures".to_owned()) },
            Crumb { label: figure.label().to_owned(), href: None },
        ],
        figure,
        definition: figure.definition(),
        of,
        told: told(figure, counts, app.plan()),
        target: target_of(figure, app.plan()).map(|(_, words)| words).unwrap_or_default(),
        towns: towns.iter().map(town).collect(),
        town_heads: [
            Head::text("乡镇"),
            Head::number(figure.label()),
            Head::text("分子、分母"),
            Head::number("名单"),
        ],
        narrowed,
        listed,
        by_cohort: shows_names && matches!(figure, Figure::Retention | Figure::Junior),
        heads: [Head::text("孩子"), Head::text("学校"), Head::text("情况"), Head::text("去办")],
        pager: page_at.pager(("after", &asked.after), found.next.as_deref(), found.names.len(), "名"),
        rows: found.names,
        shows_names,
        taking: taking(&session, Action::ExportFigures, "/figures/export", &all_kept).filter(|_| shows_names),
        compare,
        empty: Empty {
            why: format!("没有{}。", figure.definition().listed),
            what_to_do: "名单按您能看到的孩子列；数在上面，名单里少的是不归您看的。".to_owned(),
            act: None,
        },
        sub: format!("截至{}，口径第{}版", snapshot.day, snapshot.version),
    }))
}

/// The cause that an address names: `none` is one that was not registered.
pub(super) fn cause_of(text: &str) -> Option<String> {
    match text {
        "" => None,
        "none" => Some(String::new()),
        code => Some(code.to_owned()),
    }
}

/// The address of a figure's page, for as long as the program runs.
const fn figure_path(figure: Figure) -> &'static str {
    match figure {
        Figure::Enrolment => "/figures/enrolment",
        Figure::Entry => "/figures/entry",
        Figure::InSchool => "/figures/in_school",
        Figure::Retention => "/figures/retention",
        Figure::Dropout => "/figures/dropout",
        Figure::Disability => "/figures/disability",
        Figure::Return => "/figures/returned",
        Figure::Found => "/figures/found_in_time",
        Figure::Reported => "/figures/reported_in_time",
        Figure::Kept => "/figures/deadlines_kept",
        Figure::Junior => "/figures/junior_retention",
        Figure::DropoutPrimary => "/figures/dropout_primary",
        Figure::DropoutJunior => "/figures/dropout_junior",
        Figure::Yearbook
        | Figure::JuniorYearbook
        | Figure::DropoutYearbook
        | Figure::DropoutPrimaryYearbook
        | Figure::DropoutJuniorYearbook => "/figures",
    }
}
