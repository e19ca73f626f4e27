//! What the look may weigh, and what it may ask of a browser: Chromium 86, the oldest that officers have.

use web::assets;

fn asset(name: &str) -> &'static assets::Asset {
    assets::all().iter().find(|asset| asset.name == name).unwrap_or_else(|| panic!("{name} is an asset"))
}

/// The style sheet and each script stay small enough to be read whole.
#[test]
fn style_and_scripts_stay_small() {
    for (name, text, most) in [
        ("app.css", include_str!("../../assets/app.css"), 24 * 1024),
        ("app.js", include_str!("../../assets/app.js"), 8 * 1024),
        ("keys.js", include_str!("../../assets/keys.js"), 4 * 1024),
        ("theme.js", include_str!("../../assets/theme.js"), 512),
        ("register.css", include_str!("../../assets/register.css"), 3 * 1024),
        ("register.js", include_str!("../../assets/register.js"), 24 * 1024),
        ("visits.js", include_str!("../../assets/visits.js"), 12 * 1024),
        ("lessons.js", include_str!("../../assets/lessons.js"), 7 * 1024),
        ("scan.js", include_str!("../../assets/scan.js"), 2 * 1024),
        ("proof.js", include_str!("../../assets/proof.js"), 2 * 1024),
        ("tell.js", include_str!("../../assets/tell.js"), 3 * 1024),
        ("sw.js", include_str!("../../assets/sw.js"), 2 * 1024),
    ] {
        assert!(text.len() <= most, "{name} has {} bytes, more than {most}", text.len());
    }
}

/// experience.md: the first paint of an officer's page is under 100 KB on the wire; the look takes at most a third.
#[test]
fn everything_together_stays_under_a_third_of_the_first_paint() {
    let frame = ["app.css", "app.js", "theme.js", "htmx.min.js", "icons.svg", "icon.svg"].map(asset);
    let wire: usize =
        frame.iter().map(|asset| asset.gzip.as_ref().map_or(asset.plain.len(), |small| small.len())).sum();
    assert!(wire < 33 * 1024, "{wire} bytes on the wire");
}

/// What came to Chromium after 86, by the words one would write it with.
#[test]
fn nothing_newer_than_the_oldest_browser() {
    let newer_style = [
        "inset:",
        ":is(",
        ":where(",
        ":has(",
        "@layer",
        "@container",
        "color-mix(",
        "dvh",
        "svh",
        "aspect-ratio",
        "\ntranslate:",
        "\nrotate:",
        "@property",
        "subgrid",
        "&:",
        "(width",
        "oklch(",
    ];
    let style = include_str!("../../assets/app.css");
    for word in newer_style {
        assert!(!style.contains(word), "app.css: {word}");
    }
    let newer_script = [
        ".at(",
        "Object.hasOwn",
        "structuredClone",
        "randomUUID",
        "findLast",
        ".toSorted",
        "#private",
        "static {",
        "Array.fromAsync",
        ".groupBy",
        "eval(",
        "new Function",
        "innerHTML",
        "document.write",
    ];
    for (name, script) in [
        ("app.js", include_str!("../../assets/app.js")),
        ("keys.js", include_str!("../../assets/keys.js")),
        ("theme.js", include_str!("../../assets/theme.js")),
    ] {
        for word in newer_script {
            assert!(!script.contains(word), "{name}: {word}");
        }
    }
}

/// htmx under the content security policy: no evaluation, no style element of its own, no page kept in the browser's
/// storage, where another person at the same machine would find it.
#[test]
fn htmx_is_told_to_keep_to_the_policy() {
    let page = web::look::style_page();
    for setting in [
        r#""allowEval":false"#,
        r#""allowScriptTags":false"#,
        r#""includeIndicatorStyles":false"#,
        r#""selfRequestsOnly":true"#,
        r#""historyCacheSize":0"#,
    ] {
        assert!(page.contains(setting), "{setting}");
    }
    let htmx = std::str::from_utf8(&asset("htmx.min.js").plain).expect("a script is text");
    for setting in
        ["allowEval", "allowScriptTags", "includeIndicatorStyles", "selfRequestsOnly", "historyCacheSize"]
    {
        assert!(htmx.contains(setting), "this version of htmx knows {setting}");
    }
}
