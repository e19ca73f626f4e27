//! The frame of a signed-in page: whose it is, and the menu of what the actor's posts allow. The menu hides; it never
//! protects: every page decides again.

use casework::today;
use jiff::civil::Weekday;
use rules::access::{Action, Subject, may};

use crate::app::App;
use crate::failed::Failed;
use crate::look::{MenuGroup, MenuItem, Shell};
use crate::session::Session;

/// A line of the menu, shown to whoever may do one of the actions.
struct Entry {
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    actions: &'static [Action],
}

const fn entry(
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    actions: &'static [Action],
) -> Entry {
    Entry { label, href, icon, actions }
}

/// A heading: what follows stands behind it, in a menu that is long.
const fn heading(label: &'static str) -> Entry {
    entry(label, "", "", &[])
}

/// Lines up to which a menu is shown whole, without headings.
const SHORT: usize = 12;

/// The whole menu, in the order of a day's work.
const MENU: &[Entry] = &[
    entry("今天", "/", "today", &[Action::SeeToday]),
    entry("领导一页", "/leader", "list", &[Action::SeeLeader]),
    entry("点名", "/register", "register", &[Action::ReadRegister]),
    entry("缺课跟进", "/absences", "inbox", &[Action::ReadAbsences]),
    entry("疑似辍学", "/suspects", "warn", &[Action::ReadSuspects]),
    entry("个案", "/cases", "case", &[Action::ReadCase]),
    entry("部门协助", "/requests", "send", &[Action::ReadRequests]),
    entry("我的走访", "/visits", "house", &[Action::KeepPhone]),
    entry("孩子", "/children", "people", &[Action::ListChildren]),
    heading("每一个孩子"),
    entry("群众举报求助", "/tips", "inbox", &[Action::ReadTips]),
    entry("结对包保", "/pairs", "people", &[Action::ReadCase]),
    entry("送教上门", "/lessons", "house", &[Action::ReadLessons]),
    entry("早期提醒", "/warnings", "bell", &[Action::ReadWarnings]),
    entry("保护线索", "/safeguarding", "bell", &[Action::ReadSafeguarding]),
    entry("抽样考勤", "/samples", "check", &[Action::CountSample]),
    heading("入学和底数"),
    entry("入学季", "/season", "bulletin", &[Action::ReadSeason]),
    entry("新学年", "/turnover", "people", &[Action::ReadTurnover]),
    entry("比对核查", "/findings", "compare", &[Action::ReadFindings]),
    entry("比对行动", "/comparison", "case", &[Action::ReadFindings]),
    entry("平台录入", "/platforms", "copy", &[Action::KeepPlatformNumber]),
    entry("学籍变动", "/moves", "send", &[Action::AnswerRollMove]),
    entry("导入名单", "/imports", "upload", &[Action::ReadImports]),
    entry("摸排", "/door", "house", &[Action::PrintDoorSheet]),
    entry("上学路程", "/ways", "place", &[Action::ReadWays]),
    heading("问责和督导"),
    entry("指标", "/figures", "chart", &[Action::ReadFigures]),
    entry("常态化报告", "/regular", "paper", &[Action::ReadRegular]),
    entry("措施成效", "/works", "chart", &[Action::CountWorks]),
    entry("联席会议", "/conference", "people", &[Action::ReadConference]),
    entry("会议任务", "/tasks", "check", &[Action::ReadTasks]),
    entry("职责清单", "/duties", "list", &[Action::ReadTasks]),
    entry("方案库", "/library", "paper", &[Action::ReadLibrary]),
    entry("督导检查", "/inspections", "check", &[Action::ReadInspections]),
    entry("年度考核", "/assessments", "chart", &[Action::ReadAssessments]),
    entry("通报", "/bulletins", "bulletin", &[Action::ReadBulletins]),
    entry("问责", "/accountability", "warn", &[Action::ReadAccountability]),
    heading("单位和账号"),
    entry("家长页的语言", "/languages", "bulletin", &[Action::KeepWords]),
    entry("责任链", "/units", "list", &[Action::ReadUnits]),
    entry("账号", "/accounts", "user", &[Action::ReadAccounts]),
    entry("在线人员", "/online", "eye", &[Action::EndSession]),
    entry("紧急查看", "/break-glass", "lock", &[Action::BreakGlass, Action::ApproveBreakGlass]),
    entry("公告", "/announcements", "bulletin", &[Action::PublishNotice]),
    heading("系统和记录"),
    entry("登录记录", "/sign-ins", "keys", &[Action::ReadSignIns]),
    entry("安全设置", "/security", "settings", &[Action::SetSecurity]),
    entry("通知渠道", "/channels", "bell", &[Action::KeepChannels, Action::EnableChannel]),
    entry("外发记录", "/outbox", "send", &[Action::ReadOutbox]),
    entry("接口密钥", "/keys", "keys", &[Action::KeepKeys, Action::ApproveKey]),
    entry("统一登录", "/sign-on", "keys", &[Action::KeepSignOn, Action::EnableSignOn]),
    entry("操作记录", "/audit", "register", &[Action::ReadAudit]),
    entry("运行状况", "/health", "chart", &[Action::ReadHealth]),
    entry("定时任务", "/jobs", "clock", &[Action::RunJob]),
    entry("代码表", "/codes", "paper", &[Action::ReadCodes]),
];

/// Lines in the bar at the bottom of a phone; the fifth place is the whole menu.
const BOTTOM: usize = 4;

/// Left out of that bar for whoever calls no register: they read it at a desk.
const OF_WHO_CALLS: [&str; 2] = ["/register", "/absences"];

impl App {
    /// The frame of the page at `href`, which is an address of the menu or begins with one.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn shell(&self, session: &Session, href: &str) -> Result<Shell, Failed> {
        let head = self.read(session, today::masthead).await?;
        let actor = &session.who().actor;
        let allowed = |entry: &&Entry| {
            entry.actions.iter().any(|action| may(actor, *action, &Subject::Nothing).is_ok())
        };
        let under = |entry: &Entry| match entry.href {
            "/" => href == "/",
            own => href == own || href.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')),
        };
        let item = |entry: &Entry| MenuItem {
            label: entry.label,
            href: entry.href,
            icon: entry.icon,
            count: None,
            current: under(entry),
        };
        let long = MENU.iter().filter(allowed).count() > SHORT;
        let (mut menu, mut groups) = (Vec::new(), Vec::<MenuGroup>::new());
        for entry in MENU {
            if entry.href.is_empty() {
                groups.push(MenuGroup { label: entry.label, items: Vec::new() });
            } else if allowed(&entry) {
                match groups.last_mut().filter(|_| long) {
                    Some(group) => group.items.push(item(entry)),
                    None => menu.push(item(entry)),
                }
            }
        }
        groups.retain(|group| !group.items.is_empty());
        let today = self.now().day();
        let calls = may(actor, Action::CallRegister, &Subject::Nothing).is_ok();
        Ok(Shell {
            unit: head.unit,
            person: actor.name.clone(),
            role: head.role,
            bottom: menu
                .iter()
                .filter(|item| calls || !OF_WHO_CALLS.contains(&item.href))
                .take(BOTTOM)
                .cloned()
                .collect(),
            menu,
            groups,
            unread: u32::try_from(head.unread).unwrap_or(u32::MAX),
            demo: self.demo().is_some(),
            today: format!("{}月{}日 {}", today.month(), today.day(), weekday(today.weekday())),
        })
    }
}

const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}
