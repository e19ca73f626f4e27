//! Reading one TOML file piece by piece, so that one mistake does not hide the others.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use super::problem::PlanProblem;
use crate::date::parse_date;

/// One file of the plan, with what has not been read of it yet and the problems found so far.
pub(super) struct File<'a> {
    name: &'static str,
    text: &'a str,
    table: DeTable<'a>,
    problems: Vec<PlanProblem>,
}

impl<'a> File<'a> {
    /// The file of that name, or the problem that it is not there. Broken syntax is a problem of its own;
    /// what can be read of the rest is still checked.
    pub(super) fn open(files: &'a BTreeMap<String, String>, name: &'static str) -> Result<Self, PlanProblem> {
        let Some(text) = files.get(name) else {
            return Err(PlanProblem {
                file: name.to_owned(),
                line: 0,
                what: "缺少这个文件".to_owned(),
                todo: "请从 plans/nanjian 复制一份再改".to_owned(),
            });
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut file = Self { name, text, table: table.into_inner(), problems: Vec::new() };
        for error in errors {
            file.report(&error, "语法有误");
        }
        Ok(file)
    }

    /// The table `[key]`.
    pub(super) fn one<T: DeserializeOwned>(&mut self, key: &'static str) -> Option<Spanned<T>> {
        match self.table.remove(key) {
            Some(value) => self.piece(key, value),
            None => {
                self.problem(0..0, format!("缺少 [{key}]"), "请对照 plans/nanjian 补上这一段");
                None
            }
        }
    }

    /// The tables `[[key]]`; none at all is a problem.
    pub(super) fn many<T: DeserializeOwned>(&mut self, key: &'static str) -> Vec<Spanned<T>> {
        let Some(value) = self.table.remove(key) else {
            self.problem(0..0, format!("缺少 [[{key}]]"), "请对照 plans/nanjian 补上这一段");
            return Vec::new();
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(items) => items.into_iter().filter_map(|item| self.piece(key, item)).collect(),
            _ => {
                self.problem(span, format!("{key} 应当是若干段 [[{key}]]"), "请把方括号写成两层");
                Vec::new()
            }
        }
    }

    /// The tables `[[key]]` of what a plan may leave out.
    pub(super) fn any<T: DeserializeOwned>(&mut self, key: &'static str) -> Vec<Spanned<T>> {
        if self.table.contains_key(key) { self.many(key) } else { Vec::new() }
    }

    fn piece<T: DeserializeOwned>(&mut self, key: &str, value: Spanned<DeValue<'a>>) -> Option<Spanned<T>> {
        let span = value.span();
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(piece) => Some(Spanned::new(span, piece)),
            Err(error) => {
                let error_span = error.span().unwrap_or(span);
                self.problem(
                    error_span,
                    format!("[{key}] 的内容不对：{}", in_chinese(error.message())),
                    MEND,
                );
                None
            }
        }
    }

    /// Notes a problem at a place of the file.
    pub(super) fn problem(&mut self, at: Range<usize>, what: impl Into<String>, todo: impl Into<String>) {
        let line = match at.end {
            0 => 0,
            _ => self.text.bytes().take(at.start).filter(|byte| *byte == b'\n').count() + 1,
        };
        self.problems.push(PlanProblem {
            file: self.name.to_owned(),
            line,
            what: what.into(),
            todo: todo.into(),
        });
    }

    /// Every problem of the file, those included that nobody asked to read what is left.
    pub(super) fn close(mut self) -> Vec<PlanProblem> {
        let left: Vec<_> = self.table.keys().map(|key| (key.span(), key.get_ref().to_string())).collect();
        for (span, key) in left {
            self.problem(span, format!("不认识的一段 {key}"), "请改正名称或删去");
        }
        self.problems
    }

    fn report(&mut self, error: &Error, what: &str) {
        let span = error.span().unwrap_or(0..1);
        self.problem(span, format!("{what}：{}", in_chinese(error.message())), MEND);
    }
}

const MEND: &str = "请对照 plans/nanjian 里的同一段改正";

/// The parser's usual complaints in Chinese; a rare one stays as it is.
fn in_chinese(message: &str) -> String {
    const WORDS: [(&str, &str); 22] = [
        ("missing field ", "缺少"),
        ("unknown field ", "不认识的项"),
        ("duplicate key", "同一项写了两次"),
        ("invalid type: ", "类型不对："),
        ("invalid value: ", "取值不对："),
        ("invalid length ", "个数不对："),
        ("string values must be quoted, expected literal string", "文字要放在英文双引号里"),
        ("invalid basic string, expected `\"`", "英文双引号没有成对"),
        ("unclosed table, expected `]`", "方括号没有成对"),
        ("unclosed array, expected `]`", "方括号没有成对"),
        (", expected ", "，应为"),
        ("one of ", "其中之一"),
        ("a sequence", "方括号里的一组"),
        ("a boolean", "true或false"),
        ("a string", "文字"),
        ("string ", "文字"),
        ("integer ", "整数"),
        ("floating point ", "小数"),
        ("f64", "数字"),
        ("u16", "不小于0的整数"),
        ("u8", "0至255的整数"),
        ("i16", "整数"),
    ];
    let first = message.lines().next().unwrap_or_default().to_owned();
    WORDS.iter().fold(first, |text, (english, chinese)| text.replace(english, chinese))
}

/// A date in a file, read like the dates in lists, so that a mistake is explained in Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_date(&text).map(Self).map_err(D::Error::custom)
    }
}
