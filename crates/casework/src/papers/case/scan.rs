//! What was scanned for a case: a receipt that was signed, a certificate of several pages, a photograph. Of a picture nothing but the picture is kept;
//! what was added stays. In the 卷宗 each page is a page behind the papers, after the photographs of the visits.

use documents::paper::Scan;
use jiff::civil::Date;
use rules::access::{Action, Field, Subject};

use super::super::spelled;
use super::kept::{Stored, of_case};
use super::make::hand;
use crate::cases::load;
use crate::desk::Desk;
use crate::keys::Place;
use crate::ledger::{Sees, plain, ties_of};
use crate::pairs::clean;
use crate::params;
use crate::refused::Refused;

/// Scanned pages of one case at most.
const MOST: i64 = 60;

/// Bytes of all pictures of one 卷宗 at most; what goes beyond is named on its page and not printed.
const TOGETHER: usize = 16_000_000;

/// What somebody hands in: a photograph, or a scanned paper with its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What it is.
    pub title: String,
    /// Id of the paper that it belongs to; empty for the case itself.
    pub paper: String,
    /// Its pages in order, each a JPEG.
    pub pages: Vec<Vec<u8>>,
}

/// What was added, in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanLine {
    /// Id of its first page.
    pub id: String,
    /// What it is; empty where the reader does not see the family.
    pub title: String,
    /// The number of the paper that it belongs to; empty for the case itself.
    pub word: String,
    /// Ids of all pages in order, the first among them.
    pub pages: Vec<String>,
    /// Its size in KB, all pages together.
    pub kilobytes: i64,
    /// Who added it.
    pub by: String,
    /// When.
    pub at: String,
    /// Why it is void; `None` for one that counts.
    pub void: Option<Void>,
}

/// That something is no page of the 卷宗 any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// Why.
    pub why: String,
    /// Who said so, and when.
    pub by: (String, String),
    /// Who took the second look, and when; `None` until somebody has.
    pub looked: Option<(String, String)>,
    /// Whether the reader said so, and therefore does not look at it a second time.
    pub own: bool,
}

/// Adds what was scanned; the id of its first page. The same handed in twice is one.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] for what is no picture or too large, [`Refused::Rule`] for a case that has ended or has too
/// many, [`Refused::Storage`].
pub fn add_scan(desk: &mut Desk<'_, '_>, case: &str, told: &Scanned) -> Result<String, Refused> {
    let hand = hand(desk, case)?;
    let title = told.title.trim();
    if !(2..=60).contains(&title.chars().count()) || !plain(title) {
        return Err(Refused::field("title", "请写是什么，2到60个字，如：送达回证（签字件）"));
    }
    let pages: Result<Vec<Vec<u8>>, Refused> = told.pages.iter().map(|page| clean(page)).collect();
    let pages = pages.ok().filter(|pages| !pages.is_empty()).ok_or_else(|| {
        Refused::field("file", "图片收不下：请选一张照片或者扫描件，图片在附上的时候会缩小成400KB以内的JPEG")
    })?;
    let papers = of_case(desk, case)?;
    let paper = Some(told.paper.as_str()).filter(|id| !id.is_empty());
    if paper.is_some_and(|id| !papers.iter().any(|one| one.id == *id)) {
        return Err(Refused::field("paper", "请选择这件个案的文书"));
    }
    let twins = twins(desk, &pages);
    let before = desk.tx.optional(
        "select s.id, void.at from case_scan s
         left join case_scan_void void on void.county = s.county and void.scan = s.id
         where s.county = $1 and s.case_id = $2 and s.twin = $3",
        &params![desk.county(), case, twins.first().map(String::as_str)],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    match before {
        Some((_, Some(_))) => {
            return Err(Refused::field("file", "这份图片作废了，不能再附同一份；请重新拍照或扫描"));
        }
        Some((before, None)) => return Ok(before),
        None => {}
    }
    let many = desk.tx.one(
        "select cast(count(*) as bigint) from case_scan s where s.county = $1 and s.case_id = $2
           and not exists (select 1 from case_scan_void void where void.county = s.county and void.scan = s.id)",
        &params![desk.county(), case],
        |row| row.get::<i64>(0),
    )?;
    if many.saturating_add(count(pages.len())) > MOST {
        return Err(Refused::rule(
            format!("一件个案最多附{MOST}页图片，已有{many}页，这份有{}页", pages.len()),
            "",
            "请把其余的纸质材料装入纸质卷宗，在最后一页写明",
        ));
    }
    let first = desk.now.id();
    for (at, (page, twin)) in pages.iter().zip(&twins).enumerate() {
        let id = if at == 0 { first.clone() } else { desk.now.id() };
        let place = Place { county: desk.county(), table: "case_scan", column: "image", row: &id };
        let sealed = desk.keys.seal_bytes(place, page, desk.now.random());
        let named = desk.seal("case_scan", "title", &id, title);
        desk.tx.execute(
            "insert into case_scan (county, id, case_id, paper, title_sealed, image_sealed, bytes, twin, by_account, by_unit, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &params![
                desk.county(),
                &id,
                case,
                paper,
                named,
                sealed,
                count(page.len()),
                twin,
                &desk.actor().account,
                &hand.post.unit,
                desk.now.stamp()
            ],
        )?;
        if pages.len() > 1 {
            desk.tx.execute(
                "insert into case_scan_sheet (county, scan, first, sheet, sheets) values ($1, $2, $3, $4, $5)",
                &params![desk.county(), &id, &first, count(at + 1), count(pages.len())],
            )?;
        }
    }
    desk.record(Action::TakeStep, Some(&hand.post), ("child", &hand.child), "", "附扫描件")?;
    Ok(first)
}

/// By what each page is known to be the same when it comes again. Pages of one paper may look alike, so that place and paper count, too.
fn twins(desk: &Desk<'_, '_>, pages: &[Vec<u8>]) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if let [page] = pages {
        return vec![hex(&desk.keys.mac("case_scan", page))];
    }
    let whole: Vec<u8> = pages.iter().flat_map(|page| desk.keys.mac("case_scan", page)).collect();
    let own = |at: usize| [whole.as_slice(), &at.to_be_bytes()].concat();
    (0..pages.len()).map(|at| hex(&desk.keys.mac("case_scan", &own(at)))).collect()
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

/// The case of a scanned page and the first page of its paper.
fn placed(desk: &mut Desk<'_, '_>, id: &str) -> Result<(String, String), Refused> {
    let found = desk.tx.optional(
        "select s.case_id, coalesce(sheet.first, s.id) from case_scan s
         left join case_scan_sheet sheet on sheet.county = s.county and sheet.scan = s.id
         where s.county = $1 and s.id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    found.ok_or_else(|| Refused::denied(Action::TakeStep, "case_scan", id))
}

/// Makes what was scanned void, with all its pages: it stays in the list with the reason, and is in no 卷宗 that is made from then on. The case
/// it belongs to. Said twice it is void once. A colleague takes a second look: [`look_at_void`].
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] without a reason, [`Refused::Rule`] for a case that has ended, [`Refused::Storage`].
pub fn void_scan(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<String, Refused> {
    let (case, first) = placed(desk, id)?;
    let hand = hand(desk, &case)?;
    let why = why.trim();
    if !(2..=100).contains(&why.chars().count()) || !plain(why) {
        return Err(Refused::field("why", "请写明为什么作废，2到100个字，如：附错了案件"));
    }
    let void = desk.tx.execute(
        "insert into case_scan_void (county, scan, why, by_account, at)
         select s.county, s.id, $3, $4, $5 from case_scan s
         left join case_scan_sheet sheet on sheet.county = s.county and sheet.scan = s.id
         where s.county = $1 and coalesce(sheet.first, s.id) = $2 and s.case_id = $6
         on conflict do nothing",
        &params![desk.county(), &first, why, &desk.actor().account, desk.now.stamp(), &case],
    )?;
    if void > 0 {
        desk.record(Action::TakeStep, Some(&hand.post), ("child", &hand.child), "", "扫描件作废")?;
    }
    Ok(case)
}

/// The second look at something void, by another one who takes the case's steps, also when it has ended. The case it belongs to.
///
/// # Errors
/// [`Refused::Denied`] also for what is not void, [`Refused::Rule`] for who made it void, [`Refused::Storage`].
pub fn look_at_void(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let missing = || Refused::denied(Action::TakeStep, "case_scan", id);
    let (case, first) = placed(desk, id)?;
    let child = load(desk, &case)?.ok_or_else(missing)?.child;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::TakeStep, &Subject::Child(&ties), ("case_scan", id))?;
    let by = desk.tx.optional(
        "select by_account from case_scan_void where county = $1 and scan = $2",
        &params![desk.county(), &first],
        |row| row.get::<String>(0),
    )?;
    if by.ok_or_else(missing)? == desk.actor().account {
        return Err(Refused::rule(
            "作废要有另一个人看过",
            "",
            "请本单位的同事或者县教体局看一眼，确认作废得对",
        ));
    }
    let looked = desk.tx.execute(
        "insert into case_scan_look (county, scan, by_account, at) values ($1, $2, $3, $4) on conflict do nothing",
        &params![desk.county(), &first, &desk.actor().account, desk.now.stamp()],
    )?;
    if looked > 0 {
        desk.record(Action::TakeStep, grant.post, ("child", &child), "", "扫描件作废，已复看")?;
    }
    Ok(case)
}

/// What was scanned for a case, the first before the others; titles for who sees the family.
pub(super) fn scans(desk: &mut Desk<'_, '_>, case: &str, whole: bool) -> Result<Vec<ScanLine>, Refused> {
    let rows = desk.tx.query(
        "select s.id, s.title_sealed, coalesce(p.word, ''), s.bytes, coalesce(account.name, ''), s.at,
                void.why, coalesce(voider.name, ''), void.at, void.by_account, coalesce(looker.name, ''), look.at, sheet.first
         from case_scan s
         left join case_scan_sheet sheet on sheet.county = s.county and sheet.scan = s.id
         left join case_scan_void void on void.county = s.county and void.scan = s.id
         left join account voider on voider.county = s.county and voider.id = void.by_account
         left join case_scan_look look on look.county = s.county and look.scan = s.id
         left join account looker on looker.county = s.county and looker.id = look.by_account
         left join case_paper p on p.county = s.county and p.id = s.paper
         left join account on account.county = s.county and account.id = s.by_account
         where s.county = $1 and s.case_id = $2
         order by s.at, coalesce(sheet.first, s.id), coalesce(sheet.sheet, 1) limit 400",
        &params![desk.county(), case],
        |row| {
            let void = match (row.get::<Option<String>>(6)?, row.get::<Option<String>>(8)?) {
                (Some(why), Some(at)) => {
                    let looked: Option<String> = row.get(11)?;
                    let looker: String = row.get(10)?;
                    let by = row.get::<Option<String>>(9)?.unwrap_or_default();
                    let void = Void { why, by: (row.get(7)?, at), looked: looked.map(|at| (looker, at)), own: false };
                    Some((void, by))
                }
                _ => None,
            };
            let id: String = row.get(0)?;
            let line = ScanLine {
                id: id.clone(),
                title: String::new(),
                word: row.get(2)?,
                pages: vec![id],
                kilobytes: (row.get::<i64>(3)? + 1023) / 1024,
                by: row.get(4)?,
                at: row.get(5)?,
                void: None,
            };
            Ok((line, void, row.get::<Vec<u8>>(1)?, row.get::<Option<String>>(12)?))
        },
    )?;
    let mut all: Vec<ScanLine> = Vec::with_capacity(rows.len());
    for (line, void, sealed, first) in rows {
        if let (Some(first), Some(last)) = (first, all.last_mut())
            && last.id == first
            && line.id != first
        {
            last.pages.extend(line.pages);
            last.kilobytes += line.kilobytes;
            continue;
        }
        let title =
            if whole { desk.open("case_scan", "title", &line.id, Some(&sealed))? } else { String::new() };
        let void = void.map(|(void, by)| Void { own: by == desk.actor().account, ..void });
        all.push(ScanLine { title, void, ..line });
    }
    Ok(all)
}

/// The picture, for who sees the family. That it was looked at is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`], [`Refused::Fault`].
pub fn scan_image(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<u8>, Refused> {
    let missing = || Refused::denied(Action::ReadCase, "case_scan", id);
    let found = desk.tx.optional(
        "select c.child, s.image_sealed from case_scan s
         join child_case c on c.county = s.county and c.id = s.case_id
         where s.county = $1 and s.id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
    )?;
    let (child, sealed) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::ReadCase, &Subject::Child(&ties), ("case_scan", id))?;
    if !Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians)) {
        return Err(missing());
    }
    let place = Place { county: desk.county(), table: "case_scan", column: "image", row: id };
    let image = desk.keys.open_bytes(place, &sealed)?;
    desk.record(Action::ReadCase, grant.post, ("child", &child), "", "个案扫描件")?;
    Ok(image)
}

/// The pages of the 卷宗 that are pictures: photographs of visits, then what was scanned. A right to the whole file was asked before.
pub(super) fn pages(desk: &mut Desk<'_, '_>, case: &str, papers: &[Stored]) -> Result<Vec<Scan>, Refused> {
    let photos = desk.tx.query(
        "select visit.id, visit.day, visit_photo.image_sealed from visit_photo
         join visit on visit.county = visit_photo.county and visit.id = visit_photo.visit
         where visit_photo.county = $1 and visit.case_id = $2 order by visit.day, visit.id limit 60",
        &params![desk.county(), case],
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?, row.get::<Vec<u8>>(2)?)),
    )?;
    let mut all = Vec::new();
    let mut left = TOGETHER;
    let mut fits = |image: Vec<u8>| {
        let more = image.len() <= left;
        left -= if more { image.len() } else { 0 };
        if more { image } else { Vec::new() }
    };
    for (id, day, sealed) in photos {
        let place = Place { county: desk.county(), table: "visit_photo", column: "image", row: &id };
        let image = fits(desk.keys.open_bytes(place, &sealed)?);
        all.push(Scan { title: "走访照片".to_owned(), date: spelled(day), image, ..Scan::default() });
    }
    let scanned = desk.tx.query(
        "select s.id, s.title_sealed, coalesce(s.paper, ''), s.image_sealed, s.at,
                coalesce(sheet.sheet, 1), coalesce(sheet.sheets, 1)
         from case_scan s left join case_scan_sheet sheet on sheet.county = s.county and sheet.scan = s.id
         where s.county = $1 and s.case_id = $2
           and not exists (select 1 from case_scan_void void where void.county = $1 and void.scan = s.id)
         order by s.at, coalesce(sheet.first, s.id), coalesce(sheet.sheet, 1) limit 100",
        &params![desk.county(), case],
        |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(2)?, row.get(4)?];
            let sheet = (row.get::<i64>(5)?, row.get::<i64>(6)?);
            Ok((texts, row.get::<Vec<u8>>(1)?, row.get::<Vec<u8>>(3)?, sheet))
        },
    )?;
    for ([id, paper, at], title, sealed, (sheet, sheets)) in scanned {
        let place = Place { county: desk.county(), table: "case_scan", column: "image", row: &id };
        let image = fits(desk.keys.open_bytes(place, &sealed)?);
        let of = papers.iter().find(|one| one.id == paper);
        all.push(Scan {
            title: desk.open("case_scan", "title", &id, Some(&title))?,
            number: of.map(|one| one.word.clone()).unwrap_or_default(),
            date: at.get(..10).and_then(|day| day.parse::<Date>().ok()).map(spelled).unwrap_or_default(),
            image,
            sheet,
            sheets,
            ..Scan::default()
        });
    }
    Ok(all)
}
