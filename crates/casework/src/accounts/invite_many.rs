//! 成批邀请, 四(十四): people of many posts asked for from one pasted table, all lines or none; approved in one act by somebody else; and
//! the links of all who are approved on one sheet. The rules of a single invitation hold for each: nobody approves what he asked for.

use std::collections::{BTreeMap, BTreeSet};

use linkage::spelling::{key, spelling};
use rules::access::{Action, Subject};

use super::invite::{self, Answer, Entered, Link, Person};
use super::reach;
use super::tell::{self, News};
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::units;

/// Lines in one go at most.
pub const MOST: usize = 1000;

/// Lines of which is said what is wrong with them.
const TOLD: usize = 20;

/// What is pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pasted {
    /// One person a line: unit, post, name, and the user name if it is to be a certain one.
    pub lines: String,
    /// Why, for all of them: a letter of appointment, a decision.
    pub reason: String,
}

/// Somebody whose link was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// The person's name.
    pub name: String,
    /// Name of the unit.
    pub unit: String,
    /// Title of the post.
    pub post: String,
    /// The link.
    pub link: Link,
}

/// A vacant post and where it stands.
struct Place {
    post: String,
    unit: String,
    unit_name: String,
    above: String,
    title: String,
}

/// A line as it is to be entered.
struct Wanted {
    place: usize,
    name: String,
    username: String,
}

/// Asks for accounts for everybody in the table. How many.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Invalid`] with each line that is wrong, and then nobody was asked for; [`Refused::Storage`].
pub fn ask(desk: &mut Desk<'_, '_>, pasted: &Pasted) -> Result<usize, Refused> {
    reach::allowed(desk.actor(), Action::InviteAccount, &Subject::Nothing, ("post", ""))?;
    let reason = pasted.reason.trim();
    if let Some(problem) = invite::reason_problem(reason) {
        return Err(Refused::Invalid(vec![problem]));
    }
    let lines: Vec<(usize, Vec<&str>)> = pasted
        .lines
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| (at, units::columns(line)))
        .filter(|(at, columns)| *at > 0 || !heading(columns))
        .take(MOST + 1)
        .collect();
    if lines.is_empty() {
        return Err(Refused::field("lines", "请一行写一个人：单位、岗位、姓名"));
    }
    if lines.len() > MOST {
        return Err(Refused::field("lines", format!("一次最多{MOST}行，请分几次")));
    }
    let places = places(desk)?;
    let mut taken = taken(desk)?;
    let mut used = BTreeSet::new();
    let (mut wanted, mut problems) = (Vec::new(), Vec::new());
    for (at, columns) in &lines {
        match read(&places, &used, &mut taken, columns) {
            Ok(one) => {
                used.insert(one.place);
                wanted.push(one);
            }
            Err(text) => {
                problems.push(Problem { field: "lines", text: format!("第{}行：{text}", at + 1) });
            }
        }
    }
    if !problems.is_empty() {
        if problems.len() > TOLD {
            let more = problems.len() - TOLD;
            problems.truncate(TOLD);
            problems.push(Problem { field: "lines", text: format!("还有{more}行也要改") });
        }
        return Err(Refused::Invalid(problems));
    }
    let mut approvers = BTreeMap::new();
    for one in &wanted {
        let Some(place) = places.get(one.place) else { continue };
        let path = units::path(desk.tx, desk.county(), &place.unit)?;
        let grant = desk.require(Action::InviteAccount, &Subject::Unit(&path), ("unit", &place.unit))?;
        let person = Person { name: &one.name, username: &one.username, unit: &place.unit };
        let entered = Entered { person, post: &place.post, reason };
        let invitation = invite::enter(desk, grant.post, &entered)?;
        for approver in tell::leaders(desk.tx, desk.now, desk.county(), &path)? {
            approvers.entry(approver).or_insert(invitation.clone());
        }
    }
    for (approver, invitation) in approvers {
        if approver != desk.actor().account {
            let news = News {
                kind: "invitation",
                subject: &invitation,
                text: "有一批新账号等待批准。",
                href: "/accounts/invitations",
            };
            tell::one(desk.tx, desk.now, desk.county(), &approver, &news)?;
        }
    }
    Ok(wanted.len())
}

/// Whether the first line is the table's own heading.
fn heading(columns: &[&str]) -> bool {
    columns.contains(&"姓名") && columns.contains(&"岗位")
}

/// Vacant posts of the units for which the actor may invite.
fn places(desk: &mut Desk<'_, '_>) -> Result<Vec<Place>, Refused> {
    let mut params = params![desk.county()].to_vec();
    let scope = units::within(desk.actor(), Action::InviteAccount, "p.unit", &mut params);
    let sql = format!(
        "select p.id, p.unit, u.name, coalesce(above.name, ''), p.title
         from post p join unit u on u.county = p.county and u.id = p.unit
         left join unit above on above.county = u.county and above.id = u.parent
         where p.county = $1 and p.closed_at is null and u.until_day is null
           and not exists (select 1 from tenure t
                           where t.county = $1 and t.post = p.id and t.until_day is null)
           and not exists (select 1 from invitation i
                           where i.county = $1 and i.post = p.id and i.state = 'asked')
           and {scope}
         order by u.sort, u.id, p.sort, p.id"
    );
    Ok(desk.tx.query(&sql, &params, |row| {
        Ok(Place {
            post: row.get(0)?,
            unit: row.get(1)?,
            unit_name: row.get(2)?,
            above: row.get(3)?,
            title: row.get(4)?,
        })
    })?)
}

fn taken(desk: &mut Desk<'_, '_>) -> Result<BTreeSet<String>, Refused> {
    let names = desk.tx.query(
        "select username from account where county = $1 order by username",
        &params![desk.county()],
        |row| row.get::<String>(0),
    )?;
    Ok(names.into_iter().collect())
}

/// A line. A post of which a unit has several is given to one person after the other.
fn read(
    places: &[Place],
    used: &BTreeSet<usize>,
    taken: &mut BTreeSet<String>,
    columns: &[&str],
) -> Result<Wanted, String> {
    let at = |index: usize| columns.get(index).copied().unwrap_or_default();
    if columns.len() < 3 {
        return Err("请写单位、岗位、姓名三列".to_owned());
    }
    let (unit, title, name) = (key(at(0)), key(at(1)), at(2));
    if let Some(problem) = invite::name_problem(name) {
        return Err(problem);
    }
    let free: Vec<(usize, &Place)> = places
        .iter()
        .enumerate()
        .filter(|(at, place)| {
            let long = || key(&format!("{}{}", place.above, place.unit_name));
            !used.contains(at) && (key(&place.unit_name) == unit || long() == unit)
        })
        .collect();
    let units: BTreeSet<&str> = free.iter().map(|(_, place)| place.unit.as_str()).collect();
    if units.len() > 1 {
        return Err(format!("叫“{}”的单位不止一个，请在前面写上上级单位的名称", at(0)));
    }
    let titles: BTreeSet<&str> = free.iter().map(|(_, place)| place.title.as_str()).collect();
    let place = free
        .iter()
        .find(|(_, place)| if title.is_empty() { titles.len() == 1 } else { key(&place.title) == title });
    let Some((place, _)) = place else {
        return Err(if titles.is_empty() {
            format!("“{}”没有空缺的岗位，或者没有这个单位", at(0))
        } else {
            let there: Vec<&str> = titles.into_iter().collect();
            format!("“{}”空缺的岗位是：{}", at(0), there.join("、"))
        });
    };
    let username = if at(3).is_empty() { made_up(name, taken)? } else { at(3).to_lowercase() };
    if let Some(problem) = invite::username_problem(&username) {
        return Err(problem);
    }
    if !taken.insert(username.clone()) {
        return Err(format!("账号名“{username}”已经有人用了，请换一个"));
    }
    Ok(Wanted { place: *place, name: name.to_owned(), username })
}

/// The name's spelling; with a number where somebody has it already.
fn made_up(name: &str, taken: &BTreeSet<String>) -> Result<String, String> {
    let full: String = spelling(name).full.chars().filter(char::is_ascii_lowercase).take(24).collect();
    if full.len() < 2 {
        return Err("读不出这个姓名的拼音，请写上账号名".to_owned());
    }
    (1..=taken.len() + 1)
        .map(|number| if number == 1 { full.clone() } else { format!("{full}{number}") })
        .find(|username| !taken.contains(username))
        .ok_or_else(|| "请写上账号名".to_owned())
}

/// Invitations that wait in the actor's units and that he did not ask for himself: id, who asked, whose.
fn waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String, String)>, Refused> {
    reach::allowed(desk.actor(), Action::ApproveAccount, &Subject::Nothing, ("invitation", ""))?;
    let me = desk.actor().account.as_str();
    let mut params = params![desk.county(), me].to_vec();
    let scope = units::within(desk.actor(), Action::ApproveAccount, "a.unit", &mut params);
    let sql = format!(
        "select i.id, i.asked_by, a.name from invitation i
         join account a on a.county = i.county and a.id = i.account
         where i.county = $1 and i.state = 'asked' and i.kind = 'invite' and i.asked_by <> $2 and i.account <> $2
           and {scope}
         order by i.asked_at, i.id limit 5000"
    );
    Ok(desk.tx.query(&sql, &params, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}

/// How many [`approve_all`] would approve.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn approvable(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    Ok(waiting(desk)?.len())
}

/// Approves every invitation that waits in the actor's units and that he did not ask for himself. How many.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] when one of them cannot be approved, and then none was; [`Refused::Storage`].
pub fn approve_all(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let waiting = waiting(desk)?;
    let mut askers = BTreeMap::new();
    for (invitation, asked_by, name) in &waiting {
        invite::settle(desk, invitation, Answer::Approve).map_err(|refused| match refused {
            Refused::Rule { what, basis, todo } => {
                Refused::Rule { what: format!("{name}：{what}；一个都没有批准"), basis, todo }
            }
            other => other,
        })?;
        askers.entry(asked_by.as_str()).or_insert(invitation.as_str());
    }
    for (asker, invitation) in askers {
        let text = "一批账号申请已批准，请取得设置链接交给本人。";
        let news = News { kind: "invitation", subject: invitation, text, href: "/accounts/invitations" };
        tell::one(desk.tx, desk.now, desk.county(), asker, &news)?;
    }
    Ok(waiting.len())
}

/// Invitations of the actor's units that are approved and whose people have no link that still works.
fn unlinked(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String, Handed)>, Refused> {
    reach::allowed(desk.actor(), Action::InviteAccount, &Subject::Nothing, ("invitation", ""))?;
    let mut params = params![desk.county(), desk.now.stamp()].to_vec();
    let scope = units::within(desk.actor(), Action::InviteAccount, "a.unit", &mut params);
    let sql = format!(
        "select i.id, i.account, a.name, a.username, u.name, coalesce(p.title, '')
         from invitation i
         join account a on a.county = i.county and a.id = i.account
         join unit u on u.county = a.county and u.id = a.unit
         left join post p on p.county = i.county and p.id = i.post
         where i.county = $1 and i.state = 'approved' and i.kind = 'invite' and a.state = 'approved'
           and (i.expires_at is null or i.expires_at <= $2) and {scope}
         order by u.sort, u.id, a.username limit 5000"
    );
    Ok(desk.tx.query(&sql, &params, |row| {
        let username = row.get(3)?;
        let link = Link { token: String::new(), expires: String::new(), username };
        Ok((
            row.get(0)?,
            row.get(1)?,
            Handed { name: row.get(2)?, unit: row.get(4)?, post: row.get(5)?, link },
        ))
    })?)
}

/// How many links [`links`] would make.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn without_link(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    Ok(unlinked(desk)?.len())
}

/// The links of all who are approved and have none that still works, to be handed to each. A link that was taken before and still
/// works is not made anew.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn links(desk: &mut Desk<'_, '_>) -> Result<Vec<Handed>, Refused> {
    let mut handed = Vec::new();
    for (invitation, account, mut one) in unlinked(desk)? {
        let unit = invite::unit_of(desk, &account)?;
        let grant = desk.require(Action::InviteAccount, &Subject::Unit(&unit), ("account", &account))?;
        one.link =
            invite::issue(desk.tx, desk.keys, desk.now, desk.county(), &invitation, &one.link.username)?;
        desk.record(Action::InviteAccount, grant.post, ("account", &account), "", "取得设置链接")?;
        handed.push(one);
    }
    Ok(handed)
}
