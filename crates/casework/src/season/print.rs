//! The print run: the notices of a township by number, which is by village and group, in portions that are read and set one after the other, so
//! that memory follows a portion and not the run. What leaves the house is on the record before the first page.

use documents::paper::notice::{Notice, Run};
use qrcodegen::{QrCode, QrCodeEcc};
use rules::access::{Action, Subject};
use rules::case::paper::{PaperKind, rule};

use super::make::Said;
use super::open::season;
use super::own_post;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units;

/// Notices of one file.
pub const AT_ONCE: usize = 500;

/// A run that was allowed and put on the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintRun {
    /// Year of the season.
    year: i64,
    /// Township.
    township: String,
    /// Of one village or group; empty for all.
    unit: String,
    /// Of them those that nobody has delivered.
    pub many: i64,
    /// Address of this installation as its users reach it.
    address: String,
}

/// That a notice `n` belongs to the run: not delivered yet, and of the village or group that was asked for.
const OF_RUN: &str = "n.county = $1 and n.year = $2 and n.township = $3 and n.state in ('made', 'failed')
     and (cast($4 as text) = '' or n.village_group = $4 or n.village = $4)";

/// Begins a run of what is not delivered yet in the actor's township, or in one village or group of it. Identity must have been proved shortly
/// before: names leave the house.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Rule`] when there is nothing to print, [`Refused::Storage`].
pub fn print_run(desk: &mut Desk<'_, '_>, unit: &str, address: &str) -> Result<PrintRun, Refused> {
    let township = own_post(desk, Action::MakeNotices)?.unit.clone();
    let path = units::path(desk.tx, desk.county(), &township)?;
    let grant = desk.require(Action::MakeNotices, &Subject::Unit(&path), ("unit", &township))?;
    desk.proved(Action::MakeNotices)?;
    let year = i64::from(season(desk)?.year);
    let many = desk.tx.one(
        &format!("select cast(count(*) as bigint) from season_notice n where {OF_RUN}"),
        &params![desk.county(), year, &township, unit],
        |row| row.get::<i64>(0),
    )?;
    if many == 0 {
        return Err(Refused::rule("没有要打印的通知书", "五(八)", "先做通知书；已经送达的不再打印"));
    }
    let said = format!("打印入学、复学通知书{many}份");
    desk.record(Action::MakeNotices, grant.post, ("unit", &township), "", &said)?;
    Ok(PrintRun { year, township, unit: unit.to_owned(), many, address: address.to_owned() })
}

/// The notices behind a number, as they are set; and the number behind which the next portion begins, none at the end.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn print_portion(
    desk: &mut Desk<'_, '_>,
    run: &PrintRun,
    after: (i64, i64),
) -> Result<(Run, Option<(i64, i64)>), Refused> {
    let path = units::path(desk.tx, desk.county(), &run.township)?;
    desk.require(Action::MakeNotices, &Subject::Unit(&path), ("unit", &run.township))?;
    let rows = desk.tx.query(
        &format!(
            "select n.id, n.word, n.number_year, n.number, n.said_sealed from season_notice n
             where {OF_RUN} and (n.number_year, n.number) > ($5, $6)
             order by n.number_year, n.number limit {AT_ONCE}"
        ),
        &params![desk.county(), run.year, &run.township, &run.unit, after.0, after.1],
        |row| {
            let number = (row.get::<i64>(2)?, row.get::<i64>(3)?);
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, number, row.get::<Vec<u8>>(4)?))
        },
    )?;
    let next = rows.last().filter(|_| rows.len() == AT_ONCE).map(|(_, _, number, _)| *number);
    let paper = rule(PaperKind::EnrolNotice);
    let cited = crate::papers::case::cited(paper.articles);
    let mut set = Run {
        mark: "含未成年人个人信息，不得外传".to_owned(),
        rights: paper
            .rights
            .iter()
            .map(|right| (right.name.to_owned(), format!("{}（{}）", right.text, right.article)))
            .collect(),
        scan: "扫码看说明、办回执".to_owned(),
        ..Run::default()
    };
    set.rights.push(("看不懂汉字".to_owned(), other_words(desk)?));
    let phone = units::phone_of(desk.tx, desk.county(), &run.township)?;
    if !phone.is_empty() {
        set.rights.push(("有事打电话".to_owned(), phone));
    }
    for (id, word, _, sealed) in rows {
        let said = desk.open("season_notice", "said", &id, Some(&sealed))?;
        let said: Said =
            serde_json::from_str(&said).map_err(|error| Refused::Fault(format!("a notice: {error}")))?;
        set.organ.clone_from(&said.organ);
        set.bring.clone_from(&said.bring);
        set.notices.push(notice(said, word, &cited, &run.address));
    }
    Ok((set, next))
}

/// Where a family that does not read Chinese is told the same: on the page behind the squares, as far as the county has filled it, and by whoever
/// hands the notice over. The paper itself brings no text in another script: the county's fonts would have to have it.
fn other_words(desk: &mut Desk<'_, '_>) -> Result<String, Refused> {
    let spoken = crate::public::words::spoken(desk)?;
    let named = |heard: bool| {
        let all: Vec<&str> =
            spoken.iter().filter(|one| one.has_sound == heard).map(|one| one.language.label()).collect();
        all.join("、")
    };
    let (heard, read) = (named(true), named(false));
    let mut said = Vec::new();
    if !heard.is_empty() {
        said.push(format!("扫码可以听{heard}"));
    }
    if !read.is_empty() {
        said.push(format!("扫码可以看{read}"));
    }
    said.push("送达的人用彝语、白语或者您听得懂的话讲给您听，不收钱".to_owned());
    Ok(format!("{}。", said.join("；")))
}

fn notice(said: Said, word: String, cited: &str, address: &str) -> Notice {
    let at = format!("{address}/f/{}", said.code);
    let squares = QrCode::encode_text(&at, QrCodeEcc::Medium).map_or_else(
        |_| Vec::new(),
        |code| {
            let row = |y| (0..code.size()).map(|x| if code.get_module(x, y) { '1' } else { '0' }).collect();
            (0..code.size()).map(row).collect()
        },
    );
    let born = if said.sex.is_empty() {
        format!("{}，{}出生", said.child, said.birth)
    } else {
        format!("{}，{}，{}出生", said.child, said.sex, said.birth)
    };
    let rows = [
        ("孩子", born),
        ("住址", said.home),
        ("报到学校", said.school),
        ("报到日期", format!("{}前", said.report)),
    ];
    Notice {
        number: word,
        title: said.title,
        to: said.to,
        asked: format!("您的被监护人{}应当接受义务教育。依据{cited}，请按下列要求送其到校。", said.child),
        child: said.child,
        rows: rows.map(|(what, value)| (what.to_owned(), value)).to_vec(),
        date: said.day,
        address: at,
        squares,
    }
}
