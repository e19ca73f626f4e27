//! Rows of the 名单: children whom the scope has led to, read by their ids, each as its way shows it. It must not look for
//! anybody: who is on the page was decided before.

use std::collections::HashMap;

use rules::access::Field;
use rules::groups::Special;
use rules::standing::Standing;

use super::list::Child;
use super::sees::Sees;
use crate::attendance::among;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::units::Names;

/// A child that a way leads to, before anything of it is read.
pub(super) struct Hit {
    /// Pinyin, by which lists are ordered.
    pub(super) spelling: String,
    /// Id.
    pub(super) id: String,
    /// What the way shows.
    pub(super) sees: Sees,
    /// How many fields the way shows.
    pub(super) breadth: usize,
}

/// Children read for one statement.
const AT_ONCE: usize = 64;

/// Reads the children that the ways of the scope have led to, each as its way shows it, in this order.
pub(super) fn read(desk: &mut Desk<'_, '_>, hits: &[Hit]) -> Result<Vec<Child>, Refused> {
    let mut rows = HashMap::with_capacity(hits.len());
    for some in hits.chunks(AT_ONCE) {
        let sees: HashMap<&str, Sees> = some.iter().map(|hit| (hit.id.as_str(), hit.sees)).collect();
        let mut params = vec![Value::from(desk.county())];
        let list = among(&mut params, some.iter().map(|hit| hit.id.as_str()));
        desk.tx.each(
            &format!(
                "select id, name, sex, birth, id_sealed, standing, group_bits,
                        coalesce(village, township, ''), coalesce(school, ''), coalesce(class, '')
                 from child where county = $1 and id in ({list}) order by id"
            ),
            &params,
            |row| {
                let id: String = row.get(0)?;
                let units: [String; 3] = [row.get(7)?, row.get(8)?, row.get(9)?];
                if let Some(sees) = sees.get(id.as_str()) {
                    let one = (child(row, *sees)?, *sees, row.get::<Option<Vec<u8>>>(4)?, units);
                    rows.insert(id, one);
                }
                Ok(())
            },
        )?;
    }
    let units = rows.values().flat_map(|row| &row.3).map(String::as_str);
    let names = Names::of(desk.tx, desk.who.actor.county.as_str(), units)?;
    let mut children = Vec::with_capacity(hits.len());
    for hit in hits {
        let Some((mut child, sees, sealed, [home, school, class])) = rows.remove(&hit.id) else { continue };
        child.home = sees.clear(Field::Home, names.get(&home).to_owned());
        child.school = sees.clear(
            Field::Schooling,
            match (names.get(&school), names.get(&class)) {
                (school, "") => school.to_owned(),
                (school, class) => format!("{school} {class}"),
            },
        );
        if sees.shows(Field::IdNumber) {
            let plain = desk.open("child", "id_number", &child.id, sealed.as_deref())?;
            child.number = sees.number(Field::IdNumber, &plain);
        }
        children.push(child);
    }
    Ok(children)
}

fn child(row: &Row<'_>, sees: Sees) -> Result<Child, DbError> {
    let sex: String = row.get(2)?;
    let standing: String = row.get(5)?;
    let groups: Vec<&'static str> = sees.groups(row.get(6)?).map(Special::label).collect();
    Ok(Child {
        id: row.get(0)?,
        name: row.get(1)?,
        sex: sees.clear(Field::Sex, rules::codes::Sex::from_code(&sex).map_or("", |sex| sex.label())),
        birth: sees.clear(Field::Birth, row.get(3)?),
        number: None,
        home: None,
        school: None,
        standing: sees.clear(Field::Schooling, Standing::from_code(&standing)).flatten(),
        groups,
    })
}
