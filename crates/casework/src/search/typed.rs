//! What somebody typed to find a child, and the conditions that find it. Typed text is always a value and never a
//! pattern, and every condition is carried by an index (hazards A25, D02).

use rules::access::Field;

use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::Sees;

/// Longest text that is looked for, in characters.
const LONGEST: usize = 40;

/// Letters up to which pinyin is taken for initials.
const INITIALS: usize = 4;

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The last four of an ID number.
    Tail(String),
    /// All of an ID number or of a 学籍号.
    Number(String),
    /// The beginning of a name's initials, `lxm`.
    Initials(String),
    /// The beginning of a name's spelling, `lixiaom`.
    Spelling(String),
    /// The beginning of a name, as its key, and its spelling.
    Name(String, String),
}

impl Typed {
    /// Reads what was typed; `None` where nothing is left that could be looked for.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        // Marks that turn the direction of writing stand in no name: whoever sends them is not looking for one (L03).
        if typed.contains(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')) {
            return None;
        }
        let short: String = typed.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let key = linkage::spelling::key(&short);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        Some(if key.is_empty() {
            return None;
        } else if key.len() == 4
            && key.get(..3).is_some_and(digits)
            && key.ends_with(|c: char| c == 'x' || c.is_ascii_digit())
        {
            Self::Tail(key.to_ascii_uppercase())
        } else if key.len() >= 15 && key.is_ascii() && key.get(2..14).is_some_and(digits) {
            Self::Number(key.to_ascii_uppercase())
        } else if key.bytes().all(|byte| byte.is_ascii_lowercase()) {
            if key.len() <= INITIALS { Self::Initials(key) } else { Self::Spelling(key) }
        } else {
            let spelling = linkage::spelling::spelling(&short).full;
            Self::Name(key, spelling)
        })
    }

    /// Whether somebody who sees children so may look for them so: who does not see a number at all may not find out
    /// by searching that a guessed one is right (hazards A25, F01).
    pub(crate) fn allowed(&self, sees: Sees) -> bool {
        match self {
            Self::Tail(_) => sees.shows(Field::IdNumber),
            Self::Number(_) => sees.shows(Field::IdNumber) || sees.shows(Field::StudentNumber),
            Self::Initials(_) | Self::Spelling(_) | Self::Name(..) => true,
        }
    }

    /// The ids of all children that match, as a query of its own. `$1` is the county; parameters are pushed.
    pub(crate) fn ids<'a>(
        &self,
        desk: &Desk<'_, '_>,
        sees: Option<Sees>,
        params: &mut Vec<Value<'a>>,
    ) -> String {
        let mut push = |value: String| {
            params.push(Value::from(value));
            params.len()
        };
        let own = "select named.id from child named where named.county = $1 and";
        match self {
            Self::Tail(tail) => format!("{own} named.id_tail = ${}", push(desk.index("id_tail", tail))),
            Self::Number(number) => {
                let mut either = Vec::new();
                for (field, purpose, column) in [
                    (Field::IdNumber, "id_number", "id_index"),
                    (Field::StudentNumber, "student_number", "student_index"),
                ] {
                    if sees.is_none_or(|sees| sees.shows(field)) {
                        either.push(format!("{own} named.{column} = ${}", push(desk.index(purpose, number))));
                    }
                }
                either.join(" union all ")
            }
            Self::Initials(letters) | Self::Spelling(letters) => {
                let column = if matches!(self, Self::Initials(_)) { "initials" } else { "spelling" };
                let (from, to) = (push(letters.clone()), push(after(letters)));
                format!("{own} named.{column} >= ${from} and named.{column} < ${to}")
            }
            Self::Name(key, _) => {
                let (from, to) = (push(key.clone()), push(after(key)));
                format!(
                    "{own} named.name >= ${from} and named.name < ${to}
                     union all
                     select word.subject from search_word word
                     where word.county = $1 and word.kind = 'child' and word.word >= ${from} and word.word < ${to}"
                )
            }
        }
    }

    /// The same as a condition on `child`, for a walk along a list that is in the order of the spelling.
    pub(crate) fn walked<'a>(
        &self,
        desk: &Desk<'_, '_>,
        sees: Option<Sees>,
        params: &mut Vec<Value<'a>>,
    ) -> String {
        let mut push = |value: String| {
            params.push(Value::from(value));
            params.len()
        };
        match self {
            Self::Initials(letters) | Self::Spelling(letters) => {
                let column = if matches!(self, Self::Initials(_)) { "initials" } else { "spelling" };
                let (from, to) = (push(letters.clone()), push(after(letters)));
                format!("child.{column} >= ${from} and child.{column} < ${to}")
            }
            Self::Name(key, _) => {
                let (from, to) = (push(key.clone()), push(after(key)));
                format!(
                    "(child.name >= ${from} and child.name < ${to}
                      or exists (select 1 from search_word word where word.county = child.county
                                  and word.kind = 'child' and word.subject = child.id
                                  and word.word >= ${from} and word.word < ${to}))"
                )
            }
            Self::Tail(_) | Self::Number(_) => format!("child.id in ({})", self.ids(desk, sees, params)),
        }
    }

    /// The part of the alphabet in which all that match stand: from, and before what.
    pub(crate) fn spelled(&self) -> Option<(String, String)> {
        let letters = match self {
            Self::Tail(_) | Self::Number(_) => return None,
            // zh, ch and sh begin with their initial too.
            Self::Initials(letters) => letters.get(..1)?,
            Self::Spelling(letters) | Self::Name(_, letters) => letters.as_str(),
        };
        (!letters.is_empty()).then(|| (letters.to_owned(), after(letters)))
    }
}

/// Above everything that begins with this text: no character sorts above U+10FFFF.
pub(super) fn after(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D02, L01, L02, L04: what is typed is read in one way, and stands for itself.
    #[test]
    fn what_is_typed_is_read() {
        let name = |key: &str, spelling: &str| Some(Typed::Name(key.to_owned(), spelling.to_owned()));
        for (typed, expected) in [
            ("", None),
            ("  ·  ", None),
            ("\u{0}", None),
            ("%", None),
            ("\u{202E}李", None),
            ("０１１Ｘ", Some(Typed::Tail("011X".to_owned()))),
            ("0118", Some(Typed::Tail("0118".to_owned()))),
            ("539999201705040118", Some(Typed::Number("539999201705040118".to_owned()))),
            ("G539999201705040118", Some(Typed::Number("G539999201705040118".to_owned()))),
            ("LXM", Some(Typed::Initials("lxm".to_owned()))),
            ("li xiao", Some(Typed::Spelling("lixiao".to_owned()))),
            ("李 晓", name("李晓", "lixiao")),
            ("阿依•古丽", name("阿依古丽", "ayiguli")),
            ("⼥英", name("女英", "nvying")),
            ("李%", name("李", "li")),
        ] {
            assert_eq!(Typed::read(typed), expected, "{typed:?}");
        }
        // A text of any length costs no more than one of forty characters.
        assert_eq!(Typed::read(&"李".repeat(100_000)), Typed::read(&"李".repeat(40)));
    }
}
