//! 通知到人 (issue 5, item 9): when a message may leave the program, which news does not wait for the day's digest, how often a failed one
//! is tried again, and the only sentences that a message can consist of. It sends nothing and knows no address.
//!
//! A message has counts and a link. No form takes a text, so that none can carry a name, a number or a cause (hazards A08, F09).

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use crate::calendar::SchoolCalendar;
use crate::codes::codes;
use crate::plan::ReachRule;

codes! {
    /// How a message travels.
    Carrier "六(三)" {
        Sms = "sms" "短信" [],
        Wecom = "wecom" "企业微信、政务微信群机器人" [],
        Dingtalk = "dingtalk" "钉钉群机器人" [],
        Email = "email" "电子邮件" [],
        Webhook = "webhook" "别的系统（Webhook）" [],
    }
}

impl Carrier {
    /// Whether it goes to one person's own address.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Sms | Self::Email)
    }

    /// Whether it goes to the group of a unit.
    #[must_use]
    pub const fn is_group(self) -> bool {
        matches!(self, Self::Wecom | Self::Dingtalk)
    }
}

codes! {
    /// What a message says.
    Form "六(三)" {
        Safeguard = "safeguard" "紧急事项" [],
        Order = "order" "劝返指令待签收" [],
        Report = "report" "疑似辍学报告待签收" [],
        Digest = "digest" "每日摘要" [],
        Group = "group" "单位每日摘要" [],
        Code = "code" "验证码" [],
        Test = "test" "测试消息" [],
        Event = "event" "事件" [],
    }
}

/// How much a piece of news presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It stands in the day's digest.
    Digest,
    /// It goes as soon as the quiet hours are over.
    Soon,
    /// It goes at once, at night too: 未成年人保护法第十一条 says 立即.
    AtOnce,
}

/// What a piece of news of this kind (`notification.kind`) says outside of the program at once; `None` for all that waits for the
/// digest: a protective sign, an order to sign for (五(十)), the report of the third day (五(九)).
#[must_use]
pub fn urgent(kind: &str) -> Option<Form> {
    match kind {
        "safeguard" => Some(Form::Safeguard),
        "order" => Some(Form::Order),
        "report" => Some(Form::Report),
        _ => None,
    }
}

impl Form {
    /// How much it presses.
    #[must_use]
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Safeguard | Self::Code | Self::Test | Self::Event => Urgency::AtOnce,
            Self::Order | Self::Report => Urgency::Soon,
            Self::Digest | Self::Group => Urgency::Digest,
        }
    }

    /// Whether a unit's group hears of it too. A protective sign is for those who are named, and for nobody beside them.
    #[must_use]
    pub const fn is_for_groups(self) -> bool {
        matches!(self, Self::Order | Self::Report | Self::Group)
    }

    /// Whether it counts for how much one person is sent in a day, and is held back by it. Nobody asks for these two but oneself.
    #[must_use]
    pub const fn is_capped(self) -> bool {
        !matches!(self, Self::Safeguard | Self::Code | Self::Test | Self::Event)
    }
}

/// What other programs can be told of, by the kind of the news: the event's name, and what it is called. Nothing about safeguarding, about
/// what a unit is asked in confidence, about accounts or the record is among them.
pub const EVENTS: &[(&str, &str, &str)] = &[
    ("report", "report.made", "疑似辍学报告"),
    ("order", "order.issued", "劝返指令下达"),
    ("case", "case.turn", "个案轮到下一个单位"),
    ("import", "import.finished", "导入完成"),
    ("comparison", "comparison.finished", "比对完成"),
];

/// The event of a piece of news; `None` where other programs are told nothing.
#[must_use]
pub fn event(kind: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(own, ..)| *own == kind).map(|(_, event, _)| *event)
}

/// The numbers of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of it.
    pub all: u32,
    /// Past its time.
    pub late: u32,
    /// Due today or, for a person's digest, within the days that the digest looks ahead.
    pub near: u32,
}

/// The subject of a mail.
pub const SUBJECT: &str = "保学：有事项待处理";

/// The sentence of a message, and the link where there is one.
#[must_use]
pub fn text(form: Form, counts: Counts, link: &str) -> String {
    let Counts { all, late, near } = counts;
    let said = match form {
        Form::Safeguard => "有紧急事项要立即处理".to_owned(),
        Form::Order => format!("有{}件劝返指令等待签收", all.max(1)),
        Form::Report => format!("有{}件疑似辍学报告等待签收", all.max(1)),
        Form::Digest => format!("今天有{all}件事轮到您，{late}件已超期，{near}件7天内到期"),
        Form::Group => format!("本单位今天有{near}件到期，{late}件已超期，在办共{all}件"),
        Form::Test => "这是一条测试消息，收到说明渠道可用".to_owned(),
        Form::Code | Form::Event => "有一条消息".to_owned(),
    };
    let link = if link.is_empty() {
        "。请登录保学查看。".to_owned()
    } else {
        format!("。请登录查看：{link}")
    };
    format!("【保学】{said}{link}")
}

/// The sentence that carries a code of six digits to the address that is to be confirmed by it.
#[must_use]
pub fn code_text(code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).take(6).collect();
    format!(
        "【保学】验证码{digits}，10分钟内有效，只用来登记接收提醒的号码或邮箱。不是您本人操作的，不用理会。"
    )
}

/// The earliest moment from `at` on at which a message of this form may leave: nothing but what goes at once leaves in the quiet hours.
#[must_use]
pub fn when(rule: &ReachRule, form: Form, at: DateTime) -> DateTime {
    if form.urgency() == Urgency::AtOnce || !is_quiet(rule, at) {
        return at;
    }
    let until = at.date().to_datetime(rule.quiet_until);
    if until > at { until } else { at.date().tomorrow().unwrap_or(at.date()).to_datetime(rule.quiet_until) }
}

/// Whether a moment lies in the quiet hours, which may reach over midnight; the same hour twice is none at all.
#[must_use]
pub fn is_quiet(rule: &ReachRule, at: DateTime) -> bool {
    let (from, until, time) = (rule.quiet_from, rule.quiet_until, at.time());
    if from <= until { from <= time && time < until } else { from <= time || time < until }
}

/// Whether digests leave the program on a day: on working days, where the county wants them on those alone. Of a year without its
/// holidays, weekends are known.
#[must_use]
pub fn has_digest(rule: &ReachRule, calendar: &SchoolCalendar, day: Date) -> bool {
    let weekend = matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
    !rule.workdays || calendar.is_working_day(day).unwrap_or(!weekend)
}

/// After how long a message is tried again that has failed so often; `None` for no more: a day and a half in all.
#[must_use]
pub const fn again(failed: u32) -> Option<SignedDuration> {
    Some(match failed {
        0 | 1 => SignedDuration::from_mins(1),
        2 => SignedDuration::from_mins(5),
        3 => SignedDuration::from_mins(15),
        4 => SignedDuration::from_hours(1),
        5 => SignedDuration::from_hours(4),
        6 => SignedDuration::from_hours(12),
        7 => SignedDuration::from_hours(18),
        _ => return None,
    })
}

/// What makes two messages one: the same matter, by the same way, for the same reader, on the same day.
#[must_use]
pub fn key(reader: &str, carrier: Carrier, kind: &str, subject: &str, day: Date) -> String {
    format!("{reader}/{}/{kind}/{subject}/{day}", carrier.code())
}

/// Whether text can be a Chinese mobile number: eleven digits that begin with 13 to 19.
#[must_use]
pub fn is_mobile(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes.first() == Some(&b'1')
        && bytes.get(1).is_some_and(|second| (b'3'..=b'9').contains(second))
}
