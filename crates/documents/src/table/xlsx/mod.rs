//! Office Open XML workbooks: which sheets there are, what their numbers mean, and their rows one after the other.

mod sheet;

use super::gather::{Gather, Texts};
use super::limits::Deadline;
use super::number::{Epoch, Shown, shown};
use super::package::{Inflating, Package};
use super::sniff::stranger;
use super::xml::{Xml, attribute, resolve, unescaped};
use super::{Limits, ReadError};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::fs::File;

/// Cell formats: Excel itself allows 64,000.
const STYLES: usize = 65_536;
/// Sheets whose first rows are looked at.
const SHEETS: usize = 256;

/// A workbook whose sheets have not been read.
#[derive(Debug)]
pub(crate) struct Workbook {
    package: Package,
    pub(crate) sheets: Vec<Tab>,
    texts: Texts,
    shown: Vec<Shown>,
    epoch: Epoch,
}

/// A sheet of a workbook.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    part: String,
}

impl Workbook {
    pub(crate) fn open(file: &File, bytes: u64, limits: &Limits) -> Result<Workbook, ReadError> {
        let deadline = Deadline::after(limits);
        let package = Package::open(file, bytes, limits)?;
        let main = main_part(&package, deadline)?;
        let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let relations = relations(&package, &main, deadline)?;
        let (sheets, epoch) = sheets(&package, &main, &relations, deadline)?;
        if sheets.is_empty() {
            return Err(ReadError::damaged("工作簿里没有工作表"));
        }
        let target = |kind: &str, usual: &str| {
            let found = relations.values().find(|relation| relation.kind.ends_with(kind));
            found.map_or_else(|| format!("{folder}/{usual}"), |relation| relation.target.clone())
        };
        let shown = styles(&package, &target("/styles", "styles.xml"), deadline)?;
        let texts = shared(&package, &target("/sharedStrings", "sharedStrings.xml"), limits, deadline)?;
        Ok(Workbook { package, sheets, texts, shown, epoch })
    }

    /// Hands the rows of a sheet to `gather`, until it asks for no more.
    pub(crate) fn rows(&self, sheet: usize, gather: &mut Gather<'_>) -> Result<(), ReadError> {
        let Some(tab) = self.sheets.get(sheet) else { return Ok(()) };
        let xml = open_part(&self.package, &tab.part, gather.deadline())?
            .ok_or_else(|| ReadError::damaged(format!("缺少工作表“{}”的内容", tab.name)))?;
        sheet::read(self, Xml::new(xml), gather)
    }
}

fn open_part(package: &Package, name: &str, deadline: Deadline) -> Result<Option<Inflating>, ReadError> {
    package.part(name).map(|part| package.read(part, deadline)).transpose()
}

/// The part that lists the sheets, or what the archive is instead of a workbook.
fn main_part(package: &Package, deadline: Deadline) -> Result<String, ReadError> {
    let relations = relations(package, "", deadline)?;
    let main = relations.values().find(|relation| relation.kind.ends_with("/officeDocument"));
    let main = main.map_or("xl/workbook.xml", |relation| relation.target.as_str());
    if main.ends_with(".bin") {
        return Err(stranger("二进制工作簿（.xlsb）"));
    }
    for (folder, name) in [("word/", "Word 文档"), ("ppt/", "演示文稿"), ("content.xml", "OpenDocument 文件")]
    {
        if package.has_under(folder) && !package.has_under("xl/") {
            return Err(stranger(name));
        }
    }
    if package.part(main).is_none() {
        return Err(if package.has_under("xl/") {
            ReadError::damaged("缺少工作簿的目录")
        } else {
            stranger("ZIP 压缩包")
        });
    }
    if package.part("[Content_Types].xml").is_none() {
        return Err(ReadError::damaged("缺少 [Content_Types].xml"));
    }
    Ok(main.to_owned())
}

/// Where one part points to another.
struct Relation {
    kind: String,
    target: String,
}

/// The relations of a part, by id; of the package itself for an empty name.
fn relations(
    package: &Package,
    part: &str,
    deadline: Deadline,
) -> Result<HashMap<String, Relation>, ReadError> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name =
        if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let mut relations = HashMap::new();
    let Some(bytes) = open_part(package, &name, deadline)? else { return Ok(relations) };
    let mut xml = Xml::new(bytes);
    loop {
        match xml.next()? {
            Event::Eof => return Ok(relations),
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == "Relationship" =>
            {
                let (id, kind) = (unescaped(&element, "Id"), unescaped(&element, "Type"));
                // What lies outside the file is never fetched (E03).
                let outside = attribute(&element, "TargetMode").is_some_and(|mode| mode == "External");
                if let (Some(id), Some(kind), Some(target), false) =
                    (id, kind, unescaped(&element, "Target"), outside)
                {
                    relations.insert(id, Relation { kind, target: resolved(folder, &target) });
                }
            }
            _ => {}
        }
    }
}

/// A target as a name in the package.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

fn sheets(
    package: &Package,
    main: &str,
    relations: &HashMap<String, Relation>,
    deadline: Deadline,
) -> Result<(Vec<Tab>, Epoch), ReadError> {
    let mut tabs = Vec::new();
    let mut epoch = Epoch::From1900;
    let Some(bytes) = open_part(package, main, deadline)? else { return Ok((tabs, epoch)) };
    let mut xml = Xml::new(bytes);
    loop {
        match xml.next()? {
            Event::Eof => return Ok((tabs, epoch)),
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "workbookPr"
                    if attribute(&element, "date1904")
                        .is_some_and(|value| value == "1" || value == "true") =>
                {
                    epoch = Epoch::From1904;
                }
                "sheet" => {
                    let relation = attribute(&element, "id").and_then(|id| relations.get(id.as_ref()));
                    if let Some(relation) = relation.filter(|relation| relation.kind.ends_with("/worksheet"))
                        && tabs.len() < SHEETS
                    {
                        tabs.push(Tab {
                            name: unescaped(&element, "name").unwrap_or_default(),
                            hidden: attribute(&element, "state").is_some_and(|state| state != "visible"),
                            part: relation.target.clone(),
                        });
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// For each cell format what it makes of a number.
fn styles(package: &Package, name: &str, deadline: Deadline) -> Result<Vec<Shown>, ReadError> {
    let mut formats: HashMap<u16, Shown> = HashMap::new();
    let mut styles = Vec::new();
    let mut within = false;
    let Some(bytes) = open_part(package, name, deadline)? else { return Ok(styles) };
    let mut xml = Xml::new(bytes);
    let id = |element: &BytesStart<'_>| attribute(element, "numFmtId").and_then(|id| id.parse::<u16>().ok());
    loop {
        match xml.next()? {
            Event::Eof => return Ok(styles),
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => within = false,
            Event::Start(element) if element.local_name().as_ref() == "cellXfs" => within = true,
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (id(&element), unescaped(&element, "formatCode")) {
                        formats.insert(id, shown(id, Some(&code)));
                    }
                }
                "xf" if within => {
                    let id = id(&element).unwrap_or_default();
                    styles.push(formats.get(&id).copied().unwrap_or_else(|| shown(id, None)));
                }
                _ => {}
            },
            _ => {}
        }
        if styles.len() > STYLES || formats.len() > STYLES {
            return Err(ReadError::too_large(format!("单元格格式超过 {STYLES} 种")));
        }
    }
}

/// The texts that cells refer to by number.
fn shared(package: &Package, name: &str, limits: &Limits, deadline: Deadline) -> Result<Texts, ReadError> {
    let mut texts = Texts::default();
    let Some(bytes) = open_part(package, name, deadline)? else { return Ok(texts) };
    let mut xml = Xml::new(bytes);
    let mut text = RichText::new(limits);
    loop {
        let event = xml.next()?;
        match &event {
            Event::Eof => return Ok(texts),
            Event::Start(element) if element.local_name().as_ref() == "si" => text.clear(),
            Event::End(element) if element.local_name().as_ref() == "si" => texts.push(text.get(), limits)?,
            Event::Empty(element) if element.local_name().as_ref() == "si" => texts.push("", limits)?,
            _ => text.take(&event)?,
        }
    }
}

/// Many small runs may still make one enormous value.
fn bounded(text: &str, longest: usize) -> Result<(), ReadError> {
    if text.len() > longest {
        return Err(ReadError::too_large(format!("有一个单元格超过 {} KB", longest >> 10)));
    }
    Ok(())
}

/// Puts together the text of a cell from its runs; the reading aids that East Asian files carry (`rPh`) are left out.
#[derive(Debug)]
struct RichText {
    longest: usize,
    text: String,
    plain: String,
    in_text: bool,
    in_aid: bool,
}

impl RichText {
    fn new(limits: &Limits) -> RichText {
        RichText {
            longest: limits.text,
            text: String::new(),
            plain: String::new(),
            in_text: false,
            in_aid: false,
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.in_text = false;
        self.in_aid = false;
    }

    fn take(&mut self, event: &Event<'_>) -> Result<(), ReadError> {
        match event {
            Event::Start(element) if element.local_name().as_ref() == "t" => self.in_text = !self.in_aid,
            Event::End(element) if element.local_name().as_ref() == "t" => self.in_text = false,
            Event::Start(element) if element.local_name().as_ref() == "rPh" => self.in_aid = true,
            Event::End(element) if element.local_name().as_ref() == "rPh" => self.in_aid = false,
            Event::Text(text) if self.in_text => self.text.push_str(text),
            Event::CData(text) if self.in_text => self.text.push_str(text),
            Event::GeneralRef(reference) if self.in_text => resolve(reference, &mut self.text)?,
            _ => {}
        }
        bounded(&self.text, self.longest)
    }

    /// The text, with the `_x000D_` by which Excel writes characters that XML does not allow turned back.
    fn get(&mut self) -> &str {
        if !self.text.contains("_x") {
            return &self.text;
        }
        self.plain.clear();
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find("_x") {
            let (before, from) = rest.split_at(at);
            self.plain.push_str(before);
            let code = from.get(2..6).filter(|_| from.get(6..7) == Some("_"));
            match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
                Some(character) => {
                    self.plain.push(character);
                    rest = from.get(7..).unwrap_or_default();
                }
                None => {
                    self.plain.push_str("_x");
                    rest = from.get(2..).unwrap_or_default();
                }
            }
        }
        self.plain.push_str(rest);
        &self.plain
    }
}
