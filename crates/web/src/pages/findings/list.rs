//! `/findings`: the list, with filters that live in the address.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::campaign::{self, FindingRow, ListQuery};
use rules::access::{Action, Subject, may};
use rules::plan::FindingKind;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{
    Choice, Empty, Filter, FilterField, FilterKind, Head, Pager, Shell, Taking, Tone, filters,
};
use crate::pages::exports::{self, Asking};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct FindingsQuery {
    pub(super) campaign: String,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) township: String,
    pub(super) unit: String,
    pub(super) run: String,
    pub(super) change: String,
    pub(super) after: String,
}

impl FindingsQuery {
    /// Name and value of everything that is set, but the place in the list.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("campaign", &self.campaign),
            ("kind", &self.kind),
            ("state", &self.state),
            ("township", &self.township),
            ("unit", &self.unit),
            ("run", &self.run),
            ("change", &self.change),
        ];
        let set = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name, value.clone())).collect()
    }

    /// The address of `path` with the same filter, without the field `but`.
    pub(super) fn href(&self, path: &str, but: &str, after: &str) -> String {
        let mut kept: Vec<String> = self
            .pairs()
            .into_iter()
            .filter(|(name, _)| *name != but)
            .map(|(name, value)| format!("{name}={}", encoded(&value)))
            .collect();
        if !after.is_empty() {
            kept.push(format!("after={}", encoded(after)));
        }
        if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
    }

    /// What is asked for.
    pub(super) fn query(&self) -> ListQuery {
        ListQuery {
            campaign: self.campaign.clone(),
            kind: self.kind.clone(),
            state: self.state.clone(),
            township: self.township.clone(),
            unit: self.unit.clone(),
            run: self.run.clone(),
            change: self.change.clone(),
            after: self.after.clone(),
        }
    }

    /// What the filter says, in words; empty where it takes everything that is not settled.
    pub(super) fn words(&self, app: &App) -> String {
        let kind = FindingKind::from_code(&self.kind).map(|kind| app.plan().finding(kind).title.clone());
        let state = STATES.iter().find(|(code, _)| *code == self.state && !code.is_empty());
        let change = CHANGES.iter().find(|(code, _)| *code == self.change && !code.is_empty());
        let mut townships = app.plan().divisions().townships().map(|(_, township)| township);
        let township = townships.find(|one| one.code == self.township).map(|one| one.name.clone());
        let said = [kind, township, state.map(|one| one.1.to_owned()), change.map(|one| one.1.to_owned())];
        said.into_iter().flatten().collect::<Vec<_>>().join("，")
    }
}

const STATES: [(&str, &str); 7] = [
    ("", "没有办结的"),
    ("open", "待认定"),
    ("assigned", "核查中"),
    ("late", "超期没有报回"),
    ("reported", "已报回"),
    ("decided", "已认定"),
    ("gone", "不再出现"),
];

const CHANGES: [(&str, &str); 5] = [
    ("", "不限"),
    ("fresh", "这次新发现的"),
    ("remembered", "沿用以前认定的"),
    ("back", "这次又出现的"),
    ("gone", "这次不再出现的"),
];

#[derive(Template)]
#[template(path = "findings/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    rows: Vec<Line>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    bulk: Option<String>,
    export: Option<Taking>,
}

struct Line {
    row: FindingRow,
    kind: String,
    /// Birthday, village, school, as far as they are seen.
    under: String,
    state: String,
    tone: Tone,
}

pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<FindingsQuery>,
) -> Result<Response, Failed> {
    let query = asked.query();
    let listed = app.read(&session, move |desk| campaign::list(desk, &query)).await?;
    let rows: Vec<Line> = listed.rows.into_iter().map(|row| line(&app, row)).collect();
    let mut kinds = vec![Choice::new("", "全部", &asked.kind)];
    kinds.extend(
        FindingKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.code(), app.plan().finding(*kind).title.clone(), &asked.kind)),
    );
    let mut townships = vec![Choice::new("", "全部", &asked.township)];
    townships.extend(
        app.plan()
            .divisions()
            .townships()
            .map(|(_, township)| Choice::new(township.code.clone(), township.name.clone(), &asked.township)),
    );
    let without = |name: &str, value: &str| (!value.is_empty()).then(|| asked.href("/findings", name, ""));
    let mut filter = Filter {
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
                    STATES.into_iter().map(|(code, label)| Choice::new(code, label, &asked.state)).collect(),
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
        keep: asked
            .pairs()
            .into_iter()
            .filter(|(name, _)| matches!(*name, "campaign" | "unit" | "run"))
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    if !asked.run.is_empty() {
        filter.fields.push(FilterField {
            name: "change",
            label: "比对变化",
            kind: FilterKind::Choice(
                CHANGES.into_iter().map(|(code, label)| Choice::new(code, label, &asked.change)).collect(),
            ),
            without: without("change", &asked.change),
        });
    }
    let bulk = may(&session.who().actor, Action::AssignFinding, &Subject::Nothing)
        .is_ok()
        .then(|| asked.href("/findings/bulk", "", ""));
    let pairs = asked.pairs();
    let kept: Vec<(&'static str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let export = exports::taking(&session, Action::ExportFindings, "/findings/export", &kept);
    let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let first = (!asked.after.is_empty()).then(|| asked.href("/findings", "", ""));
    let next = listed.next.map(|id| asked.href("/findings", "", &id));
    Ok(html(&ListPage {
        shell: app.shell(&session, "/findings").await?,
        filter,
        rows,
        heads: [Head::text("孩子"), Head::text("为什么要查"), Head::text("进展"), Head::text("期限")],
        pager: Pager { first, prev: None, next, shown, total: None, unit: "人" },
        empty: Empty {
            why: "没有符合条件的比对发现。".to_owned(),
            what_to_do: "换一个进展或类别再看；已经认定的选“已认定”。".to_owned(),
            act: None,
        },
        bulk,
        export,
    }))
}

fn line(app: &App, row: FindingRow) -> Line {
    let kind = row.kind.map_or(String::new(), |kind| app.plan().finding(kind).title.clone());
    let under = [row.birth.as_deref().unwrap_or_default(), &row.village, &row.school];
    let under: Vec<&str> = under.into_iter().filter(|text| !text.is_empty()).collect();
    let (state, tone) = state(&row);
    Line { kind, under: under.join(" · "), state, tone, row }
}

/// Where a finding stands, in words, and how much it presses.
pub(super) fn state(row: &FindingRow) -> (String, Tone) {
    let tone = match row.state.as_str() {
        "open" | "reported" => Tone::Act,
        "assigned" => Tone::Due,
        "decided" => Tone::Good,
        _ => Tone::Plain,
    };
    (row.words(), tone)
}

/// What the filter finds, as a workbook.
pub(super) async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<FindingsQuery>>,
) -> Result<Response, Failed> {
    let query = ListQuery { after: String::new(), ..asking.query.query() };
    exports::take(&app, &session, "findings", &asking.purpose, move |desk, purpose| {
        campaign::export(desk, &query, purpose)
    })
    .await
}
