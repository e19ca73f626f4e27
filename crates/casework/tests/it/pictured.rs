//! A paper held against what it must say, and made as PDF and DOCX. `BAOXUE_PAPERS=folder` keeps the files, to look at.

use std::path::Path;

use documents::paper::{Block, Form, Paper, Press};

/// Everything that a paper says.
pub(crate) fn said(paper: &Paper) -> String {
    let mut all = vec![
        paper.organ.clone(),
        paper.number.clone(),
        paper.title.clone(),
        paper.to.join("、"),
        paper.signed.clone(),
        paper.date.clone(),
        paper.note.clone(),
    ];
    for block in &paper.body {
        match block {
            Block::Heading { text } | Block::Text { text } => all.push(text.clone()),
            Block::Pairs { rows } => all.extend(rows.iter().map(|(what, value)| format!("{what} {value}"))),
            Block::Table { heads, rows } => {
                all.push(heads.join(" "));
                all.extend(rows.iter().map(|row| row.join(" ")));
            }
        }
    }
    all.join("\n")
}

/// That the paper says each of these, has who signs it and when, names no child, and can be made.
#[track_caller]
pub(crate) fn pictured(name: &str, paper: &Paper, must: &[&str], children: &[&str]) {
    let text = said(paper);
    for part in must {
        assert!(!part.is_empty() && text.contains(part), "{name}: {part:?} is not in {text}");
    }
    for child in children {
        assert!(!text.contains(child), "{name}: names {child}");
    }
    for (what, part) in [("title", &paper.title), ("organ", &paper.signed), ("day", &paper.date)] {
        assert!(!part.is_empty(), "{name}: no {what}");
    }
    assert!(!text.contains("{{"), "{name}: {text}");
    for form in [Form::Pdf, Form::Docx] {
        let made = Press::default().make(paper, form).unwrap_or_else(|why| panic!("{name}: {why}"));
        kept(name, form.code(), &made.bytes);
    }
}

/// Keeps a file to look at, where somebody wants to.
pub(crate) fn kept(name: &str, end: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("BAOXUE_PAPERS") {
        std::fs::write(Path::new(&folder).join(format!("{name}.{end}")), bytes).expect("kept");
    }
}
