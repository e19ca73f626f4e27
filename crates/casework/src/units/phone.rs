//! The telephone of an office (四(十四)(二十)): what families and whoever has a receipt may call. Kept by the unit's own administrator; a later entry
//! holds. It is the office's and nobody's own: a mobile number is refused.

use rules::access::{Action, Subject};

use crate::db::Tx;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units;

/// The telephone of a unit; empty where none is known.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn phone_of(tx: &mut Tx<'_>, county: &str, unit: &str) -> Result<String, Refused> {
    let found = tx.query(
        "select phone from unit_phone where county = $1 and unit = $2 order by at desc, id desc limit 1",
        &params![county, unit],
        |row| row.get::<String>(0),
    )?;
    Ok(found.into_iter().next().unwrap_or_default())
}

/// Whether a text is the number of an office: digits with hyphens, blanks and an extension, no mobile number.
fn is_office(phone: &str) -> bool {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let fits =
        |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | ' ' | '（' | '）' | '(' | ')' | '转');
    let mobile = digits.len() == 11 && digits.starts_with('1');
    (5..=16).contains(&digits.len()) && phone.chars().count() <= 24 && phone.chars().all(fits) && !mobile
}

/// Enters the telephone of a unit; empty takes it off again. The same once more is nothing (H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn set_phone(desk: &mut Desk<'_, '_>, unit: &str, phone: &str) -> Result<(), Refused> {
    let county = desk.county();
    let path = units::path(desk.tx, county, unit)?;
    let grant = desk.require(Action::KeepOffice, &Subject::Unit(&path), ("unit", unit))?;
    if path.is_empty() {
        return Err(Refused::denied(Action::KeepOffice, "unit", unit));
    }
    let phone = phone.trim();
    if !phone.is_empty() && !is_office(phone) {
        return Err(Refused::field(
            "phone",
            "请写办公电话，如0872-8521234；个人手机号不写，家长和群众都看得到",
        ));
    }
    if phone_of(desk.tx, county, unit)? == phone {
        return Ok(());
    }
    desk.tx.execute(
        "insert into unit_phone (county, id, unit, phone, by_account, at) values ($1, $2, $3, $4, $5, $6)",
        &params![county, desk.now.id(), unit, phone, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::KeepOffice, grant.post, ("unit", unit), "", "登记办公电话")
}

#[cfg(test)]
mod tests {
    use super::is_office;

    /// 四(二十): an office can be reached; nobody's own telephone stands on a page that anybody may hold.
    #[test]
    fn offices_not_people() {
        for (phone, fits) in [
            ("0872-8521234", true),
            ("8521234", true),
            ("（0872）8521234转806", true),
            ("12345", true),
            ("13800001234", false),
            ("138-0000-1234", false),
            ("8521", false),
            ("请打值班室", false),
            ("0872-8521234<script>", false),
        ] {
            assert_eq!(is_office(phone), fits, "{phone}");
        }
    }
}
