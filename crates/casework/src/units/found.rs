//! 按方案设立单位: on a county's first day the two trees of 双线四级 down to the villages, the education bureau and the member units,
//! as the plan names them, each with its standard posts. What is there already is left as it is, so that it can be asked for again
//! when the plan has grown. Village groups, schools and classes no plan knows: people paste them ([`super::add()`]).

use rules::access::{Action, Role, Subject};

use super::standard::{Beside, Fresh, make};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// The office that inspects (五(十二)).
const INSPECTORATE: &str = "县人民政府教育督导委员会办公室";

/// What the plan names and the county never had: units in all; 0 for whoever may not make them.
///
/// # Errors
/// [`Refused::Storage`].
pub fn lacking(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    if desk.require(Action::WriteUnits, &Subject::Unit(&[]), ("unit", "")).is_err() {
        return Ok(0);
    }
    let known = Known::read(desk)?;
    let of_county = named().filter(|new| known.find(new.kind, new.key).is_none()).count();
    let places = divisions(desk);
    Ok(of_county + places.iter().filter(|place| known.find(place.kind, &place.code).is_none()).count())
}

/// Makes them; how many were made. What people have closed stays closed.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] where the county has no unit of its own; [`Refused::Storage`].
pub fn from_plan(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let grant = desk.require(Action::WriteUnits, &Subject::Unit(&[]), ("unit", ""))?;
    let (county, known) = (desk.county(), Known::read(desk)?);
    let Some((root, _)) = known.find("county", "") else {
        return Err(Refused::rule("县本级还没有设立，不能设下级单位", "五(一)", "请先做首次设置"));
    };
    let mut made = 0;
    for new in named().filter(|new| known.find(new.kind, new.key).is_none()) {
        let beside = new.role.map_or(Beside::Nothing, Beside::Department);
        let (kind, name, from) = (new.kind, new.name, desk.now.day());
        let fresh = Fresh { kind, name, parent: Some(root), township: None, code: None, from, beside };
        make(desk.tx, desk.now, county, &fresh)?;
        made += 1;
    }
    // The township that the next villages belong to; none while that has been closed.
    let mut township: Option<String> = None;
    for place in divisions(desk) {
        let (is_village, there) = (place.kind == "village", known.find(place.kind, &place.code));
        let id = match (there, is_village, &township) {
            (Some((id, open)), ..) => Some(id.clone()).filter(|_| open),
            (None, true, None) => None,
            (None, ..) => {
                let parent = township.as_deref().filter(|_| is_village);
                let new = Fresh {
                    kind: place.kind,
                    name: &place.name,
                    parent: parent.or(Some(root)),
                    township: parent,
                    code: Some(&place.code),
                    from: desk.now.day(),
                    beside: Beside::Nothing,
                };
                made += 1;
                Some(make(desk.tx, desk.now, county, &new)?)
            }
        };
        if !is_village {
            township = id;
        }
    }
    if made > 0 {
        let detail = format!("按方案设立{made}个单位");
        desk.record(Action::WriteUnits, grant.post, ("unit", root), "", &detail)?;
    }
    Ok(made)
}

/// A unit of the county that the plan names: `key` tells it from others of its kind.
struct Named {
    kind: &'static str,
    key: &'static str,
    name: &'static str,
    role: Option<Role>,
}

fn named() -> impl Iterator<Item = Named> {
    let own = [("bureau", "", Role::Bureau.label()), ("office", INSPECTORATE, INSPECTORATE)];
    let departments = Role::ALL.iter().copied().filter(|role| role.is_department());
    own.into_iter().map(|(kind, key, name)| Named { kind, key, name, role: None }).chain(
        departments.map(|role| Named {
            kind: "department",
            key: role.code(),
            name: role.label(),
            role: Some(role),
        }),
    )
}

/// A township or village of the plan.
struct Division {
    kind: &'static str,
    code: String,
    name: String,
}

/// The plan's townships, each followed by its villages.
fn divisions(desk: &Desk<'_, '_>) -> Vec<Division> {
    let divisions = desk.plan.divisions();
    let mut all = Vec::new();
    for (id, township) in divisions.townships() {
        let name = format!("{}人民政府", township.name);
        all.push(Division { kind: "township", code: township.code.clone(), name });
        let own = divisions.villages().filter(|(_, village)| village.township == id);
        all.extend(own.map(|(_, village)| Division {
            kind: "village",
            code: village.code.clone(),
            name: committee(&village.name),
        }));
    }
    all
}

/// 沙乐村 as the committee that answers for it: 沙乐村民委员会.
pub(super) fn committee(village: &str) -> String {
    match village.strip_suffix("社区") {
        Some(core) => format!("{core}社区居民委员会"),
        None => format!("{}村民委员会", village.strip_suffix('村').unwrap_or(village)),
    }
}

/// Units that the plan may name, open or closed: by kind and what tells them apart, with whether they are open.
struct Known(Vec<(String, String, String, bool)>);

impl Known {
    fn read(desk: &mut Desk<'_, '_>) -> Result<Self, Refused> {
        Ok(Self(desk.tx.query(
            "select unit.kind,
                    case unit.kind when 'office' then unit.name
                                   when 'department' then coalesce((select min(post.role) from post
                                     where post.county = unit.county and post.unit = unit.id
                                       and post.role <> 'unit_admin'), '')
                                   when 'township' then coalesce(unit.code, '')
                                   when 'village' then coalesce(unit.code, '')
                                   else '' end,
                    unit.id, case when unit.until_day is null then 1 else 0 end
             from unit
             where unit.county = $1 and unit.kind in ('county', 'bureau', 'office', 'department', 'township', 'village')
             order by unit.id",
            &params![desk.county()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?))
    }

    fn find(&self, kind: &str, key: &str) -> Option<(&String, bool)> {
        self.0.iter().find(|(of, own, ..)| of == kind && own == key).map(|(.., id, open)| (id, *open))
    }
}
