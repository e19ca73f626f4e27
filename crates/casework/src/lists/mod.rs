//! The lists that offices hand in (户籍, 学籍, 在校, 脱贫户, 残联 …): from a file to people who can be compared. It keeps
//! nothing, and never repairs a value by guessing (E09).

mod cells;
mod child;
mod corrections;
mod exported;
pub(crate) mod people;
mod recognise;
mod row;
mod rows;
mod schools;
mod template;
mod values;
mod written;

pub use corrections::corrections;
pub use documents::rejects::Reject;
pub use documents::table::Limits;
pub use documents::table::ReadError as ReadFailure;
pub use exported::LARGEST as LARGEST_EXPORT;
pub(crate) use exported::open_export;
pub use people::List;
pub use recognise::{Certainty, Recognised, Sampled, recognise};
pub use row::{Guardian, ListRow, RowProblem};
pub use rows::{Asked, Read, rows};
pub use schools::Schools;
pub use template::template;

use documents::table::{Field, Header, Schema};
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

/// Which fields of a list are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fields {
    /// Those that comparing uses; what it says of unused columns depends on it.
    Compared,
    /// Every one that the plan knows.
    All,
}

/// The columns of a list in the reader's terms.
pub(crate) fn schema(columns: &ListColumns, wanted: Fields) -> Schema {
    let mut groups: Vec<&str> = Vec::new();
    let compared = |key: &str| columns.kind.keys().contains(&key);
    let fields = columns.fields.iter().filter(|field| wanted == Fields::All || compared(&field.key));
    let fields = fields.map(|field| {
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

/// Headings that the plan does not know; a second column of a known kind (家庭地址 beside 现住址) is not one of them.
pub(crate) fn unknown(header: &Header) -> Vec<String> {
    let known = |index: usize| {
        header.duplicates.iter().any(|(_, columns)| columns.iter().any(|column| column.index == index))
    };
    let unknown = header.unknown.iter().filter(|column| !known(column.index));
    unknown.map(|column| column.heading.clone()).collect()
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
