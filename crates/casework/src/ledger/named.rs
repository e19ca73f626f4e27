//! Whom a page is about: the name, and the school with the class. It asks for no right: the act in hand has.

use crate::db::DbError;
use crate::desk::Desk;
use crate::params;

/// Name, and school and class as one text, empty for a child in none.
///
/// # Errors
/// Whatever the storage says.
pub(crate) fn named(desk: &mut Desk<'_, '_>, child: &str) -> Result<(String, String), DbError> {
    desk.tx.one(
        "select child.name, coalesce(school.name, ''), coalesce(class.name, '') from child
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         where child.county = $1 and child.id = $2",
        &params![desk.county(), child],
        |row| {
            let place = format!("{} {}", row.get::<String>(1)?, row.get::<String>(2)?);
            Ok((row.get(0)?, place.trim().to_owned()))
        },
    )
}
