//! 举报、求助 (四(二十)(二十一)；义务教育法第九条；未成年人保护法第十一条): what somebody without an account can tell or ask, which unit sorts it
//! and which never sees it, and how far it comes. It never decides whether what was told is true, and knows no session or table.

use crate::access::Role;
use crate::case::Refused;
use crate::codes::codes;

codes! {
    /// What is told or asked.
    Kind "南政办发〔2024〕6号四(二十)(二十一)；义务教育法第九条" {
        NotInSchool = "not_in_school" "孩子没有上学" [],
        Labour = "labour" "有人招用童工" [],
        KeptAway = "kept_away" "有人不让孩子上学" [],
        Religion = "religion" "孩子入寺庙或者别的宗教场所，没有上学" [],
        OtherTip = "other_tip" "学校、单位或者个人别的违法的事" [],
        Money = "money" "家里困难，上学有负担" [],
        Place = "place" "入学、转学办不了" [],
        Disability = "disability" "孩子有残疾或者生病" [],
        Bullied = "bullied" "孩子在学校被欺负" [],
        Learning = "learning" "孩子跟不上，不想上学" [],
        OtherHelp = "other_help" "别的困难" [],
    }
}

codes! {
    /// Whom it is about.
    About "四(二十一)" {
        Family = "family" "孩子的家里人" [],
        Employer = "employer" "店铺、工地、企业等用人的" [],
        School = "school" "学校或者老师" [],
        Village = "village" "村委会" [],
        Township = "township" "乡镇政府" [],
        Bureau = "bureau" "县教体局" [],
        Unsaid = "unsaid" "别的，或者说不清" [],
    }
}

codes! {
    /// How far it has come. Nothing is deleted: what is not taken up stands there with its reason and can be taken up again.
    State "四(二十一)" {
        Held = "held" "排队暂存" [],
        Received = "received" "待分拣" [],
        Working = "working" "正在办理" [],
        Closed = "closed" "已办结" [],
        Refused = "spam" "未受理" [],
        Same = "same" "并入同一件" [],
    }
}

codes! {
    /// Why it is not taken up.
    Why "信访工作条例第二十二条（不予受理要说明理由）" {
        NotOurs = "not_ours" "不是上学的事，请向主管部门反映" [],
        Unclear = "unclear" "写得不清楚，没法核实" [],
        Flood = "flood" "广告、刷屏" [],
        Abuse = "abuse" "只有辱骂，没有可以核实的事" [],
    }
}

codes! {
    /// What came of it, as the person who told reads it.
    Found "四(二十一)" {
        True = "true" "反映的情况属实，已经处理" [],
        Partly = "partly" "反映的情况部分属实，已经处理" [],
        NotTrue = "not_true" "核实后，反映的情况不属实" [],
        Helped = "helped" "已经提供帮助" [],
        Passed = "passed" "已经转给主管机关办理" [],
        Unsolved = "unsolved" "现有线索查不清，有新线索可以再报" [],
    }
}

codes! {
    /// Why somebody opens who told. A closed list, so that the record can be read (个人信息保护法第六条).
    ReporterWhy "个人信息保护法第六条；信访工作条例第三十条（为举报人保密）" {
        Ask = "ask" "向本人核实情况" [],
        Answer = "answer" "当面或者电话答复本人" [],
        Protect = "protect" "保护本人不受打击报复" [],
    }
}

/// The two things that somebody comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// 举报.
    Tip,
    /// 求助.
    Help,
}

impl Errand {
    /// As it is stored and as its page is called.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tip => "tip",
            Self::Help => "help",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tip => "举报",
            Self::Help => "求助",
        }
    }
}

impl Kind {
    /// What it is.
    #[must_use]
    pub const fn errand(self) -> Errand {
        match self {
            Self::NotInSchool | Self::Labour | Self::KeptAway | Self::Religion | Self::OtherTip => {
                Errand::Tip
            }
            Self::Money
            | Self::Place
            | Self::Disability
            | Self::Bullied
            | Self::Learning
            | Self::OtherHelp => Errand::Help,
        }
    }
}

impl State {
    /// What whoever told is told by the code: no more than this and the answer.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Held => "已经收到，正在排队",
            Self::Received => "已经收到，等工作人员看",
            Self::Working => "正在办理",
            Self::Closed => "已经办结",
            Self::Refused => "没有受理",
            Self::Same => "同一件事已经有人反映，一并办理",
        }
    }

    /// Whether somebody still has to sort it.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Held | Self::Received)
    }
}

/// A unit that gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// Whoever holds this role in the county.
    Role(Role),
    /// The unit itself, at which this role acts for it.
    Unit(Role, String),
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Who sorts and answers it.
    pub lead: To,
    /// Who has it beside that.
    pub also: Vec<To>,
    /// Whether only the persons who receive signs of harm read it (未成年人保护法第十一条).
    pub apart: bool,
}

/// What decides where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What is told or asked.
    pub kind: Kind,
    /// Whom it is about.
    pub about: About,
    /// Whether the child is said to be harmed or in danger.
    pub danger: bool,
    /// Id of the township that was chosen.
    pub township: Option<&'a str>,
    /// Id of the school that was chosen.
    pub school: Option<&'a str>,
}

impl Said<'_> {
    /// The unit that it is about, where it is one: that unit never sees it (A26) and never closes it (B13).
    #[must_use]
    pub const fn against(&self) -> Option<&str> {
        match self.about {
            About::Township => self.township,
            About::School => self.school,
            _ => None,
        }
    }

    /// Where it goes: never to the unit that it is about. Of a tip 县教体局 sorts, of one about 县教体局 the county's office; help is asked of
    /// the township or the school of the place; where a child is in danger it goes apart at once to those who are named for it; child
    /// labour goes to 县人社局 as well (四(十一)).
    #[must_use]
    pub fn way(&self) -> Way {
        let about_bureau = self.about == About::Bureau;
        let county = if about_bureau { Role::Director } else { Role::Bureau };
        if self.danger {
            let lead = if about_bureau { Role::Civil } else { Role::Bureau };
            let also = [Role::Police, Role::Civil].into_iter().filter(|role| *role != lead).map(To::Role);
            return Way { lead: To::Role(lead), also: also.collect(), apart: true };
        }
        let own = |role: Role, unit: Option<&str>| match unit {
            Some(unit) if self.against() != Some(unit) => To::Unit(role, unit.to_owned()),
            _ => To::Role(county),
        };
        let lead = match self.kind {
            Kind::Money | Kind::Disability | Kind::OtherHelp => own(Role::Township, self.township),
            Kind::Learning => match self.school {
                Some(_) => own(Role::Head, self.school),
                None => own(Role::Township, self.township),
            },
            // A school is not asked about what is done to children in it, and places are given by 县教体局.
            _ => To::Role(county),
        };
        let also = if self.kind == Kind::Labour { vec![To::Role(Role::Labour)] } else { Vec::new() };
        Way { lead, also, apart: false }
    }
}

/// Whether somebody with posts at these units may read what is about `against` (A26).
#[must_use]
pub fn may_read(against: Option<&str>, units: &[&str]) -> bool {
    against.is_none_or(|unit| !units.contains(&unit))
}

/// What a person does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// 受理.
    Take,
    /// 不受理, with the reason.
    Refuse,
    /// 并入 another about the same.
    Join,
    /// 答复办结.
    Close,
    /// 重新受理 what was refused, joined or closed.
    Reopen,
}

/// How far it comes by an act.
///
/// # Errors
/// [`Refused`] for an act that is not open now.
pub fn next(state: State, act: Act) -> Result<State, Refused> {
    let ended = matches!(state, State::Closed | State::Refused | State::Same);
    match act {
        Act::Take if state.waits() => Ok(State::Working),
        Act::Refuse if !ended => Ok(State::Refused),
        Act::Join if !ended => Ok(State::Same),
        Act::Close if !ended => Ok(State::Closed),
        Act::Reopen if ended => Ok(State::Working),
        _ => Err(Refused::new(
            format!("这一件现在是“{}”，不能这样办", state.label()),
            "四(二十一)",
            "请刷新页面，看过现在的情况再办",
        )),
    }
}

/// Letters and figures of a receipt code (查询码): without I, L, O and U, which are misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Signs of a receipt code: 26 of five bits hold the 128.
pub const CODE_SIGNS: usize = 26;

/// The receipt code of these 128 bits, as it is stored by its index.
#[must_use]
pub fn code(bits: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bits);
    (0..CODE_SIGNS)
        .rev()
        .map(|at| {
            let five = usize::try_from((number >> (at * 5)) & 31).unwrap_or_default();
            ALPHABET.get(five).copied().map_or('0', char::from)
        })
        .collect()
}

/// The code as people write it down: in groups of five.
#[must_use]
pub fn grouped(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + 6);
    for (at, sign) in code.chars().enumerate() {
        if at > 0 && at % 5 == 0 {
            out.push('-');
        }
        out.push(sign);
    }
    out
}

/// What was typed, as the code is stored: without blanks and hyphens, in capitals, with O for nought and I and L for one set right.
/// Anything is taken and bounded: what is no code is simply not found.
#[must_use]
pub fn typed(text: &str) -> String {
    crate::fold::key(text)
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric())
        .take(64)
        .map(|sign| match sign {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// The text without what spam varies: blanks, signs, figures, width and case.
#[must_use]
pub fn bare(text: &str) -> String {
    let letters = crate::fold::key(text);
    letters.chars().filter(|sign| sign.is_alphabetic()).collect()
}

/// A fingerprint that is near for near texts: of every two neighbouring signs, weighed bit by bit (simhash). `pad` hides it from whoever
/// has only the database, and leaves distances as they are.
#[must_use]
pub fn shape(text: &str, pad: u64) -> u64 {
    let signs: Vec<char> = bare(text).chars().collect();
    let mut weights = [0_i32; 64];
    for pair in signs.windows(2) {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for sign in pair {
            hash = (hash ^ u64::from(u32::from(*sign))).wrapping_mul(0x0000_0100_0000_01b3);
        }
        // Neighbouring signs differ in few bits; spread them.
        hash ^= hash >> 32;
        hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
        for (bit, weight) in weights.iter_mut().enumerate() {
            *weight += if (hash >> bit) & 1 == 1 { 1 } else { -1 };
        }
    }
    let plain =
        weights.iter().enumerate().fold(0, |shape, (bit, weight)| shape | (u64::from(*weight > 0) << bit));
    plain ^ pad
}

/// Whether two shapes are of texts that say nearly the same.
#[must_use]
pub const fn near(one: u64, other: u64) -> bool {
    (one ^ other).count_ones() <= 14
}
