//! The address of a list: its path and what narrows it. From it come the filter, the way on, and what is taken out, so that
//! Back, a link that is passed on and the workbook mean the same rows.

use rules::access::Action;

use super::account::with;
use super::exports;
use crate::look::{Choice, Filter, FilterField, FilterKind, Pager, Taking};
use crate::route::encoded;
use crate::session::Session;

/// Lines of a page.
pub(super) const PAGE: usize = 50;

/// Where a list is and what narrows it.
#[derive(Debug, Clone)]
pub(super) struct Address {
    path: &'static str,
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    /// The list at `path`, narrowed by names and values; a value that is empty narrows nothing.
    pub(super) fn new(path: &'static str, pairs: &[(&'static str, &str)]) -> Self {
        let set = pairs.iter().filter(|(_, value)| !value.is_empty());
        Self { path, pairs: set.map(|(name, value)| (*name, (*value).to_owned())).collect() }
    }

    /// The same list without one of them; with all where `but` is none of them.
    pub(super) fn without(&self, but: &str) -> String {
        let kept: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .filter(|(name, _)| *name != but)
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        with(self.path, &kept)
    }

    fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value.as_str())
    }

    fn field(&self, name: &'static str, label: &'static str, kind: FilterKind) -> FilterField {
        FilterField { name, label, kind, without: (!self.value(name).is_empty()).then(|| self.without(name)) }
    }

    /// A field to type into.
    pub(super) fn text(&self, name: &'static str, label: &'static str, example: &'static str) -> FilterField {
        self.field(name, label, FilterKind::Text { value: self.value(name).to_owned(), example })
    }

    /// A day.
    pub(super) fn day(&self, name: &'static str, label: &'static str) -> FilterField {
        self.field(name, label, FilterKind::Day(self.value(name).to_owned()))
    }

    /// One of several codes with their words, or all.
    pub(super) fn choice<'c>(
        &self,
        name: &'static str,
        label: &'static str,
        all: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> FilterField {
        let now = self.value(name);
        let all = std::iter::once(("", "全部")).chain(all);
        let choices = all.map(|(code, words)| Choice::new(code, words, now)).collect();
        self.field(name, label, FilterKind::Choice(choices))
    }

    /// The form over the list.
    pub(super) fn filter(&self, fields: Vec<FilterField>) -> Filter {
        Filter { action: self.path.to_owned(), fields, keep: Vec::new() }
    }

    /// Where the list goes on: `name` is what the place is called in the address, `at` where this page began, `next`
    /// where the next one begins. Lists know the way on and the first page, not the way back.
    pub(super) fn pager(
        &self,
        (name, at): (&str, &str),
        next: Option<&str>,
        shown: usize,
        unit: &'static str,
    ) -> Pager {
        let here = self.without("");
        let join = if here.contains('?') { '&' } else { '?' };
        Pager {
            first: (!at.is_empty()).then(|| here.clone()),
            prev: None,
            next: next.map(|next| format!("{here}{join}{name}={}", encoded(next))),
            shown: u64::try_from(shown).unwrap_or_default(),
            total: None,
            unit,
        }
    }

    /// The button and form that take the list out to `action`, for whoever may.
    pub(super) fn taking(&self, session: &Session, right: Action, action: &'static str) -> Option<Taking> {
        let kept: Vec<(&'static str, &str)> =
            self.pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        exports::taking(session, right, action, &kept)
    }
}
