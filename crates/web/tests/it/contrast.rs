//! Every pair of colours that the style sheet puts together, computed from its own tokens (WCAG 2.2, 1.4.3 and
//! 1.4.11), for light, dark by system and dark by choice.

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../assets/app.css");

/// Text and what it stands on: at least 4.5 to 1.
const TEXT: &[(&str, &[&str])] = &[
    ("ink", &["page", "card", "sunk", "act-bg", "late-bg", "due-bg", "good-bg"]),
    ("soft", &["page", "card", "sunk", "act-bg"]),
    ("faint", &["page", "card", "sunk", "act-bg", "due-bg"]),
    ("act", &["page", "card", "sunk", "act-bg"]),
    ("late", &["page", "card", "sunk", "act-bg", "late-bg"]),
    ("due", &["page", "card", "sunk", "act-bg", "due-bg"]),
    ("good", &["page", "card", "sunk", "act-bg", "good-bg"]),
    ("fill-on", &["fill", "fill-hi"]),
    ("stop-on", &["stop"]),
    // Toasts and the selection turn the two sides round.
    ("page", &["ink"]),
    ("card", &["act"]),
];

/// Borders, marks and the focus ring: at least 3 to 1.
const SIGNS: &[(&str, &[&str])] = &[
    ("edge", &["page", "card"]),
    ("act", &["page", "card", "sunk", "act-bg", "late-bg", "due-bg", "good-bg"]),
    ("fill", &["page", "card"]),
    ("stop", &["card", "late-bg"]),
    ("due-mark", &["card"]),
    ("good-mark", &["card"]),
];

/// The tokens of the block that follows `selector`.
fn tokens(selector: &str) -> BTreeMap<&'static str, &'static str> {
    let start = CSS.find(selector).unwrap_or_else(|| panic!("{selector} is in app.css")) + selector.len();
    let block = CSS[start..].split_once('}').expect("the block ends").0;
    block
        .split(';')
        .filter_map(|line| line.trim().strip_prefix("--"))
        .map(|line| line.split_once(':').expect("a token has a value"))
        .collect()
}

fn themes() -> [(&'static str, BTreeMap<&'static str, &'static str>); 3] {
    [
        ("light", tokens(":root{")),
        ("dark by system", tokens(":root:not([data-theme=light]){")),
        ("dark by choice", tokens(":root[data-theme=dark]{")),
    ]
}

/// Relative luminance of `#rgb` or `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let digits: Vec<u32> = colour
        .strip_prefix('#')
        .unwrap_or_else(|| panic!("{colour} is written #rrggbb"))
        .chars()
        .map(|digit| digit.to_digit(16).expect("a hexadecimal digit"))
        .collect();
    let channels: [u32; 3] = match digits[..] {
        [r, g, b] => [r * 17, g * 17, b * 17],
        [r, s, g, h, b, c] => [r * 16 + s, g * 16 + h, b * 16 + c],
        _ => panic!("{colour} has three or six digits"),
    };
    let [r, g, b] = channels.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn ratio(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

fn check(pairs: &[(&str, &[&str])], least: f64) {
    let mut weak = Vec::new();
    for (theme, tokens) in themes() {
        for (sign, grounds) in pairs {
            for ground in *grounds {
                let found = ratio(tokens[sign], tokens[ground]);
                if found < least {
                    weak.push(format!("{theme}: {sign} on {ground} is {found:.2}, below {least}"));
                }
            }
        }
    }
    assert!(weak.is_empty(), "\n{}", weak.join("\n"));
}

/// The formula itself, against the values that WCAG gives.
#[test]
fn the_ratio_is_the_one_of_wcag() {
    assert!((ratio("#000", "#fff") - 21.0).abs() < 1e-9);
    assert!((ratio("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

/// WCAG 2.2, 1.4.3.
#[test]
fn text_is_legible_in_both_themes() {
    check(TEXT, 4.5);
}

/// WCAG 2.2, 1.4.11 and 2.4.7.
#[test]
fn borders_marks_and_the_focus_ring_are_seen_in_both_themes() {
    check(SIGNS, 3.0);
}

/// Dark by system and dark by choice are written twice, because a media query cannot be named; they may not drift.
#[test]
fn both_dark_themes_are_the_same() {
    let [(_, light), (_, system), (_, choice)] = themes();
    assert_eq!(system, choice);
    assert_eq!(
        light.keys().collect::<Vec<_>>(),
        system.keys().collect::<Vec<_>>(),
        "each token has both values"
    );
}
