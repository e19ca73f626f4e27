//! 上级平台: what must stand in the provincial and national platforms too, which fields in which order, and reading it
//! from `plan.toml`. No interface of theirs may be assumed: people copy, and keep the number (四(十四)、五(九)).

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::{Basis, Deadline, TimeUnit};
use crate::access::Field;
use crate::codes::codes;
use crate::fold;
use crate::standing::Standing;

codes! {
    /// What a platform asks for about a child.
    PlatformField "plan.toml" {
        Name = "name" "姓名" [],
        Sex = "sex" "性别" [],
        Birth = "birth" "出生日期" [],
        Ethnicity = "ethnicity" "民族" [],
        IdKind = "id_kind" "证件类型" [],
        IdNumber = "id_number" "身份证件号" [],
        StudentNumber = "student_number" "学籍号" [],
        Township = "township" "户籍乡镇" [],
        Village = "village" "村委会" [],
        Group = "group" "村民小组" [],
        Address = "address" "住址" [],
        Guardian = "guardian" "监护人" [],
        Relation = "relation" "监护人关系" [],
        Phone = "phone" "监护人电话" [],
        School = "school" "就读学校" [],
        Grade = "grade" "年级" [],
        Class = "class" "班级" [],
        Standing = "standing" "就学情况" [],
        Since = "since" "认定疑似辍学日期" [],
        Poverty = "poverty" "脱贫户、监测户" [],
        Disability = "disability" "残疾" [],
        LeftBehind = "left_behind" "留守" [],
    }
}

impl PlatformField {
    /// By which right of the child's file it is seen.
    #[must_use]
    pub const fn field(self) -> Field {
        match self {
            Self::Name => Field::Name,
            Self::Sex => Field::Sex,
            Self::Birth => Field::Birth,
            Self::Ethnicity => Field::Ethnicity,
            Self::IdKind | Self::IdNumber => Field::IdNumber,
            Self::StudentNumber => Field::StudentNumber,
            Self::Township | Self::Village | Self::Group => Field::Home,
            Self::Address => Field::Address,
            Self::Guardian | Self::Relation => Field::Guardians,
            Self::Phone => Field::Phone,
            Self::School | Self::Grade | Self::Class | Self::Standing => Field::Schooling,
            Self::Since => Field::Findings,
            Self::Poverty => Field::Poverty,
            Self::Disability => Field::Disability,
            Self::LeftBehind => Field::LeftBehind,
        }
    }
}

/// A line of a platform's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformLine {
    /// What goes there.
    pub field: PlatformField,
    /// What the platform calls it.
    pub label: String,
}

/// A platform of the province or the state in which the county's children must stand as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Stable name: `rescue`.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Where in it the children stand; empty where that is the whole of it.
    pub port: String,
    /// Who enters them.
    pub who: String,
    /// Children that stand so with school must stand there.
    pub standings: Vec<Standing>,
    /// Its form, in its order.
    pub lines: Vec<PlatformLine>,
    /// By when a child is entered.
    pub enter: Deadline,
    /// How often its list is compared with ours.
    pub reconcile: Deadline,
    /// How it says that it still looks after a child.
    pub open_words: Vec<String>,
    /// How it says that it is done with a child.
    pub closed_words: Vec<String>,
    /// Clause and words.
    pub basis: Basis,
}

impl Platform {
    /// Whether a state in the platform's words means open (`Some(true)`), closed (`Some(false)`), or is not known.
    #[must_use]
    pub fn is_open(&self, words: &str) -> Option<bool> {
        let words = fold::key(words);
        let one_of = |known: &[String]| known.iter().any(|known| fold::key(known) == words);
        match (one_of(&self.open_words), one_of(&self.closed_words)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlatform {
    key: String,
    title: String,
    #[serde(default)]
    port: String,
    who: Spanned<String>,
    standings: Vec<Spanned<String>>,
    fields: Vec<RawLine>,
    enter: Spanned<String>,
    reconcile: Spanned<String>,
    open_words: Vec<String>,
    closed_words: Vec<String>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    field: Spanned<String>,
    label: Option<String>,
}

/// The platforms, in the order of the file.
pub(super) fn platforms(loader: &mut Loader<'_>) -> Vec<Platform> {
    let raws = loader.file.many::<RawPlatform>("platform");
    let mut keys = BTreeSet::new();
    let mut all = Vec::new();
    for raw in raws {
        let (at, raw) = (raw.span(), raw.into_inner());
        let mut problem = |wrong: bool, what: String, todo: &str| {
            if wrong {
                loader.file.problem(at.clone(), what, todo);
            }
        };
        problem(!keys.insert(raw.key.clone()), format!("平台 {} 写了两次", raw.key), "请只留一段");
        let plain =
            !raw.key.is_empty() && raw.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        problem(!plain, format!("平台的 key {} 不合用", raw.key), "请只用小写英文字母和下划线");
        problem(
            raw.standings.is_empty(),
            format!("平台 {} 没写 standings", raw.key),
            "请写哪些就学情况要录入",
        );
        let both = raw
            .open_words
            .iter()
            .find(|word| raw.closed_words.iter().any(|other| fold::key(other) == fold::key(word)));
        problem(
            both.is_some(),
            format!("“{}”既算在办又算办结", both.map_or("", String::as_str)),
            "请只留在 open_words 或 closed_words 一处",
        );
        let named = raw.fields.iter().any(|line| line.field.get_ref() == PlatformField::Name.code());
        problem(!named, format!("平台 {} 的 fields 里没有 name", raw.key), "录入表至少要有姓名");
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for line in raw.fields {
            let Some(field) = loader.coded(&line.field, PlatformField::from_code) else { continue };
            if !seen.insert(field) {
                let what = format!("字段 {} 写了两次", field.code());
                loader.file.problem(line.field.span(), what, "请只留一行");
            }
            let label = line.label.unwrap_or_else(|| field.label().to_owned());
            lines.push(PlatformLine { field, label });
        }
        let standings =
            raw.standings.iter().filter_map(|code| loader.coded(code, Standing::from_code)).collect();
        let basis = loader.basis(at, raw.clause, raw.source, raw.text);
        let who = loader.who(raw.who);
        let (enter, reconcile) = (loader.deadline(&raw.enter), loader.deadline(&raw.reconcile));
        let (Some(enter), Some(reconcile)) = (enter, reconcile) else { continue };
        if reconcile.unit != TimeUnit::Days || reconcile.amount == 0 {
            let what = format!("期限 {} 不是若干天", reconcile.key);
            loader.file.problem(raw.reconcile.span(), what, "请写 unit = \"days\"，amount 不小于1");
        }
        all.push(Platform {
            key: raw.key,
            title: raw.title,
            port: raw.port,
            who,
            standings,
            lines,
            enter,
            reconcile,
            open_words: raw.open_words,
            closed_words: raw.closed_words,
            basis,
        });
    }
    all
}
