//! What may be read by those who may not know the child (hazards A08, F06；未成年人保护法第一百零三条；五(十二)): the one place that decides over
//! texts (`words`), tables (`table`) and parts of a whole (`cells`, `parts`). Pages for everybody, results of inspections, bulletins, announcements,
//! minutes, figures and counts for those who see no child ask here. Nothing here knows who publishes what.

pub mod cells;
pub mod parts;
mod table;
mod words;

pub use table::{Cell, Published, differ, suppress};
pub use words::{RANKING, check, has_number, hide, names, published, ranking};

/// Fewer children than so many are not told apart: the one number of it.
pub const FEW: u32 = 5;

/// Why a text or a table may not be read. None repeats what it found, but for a count or a word of ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The name of a child that was given: its place in the list.
    Name(usize),
    /// A number that could be of an identity document or a 学籍号, whole or masked.
    Number,
    /// A number that could be a telephone.
    Phone,
    /// A surname with 某, or initials, beside a village, a school or a class: whoever lives there knows who it is.
    Initials,
    /// So few children, in the words of the text.
    Few(String),
    /// A word of ranking and examinations, 五(十二).
    Ranking(&'static str),
    /// Two tables whose difference is a handful of children: row, column.
    Difference(usize, usize),
}

impl std::fmt::Display for Problem {
    /// What is wrong and what to do.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(_) => f.write_str("里面有孩子的姓名，请改成“有的孩子”或者只写数字"),
            Self::Number => f.write_str("里面有像身份证号、学籍号的数字，请删去"),
            Self::Phone => f.write_str("里面有像手机号的数字，请删去；可以写单位的座机"),
            Self::Initials => {
                f.write_str("“李某”“某某”一类的说法和村、学校、班级写在一起，当地人认得出，请删去或者改写")
            }
            Self::Few(what) => write!(f, "“{what}”少于{FEW}，看得出是谁，请改写成“不足{FEW}名”或者删去"),
            Self::Ranking(word) => {
                write!(f, "写了“{word}”：不对学校排名，不公布、不炒作升学率和状元（五(十二)），请删去")
            }
            Self::Difference(..) => {
                f.write_str("和上次公布的只差几个孩子，对照两次就知道是谁，请合并后再公布")
            }
        }
    }
}

impl std::error::Error for Problem {}
