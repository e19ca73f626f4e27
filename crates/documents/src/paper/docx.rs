//! DOCX by a template that an office restyles in WPS: `{{名}}` in its text is replaced, whatever runs it was cut into, and
//! what stands between `{{正文}}` and `{{正文完}}` is repeated for each piece of the body. A value is never looked at again.

use std::io::{Cursor, Read, Write};

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_xml_entity, unescape};
use quick_xml::events::Event;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{Block, Paper, Unmade};

/// Parts and bytes of a template at most.
const MOST_PARTS: usize = 200;
const LONGEST: u64 = 16 << 20;
/// Elements inside each other at most: far more than an office program writes.
const DEEPEST: usize = 200;
const MAIN: &str = "word/document.xml";

/// A template that was read.
#[derive(Debug)]
pub struct Template {
    parts: Vec<(String, Vec<u8>)>,
}

/// A piece of XML. What is no element and no text is kept as it was.
#[derive(Debug, Clone)]
enum Node {
    Element { name: String, attributes: String, inner: Vec<Self> },
    Text(String),
    Raw(String),
}

fn wrong(what: impl std::fmt::Display) -> Unmade {
    Unmade::Template(format!("DOCX：{what}"))
}

impl Template {
    /// Reads a `.docx`.
    ///
    /// # Errors
    /// [`Unmade::Template`].
    pub fn read(bytes: &[u8]) -> Result<Self, Unmade> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
        if archive.len() > MOST_PARTS {
            return Err(wrong("文件里的部件太多"));
        }
        let (mut parts, mut left) = (Vec::new(), LONGEST);
        for at in 0..archive.len() {
            let part = archive.by_index(at).map_err(wrong)?;
            let (name, mut body) = (part.name().map_err(wrong)?.into_owned(), Vec::new());
            part.take(left + 1).read_to_end(&mut body).map_err(wrong)?;
            left = u64::try_from(body.len())
                .ok()
                .and_then(|long| left.checked_sub(long))
                .ok_or_else(|| wrong("文件太大"))?;
            parts.push((name, body));
        }
        if !parts.iter().any(|(name, _)| name == MAIN) {
            return Err(wrong("不是Word文档"));
        }
        Ok(Self { parts })
    }

    /// The template with the paper in it.
    ///
    /// # Errors
    /// [`Unmade::Template`] when the template has no room for the body or is not well-formed.
    pub fn fill(&self, paper: &Paper) -> Result<Vec<u8>, Unmade> {
        let mut file = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let values = values(paper);
        for (name, body) in &self.parts {
            file.start_file(name, options).map_err(wrong)?;
            let is_text = name.strip_prefix("word/").is_some_and(|rest| {
                rest == "document.xml" || rest.starts_with("header") || rest.starts_with("footer")
            });
            if !is_text || !name.ends_with(".xml") {
                file.write_all(body).map_err(wrong)?;
                continue;
            }
            let text = std::str::from_utf8(body).map_err(wrong)?;
            let mut nodes = parse(text.trim_start_matches('\u{feff}'))?;
            if name == MAIN {
                let inner = find(&mut nodes, "w:body").ok_or_else(|| wrong("没有正文部分"))?;
                fill_body(inner, &paper.body, &values)?;
            } else {
                nodes.iter_mut().for_each(|node| everywhere(node, &values));
            }
            let mut written = String::with_capacity(text.len() * 2);
            nodes.iter().for_each(|node| write(node, &mut written));
            file.write_all(written.as_bytes()).map_err(wrong)?;
        }
        Ok(file.finish().map_err(wrong)?.into_inner())
    }
}

/// Names of placeholders with what comes in their places.
type Values = [(&'static str, String)];

fn values(paper: &Paper) -> Vec<(&'static str, String)> {
    let issuer =
        if paper.issuer.is_empty() { String::new() } else { format!("签发人：{}", paper.issuer) };
    let checked =
        if paper.check.is_empty() { String::new() } else { format!("核验网址：{}", paper.check) };
    vec![
        ("发文机关", paper.organ.clone()),
        ("标记", paper.mark.clone()),
        ("编号", paper.number.clone()),
        ("签发人", issuer),
        ("标题", paper.title.clone()),
        ("主送", paper.to.join("、")),
        ("署名", paper.signed.clone()),
        ("日期", paper.date.clone()),
        ("附注", if paper.note.is_empty() { checked } else { paper.note.clone() }),
        ("抄送", paper.copies.join("，")),
        ("印发机关", paper.printed.0.clone()),
        ("印发日期", paper.printed.1.clone()),
    ]
}

/// Head and foot by their values, the body in the place of its samples. Each part is filled once, so that what comes out of the
/// paper is never taken for a placeholder.
fn fill_body(inner: &mut Vec<Node>, body: &[Block], values: &Values) -> Result<(), Unmade> {
    let at = |word: &str| inner.iter().position(|node| is_paragraph(node) && text_of(node).trim() == word);
    let (Some(start), Some(end)) = (at("{{正文}}"), at("{{正文完}}")) else {
        return Err(wrong("没有单独成段的 {{正文}} 和 {{正文完}}"));
    };
    if end < start {
        return Err(wrong("{{正文完}} 在 {{正文}} 前面"));
    }
    let foot = inner.split_off(end + 1);
    let samples = inner.split_off(start);
    let sample = |word: &str| {
        let found = samples.iter().find(|node| text_of(node).contains(word)).cloned();
        found.ok_or_else(|| wrong(format!("{{{{正文}}}} 里没有 {word} 的样式")))
    };
    let mut laid = Vec::with_capacity(body.len());
    for block in body {
        laid.push(match block {
            Block::Heading { text } => with(sample("{{小标题}}")?, "小标题", text),
            Block::Text { text } => with(sample("{{段落}}")?, "段落", text),
            Block::Pairs { rows } => {
                let mut table = sample("{{项目}}")?;
                repeat(&mut table, "{{项目}}", rows, |row, (what, value)| {
                    everywhere(row, &[("项目", what.clone()), ("内容", value.clone())]);
                });
                table
            }
            Block::Table { heads, rows } => columns(sample("{{栏名}}")?, heads, rows),
        });
    }
    let filled = |node: &mut Node| {
        if is_paragraph(node) {
            return put(node, values);
        }
        everywhere(node, values);
        true
    };
    inner.retain_mut(filled);
    let mut foot = foot;
    foot.retain_mut(filled);
    inner.extend(laid);
    inner.extend(foot);
    Ok(())
}

fn with(mut node: Node, name: &'static str, value: &str) -> Node {
    everywhere(&mut node, &[(name, value.to_owned())]);
    node
}

/// Repeats the line of a table that has `word`, once for each of `items`.
fn repeat<T>(table: &mut Node, word: &str, items: &[T], fill: impl Fn(&mut Node, &T)) {
    let Node::Element { inner, .. } = table else { return };
    let Some(at) = inner.iter().position(|node| named(node, "w:tr") && text_of(node).contains(word)) else {
        return;
    };
    let row = inner.remove(at);
    let rows = items.iter().map(|item| {
        let mut one = row.clone();
        fill(&mut one, item);
        one
    });
    drop(inner.splice(at..at, rows.collect::<Vec<_>>()));
}

/// A table with so many columns as there are headings, each as wide as its longest text asks for.
fn columns(mut table: Node, heads: &[String], rows: &[Vec<String>]) -> Node {
    let whole = find(std::slice::from_mut(&mut table), "w:tblGrid")
        .and_then(|grid| width(grid.first()?, "w:w=\""))
        .unwrap_or(8844);
    let longest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).chain(heads.get(at));
        // Two signs' room for what stands at the cell's edges.
        cells.map(|text| text.chars().count()).max().unwrap_or_default().clamp(5, 20) + 2
    };
    let signs: Vec<usize> = (0..heads.len()).map(longest).collect();
    let all: usize = signs.iter().sum::<usize>().max(1);
    let widths: Vec<usize> = signs.into_iter().map(|signs| whole * signs / all).collect();
    if let Some(grid) = find(std::slice::from_mut(&mut table), "w:tblGrid") {
        *grid = widths.iter().map(|wide| sized("w:gridCol", *wide)).collect();
    }
    let fill = |row: &mut Node, name: &'static str, cells: &[String]| {
        let Node::Element { inner, .. } = row else { return };
        let Some(at) = inner.iter().position(|node| named(node, "w:tc")) else { return };
        let sample = inner.remove(at);
        let cells = cells.iter().zip(&widths).map(|(text, wide)| {
            let mut cell = with(sample.clone(), name, text);
            if let Some(about) = find(std::slice::from_mut(&mut cell), "w:tcPr") {
                about.retain(|node| !named(node, "w:tcW"));
                about.insert(0, sized("w:tcW", *wide));
            }
            cell
        });
        drop(inner.splice(at..at, cells.collect::<Vec<_>>()));
    };
    repeat(&mut table, "{{栏名}}", &[heads], |row, heads| fill(row, "栏名", heads));
    repeat(&mut table, "{{栏值}}", rows, |row, cells| fill(row, "栏值", cells));
    table
}

fn sized(name: &str, wide: usize) -> Node {
    let kind = if name == "w:tcW" { " w:type=\"dxa\"" } else { "" };
    Node::Element { name: name.to_owned(), attributes: format!(" w:w=\"{wide}\"{kind}"), inner: Vec::new() }
}

fn width(node: &Node, name: &str) -> Option<usize> {
    let Node::Element { attributes, .. } = node else { return None };
    attributes.split_once(name)?.1.split('"').next()?.parse().ok()
}

/// Replaces in every paragraph of the node.
fn everywhere(node: &mut Node, values: &Values) {
    if is_paragraph(node) {
        put(node, values);
    } else if let Node::Element { inner, .. } = node {
        inner.iter_mut().for_each(|node| everywhere(node, values));
    }
}

/// Replaces in one paragraph. A placeholder that was cut into several runs takes the looks of the first. `false` where the
/// paragraph stood for values that are all empty.
fn put(paragraph: &mut Node, values: &Values) -> bool {
    let mut texts = Vec::new();
    leaves(paragraph, &mut texts);
    let whole: String = texts.iter().map(|text| text.as_str()).collect();
    let mut found = Vec::new();
    for (name, value) in values {
        let word = format!("{{{{{name}}}}}");
        found.extend(whole.match_indices(&word).map(|(at, _)| (at, at + word.len(), value.as_str())));
    }
    if found.is_empty() {
        return true;
    }
    found.sort_unstable_by_key(|(from, ..)| *from);
    let mut start = 0;
    for text in texts {
        let end = start + text.len();
        let (mut now, mut at) = (String::new(), start);
        for &(from, until, value) in found.iter().filter(|(from, until, _)| *from < end && *until > start) {
            now.push_str(whole.get(at..from.max(at)).unwrap_or_default());
            if from >= start {
                now.push_str(value);
            }
            at = until.min(end);
        }
        now.push_str(whole.get(at..end).unwrap_or_default());
        *text = now;
        start = end;
    }
    found.iter().any(|(.., value)| !value.is_empty())
}

/// The texts of a paragraph's runs, in order.
fn leaves<'n>(node: &'n mut Node, texts: &mut Vec<&'n mut String>) {
    let Node::Element { name, inner, .. } = node else { return };
    if *name == "w:t" {
        texts.extend(inner.iter_mut().filter_map(|node| match node {
            Node::Text(text) => Some(text),
            Node::Element { .. } | Node::Raw(_) => None,
        }));
        return;
    }
    inner.iter_mut().for_each(|node| leaves(node, texts));
}

fn text_of(node: &Node) -> String {
    let mut node = node.clone();
    let mut texts = Vec::new();
    leaves(&mut node, &mut texts);
    texts.into_iter().map(|text| text.as_str()).collect()
}

fn named(node: &Node, wanted: &str) -> bool {
    matches!(node, Node::Element { name, .. } if name == wanted)
}

fn is_paragraph(node: &Node) -> bool {
    named(node, "w:p")
}

/// What is inside the first element of that name.
fn find<'n>(nodes: &'n mut [Node], wanted: &str) -> Option<&'n mut Vec<Node>> {
    for node in nodes {
        if let Node::Element { name, inner, .. } = node {
            if *name == wanted {
                return Some(inner);
            }
            if let Some(found) = find(inner, wanted) {
                return Some(found);
            }
        }
    }
    None
}

fn parse(text: &str) -> Result<Vec<Node>, Unmade> {
    let mut reader = Reader::from_str(text);
    // Name, attributes, what is inside; the outermost has no name.
    let mut open = vec![(String::new(), String::new(), Vec::new())];
    loop {
        let event = reader.read_event().map_err(wrong)?;
        if let Event::Start(tag) = &event {
            if open.len() > DEEPEST {
                return Err(wrong("嵌套太深"));
            }
            let (name, attributes) = (tag.name().as_ref().to_owned(), tag.attributes_raw().to_owned());
            open.push((name, attributes, Vec::new()));
            continue;
        }
        let node = match event {
            Event::End(_) => {
                let (name, attributes, inner) = open.pop().ok_or_else(|| wrong("标签不成对"))?;
                Node::Element { name, attributes, inner }
            }
            Event::Empty(tag) => Node::Element {
                name: tag.name().as_ref().to_owned(),
                attributes: tag.attributes_raw().to_owned(),
                inner: Vec::new(),
            },
            Event::Text(text) => {
                let raw = text.into_inner();
                Node::Text(unescape(&raw).map_err(wrong)?.into_owned())
            }
            Event::GeneralRef(reference) => {
                let sign = reference.resolve_char_ref().map_err(wrong)?.map(String::from);
                let known = || resolve_xml_entity(&reference).map(str::to_owned);
                Node::Text(sign.or_else(known).ok_or_else(|| wrong("有不认识的实体"))?)
            }
            Event::Decl(decl) => Node::Raw(format!("<?{}?>", &*decl)),
            Event::CData(text) => Node::Text(text.into_inner().into_owned()),
            Event::DocType(_) => return Err(wrong("不能有文档类型声明")),
            Event::Start(_) | Event::Comment(_) | Event::PI(_) => continue,
            Event::Eof => break,
        };
        let (.., inner) = open.last_mut().ok_or_else(|| wrong("标签不成对"))?;
        // An entity cuts a text into pieces; it is one.
        if let (Node::Text(more), Some(Node::Text(before))) = (&node, inner.last_mut()) {
            before.push_str(more);
        } else {
            inner.push(node);
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some((_, _, nodes)), true) => Ok(nodes),
        _ => Err(wrong("标签不成对")),
    }
}

fn write(node: &Node, out: &mut String) {
    match node {
        Node::Raw(raw) => out.push_str(raw),
        Node::Text(text) => out.push_str(&escape(text.as_str())),
        Node::Element { name, attributes, inner } => {
            out.push('<');
            out.push_str(name);
            out.push_str(attributes);
            // What stands at the edge of a text is kept.
            if name == "w:t" && !attributes.contains("xml:space") {
                out.push_str(" xml:space=\"preserve\"");
            }
            if inner.is_empty() {
                out.push_str("/>");
                return;
            }
            out.push('>');
            inner.iter().for_each(|node| write(node, out));
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
    }
}
