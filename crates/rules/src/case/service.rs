//! 送达 (民事诉讼法第八十七条至第九十五条, 行政处罚法第六十一条): what each mode needs, and the day that starts the clock.

use jiff::Span;
use jiff::civil::Date;

use super::period::{Length, Period};
use super::refused::Refused;
use crate::codes::codes;

codes! {
    /// How a paper was served.
    Mode "民事诉讼法第八十七条至第九十五条" {
        InPerson = "in_person" "直接送达本人" [],
        Household = "household" "同住成年家属签收" [],
        Left = "left" "留置送达" [],
        Electronic = "electronic" "电子送达" [],
        Entrusted = "entrusted" "委托送达" [],
        Post = "post" "邮寄送达" [],
        Forwarded = "forwarded" "转交送达" [],
        Public = "public" "公告送达" [],
    }
}

impl Mode {
    /// Its article.
    #[must_use]
    pub const fn article(self) -> &'static str {
        match self {
            Self::InPerson | Self::Household => "民事诉讼法第八十八条",
            Self::Left => "民事诉讼法第八十九条",
            Self::Electronic => "民事诉讼法第九十条；行政处罚法第六十一条",
            Self::Entrusted | Self::Post => "民事诉讼法第九十一条",
            Self::Forwarded => "民事诉讼法第九十二条、第九十三条",
            Self::Public => "民事诉讼法第九十五条",
        }
    }
}

/// What the 送达回证 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service<'a> {
    /// How.
    pub mode: Mode,
    /// The day that the receipt bears: of the signature, of the post's receipt, of the publication.
    pub on: Date,
    /// Who signed, and as what.
    pub signed: &'a str,
    /// 留置: who of the village or of the workplace was there.
    pub witness: &'a str,
    /// 留置: whether it was photographed or filmed.
    pub filmed: bool,
    /// 电子: whether the receiver agreed in writing.
    pub agreed: bool,
    /// 公告: which other ways were tried.
    pub tried: &'a str,
}

/// The day on which it counts as served.
///
/// # Errors
/// [`Refused`] for a day before the paper or after today (back-dated, B12), and where the mode lacks what its article asks for.
pub fn served(service: &Service<'_>, issued: Date, today: Date) -> Result<Date, Refused> {
    let article = service.mode.article();
    let refuse = |what: &str, todo: &str| Err(Refused::new(what, article, todo));
    if service.on < issued {
        return refuse("送达日期早于文书日期", "请按送达回证上的日期填，不能倒签");
    }
    if service.on > today {
        return refuse("送达日期在今天以后", "请送达以后再登记");
    }
    let empty = |text: &str| text.trim().is_empty();
    match service.mode {
        Mode::InPerson | Mode::Household | Mode::Entrusted | Mode::Post | Mode::Forwarded
            if empty(service.signed) =>
        {
            return refuse("送达回证上没有签收人", "请填写谁签收的；拒收的改用留置送达");
        }
        Mode::Left if empty(service.witness) && !service.filmed => {
            return refuse(
                "留置送达没有见证人，也没有拍照录像",
                "请邀请村（居）委会等基层组织的代表到场见证，或者拍照、录像",
            );
        }
        Mode::Electronic if !service.agreed => {
            return refuse("受送达人没有书面同意电子送达", "请先签电子送达确认书，或者换一种方式");
        }
        Mode::Public if empty(service.tried) => {
            return refuse("没有写明用其他方式无法送达", "请写明试过哪些方式、结果怎样");
        }
        _ => {}
    }
    Ok(match (service.mode, Period::PublicNotice.length()) {
        // 经过三十日即视为送达: no roll-over, for nobody has to do anything.
        (Mode::Public, Length::Days(days)) => service.on.saturating_add(Span::new().days(i64::from(days))),
        _ => service.on,
    })
}
