//! Where a request comes from that nobody is signed in for: the machine, the browser in words, the token that it brings.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use casework::accounts::sign_in::{Kind, Origin};

use crate::app::App;
use crate::session::{cookie, cookie_name, device_cookie_name, source};

/// Where a request comes from, and the token that it brings.
pub(crate) struct Visitor {
    pub(crate) origin: Origin,
    pub(super) token: String,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let headers = &parts.headers;
        let value = |name| cookie(headers, name).map(str::to_owned);
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self {
            origin: Origin {
                source: source(app, &parts.extensions, headers).map_or_else(String::new, |at| at.to_string()),
                device: value(device_cookie_name(app.https())),
                browser: browser(agent),
                kind: Kind::Browser,
            },
            token: value(cookie_name(app.https())).unwrap_or_default(),
        })
    }
}

/// A browser and its system in words that a person knows: `微信 · 安卓`. Nothing of the header is repeated.
fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 9] = [
        ("wxwork", "企业微信"),
        ("MicroMessenger", "微信"),
        ("DingTalk", "钉钉"),
        ("Edg", "Edge"),
        ("QQBrowser", "QQ浏览器"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "命令行"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("HarmonyOS", "鸿蒙"),
        ("Android", "安卓"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "苹果电脑"),
        ("Linux", "Linux"),
    ];
    let found = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| agent.contains(sign)).map_or("未知", |(_, words)| words)
    };
    format!("{} · {}", found(&BROWSERS), found(&SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::browser;

    /// A21: people recognise their own devices; nothing of the header is repeated (D03).
    #[test]
    fn browsers_in_words() {
        let check = |agent: &str, expected: &str| assert_eq!(browser(agent), expected, "{agent}");
        check("", "未知 · 未知");
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/86.0 Safari/537.36",
            "Chrome · Windows",
        );
        check("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows");
        check("Mozilla/5.0 (Linux; Android 10) Chrome/86.0 MicroMessenger/8.0", "微信 · 安卓");
        check("Mozilla/5.0 (Linux; Android 10) MicroMessenger/7.0 wxwork/4.0", "企业微信 · 安卓");
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16 like Mac OS X) Version/16 Safari/604.1",
            "Safari · iPhone",
        );
        check("<script>alert(1)</script>", "未知 · 未知");
    }
}
