//! The list: filters live in the address, pages by cursor; the export takes what the filter matches.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::ledger::{self, Expiring, Missing, Places, Query as Wanted, Step, Total};
use casework::refused::Refused;
use rules::access::{Action, Subject, may};
use rules::groups::Special;
use rules::purpose::Purpose;
use rules::standing::Standing;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Empty, Filter, FilterField, FilterKind, Head, Pager, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

/// What stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    township: String,
    village: String,
    village_group: String,
    cadre: String,
    school: String,
    class: String,
    grade: String,
    standing: String,
    group: String,
    missing: String,
    after: String,
    before: String,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        let step = match (self.after.as_str(), self.before.as_str()) {
            ("", "") => Step::First,
            ("", before) => Step::Before(before.to_owned()),
            (after, _) => Step::After(after.to_owned()),
        };
        Wanted {
            q: self.q.clone(),
            township: self.township.clone(),
            village: self.village.clone(),
            village_group: self.village_group.clone(),
            cadre: self.cadre.clone(),
            school: self.school.clone(),
            class: self.class.clone(),
            grade: self.grade.parse().ok(),
            standing: self.standing.clone(),
            group: Special::from_code(&self.group),
            missing: Missing::from_code(&self.missing),
            step,
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 11] {
        [
            ("q", &self.q),
            ("township", &self.township),
            ("village", &self.village),
            ("village_group", &self.village_group),
            ("cadre", &self.cadre),
            ("school", &self.school),
            ("class", &self.class),
            ("grade", &self.grade),
            ("standing", &self.standing),
            ("group", &self.group),
            ("missing", &self.missing),
        ]
    }

    /// The address of the list with everything but one field, and with one more.
    fn href(&self, without: &str, more: &str, value: &str) -> String {
        let mut parts: Vec<String> = self
            .pairs()
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && *name != without)
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        if !value.is_empty() {
            parts.push(format!("{more}={}", encoded(value)));
        }
        if parts.is_empty() { "/children".to_owned() } else { format!("/children?{}", parts.join("&")) }
    }

    /// The place that the list was narrowed to, after what no longer fits was taken out.
    fn settle(&mut self, wanted: &Wanted) {
        self.township.clone_from(&wanted.township);
        self.village.clone_from(&wanted.village);
        self.village_group.clone_from(&wanted.village_group);
        self.cadre.clone_from(&wanted.cadre);
        self.school.clone_from(&wanted.school);
        self.class.clone_from(&wanted.class);
    }

    fn filter(&self, sees_groups: bool, places: Places) -> Filter {
        let without = |name: &str, value: &str| (!value.is_empty()).then(|| self.href(name, "", ""));
        let choice = |name: &'static str, label, now: &str, all: Vec<(String, String)>| FilterField {
            name,
            label,
            without: without(name, now),
            kind: FilterKind::Choice(
                std::iter::once(Choice::new("", "全部", now))
                    .chain(all.into_iter().map(|(value, label)| Choice::new(value, label, now)))
                    .collect(),
            ),
        };
        let mut fields = vec![FilterField {
            name: "q",
            label: "姓名",
            without: without("q", &self.q),
            kind: FilterKind::Text { value: self.q.clone(), example: "姓名、拼音、证件号后四位" },
        }];
        for (name, label, now, all) in [
            ("township", "乡镇", &self.township, places.townships),
            ("village", "村", &self.village, places.villages),
            ("village_group", "村民小组", &self.village_group, places.village_groups),
            ("school", "学校", &self.school, places.schools),
            ("class", "班级", &self.class, places.classes),
            ("cadre", "包保干部", &self.cadre, places.cadres),
        ] {
            // A place that came with the address stays to be seen, and can be taken away.
            if !all.is_empty() || !now.is_empty() {
                fields.push(choice(name, label, now, all));
            }
        }
        if places.schooling {
            let mut standings = vec![("out".to_owned(), "应在校未在校".to_owned())];
            standings.extend(Standing::ALL.iter().map(|one| (one.code().to_owned(), one.label().to_owned())));
            let grades = (1..=9_i8)
                .filter_map(rules::age::Grade::new)
                .map(|grade| (grade.number().to_string(), grade.label().to_owned()))
                .collect();
            fields.push(choice("standing", "就学情况", &self.standing, standings));
            fields.push(choice("grade", "年级", &self.grade, grades));
        }
        if sees_groups {
            let groups =
                Special::ALL.iter().map(|one| (one.code().to_owned(), one.label().to_owned())).collect();
            fields.push(choice("group", "特殊群体", &self.group, groups));
        }
        let mut missing = Vec::new();
        if places.number {
            missing.push(("id".to_owned(), "没有证件号".to_owned()));
        }
        if places.home {
            missing.push(("registration".to_owned(), "没有户籍".to_owned()));
        }
        if !missing.is_empty() {
            fields.push(choice("missing", "缺项", &self.missing, missing));
        }
        Filter { action: "/children".to_owned(), fields, keep: Vec::new() }
    }
}

/// The columns that the reader sees of anybody on the page; the others are not there at all (hazard A09).
struct Columns {
    birth: bool,
    number: bool,
    home: bool,
    school: bool,
}

impl Columns {
    fn of(rows: &[ledger::Child]) -> Self {
        Self {
            birth: rows.iter().any(|row| row.birth.is_some()),
            number: rows.iter().any(|row| row.number.is_some()),
            home: rows.iter().any(|row| row.home.is_some()),
            school: rows.iter().any(|row| row.school.is_some()),
        }
    }

    fn heads(&self) -> Vec<Head> {
        [
            (true, "姓名"),
            (self.birth, "出生日期"),
            (self.number, "证件号"),
            (self.home, "村"),
            (self.school, "学校、班级"),
            (self.school, "就学情况"),
        ]
        .into_iter()
        .filter(|(seen, _)| *seen)
        .map(|(_, label)| Head::text(label))
        .collect()
    }
}

#[derive(Template)]
#[template(path = "children/list.html")]
struct ListPage {
    shell: Shell,
    sub: String,
    filter: Filter,
    heads: Vec<Head>,
    sees: Columns,
    rows: Vec<ledger::Child>,
    pager: Pager,
    empty: Empty,
    may_add: bool,
    may_export: bool,
    may_elsewhere: bool,
    kept: Vec<(&'static str, String)>,
    purposes: Vec<Choice>,
}

pub(super) fn purposes() -> Vec<Choice> {
    Purpose::ALL.iter().map(|one| Choice::new(one.code(), one.label(), "")).collect()
}

/// The tone of a standing: red is for those who are looked for.
pub(super) fn standing_tone(standing: Standing) -> Tone {
    match standing {
        Standing::Enrolled | Standing::Finished => Tone::Good,
        Standing::Never | Standing::Absent => Tone::Late,
        Standing::Unknown | Standing::Suspended | Standing::Deferred => Tone::Due,
        _ => Tone::Plain,
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Failed> {
    let wanted = asked.wanted();
    let (wanted, places, found) = app
        .read(&session, move |desk| {
            let mut wanted = wanted.clone();
            let places = ledger::narrow(desk, &mut wanted)?;
            let found = ledger::list(desk, &wanted)?;
            Ok((wanted, places, found))
        })
        .await?;
    asked.settle(&wanted);
    let who = session.who();
    let allowed = |action| may(&who.actor, action, &Subject::Nothing).is_ok();
    let filter = asked.filter(allowed(Action::TagChild), places);
    let address = |step: Option<Step>| {
        step.map(|step| match step {
            Step::First => "/children".to_owned(),
            Step::After(id) => asked.href("", "after", &id),
            Step::Before(id) => asked.href("", "before", &id),
        })
    };
    let (total, sub) = match found.total {
        Total::Exactly(count) => (Some(count), format!("共{count}人，按拼音排列")),
        Total::Over(count) => (None, format!("{count}人以上，按拼音排列")),
        Total::Unknown => (None, "按拼音排列".to_owned()),
    };
    let shown = u64::try_from(found.children.len()).unwrap_or_default();
    let empty = if filter.narrows() {
        Empty {
            why: "没有符合筛选条件的孩子。".to_owned(),
            what_to_do: "去掉一个条件再看；不在您范围内的孩子不会显示。".to_owned(),
            act: Some(crate::look::Link::new("全部去掉", "/children")),
        }
    } else {
        Empty {
            why: "您的范围内还没有孩子。".to_owned(),
            what_to_do: "名单导入或孩子登记后会出现在这里；有疑问请问单位管理员。".to_owned(),
            act: None,
        }
    };
    let sees = Columns::of(&found.children);
    Ok(html(&ListPage {
        shell: app.shell(&session, "/children").await?,
        sub,
        filter,
        heads: sees.heads(),
        sees,
        rows: found.children,
        pager: Pager {
            first: None,
            prev: address(found.before),
            next: address(found.after),
            shown,
            total,
            unit: "人",
        },
        empty,
        may_add: allowed(Action::WriteChild),
        may_export: allowed(Action::ExportChildren),
        may_elsewhere: allowed(Action::RecordElsewhere),
        kept: asked
            .pairs()
            .into_iter()
            .filter(|pair| !pair.1.is_empty())
            .map(|(a, b)| (a, b.to_owned()))
            .collect(),
        purposes: purposes(),
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExportForm {
    q: String,
    township: String,
    village: String,
    village_group: String,
    cadre: String,
    school: String,
    class: String,
    grade: String,
    standing: String,
    group: String,
    missing: String,
    purpose: String,
}

pub(super) async fn export(
    State(app): State<App>,
    session: Session,
    Form(form): Form<ExportForm>,
) -> Result<Response, Failed> {
    let asked = Asked {
        q: form.q,
        township: form.township,
        village: form.village,
        village_group: form.village_group,
        cadre: form.cadre,
        school: form.school,
        class: form.class,
        grade: form.grade,
        standing: form.standing,
        group: form.group,
        missing: form.missing,
        ..Asked::default()
    };
    let wanted = asked.wanted();
    let purpose = Purpose::from_code(&form.purpose);
    let file = app
        .write(&session, move |desk| {
            let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
            ledger::export(desk, &wanted, purpose)
        })
        .await?;
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static(
            "attachment; filename=\"children.xlsx\"; filename*=UTF-8''%E9%80%82%E9%BE%84%E5%84%BF%E7%AB%A5%E5%90%8D%E5%8D%95.xlsx",
        ),
    );
    Ok(response)
}

#[derive(Template)]
#[template(path = "children/expiring.html")]
struct ExpiringPage {
    shell: Shell,
    heads: [Head; 3],
    rows: Vec<Expiring>,
    empty: Empty,
}

pub(super) async fn expiring(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, ledger::expiring).await?;
    Ok(html(&ExpiringPage {
        shell: app.shell(&session, "/children").await?,
        heads: [Head::text("姓名"), Head::text("就读学校"), Head::text("证明到期")],
        rows,
        empty: Empty {
            why: "没有到期的就读证明。".to_owned(),
            what_to_do: "30 天内到期的会列在这里。".to_owned(),
            act: None,
        },
    }))
}
