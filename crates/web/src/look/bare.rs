//! Pages without a frame: signing in, and what is said when there is no page. It must not say whether a thing exists
//! that the person may not see.

use askama::Template;

/// `/sign-in`. Posts `username`, `password`, `totp` and `next` to `/sign-in`; in a demonstration a role's button
/// posts `as` (the user name) and `next` instead, which the server honours in a demonstration only.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// In a demonstration, whom one can be.
    pub demo: Option<Vec<DemoRole>>,
    /// Why the last try failed, in words that do not tell whether the account exists.
    pub error: Option<String>,
    /// Where to go afterwards, a path of this site; the server checks it again.
    pub next: String,
    /// The province's platform by which one can sign in, where the county has opened it.
    pub platform: Option<String>,
    /// [`SignIn::next`] for an address.
    pub platform_next: String,
    /// The platform by which somebody who has just signed out had come, and where one signs out of it.
    pub left: Option<String>,
    /// Where one signs out of the platform; empty where it names no address.
    pub leave: String,
    /// Whether the second factor is asked for.
    pub totp: bool,
    /// The county, `南涧彝族自治县`.
    pub county: String,
    /// The page's title, `保学 · 控辍保学工作系统`.
    pub title: String,
}

impl SignIn {
    /// Whether there is an address of the platform to sign out at: what it says of itself is taken for one of the web, or for none.
    fn leads_out(&self) -> bool {
        ["https://", "http://"].iter().any(|start| self.leave.starts_with(start))
    }
}

/// Somebody one can be in a demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoRole {
    /// The account, `bureau`.
    pub username: String,
    /// The role, `教体局`.
    pub label: String,
    /// What one sees and does there, in one line.
    pub line: String,
}

/// The groups of roles on the sign-in page, in the order of the page.
pub const GROUPS: [&str; 5] = ["县级", "乡镇村组", "学校", "部门", "管理"];

impl DemoRole {
    /// Which of [`GROUPS`] the role stands in, by the account names of the demonstration.
    #[must_use]
    pub fn group(&self) -> &'static str {
        let name = self.username.as_str();
        let numbered = |letter: char| {
            name.strip_prefix(letter)
                .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|sign| sign.is_ascii_digit()))
        };
        match name {
            "director" | "bureau" | "inspector" | "leader" => "县级",
            "township" | "village" | "group" | "cadre" => "乡镇村组",
            "head" | "teacher" => "学校",
            "admin" | "security" | "auditor" => "管理",
            _ if numbered('x') => "乡镇村组",
            _ if numbered('t') || numbered('h') => "学校",
            _ => "部门",
        }
    }
}

impl SignIn {
    /// The roles of a demonstration by group; groups without a role are left out.
    #[must_use]
    pub fn groups(&self) -> Vec<(&'static str, Vec<&DemoRole>)> {
        let roles = self.demo.as_deref().unwrap_or_default();
        GROUPS
            .into_iter()
            .map(|group| (group, roles.iter().filter(|role| role.group() == group).collect::<Vec<_>>()))
            .filter(|(_, roles)| !roles.is_empty())
            .collect()
    }
}

/// What is shown when there is no page. It names no path, no person and no inner reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The status.
    pub code: u16,
    /// What happened, in a few words.
    pub title: String,
    /// What it means.
    pub what: String,
    /// What to do now.
    pub todo: String,
    /// The number that finds the line in the log.
    pub number: Option<String>,
}

impl ErrorPage {
    fn new(code: u16, title: &str, what: &str, todo: &str) -> Self {
        Self { code, title: title.to_owned(), what: what.to_owned(), todo: todo.to_owned(), number: None }
    }

    /// 404: the thing is not there, or not for this person; the page is the same to the byte.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            404,
            "没有这个页面",
            "地址可能写错了，内容可能已经移走，或者不在您的职责范围内。",
            "请从“今天”重新进入，或用姓名搜索。确实需要查看的，请联系本单位管理员。",
        )
    }

    /// 500: it is our fault; `number` finds the line in the log.
    #[must_use]
    pub fn broken(number: impl Into<String>) -> Self {
        Self {
            number: Some(number.into()),
            ..Self::new(
                500,
                "系统出错了",
                "这一步可能没有办成，不是您操作的问题。",
                "请先看看刚才的内容保存了没有，没有再试一次。还不行，请把下面的编号告诉管理员。",
            )
        }
    }

    /// 503: starting, in maintenance, or too busy.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "系统暂时不能用",
            "系统正在维护或启动，通常几分钟就好。",
            "请过几分钟再试。没有提交的内容，返回上一页通常还在。",
        )
    }

    /// 413: more was sent than is taken; `most` in words, `20 MB`.
    #[must_use]
    pub fn too_large(most: &str) -> Self {
        Self::new(
            413,
            "文件太大",
            &format!("最多可以上传 {most}。文件没有收下，原来的数据没有改动。"),
            "请拆成几个文件，或去掉表里的图片后再上传。",
        )
    }

    /// 429: too many tries; `wait` in words, `5 分钟`.
    #[must_use]
    pub fn too_many(wait: &str) -> Self {
        Self::new(
            429,
            "操作太频繁",
            "为了安全，短时间内不能再试。",
            &format!("请等 {wait}后再试。忘记密码的，请联系本单位管理员重设。"),
        )
    }

    /// 401: the session has ended.
    #[must_use]
    pub fn session_ended() -> Self {
        Self::new(
            401,
            "登录已结束",
            "太久没有操作，或在别处退出了登录。",
            "请重新登录。没有保存的内容，返回上一页通常还在。",
        )
    }

    /// The icon of the page.
    #[must_use]
    pub const fn icon(&self) -> &'static str {
        match self.code {
            401 => "lock",
            404 => "search",
            429 | 503 => "clock",
            _ => "warn",
        }
    }

    /// The first button: its words and where it leads.
    #[must_use]
    pub const fn act(&self) -> (&'static str, &'static str) {
        match self.code {
            401 => ("重新登录", "/sign-in"),
            _ => ("回到今天", "/"),
        }
    }
}
