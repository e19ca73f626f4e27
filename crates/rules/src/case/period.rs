//! 期间: the periods that laws set for the papers of a case, each with its article. The day on which a period begins is not
//! counted (民法典第二百零一条); two, three, five, seven days of 行政处罚法 and up to ten of 行政强制法 are working days (第八十五条;
//! 第六十九条); other days and months run through, and one that ends on a day off ends with the next working day
//! (民法典第二百零三条, 民事诉讼法第八十五条).

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use crate::calendar::{NoData, SchoolCalendar};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// 工作日.
    Working(u16),
    /// 自然日.
    Days(u16),
    /// Months: to the same day of the month, or its last (民法典第二百零二条).
    Months(u8),
}

macro_rules! periods {
    ($($(#[$note:meta])* $variant:ident = $label:literal $length:expr, $article:literal;)+) => {
        /// A period that a law sets.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Period { $( #[doc = concat!($label, "，", $article)] $(#[$note])* $variant, )+ }

        impl Period {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// What has to be done in it, or what must pass.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// How long it is.
            #[must_use]
            pub const fn length(self) -> Length {
                match self { $(Self::$variant => $length),+ }
            }

            /// The article that sets it.
            #[must_use]
            pub const fn article(self) -> &'static str {
                match self { $(Self::$variant => $article),+ }
            }
        }
    };
}

periods! {
    AskHearing = "要求听证" Length::Working(5), "行政处罚法第六十四条第一项";
    TellHearing = "听证前通知" Length::Working(7), "行政处罚法第六十四条第二项";
    DecidePenalty = "立案后作出处罚决定" Length::Days(90), "行政处罚法第六十条";
    ServePenalty = "送达处罚决定书" Length::Working(7), "行政处罚法第六十一条";
    PayFine = "缴纳罚款" Length::Days(15), "行政处罚法第六十七条";
    Review = "申请行政复议" Length::Days(60), "行政复议法第二十条";
    Sue = "提起行政诉讼" Length::Months(6), "行政诉讼法第四十六条";
    SueAfterReview = "复议后提起行政诉讼" Length::Days(15), "行政诉讼法第四十五条";
    Demand = "催告后等待履行" Length::Working(10), "行政强制法第五十四条、第六十九条";
    Enforce = "申请法院强制执行" Length::Months(3), "行政强制法第五十三条；行诉解释第一百五十六条";
    CourtTakes = "法院受理强制执行申请" Length::Working(5), "行政强制法第五十六条、第六十九条";
    CourtRules = "法院裁定是否准予执行" Length::Working(7), "行政强制法第五十七条、第六十九条";
    ReviewDenial = "对不准予执行的裁定申请复议" Length::Days(15), "行政强制法第五十八条";
    FileSuit = "法院决定民事起诉立案" Length::Days(7), "民事诉讼法第一百二十六条";
    SimpleTrial = "简易程序审结" Length::Months(3), "民事诉讼法第一百六十四条";
    AppealJudgment = "对判决上诉" Length::Days(15), "民事诉讼法第一百七十一条";
    AppealRuling = "对裁定上诉" Length::Days(10), "民事诉讼法第一百七十一条";
    PublicNotice = "公告送达" Length::Days(30), "民事诉讼法第九十五条";
}

impl Period {
    /// Its last day, when it begins on `from`.
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know the holidays of a year that is needed.
    pub fn ends(self, from: Date, calendar: &SchoolCalendar) -> Result<Date, NoData> {
        self.length().ends(from, calendar)
    }
}

impl Length {
    /// In words: `5个工作日`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Working(days) => format!("{days}个工作日"),
            Self::Days(days) => format!("{days}日"),
            Self::Months(months) => format!("{months}个月"),
        }
    }

    /// Its last day, when it begins on `from`.
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know the holidays of a year that is needed.
    pub fn ends(self, from: Date, calendar: &SchoolCalendar) -> Result<Date, NoData> {
        match self {
            Self::Working(days) => {
                let (mut day, mut left) = (from, days);
                while left > 0 {
                    day = day.saturating_add(1.day());
                    left -= u16::from(calendar.is_working_day(day)?);
                    if day == Date::MAX {
                        break;
                    }
                }
                Ok(day)
            }
            Self::Days(days) => rolled(from.saturating_add(Span::new().days(i64::from(days))), calendar),
            Self::Months(months) => {
                rolled(from.saturating_add(Span::new().months(i64::from(months))), calendar)
            }
        }
    }
}

/// A last day on a day off gives way to the next working day.
fn rolled(last: Date, calendar: &SchoolCalendar) -> Result<Date, NoData> {
    let mut day = last;
    while !calendar.is_working_day(day)? && day < Date::MAX {
        day = day.saturating_add(1.day());
    }
    Ok(day)
}

/// The days on which something can be done: not before the first, not after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// 最早可行日.
    pub earliest: Date,
    /// 最迟日.
    pub latest: Date,
}

impl Window {
    /// Whether the day lies in it. A window whose first day comes behind its last has no day.
    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        (self.earliest..=self.latest).contains(&day)
    }
}

/// When 非诉执行 can be applied for: behind the term for suing, which begins with the service of the decision, within three
/// months, and behind ten working days after the demand was served (行政强制法第五十三条、第五十四条).
///
/// # Errors
/// [`NoData`] when the calendar does not know the holidays of a year that is needed.
pub fn enforcement(served: Date, demanded: Date, calendar: &SchoolCalendar) -> Result<Window, NoData> {
    let sue = Period::Sue.ends(served, calendar)?;
    let waited = Period::Demand.ends(demanded, calendar)?;
    let latest = Period::Enforce.ends(sue, calendar)?;
    Ok(Window { earliest: sue.max(waited).saturating_add(1.day()), latest })
}

/// The first day on which a hearing can be held, when it was told on `told` (行政处罚法第六十四条第二项).
///
/// # Errors
/// [`NoData`] when the calendar does not know the holidays of a year that is needed.
pub fn hearing_from(told: Date, calendar: &SchoolCalendar) -> Result<Date, NoData> {
    Ok(Period::TellHearing.ends(told, calendar)?.saturating_add(1.day()))
}
