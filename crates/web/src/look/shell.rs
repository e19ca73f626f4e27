//! The frame of a signed-in page and the small parts that any page has: head, statistics, tabs, states. It must not
//! decide what a person may see: the menu comes ready made.

use super::Tone;

/// What surrounds every page of a signed-in person. A page's template struct has it as the field `shell`.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The unit the person acts for, `南涧县教育体育局`.
    pub unit: String,
    /// The person's name.
    pub person: String,
    /// The person's duty in words, `控辍保学专班`.
    pub role: String,
    /// The left menu, in order: what belongs to every day.
    pub menu: Vec<MenuItem>,
    /// The rest of a long menu, each part behind its heading.
    pub groups: Vec<MenuGroup>,
    /// At most four of them for the bar at the bottom of a phone; the fifth place is the whole menu.
    pub bottom: Vec<MenuItem>,
    /// Notices not yet read.
    pub unread: u32,
    /// Whether this is a demonstration with invented people; every page then says so.
    pub demo: bool,
    /// The day in words, `11月24日 星期二`.
    pub today: String,
}

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// Two to five characters.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// The name of an icon in `assets/icons.svg`.
    pub icon: &'static str,
    /// How many things wait there; none is not shown, nor is 0.
    pub count: Option<u32>,
    /// Whether this page belongs to it.
    pub current: bool,
}

/// A part of the menu behind its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuGroup {
    /// Two to four characters.
    pub label: &'static str,
    /// Its lines.
    pub items: Vec<MenuItem>,
}

impl MenuGroup {
    /// Whether this page belongs to one of its lines, so that it stands open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.items.iter().any(|item| item.current)
    }
}

impl MenuItem {
    /// The count when something waits.
    #[must_use]
    pub fn waiting(&self) -> Option<u32> {
        self.count.filter(|count| *count > 0)
    }
}

/// Words that lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub label: String,
    /// Where to.
    pub href: String,
}

impl Link {
    /// Words and where they lead.
    #[must_use]
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// One step of the way to this page; the last one has no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// The words.
    pub label: String,
    /// Where to; none for the page itself.
    pub href: Option<String>,
}

/// One of several views of the same thing. Each has its own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// The words.
    pub label: String,
    /// Where to.
    pub href: String,
    /// How many things are there.
    pub count: Option<u64>,
    /// Whether it is the one shown.
    pub current: bool,
}

/// A number that opens the names behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stat {
    /// What is counted, with the target where there is one: `小学入学率（目标 99.5%）`.
    pub label: String,
    /// The number as it is to be read, `99.71`; `少于 5` where a small count is suppressed.
    pub value: String,
    /// `人`, `件`, `%`.
    pub unit: &'static str,
    /// A short remark: the change, the date, the denominator.
    pub note: String,
    /// The list of names, or the rule behind a rate; none when the person has no right to it.
    pub href: Option<String>,
    /// How much it presses.
    pub tone: Tone,
    /// A bar below the number.
    pub target: Option<Target>,
}

/// How far something is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// What is done, at most `of`.
    pub done: u64,
    /// The whole.
    pub of: u64,
    /// The colour of the bar.
    pub tone: Tone,
}

/// Why a list shows nothing, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Empty {
    /// Why: `没有符合筛选条件的孩子。`
    pub why: String,
    /// What to do: `去掉“乡镇”再看。`
    pub what_to_do: String,
    /// The same as a button.
    pub act: Option<Link>,
}

/// Which of the states of a page or card is shown in place of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// There is nothing, and that is not an error.
    Empty,
    /// It went wrong; what was typed is kept.
    Error,
    /// There is no network; what is in the phone is safe.
    Offline,
    /// The person's duty does not include this.
    NoRight,
}

impl StateKind {
    /// The icon of the state.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Empty => "inbox",
            Self::Error => "warn",
            Self::Offline => "offline",
            Self::NoRight => "lock",
        }
    }
}
