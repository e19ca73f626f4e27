//! `/api/v1/figures`: the figures of the latest snapshot, or of one that was frozen, each with its definition, as the reader may know them.

use axum::extract::{Query, State};
use axum::response::Response;
use casework::figures::{self, Entry, Line, UnitLine};
use casework::refused::Refused;
use rules::access::Action;
use rules::figures::{Figure, hundredths};
use rules::plan::Plan;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give;
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/figures", Policy::Needs(Action::ReadFigures), list)]
}

/// The figures of a snapshot.
#[derive(Serialize, ToSchema)]
pub(super) struct Figures {
    /// Number of the snapshot; absent while there is none that one may read.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<i64>,
    /// As of which day.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(format = Date)]
    day: String,
    /// Version of the definitions.
    version: i64,
    /// The name under which it was frozen; absent for a nightly one.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<String>,
    /// The figures.
    items: Vec<Item>,
}

/// A figure.
#[derive(Serialize, ToSchema)]
struct Item {
    /// Its key.
    key: &'static str,
    /// Its name.
    label: &'static str,
    /// What is in the numerator.
    numerator: &'static str,
    /// What is in the denominator.
    denominator: &'static str,
    /// Where the formula comes from.
    source: &'static str,
    /// How sure it is that others mean the same by the name.
    sureness: &'static str,
    /// The plan's target in hundredths of a percent; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<u64>,
    /// Of the county; absent where nothing is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    county: Option<Number>,
    /// Of one's own units.
    own: Vec<Number>,
    /// Of a figure that is entered by hand: of which school year, by its first calendar year.
    #[serde(skip_serializing_if = "Option::is_none")]
    school_year: Option<i16>,
    /// Of such a figure: where its numbers stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    entered_from: Option<String>,
}

/// A number of a unit.
#[derive(Serialize, ToSchema)]
struct Number {
    /// Id of the unit.
    unit: String,
    /// Its name.
    name: String,
    /// Whether it may not be told: too few children, or a small number follows from it.
    hidden: bool,
    /// In the numerator.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u64>,
    /// In the denominator.
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<u64>,
    /// In the denominator, told apart: 休学, 延缓入学.
    #[serde(skip_serializing_if = "Option::is_none")]
    apart: Option<u64>,
    /// The rate in hundredths of a percent, cut off and never rounded up.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<u64>,
    /// Whether the target is reached, by the fraction; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<bool>,
}

fn number(line: &UnitLine, target: Option<u64>) -> Number {
    let counts = line.counts;
    Number {
        unit: line.unit.clone(),
        name: line.name.clone(),
        hidden: counts.is_none(),
        part: counts.map(|counts| counts.ins),
        whole: counts.map(|counts| counts.whole()),
        apart: counts.map(|counts| counts.apart),
        rate: counts.and_then(|counts| counts.rate().cut()),
        reached: counts.zip(target).and_then(|(counts, target)| counts.rate().reaches(target)),
    }
}

fn item(line: &Line, plan: &Plan) -> Item {
    let it: rules::figures::Definition = line.figure.definition();
    let target = plan.target(it.target).map(|target| hundredths(target.percent));
    Item {
        key: line.figure.code(),
        label: Figure::label(line.figure),
        numerator: it.numerator,
        denominator: it.denominator,
        source: it.source,
        sureness: it.sureness.label(),
        target,
        county: line.whole.as_ref().map(|whole| number(whole, target)),
        own: line.own.iter().map(|own| number(own, target)).collect(),
        school_year: None,
        entered_from: None,
    }
}

/// A figure that is entered by hand, as it was entered last for the latest school year.
fn by_hand(figure: Figure, entries: &[Entry], plan: &Plan) -> Item {
    let line = Line { figure, whole: None, own: Vec::new() };
    let entry = figures::holding(figure, entries);
    let entry = entry.as_ref();
    let target = plan.target(figure.definition().target).map(|target| hundredths(target.percent));
    let county = entry.map(|one| Number {
        unit: plan.county().code.clone(),
        name: plan.county().short.clone(),
        hidden: false,
        part: Some(one.rate.part),
        whole: Some(one.rate.whole),
        apart: None,
        rate: one.rate.cut(),
        reached: target.and_then(|target| one.rate.reaches(target)),
    });
    Item {
        county,
        school_year: entry.map(|one| one.school_year),
        entered_from: entry.map(|one| one.source.clone()),
        ..item(&line, plan)
    }
}

/// All of them, those by hand last.
fn items(lines: &[Line], entries: &[Entry], is_there: bool, plan: &Plan) -> Vec<Item> {
    let hand = Figure::ALL.iter().copied().filter(|figure| is_there && figure.is_by_hand());
    lines
        .iter()
        .map(|line| item(line, plan))
        .chain(hand.map(|figure| by_hand(figure, entries, plan)))
        .collect()
}

/// Which snapshot.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    at: Option<i64>,
}

/// The figures: of the latest snapshot, or of the one whose number is given. Member units read frozen ones, without small numbers.
#[utoipa::path(get, path = "/api/v1/figures", tag = "figures", params(("at" = Option<i64>, Query)),
    responses((status = 200, body = Figures)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let at = asked.at;
    let (panel, entries) =
        app.look(&session, move |desk| Ok((figures::panel(desk, at)?, figures::entries(desk)?))).await?;
    if at.is_some() && panel.snapshot.is_none() {
        return Err(Failed::from(Refused::denied(Action::ReadFigures, "figures", "")));
    }
    let snapshot = panel.snapshot.as_ref();
    give::read(&Figures {
        snapshot: snapshot.map(|one| one.number),
        day: snapshot.map(|one| one.day.clone()).unwrap_or_default(),
        version: snapshot.map_or(rules::figures::VERSION, |one| one.version),
        frozen: snapshot.and_then(|one| one.frozen.as_ref()).map(|one| one.label.clone()),
        items: items(&panel.lines, &entries, snapshot.is_some(), app.plan()),
    })
}
