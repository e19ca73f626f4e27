//! The lists that offices hand in (户籍, 学籍, 在校, 脱贫户, 残联 …): from a file to people who can be compared. It keeps
//! nothing, and never repairs a value by guessing (E09).

pub(crate) mod people;
mod schools;
mod values;

pub use documents::table::ReadError as ReadFailure;
pub use people::List;
pub use schools::Schools;

use documents::table::{Field, Schema};
use rules::plan::ListColumns;

/// How far a long piece of work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A piece of work begins.
    Begins {
        /// What it is called: 读取 户籍.
        what: &'a str,
        /// How much there is to do; 0 where that is not known.
        total: u64,
    },
    /// So much of `total` is done.
    At(u64),
    /// The piece of work is over.
    Ends,
}

/// Who is told how far the work has come; it is called from several threads.
pub type Report<'a> = &'a (dyn Fn(Progress<'_>) + Sync);

/// The columns of a list in the reader's terms.
pub(crate) fn schema(columns: &ListColumns) -> Schema {
    let mut groups: Vec<&str> = Vec::new();
    let fields = columns.fields.iter().map(|field| {
        let any_of = field.any_of.as_deref().map(|group| {
            let at = groups.iter().position(|&other| other == group).unwrap_or_else(|| {
                groups.push(group);
                groups.len() - 1
            });
            u8::try_from(at).unwrap_or(u8::MAX)
        });
        Field { key: field.key.clone(), headings: field.headings.clone(), required: field.required, any_of }
    });
    Schema { list: columns.kind.label().to_owned(), fields: fields.collect() }
}

/// The plan that the tests of this room work by.
#[cfg(test)]
pub(crate) fn nanjian() -> rules::plan::Plan {
    let texts = [
        include_str!("../../../../plans/nanjian/plan.toml"),
        include_str!("../../../../plans/nanjian/divisions.toml"),
        include_str!("../../../../plans/nanjian/calendar.toml"),
        include_str!("../../../../plans/nanjian/columns.toml"),
    ];
    let files = rules::plan::FILES.into_iter().zip(texts);
    rules::plan::Plan::load(&files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).unwrap()
}
