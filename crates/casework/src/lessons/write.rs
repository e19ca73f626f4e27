//! Writing a lesson at home down, once, by who taught it.

use jiff::civil::{Date, Time};
use rules::access::{Action, Subject};
use rules::attendance::Answered;
use rules::lesson::MINUTES;

use super::read::is_taught_at_home;
use crate::desk::Desk;
use crate::keys::Place;
use crate::ledger::{plain, ties_of};
use crate::pairs::clean;
use crate::params;
use crate::refused::Refused;

/// Most signs of a text.
const MOST: usize = 500;

/// A lesson may be written down so many days later at most.
const LATE: i64 = 30;

/// Who can confirm a lesson.
pub const CONFIRM: [Answered; 4] =
    [Answered::Father, Answered::Mother, Answered::Grandparent, Answered::Guardian];

/// A lesson as it is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonForm {
    /// Id that the page made.
    pub id: String,
    /// On which day.
    pub day: Date,
    /// From when, `14:30`.
    pub from: String,
    /// For how many minutes.
    pub minutes: u16,
    /// What was taught, and how it went.
    pub taught: String,
    /// Who of the family confirmed it; `None` for nobody.
    pub confirmed: Option<Answered>,
    /// Name of who confirmed it.
    pub name: String,
    /// A photograph.
    pub photo: Option<Vec<u8>>,
}

/// Writes a lesson down.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for a child that is not taught at home, [`Refused::Storage`].
pub fn write(desk: &mut Desk<'_, '_>, child: &str, form: &LessonForm) -> Result<(), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::RecordLesson, &Subject::Child(&ties), ("child", child))?;
    let from = check(desk, form)?;
    let photo = form.photo.as_deref().map(clean).transpose()?;
    if !is_taught_at_home(desk, child)? {
        return Err(Refused::rule(
            "这个孩子没有安置为送教上门",
            "五(十一)",
            "请教体局在个案里安置为送教上门，再登记送教",
        ));
    }
    let digest = digest(desk, child, form);
    let taught = desk.seal("home_lesson", "taught", &form.id, form.taught.trim());
    let name = form.name.trim();
    let name = (!name.is_empty()).then(|| desk.seal("home_lesson", "confirmed", &form.id, name));
    let written = desk.tx.execute(
        "insert into home_lesson (county, id, child, day, from_minute, minutes, taught_sealed, confirmed, confirmed_sealed,
                                  digest, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (county, id) do nothing",
        &params![
            desk.county(),
            &form.id,
            child,
            form.day,
            i64::from(from),
            i64::from(form.minutes),
            taught,
            form.confirmed.map_or("", Answered::code),
            name,
            &digest,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if written == 0 {
        // The same once more is done already (H01); another under this id is not swallowed.
        let before = desk.tx.one(
            "select digest from home_lesson where county = $1 and id = $2",
            &params![desk.county(), &form.id],
            |row| row.get::<String>(0),
        )?;
        return if before == digest {
            Ok(())
        } else {
            Err(Refused::field("id", "这个编号已经用于另一次送教，没有保存；请重新打开页面再填"))
        };
    }
    if let Some(photo) = photo {
        let place = Place { county: desk.county(), table: "lesson_photo", column: "image", row: &form.id };
        let sealed = desk.keys.seal_bytes(place, &photo, desk.now.random());
        desk.tx.execute(
            "insert into lesson_photo (county, lesson, image_sealed) values ($1, $2, $3)",
            &params![desk.county(), &form.id, sealed],
        )?;
    }
    desk.record(Action::RecordLesson, grant.post, ("child", child), "", "送教上门")
}

/// A code over everything that was sent, by a key.
fn digest(desk: &Desk<'_, '_>, child: &str, form: &LessonForm) -> String {
    let parts = [
        child,
        &desk.actor().account,
        &form.day.to_string(),
        &form.from,
        &form.minutes.to_string(),
        &form.taught,
        form.confirmed.map_or("", Answered::code),
        &form.name,
    ];
    let mut text = parts.join("\u{1f}");
    if let Some(photo) = &form.photo {
        let image = desk.keys.mac("lesson_photo", photo);
        text.extend(std::iter::once('\u{1f}').chain(image.iter().map(|byte| char::from(*byte))));
    }
    let code = desk.keys.mac("home_lesson", text.as_bytes());
    code.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The minute of the day at which it began.
fn check(desk: &Desk<'_, '_>, form: &LessonForm) -> Result<u16, Refused> {
    let known = (8..=64).contains(&form.id.len())
        && form.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !known {
        return Err(Refused::field("id", "编号不对，请重新打开页面再填"));
    }
    let today = desk.now.day();
    if form.day > today || form.day < today.saturating_sub(jiff::ToSpan::days(LATE)) {
        return Err(Refused::field("day", "日期要在今天以前、30天以内"));
    }
    let time: Option<Time> = form.from.parse().ok().filter(|_| form.from.len() == 5);
    let time = time.ok_or_else(|| Refused::field("from", "请写几点开始，如 14:30"))?;
    if !MINUTES.contains(&form.minutes) {
        return Err(Refused::field("minutes", "请写教了多少分钟，20到300"));
    }
    let taught = form.taught.trim().chars().count();
    if !(4..=MOST).contains(&taught) || !form.taught.lines().all(plain) {
        return Err(Refused::field("taught", "请写教了什么、孩子怎么样，4到500个字"));
    }
    if form.confirmed.is_some() == form.name.trim().is_empty() {
        let field = if form.confirmed.is_some() { "name" } else { "confirmed" };
        return Err(Refused::field(field, "家里人确认的，要选是谁并写姓名；没有人确认的两样都不填"));
    }
    if form.name.chars().count() > 30 || !plain(form.name.trim()) {
        return Err(Refused::field("name", "姓名30个字以内，不能有看不见的符号"));
    }
    if form.confirmed.is_some_and(|who| !CONFIRM.contains(&who)) {
        return Err(Refused::field("confirmed", "请选择家里哪一位确认的"));
    }
    let minute = |part: i8| u16::try_from(part).unwrap_or_default();
    Ok(minute(time.hour()) * 60 + minute(time.minute()))
}
