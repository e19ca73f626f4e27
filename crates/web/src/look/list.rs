//! Lists: headings, filters that live in the address, pages. It must not fetch or sort anything.

use crate::route::encoded;

/// A column's heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The words; also the `data-label` of the cells, by which a phone names them.
    pub label: &'static str,
    /// Whether the column holds numbers, set to the right.
    pub number: bool,
    /// The address of the same list in this column's order.
    pub sort: Option<String>,
    /// The order it stands in now: `ascending` or `descending`; empty when it is not the one.
    pub order: &'static str,
}

impl Head {
    /// A column of words.
    #[must_use]
    pub const fn text(label: &'static str) -> Self {
        Self { label, number: false, sort: None, order: "" }
    }

    /// A column of numbers.
    #[must_use]
    pub const fn number(label: &'static str) -> Self {
        Self { label, number: true, sort: None, order: "" }
    }

    /// The same column, which can be put in order at `href`; `order` is `ascending`, `descending` or empty.
    #[must_use]
    pub fn sorted(self, href: impl Into<String>, order: &'static str) -> Self {
        Self { sort: Some(href.into()), order, ..self }
    }
}

/// Which part of a long list is shown. Lists are paged by cursor, so there are neighbours but no page numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    /// The address of the first part, where this is a later one and the part before is not known.
    pub first: Option<String>,
    /// The address of the part before.
    pub prev: Option<String>,
    /// The address of the part after.
    pub next: Option<String>,
    /// How many rows are shown.
    pub shown: u64,
    /// How many match the filter; none when counting would cost too much.
    pub total: Option<u64>,
    /// The measure word, `人` or `件`.
    pub unit: &'static str,
}

/// A filter whose state is the page's address: a form sent by GET.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The address of the list without a query.
    pub action: String,
    /// The fields, in order.
    pub fields: Vec<FilterField>,
    /// Other parts of the query that the filter keeps (a tab, an order): name and value.
    pub keep: Vec<(String, String)>,
}

/// One field of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterField {
    /// The name in the query.
    pub name: &'static str,
    /// The words before it.
    pub label: &'static str,
    /// What can be entered.
    pub kind: FilterKind,
    /// The address of the list without this field, when it is set; shown as a tag that can be taken away.
    pub without: Option<String>,
}

/// What can be entered in a field of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterKind {
    /// Free text: the value now and what it looks like.
    Text {
        /// The value now.
        value: String,
        /// An example, `姓名或编号`.
        example: &'static str,
    },
    /// One of several; the first is usually `全部` with an empty value.
    Choice(Vec<super::Choice>),
    /// A day, ISO.
    Day(String),
}

impl FilterField {
    /// What is chosen now, in words.
    #[must_use]
    pub fn chosen(&self) -> &str {
        match &self.kind {
            FilterKind::Text { value, .. } | FilterKind::Day(value) => value,
            FilterKind::Choice(all) => {
                all.iter().find(|choice| choice.chosen).map_or("", |choice| choice.label.as_str())
            }
        }
    }
}

impl Filter {
    /// The fields that narrow the list now.
    pub fn set(&self) -> impl Iterator<Item = &FilterField> {
        self.fields.iter().filter(|field| field.without.is_some())
    }

    /// The address of the list with nothing but what the filter keeps.
    #[must_use]
    pub fn bare(&self) -> String {
        let kept: Vec<String> =
            self.keep.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if kept.is_empty() { self.action.clone() } else { format!("{}?{}", self.action, kept.join("&")) }
    }

    /// Whether anything narrows the list.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.set().next().is_some()
    }
}

/// Takes a list out of the house: the button, and the form that asks for what. What the list is filtered by goes along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taking {
    /// Where the form is sent.
    pub action: &'static str,
    /// The filter: name and value.
    pub kept: Vec<(&'static str, String)>,
    /// What for.
    pub purposes: Vec<super::Choice>,
}
