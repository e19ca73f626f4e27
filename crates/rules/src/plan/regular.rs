//! 常态化报告 in the plan: until when each is handed in, how many schools and homes are visited, to whom it goes. 教基厅函〔2024〕15号 sets no day and
//! no sample; the rules that use them are in `crate::regular`.

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::Basis;

/// What the county has set for its regular reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegularRule {
    /// A school's month is reported so many days after its end: 5 is the 5th of the next month.
    pub month_days: u8,
    /// The county's quarter, days after its end.
    pub quarter_days: u8,
    /// The term, days after its last teaching day.
    pub term_days: u8,
    /// The school year, days after 31 August.
    pub year_days: u8,
    /// Schools that are drawn for the visits of spring and autumn.
    pub schools: u8,
    /// Homes that are drawn at each of them.
    pub homes: u8,
    /// To whom the term's report goes.
    pub prefecture: String,
    /// To whom the year's report goes.
    pub province: String,
    /// Clause and words.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    month_days: u8,
    quarter_days: u8,
    term_days: u8,
    year_days: u8,
    schools: u8,
    homes: u8,
    prefecture: String,
    province: String,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// `None` only when a problem has been noted.
pub(super) fn regular(loader: &mut Loader<'_>) -> Option<RegularRule> {
    let raw = loader.file.one::<Raw>("regular")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let basis = loader.basis(at.clone(), raw.clause, raw.source, raw.text);
    for (field, days, most) in [
        ("month_days", raw.month_days, 25),
        ("quarter_days", raw.quarter_days, 60),
        ("term_days", raw.term_days, 60),
        ("year_days", raw.year_days, 90),
        ("schools", raw.schools, 30),
        ("homes", raw.homes, 20),
    ] {
        if !(1..=most).contains(&days) {
            loader.file.problem(at.clone(), format!("{field} 应为1至{most}"), "请改成这个范围里的数");
        }
    }
    Some(RegularRule {
        month_days: raw.month_days,
        quarter_days: raw.quarter_days,
        term_days: raw.term_days,
        year_days: raw.year_days,
        schools: raw.schools,
        homes: raw.homes,
        prefecture: raw.prefecture,
        province: raw.province,
        basis,
    })
}
