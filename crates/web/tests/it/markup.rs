//! What no template and no rendered page may hold: styles and scripts in the page, dead names of assets and icons,
//! two things with one id. The content security policy would refuse the first; this finds it earlier.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use askama::Template;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;
use web::look::{DemoRole, ErrorPage, SignIn, style_page};

/// What a browser would see of a page: its tags with their attributes, and its text.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) tags: Vec<(String, Vec<(String, String)>)>,
    pub(crate) text: String,
}

#[derive(Default)]
struct Sink(RefCell<Seen>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == html5ever::tokenizer::TagKind::StartTag => {
                let attributes =
                    tag.attrs.iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
                seen.tags.push((tag.name.to_string(), attributes));
            }
            Token::CharacterTokens(text) => seen.text.push_str(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

pub(crate) fn see(page: &str) -> Seen {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(page));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Nothing in a page that the policy `style-src 'self'; script-src 'self'` would refuse, and no id twice.
pub(crate) fn clean(name: &str, page: &str) {
    let seen = see(page);
    assert!(seen.tags.len() > 10, "{name}: there is a page");
    let mut ids = BTreeSet::new();
    for (tag, attributes) in &seen.tags {
        assert!(!["style", "iframe", "object", "embed", "base"].contains(&tag.as_str()), "{name}: <{tag}>");
        let get =
            |wanted: &str| attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        if tag == "script" {
            assert!(
                get("src").is_some_and(|src| src.starts_with("/assets/")),
                "{name}: a script in the page"
            );
        }
        for (key, value) in attributes {
            assert!(
                key != "style" && key != "srcdoc" && !key.starts_with("on"),
                "{name}: {key}={value} on <{tag}>"
            );
            if ["href", "src", "action"].contains(&key.as_str()) {
                // The one way out: where one signs out of the province's platform, told nothing of where one comes from.
                let out = tag == "a" && get("rel") == Some("noreferrer") && value.starts_with("https://");
                assert!(
                    out || ["/", "#", "tel:"].iter().any(|start| value.starts_with(start)),
                    "{name}: {key}={value} leaves the site"
                );
            }
            assert!(key != "id" || ids.insert(value.clone()), "{name}: the id {value} twice");
        }
        if let Some(of) = get("for").or_else(|| get("aria-labelledby")) {
            let wanted = format!("id=\"{of}\"");
            assert!(page.contains(&wanted), "{name}: nothing has the id {of} that <{tag}> names");
        }
    }
}

fn sign_in() -> SignIn {
    let role = |username: &str| DemoRole {
        username: username.to_owned(),
        label: username.to_owned(),
        line: "一行".to_owned(),
    };
    SignIn {
        demo: Some(["bureau", "cadre", "x3", "t12", "h4", "police", "admin"].map(role).to_vec()),
        error: Some("账号或密码不对。".to_owned()),
        next: "/cases?step=verify&township=1".to_owned(),
        totp: true,
        county: "南涧彝族自治县".to_owned(),
        title: "保学".to_owned(),
        platform: Some("云南教育统一登录".to_owned()),
        platform_next: "%2F".to_owned(),
        left: Some("云南教育统一登录".to_owned()),
        leave: "https://id.example.gov.cn/out".to_owned(),
    }
}

/// Each of the pages without a frame that an error may become.
pub(crate) fn errors() -> Vec<ErrorPage> {
    vec![
        ErrorPage::not_found(),
        ErrorPage::broken("7A2C-0193"),
        ErrorPage::unavailable(),
        ErrorPage::too_large("20 MB"),
        ErrorPage::too_many("5 分钟"),
        ErrorPage::session_ended(),
    ]
}

/// Hazard D03: rendered pages carry nothing that needs a laxer policy.
#[test]
fn rendered_pages_need_no_laxer_policy() {
    clean("style", &style_page());
    clean("sign in", &sign_in().render().expect("it renders"));
    for page in errors() {
        clean(&page.title, &page.render().expect("it renders"));
    }
}

/// Whoever may not see a thing is told the same as when there is none, and every error says what to do.
#[test]
fn errors_say_what_to_do() {
    for page in errors() {
        let html = page.render().expect("it renders");
        for part in [&page.title, &page.what, &page.todo] {
            assert!(!part.is_empty() && html.contains(part.as_str()), "{}: {part}", page.title);
        }
        assert_eq!(html.contains("编号"), page.number.is_some(), "{}", page.title);
    }
}

/// The demonstration's roles stand in their groups by the account names of the contract.
#[test]
fn roles_of_the_demonstration_stand_in_their_groups() {
    let page = sign_in();
    let found: Vec<(&str, Vec<&str>)> = page
        .groups()
        .into_iter()
        .map(|(group, roles)| (group, roles.into_iter().map(|role| role.username.as_str()).collect()))
        .collect();
    assert_eq!(
        found,
        [
            ("县级", vec!["bureau"]),
            ("乡镇村组", vec!["cadre", "x3"]),
            ("学校", vec!["t12", "h4"]),
            ("部门", vec!["police"]),
            ("管理", vec!["admin"]),
        ]
    );
    let real = SignIn { demo: None, ..page }.render().expect("it renders");
    assert!(
        !real.contains("演示") && !real.contains("name=\"as\""),
        "outside a demonstration no role is offered"
    );
}

fn templates(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            templates(&path, found);
        } else {
            let text = fs::read_to_string(&path).expect("a template is text");
            found.push((path, text));
        }
    }
}

/// What follows each `before`, up to the next quotation mark.
fn quoted<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name)
}

/// Every template, rendered by a test or not: no styles, scripts or handlers, no way round the escaping, and every
/// asset and icon it names is there.
#[test]
fn no_template_holds_styles_scripts_or_dead_names() {
    let mut all = Vec::new();
    templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut all);
    assert!(all.len() > 8, "the templates were found");
    let sprite = include_str!("../../assets/icons.svg");
    let mut wrong = Vec::new();
    for (path, text) in &all {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for bad in ["style=", "<style", "javascript:", "|safe", "| safe", "hx-on", "http://", "https://"] {
            if text.contains(bad) {
                wrong.push(format!("{name}: {bad}"));
            }
        }
        for part in text.split([' ', '\n', '\t']) {
            let key = part.split('=').next().unwrap_or_default();
            if part.contains('=')
                && key.len() > 2
                && key.starts_with("on")
                && key.chars().all(char::is_alphabetic)
            {
                wrong.push(format!("{name}: {key}"));
            }
        }
        for script in text.split("<script").skip(1) {
            if !script.split('>').next().unwrap_or_default().contains("src=")
                || !script.contains("></script>")
            {
                wrong.push(format!("{name}: a script in the page"));
            }
        }
        for asset in quoted(text, "url(\"") {
            if web::assets::all().iter().all(|one| one.name != asset) {
                wrong.push(format!("{name}: no asset {asset}"));
            }
        }
        for icon in quoted(text, "icon(\"").chain(quoted(text, "icon=\"")) {
            if !icon.is_empty() && !sprite.contains(&format!("id=\"{icon}\"")) {
                wrong.push(format!("{name}: no icon {icon}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
