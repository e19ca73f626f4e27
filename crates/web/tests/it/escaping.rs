//! Hostile text in every part (hazards D03, D05, L03): it is shown as it was given and does nothing, and signs that
//! turn or hide text are made visible.

use askama::Template;
use proptest::prelude::*;
use web::look::{
    Choice, CompareRow, Crumb, DemoRole, Empty, ErrorPage, Errors, Filter, FilterField, FilterKind, Head,
    Link, MenuGroup, MenuItem, Moment, Pager, Post, Shell, SignIn, Stat, StateKind, Step, StepState, Tab,
    Tone, escape, filters,
};

use crate::markup::{clean, see};

/// Breaks out of text, of an attribute in either quotes, of a template; turns the text round.
const EVIL: &str = "\"><script>alert(1)</script>' onerror=x <img src=x onerror=alert(2)>&lt;{{7*7}}{% raw %}${7*7}\u{202e}abc\u{200b}\0";

/// How it reads.
const SHOWN: &str = "\"><script>alert(1)</script>' onerror=x <img src=x onerror=alert(2)>&lt;{{7*7}}{% raw %}${7*7}⟦202E⟧abc⟦200B⟧⟦0000⟧";

/// Every part of the partials, with the same text wherever text goes.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "shell.html" %}
{% import "partials/page.html" as page %}{% import "partials/form.html" as form %}
{% import "partials/list.html" as list %}{% import "partials/case.html" as case %}
{% block title %}{{ evil }}{% endblock %}
{% block main %}
{{ page::crumbs(way) }}{% call page::head(evil, evil) %}{{ form::link(evil, "/") }}{% endcall %}
{% call page::card(evil, evil, "/") %}{{ page::stat(stat) }}{% endcall %}
{% call page::next(evil, evil, evil, Tone::Late) %}{{ form::button(evil, key="s", name="n", value=evil) }}{% endcall %}
{{ page::tag(evil, Tone::Due) }}{% call page::notice(evil, Tone::Late) %}{{ evil }}{% endcall %}
{{ page::state(StateKind::Error, evil, evil) }}{{ page::empty(empty) }}{{ page::loading(evil) }}
{{ page::tabs(evil, tabs) }}{{ page::progress(evil, 1, 2, evil, Tone::Good) }}{{ page::toast(evil) }}
{% call page::dialog("d", evil) %}{{ form::opens(evil, "d") }}{% endcall %}
{{ form::wrong(errors) }}
{{ form::text("a", evil, evil, hint=evil, error=errors.of("a")) }}{{ form::password("b", evil, hint=evil) }}
{{ form::date("c", evil, evil, least=evil, latest=evil) }}{{ form::select("e", evil, choices) }}
{{ form::textarea("f", evil, evil) }}{{ form::file("g", evil, evil, 5) }}{{ form::radios("h", evil, choices) }}
{{ form::checks("i", evil, choices) }}{{ form::check("j", evil, true, hint=evil) }}
{{ list::filter(filter) }}
{% call list::table(evil, heads) %}<tr><td data-label="{{ evil }}">{{ evil }}</td><td>{{ evil|day }}{{ evil|spaced }}</td></tr>{% endcall %}
{{ list::pager(pager) }}
{{ case::steps(steps) }}{{ case::timeline(moments) }}{{ case::chain(posts, posts) }}{{ case::compare(evil, evil, rows) }}
{% endblock %}"#
)]
struct Every {
    shell: Shell,
    evil: String,
    way: Vec<Crumb>,
    stat: Stat,
    empty: Empty,
    tabs: Vec<Tab>,
    errors: Errors,
    choices: Vec<Choice>,
    filter: Filter,
    heads: [Head; 1],
    pager: Pager,
    steps: Vec<Step>,
    moments: Vec<Moment>,
    posts: Vec<Post>,
    rows: Vec<CompareRow>,
}

fn every(evil: &str) -> Every {
    let text = || evil.to_owned();
    let mut errors = Errors::new();
    errors.add("a", text());
    let choice = Choice { value: text(), label: text(), hint: text(), chosen: true };
    let item = MenuItem { label: "今天", href: "/", icon: "today", count: Some(1), current: true };
    Every {
        shell: Shell {
            unit: text(),
            person: text(),
            role: text(),
            menu: vec![item.clone()],
            groups: vec![MenuGroup { label: "更多", items: vec![item.clone()] }],
            bottom: vec![item],
            unread: 100,
            demo: true,
            today: text(),
        },
        evil: text(),
        way: vec![Crumb { label: text(), href: Some("/".to_owned()) }, Crumb { label: text(), href: None }],
        stat: Stat {
            label: text(),
            value: text(),
            note: text(),
            href: Some("/".to_owned()),
            ..Stat::default()
        },
        empty: Empty { why: text(), what_to_do: text(), act: Some(Link::new(text(), "/")) },
        tabs: vec![Tab { label: text(), href: "/".to_owned(), count: Some(1), current: false }],
        errors,
        choices: vec![choice.clone()],
        filter: Filter {
            action: "/".to_owned(),
            fields: vec![
                FilterField {
                    name: "q",
                    label: "姓名",
                    kind: FilterKind::Text { value: text(), example: "" },
                    without: Some("/".to_owned()),
                },
                FilterField {
                    name: "c",
                    label: "步骤",
                    kind: FilterKind::Choice(vec![choice]),
                    without: None,
                },
                FilterField { name: "d", label: "日期", kind: FilterKind::Day(text()), without: None },
            ],
            keep: vec![(text(), text())],
        },
        heads: [Head::text("孩子").sorted("/", "ascending")],
        pager: Pager {
            first: None,
            prev: Some("/".to_owned()),
            next: Some("/".to_owned()),
            shown: 1,
            total: None,
            unit: "人",
        },
        steps: vec![Step { label: text(), note: text(), state: StepState::Here }],
        moments: vec![Moment {
            at: text(),
            when: text(),
            what: text(),
            who: text(),
            text: text(),
            tag: text(),
            tone: Tone::Late,
            papers: vec![Link::new(text(), "/")],
        }],
        posts: vec![
            Post { level: "县", who: Some(text()), note: text() },
            Post { level: "乡镇", who: None, note: text() },
        ],
        rows: vec![CompareRow { label: text(), left: text(), right: text(), same: false, note: text() }],
    }
}

fn check(name: &str, page: &str, least: usize) {
    clean(name, page);
    let seen = see(page);
    let attributes = seen.tags.iter().flat_map(|(_, all)| all).map(|(_, value)| value.as_str());
    let shown: usize =
        std::iter::once(seen.text.as_str()).chain(attributes).map(|text| text.matches(SHOWN).count()).sum();
    assert!(shown >= least, "{name}: the text is shown as it was given, {shown} times of {least}");
    assert!(seen.tags.iter().all(|(tag, _)| tag != "img"), "{name}: no element came out of the text");
    assert!(!page.contains(['\u{202e}', '\u{200b}', '\0']), "{name}: nothing hidden is left");
    assert!(!seen.text.contains("49"), "{name}: the text was not read as a template");
}

/// D03, D05, L03: every part of the partials and the frame.
#[test]
fn hostile_text_is_shown_and_does_nothing_in_every_part() {
    check("every part", &every(EVIL).render().expect("it renders"), 90);
}

/// D03, D05, L03: the pages without a frame.
#[test]
fn hostile_text_is_shown_and_does_nothing_on_bare_pages() {
    let text = || EVIL.to_owned();
    let sign_in = SignIn {
        demo: Some(vec![DemoRole { username: text(), label: text(), line: text() }]),
        error: Some(text()),
        next: text(),
        totp: true,
        county: text(),
        title: text(),
        platform: Some(text()),
        platform_next: text(),
        left: Some(text()),
        leave: text(),
    };
    check("sign in", &sign_in.render().expect("it renders"), 8);
    let error = ErrorPage { code: 500, title: text(), what: text(), todo: text(), number: Some(text()) };
    check("error", &error.render().expect("it renders"), 5);
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    askama::filters::Escaper::write_escaped_str(&escape::Html, &mut out, text)
        .expect("a string takes everything");
    out
}

/// L01, L03: names as people have them are not touched; what hides or turns is made visible.
#[test]
fn only_hidden_signs_change() {
    for same in [
        "李春燕",
        "𠮷田𬱖",
        "阿依古丽·买买提",
        "Ая",
        "ꆈꌠ",
        "ཀ",
        "é e\u{301}",
        "葛\u{e0100}",
        "女⼥",
        "\u{e5e5}",
        "a\tb\nc",
    ] {
        assert_eq!(escaped(same), same);
    }
    for (given, shown) in [
        ("\u{202e}", "⟦202E⟧"),
        ("\u{2066}", "⟦2066⟧"),
        ("\u{feff}", "⟦FEFF⟧"),
        ("\u{1b}[31m", "⟦001B⟧[31m"),
        ("\u{2028}", "⟦2028⟧"),
        ("\u{1fffe}", "⟦1FFFE⟧"),
        ("\u{e0041}", "⟦E0041⟧"),
        ("<&>\"'", "&#60;&#38;&#62;&#34;&#39;"),
    ] {
        assert_eq!(escaped(given), shown);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    /// D03: whatever the text, no sign of HTML and nothing hidden gets through, and all else is kept.
    #[test]
    fn no_text_breaks_out(text in any::<String>()) {
        let out = escaped(&text);
        prop_assert!(!out.contains(['<', '>', '"', '\'']));
        prop_assert!(!out.chars().any(escape::hidden));
        let plain: String = text.chars().filter(|sign| !escape::hidden(*sign) && !"<>&\"'".contains(*sign)).collect();
        let mut rest = out.chars();
        prop_assert!(plain.chars().all(|sign| rest.any(|other| other == sign)), "kept in order");
    }
}
