//! 显示完整信息: one field whole, for a purpose from the closed list, on the record. Nothing whole is shown in any
//! other way.

use rules::access::{Action, Field, Sight, Subject};
use rules::purpose::Purpose;

use super::sees::Sees;
use super::ties::{ties_of, where_now};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Fields that can be asked for.
pub const REVEALED: &[Field] = &[Field::IdNumber, Field::StudentNumber, Field::Address, Field::Phone];

/// A field whole: what it is of (the child or a guardian), and the value.
///
/// # Errors
/// [`Refused::Denied`] where the field is absent or only ever masked for this reader; [`Refused::Storage`].
pub fn reveal(
    desk: &mut Desk<'_, '_>,
    id: &str,
    field: Field,
    purpose: Purpose,
) -> Result<Vec<(String, String)>, Refused> {
    let ties = ties_of(desk, id)?;
    let grant = desk.require(Action::RevealField, &Subject::Child(&ties), ("child", id))?;
    let sees = Sees::granted(&grant);
    if !REVEALED.contains(&field) || sees.is_none_or(|sees| sees.of(field) < Sight::OnRequest) {
        return Err(Refused::denied(Action::RevealField, "child", id));
    }
    let id = &where_now(desk, id)?;
    let county = desk.county();
    let mut shown = Vec::new();
    if field == Field::Phone {
        let rows = desk.tx.query(
            "select id, name, relation, phone_sealed from guardian
             where county = $1 and child = $2 and until_at is null order by sort, id",
            &params![county, id],
            |row| {
                Ok((
                    row.get::<String>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<Option<Vec<u8>>>(3)?,
                ))
            },
        )?;
        for (guardian, name, relation, sealed) in rows {
            let phone = desk.open("guardian", "phone", &guardian, sealed.as_deref())?;
            if !phone.is_empty() {
                shown.push((format!("{name}（{relation}）"), phone));
            }
        }
    } else {
        let sealed = desk.tx.one(
            "select id_sealed, student_sealed, address_sealed from child where county = $1 and id = $2",
            &params![county, id],
            |row| {
                Ok([
                    row.get::<Option<Vec<u8>>>(0)?,
                    row.get::<Option<Vec<u8>>>(1)?,
                    row.get::<Option<Vec<u8>>>(2)?,
                ])
            },
        )?;
        let [number, student, address] = &sealed;
        let (column, sealed) = match field {
            Field::IdNumber => ("id_number", number),
            Field::StudentNumber => ("student_number", student),
            _ => ("address", address),
        };
        shown.push((field.label().to_owned(), desk.open("child", column, id, sealed.as_deref())?));
    }
    desk.record(Action::RevealField, grant.post, ("child", id), purpose.label(), field.label())?;
    Ok(shown)
}
