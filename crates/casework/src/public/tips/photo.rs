//! Photographs with a tip (四(二十一)): three at most, each only a picture without place, time and device (hazard E08), sealed like its text and shown to
//! whoever may read the tip. They are made small where they are chosen; what comes otherwise is refused, never resized here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rules::access::Action;

use super::one::kept;
use crate::desk::Desk;
use crate::keys::Place;
use crate::pairs::clean;
use crate::params;
use crate::refused::Refused;

/// Photographs of a tip at most.
pub const PHOTOS: usize = 3;

/// Bytes of a photograph at most: the page makes it smaller.
pub const PHOTO_BYTES: usize = 300_000;

/// The pictures of a form, from base64; empty parts are none.
///
/// # Errors
/// [`Refused::Invalid`] for what is no picture, too large, or more than three.
pub(super) fn pictures(parts: &[String]) -> Result<Vec<Vec<u8>>, Refused> {
    let wrong = || Refused::field("photo", "有一张照片收不下。请去掉重新选，或者不附照片先交");
    let given: Vec<&String> = parts.iter().filter(|part| !part.is_empty()).collect();
    if given.len() > PHOTOS {
        return Err(Refused::field("photo", "照片最多3张"));
    }
    let mut all = Vec::with_capacity(given.len());
    for part in given {
        if part.len() > PHOTO_BYTES.div_ceil(3) * 4 {
            return Err(wrong());
        }
        let bytes = STANDARD.decode(part.as_bytes()).map_err(|_| wrong())?;
        all.push(clean(&bytes).map_err(|_| wrong())?);
    }
    Ok(all)
}

/// The row by which a picture is sealed.
fn row(tip: &str, nth: i64) -> String {
    format!("{tip}/{nth}")
}

/// Keeps the pictures of a tip that is written in this transaction.
pub(super) fn keep(desk: &mut Desk<'_, '_>, tip: &str, pictures: &[Vec<u8>]) -> Result<(), Refused> {
    for (nth, picture) in (1_i64..).zip(pictures) {
        let row = row(tip, nth);
        let place = Place { county: desk.county(), table: "tip_off_photo", column: "image", row: &row };
        let sealed = desk.keys.seal_bytes(place, picture, desk.now.random());
        desk.tx.execute(
            "insert into tip_off_photo (county, tip_off, nth, image_sealed, bytes) values ($1, $2, $3, $4, $5)",
            &params![desk.county(), tip, nth, sealed, i64::try_from(picture.len()).unwrap_or(i64::MAX)],
        )?;
    }
    Ok(())
}

/// The numbers of a tip's pictures.
pub(super) fn numbers(desk: &mut Desk<'_, '_>, tip: &str) -> Result<Vec<i64>, Refused> {
    Ok(desk.tx.query(
        "select nth from tip_off_photo where county = $1 and tip_off = $2 order by nth limit 3",
        &params![desk.county(), tip],
        |row| row.get::<i64>(0),
    )?)
}

/// A picture, for whoever may read the tip; that it was looked at is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn photo(desk: &mut Desk<'_, '_>, tip: &str, nth: i64) -> Result<Vec<u8>, Refused> {
    let missing = || Refused::denied(Action::ReadTips, "tip_off", tip);
    kept(desk, tip, Action::ReadTips)?;
    let sealed = desk.tx.optional(
        "select image_sealed from tip_off_photo where county = $1 and tip_off = $2 and nth = $3",
        &params![desk.county(), tip, nth],
        |row| row.get::<Vec<u8>>(0),
    )?;
    let sealed = sealed.ok_or_else(missing)?;
    let row = row(tip, nth);
    let place = Place { county: desk.county(), table: "tip_off_photo", column: "image", row: &row };
    let image = desk.keys.open_bytes(place, &sealed)?;
    desk.record(Action::ReadTips, None, ("tip_off", tip), "", "举报、求助的照片")?;
    Ok(image)
}
