//! Scanned pages of a case: a receipt that was signed, a certificate, a photograph. Of a picture nothing but the picture is kept; what was
//! added stays. In the 卷宗 each is a page behind the papers, after the photographs of the visits.

use documents::paper::Scan;
use jiff::civil::Date;
use rules::access::{Action, Field, Subject};

use super::super::spelled;
use super::kept::{Stored, of_case};
use super::make::hand;
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

/// A scanned page as somebody hands it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What it is.
    pub title: String,
    /// Id of the paper that it belongs to; empty for the case itself.
    pub paper: String,
    /// A JPEG.
    pub image: Vec<u8>,
}

/// A scanned page in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanLine {
    /// Id.
    pub id: String,
    /// What it is; empty where the reader does not see the family.
    pub title: String,
    /// The number of the paper that it belongs to; empty for the case itself.
    pub word: String,
    /// Its size in KB.
    pub kilobytes: i64,
    /// Who added it.
    pub by: String,
    /// When.
    pub at: String,
    /// Why it is void; `None` for one that counts.
    pub void: Option<String>,
}

/// Adds a scanned page; its id. The same picture sent twice is one.
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
    let image = clean(&told.image).map_err(|_| {
        Refused::field("file", "图片收不下：请选一张照片或扫描件，页面会自动缩小成400KB以内的JPEG")
    })?;
    let papers = of_case(desk, case)?;
    let paper = Some(told.paper.as_str()).filter(|id| !id.is_empty());
    if paper.is_some_and(|id| !papers.iter().any(|one| one.id == *id)) {
        return Err(Refused::field("paper", "请选择这件个案的文书"));
    }
    let twin: String = desk.keys.mac("case_scan", &image).iter().map(|byte| format!("{byte:02x}")).collect();
    let before = desk.tx.optional(
        "select s.id, void.at from case_scan s
         left join case_scan_void void on void.county = s.county and void.scan = s.id
         where s.county = $1 and s.case_id = $2 and s.twin = $3",
        &params![desk.county(), case, &twin],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    match before {
        Some((_, Some(_))) => {
            return Err(Refused::field("file", "这张图片作废了，不能再附同一张；请重新拍照或扫描"));
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
    if many >= MOST {
        return Err(Refused::rule(
            format!("一件个案最多附{MOST}页图片"),
            "",
            "请把其余的纸质材料装入纸质卷宗，在最后一页写明",
        ));
    }
    let id = desk.now.id();
    let place = Place { county: desk.county(), table: "case_scan", column: "image", row: &id };
    let sealed = desk.keys.seal_bytes(place, &image, desk.now.random());
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
            i64::try_from(image.len()).unwrap_or(i64::MAX),
            &twin,
            &desk.actor().account,
            &hand.post.unit,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::TakeStep, Some(&hand.post), ("child", &hand.child), "", "附扫描件")?;
    Ok(id)
}

/// Makes a scanned page void: it stays in the list with the reason, and is no page of the 卷宗 any more. The case it belongs to. Said
/// twice it is void once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] without a reason, [`Refused::Rule`] for a case that has ended, [`Refused::Storage`].
pub fn void_scan(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<String, Refused> {
    let case = desk.tx.optional(
        "select case_id from case_scan where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    let case = case.ok_or_else(|| Refused::denied(Action::TakeStep, "case_scan", id))?;
    let hand = hand(desk, &case)?;
    let why = why.trim();
    if !(2..=100).contains(&why.chars().count()) || !plain(why) {
        return Err(Refused::field("why", "请写明为什么作废，2到100个字，如：附错了案件"));
    }
    let void = desk.tx.execute(
        "insert into case_scan_void (county, scan, why, by_account, at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        &params![desk.county(), id, why, &desk.actor().account, desk.now.stamp()],
    )?;
    if void > 0 {
        desk.record(Action::TakeStep, Some(&hand.post), ("child", &hand.child), "", "扫描件作废")?;
    }
    Ok(case)
}

/// The scanned pages of a case, the first before the others; titles for who sees the family.
pub(super) fn scans(desk: &mut Desk<'_, '_>, case: &str, whole: bool) -> Result<Vec<ScanLine>, Refused> {
    let rows = desk.tx.query(
        "select s.id, s.title_sealed, coalesce(p.word, ''), s.bytes, coalesce(account.name, ''), s.at, void.why
         from case_scan s
         left join case_scan_void void on void.county = s.county and void.scan = s.id
         left join case_paper p on p.county = s.county and p.id = s.paper
         left join account on account.county = s.county and account.id = s.by_account
         where s.county = $1 and s.case_id = $2 order by s.at, s.id limit 400",
        &params![desk.county(), case],
        |row| {
            let line = ScanLine {
                id: row.get(0)?,
                title: String::new(),
                word: row.get(2)?,
                kilobytes: (row.get::<i64>(3)? + 1023) / 1024,
                by: row.get(4)?,
                at: row.get(5)?,
                void: row.get(6)?,
            };
            Ok((line, row.get::<Vec<u8>>(1)?))
        },
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for (line, sealed) in rows {
        let title =
            if whole { desk.open("case_scan", "title", &line.id, Some(&sealed))? } else { String::new() };
        all.push(ScanLine { title, ..line });
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
        "select id, title_sealed, coalesce(paper, ''), image_sealed, at from case_scan
         where county = $1 and case_id = $2
           and not exists (select 1 from case_scan_void void where void.county = $1 and void.scan = case_scan.id)
         order by at, id limit 100",
        &params![desk.county(), case],
        |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(2)?, row.get(4)?];
            Ok((texts, row.get::<Vec<u8>>(1)?, row.get::<Vec<u8>>(3)?))
        },
    )?;
    for ([id, paper, at], title, sealed) in scanned {
        let place = Place { county: desk.county(), table: "case_scan", column: "image", row: &id };
        let image = fits(desk.keys.open_bytes(place, &sealed)?);
        let of = papers.iter().find(|one| one.id == paper);
        all.push(Scan {
            title: desk.open("case_scan", "title", &id, Some(&title))?,
            number: of.map(|one| one.word.clone()).unwrap_or_default(),
            date: at.get(..10).and_then(|day| day.parse::<Date>().ok()).map(spelled).unwrap_or_default(),
            image,
            ..Scan::default()
        });
    }
    Ok(all)
}
