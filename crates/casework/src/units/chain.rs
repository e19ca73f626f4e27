//! The eight who answer for a child (五(一)): 县、乡镇、村委会、村民小组, and 教体局、学校、班级、科任教师. Where nobody
//! holds the post, or the child has no such unit, the place is shown as a gap, never left out.

use std::collections::HashMap;

use rules::access::Places;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Both lines for one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// 县、乡镇、村委会、村民小组.
    pub government: Vec<Slot>,
    /// 教体局、学校、班级、科任教师.
    pub education: Vec<Slot>,
}

/// One of the eight places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What the place is called: 村委会.
    pub level: &'static str,
    /// The unit; empty if the child has none on this level.
    pub unit: String,
    /// Who holds it; empty is a gap.
    pub holders: Vec<Holder>,
}

impl Slot {
    /// Whether nobody answers here.
    #[must_use]
    pub fn is_vacant(&self) -> bool {
        self.holders.is_empty()
    }
}

/// Somebody who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Name.
    pub name: String,
    /// 分管副镇长, 数学.
    pub title: String,
}

impl Chain {
    /// The places that nobody fills.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.government.iter().chain(&self.education).filter(|slot| slot.is_vacant()).count()
    }
}

/// The eight for a child at these places. Scope is the caller's: it has read the child.
///
/// # Errors
/// [`Refused::Storage`].
pub fn chain(desk: &mut Desk<'_, '_>, places: &Places) -> Result<Chain, Refused> {
    let county = desk.county();
    let none = String::new();
    let known = |unit: &Option<String>| unit.clone().unwrap_or_default();
    let [county_unit, township, village, group, school, class] = &[
        places.county.clone(),
        known(&places.township),
        known(&places.village),
        known(&places.group),
        known(&places.school),
        known(&places.class),
    ];
    let mut names: HashMap<String, String> = HashMap::new();
    let mut holders: HashMap<(String, bool), Vec<Holder>> = HashMap::new();
    let mut bureau = String::new();
    let found = desk.tx.query(
        "select unit.id, unit.name, unit.kind, post.role, post.title, account.name
         from unit
         left join post on post.county = unit.county and post.unit = unit.id and post.duty = 'chain'
              and post.closed_at is null
         left join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         left join account on account.county = tenure.county and account.id = tenure.account
         where unit.county = $1
           and unit.id in ($2, $3, $4, $5, $6, $7,
                           (select top.id from unit top
                             where top.county = $1 and top.kind = 'bureau' and top.until_day is null
                             order by top.sort, top.id limit 1))
         order by post.sort, post.id",
        &params![county, county_unit, township, village, group, school, class],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                row.get::<String>(2)?,
                row.get::<Option<String>>(3)?,
                row.get::<Option<String>>(4)?,
                row.get::<Option<String>>(5)?,
            ))
        },
    )?;
    for (unit, name, kind, role, title, holder) in found {
        if kind == "bureau" {
            bureau.clone_from(&unit);
        }
        names.insert(unit.clone(), name);
        let (Some(role), Some(title), Some(holder)) = (role, title, holder) else { continue };
        holders.entry((unit, role == "subject")).or_default().push(Holder { name: holder, title });
    }
    let mut slot = |level, unit: &String, subject| Slot {
        level,
        unit: names.get(unit).unwrap_or(&none).clone(),
        holders: holders.remove(&(unit.clone(), subject)).unwrap_or_default(),
    };
    Ok(Chain {
        government: vec![
            slot("县", county_unit, false),
            slot("乡镇", township, false),
            slot("村委会", village, false),
            slot("村民小组", group, false),
        ],
        education: vec![
            slot("教体局", &bureau, false),
            slot("学校", school, false),
            slot("班级", class, false),
            slot("科任教师", class, true),
        ],
    })
}
