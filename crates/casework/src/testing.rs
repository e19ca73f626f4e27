//! A small invented county for the tests of this room and of those above it: two townships, their villages and schools,
//! somebody in every role, and a child for every way in which one can be near or far. Behind the feature `testing`.
#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

mod more;

use jiff::civil::{Date, date};
use rules::access::{Places, Role, Standing};
use rules::groups::Special;

use crate::accounts;
use crate::db::{DbError, Tx};
use crate::keys::Keys;
use crate::ledger::enter::{self, Entering, NewChild, NewGroup, NewGuardian, NewHousehold};
use crate::now::Now;
use crate::params;
use crate::seed::{self, SeedAccount, SeedPost, SeedUnit, Seeding};

pub use more::more_children;

/// Since when everything is there.
const SINCE: Date = date(2025, 9, 1);

/// Somebody with an account and, except for one, a post.
#[derive(Debug, Clone)]
pub struct Someone {
    /// Id of the account.
    pub account: String,
    /// The role, `None` for who has an account and no post.
    pub role: Option<(Role, Standing)>,
    /// Unit of the post.
    pub unit: String,
}

/// The county.
#[derive(Debug, Clone, Default)]
pub struct SmallCounty {
    /// Its code.
    pub code: String,
    /// Everybody who acts: every role, those that lead where it makes a difference, and one without a post.
    pub people: Vec<Someone>,
    /// Children: how they stand to the people of township P, its village P1, its school SP; and the id.
    pub children: Vec<(&'static str, String)>,
    /// A finding about each child: the same name, and the id.
    pub findings: Vec<(&'static str, String)>,
    /// Every unit.
    pub units: Vec<String>,
    /// Posts that others hold: where, and the id of the post and of its holder's account.
    pub posts: Vec<(String, String, String)>,
    /// The campaign.
    pub campaign: String,
}

impl SmallCounty {
    /// The people with this role.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &Someone> {
        self.people.iter().filter(move |one| one.role.is_some_and(|(own, _)| own == role))
    }

    /// The child of this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&str> {
        self.children.iter().find(|(own, _)| *own == name).map(|(_, id)| id.as_str())
    }
}

/// Writes the county `code`; ids of its units begin with `mark`.
///
/// # Errors
/// Whatever the storage says.
pub fn small_county(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    code: &str,
    mark: &str,
) -> Result<SmallCounty, DbError> {
    let mut making = Making { with: Seeding { county: code, now }, keys, mark, made: SmallCounty::default() };
    making.made.code = code.to_owned();
    making.units(tx)?;
    making.people(tx)?;
    making.children(tx)?;
    making.findings(tx)?;
    Ok(making.made)
}

/// Opens a session of `account` as signing in would, identity just proved; the token.
///
/// # Errors
/// Whatever the storage says.
pub fn session(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    account: &str,
) -> Result<String, crate::refused::Refused> {
    accounts::open_for_tests(tx, keys, now, county, account)
}

struct Making<'a> {
    with: Seeding<'a>,
    keys: &'a Keys,
    mark: &'a str,
    made: SmallCounty,
}

impl Making<'_> {
    fn id(&self, name: &str) -> String {
        if name == "county" { self.with.county.to_owned() } else { format!("{}{name}", self.mark) }
    }

    fn unit(
        &mut self,
        tx: &mut Tx<'_>,
        (name, kind, line): (&str, &str, &str),
        parent: Option<&str>,
        lies: Option<&str>,
    ) -> Result<(), DbError> {
        let id = self.id(name);
        let (parent, township) = (parent.map(|name| self.id(name)), lies.map(|name| self.id(name)));
        let sort = i64::try_from(self.made.units.len()).unwrap_or_default();
        let unit = SeedUnit {
            id: &id,
            kind,
            line,
            name: &format!("{name}单位"),
            parent: parent.as_deref(),
            township: township.as_deref(),
            code: None,
            sort,
            school: (kind == "school").then_some(("小学", 0)),
            class: (kind == "class").then_some((3, sort, 2026)),
        };
        seed::unit(tx, &self.with, &unit, SINCE)?;
        self.made.units.push(id);
        Ok(())
    }

    fn units(&mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        self.unit(tx, ("county", "county", "government"), None, None)?;
        self.unit(tx, ("bureau", "bureau", "education"), Some("county"), None)?;
        self.unit(tx, ("office", "office", "government"), Some("county"), None)?;
        for name in ["P", "Q"] {
            self.unit(tx, (name, "township", "government"), Some("county"), None)?;
        }
        for (name, above) in [("P1", "P"), ("P2", "P"), ("Q1", "Q")] {
            self.unit(tx, (name, "village", "government"), Some(above), Some(above))?;
        }
        for (name, above, lies) in [("P11", "P1", "P"), ("P21", "P2", "P"), ("Q11", "Q1", "Q")] {
            self.unit(tx, (name, "group", "government"), Some(above), Some(lies))?;
        }
        for (name, lies) in [("SP", "P"), ("TP", "P"), ("SQ", "Q")] {
            self.unit(tx, (name, "school", "education"), Some("bureau"), Some(lies))?;
        }
        for (name, above, lies) in
            [("SP-1", "SP", "P"), ("SP-2", "SP", "P"), ("TP-1", "TP", "P"), ("SQ-1", "SQ", "Q")]
        {
            self.unit(tx, (name, "class", "education"), Some(above), Some(lies))?;
        }
        for role in Role::ALL.iter().filter(|role| role.is_department()) {
            self.unit(tx, (role.code(), "department", "department"), Some("county"), None)?;
        }
        Ok(())
    }

    /// An account of the unit, with a post there if a role is given; ids of the post and the account.
    fn somebody(
        &mut self,
        tx: &mut Tx<'_>,
        name: &str,
        unit: &str,
        role: Option<(Role, Standing)>,
    ) -> Result<(String, String), DbError> {
        let (unit, account, post) =
            (self.id(unit), self.id(&format!("account-{name}")), self.id(&format!("post-{name}")));
        let new = SeedAccount {
            id: &account,
            username: &format!("{}{name}", self.mark),
            name: "段某某",
            unit: &unit,
            state: "active",
            password: None,
            since: SINCE,
        };
        seed::account(tx, &self.with, &new)?;
        if let Some((role, standing)) = role {
            let new = SeedPost {
                id: &post,
                unit: &unit,
                role: role.code(),
                leads: standing == Standing::Leads,
                chain: false,
                title: role.label(),
                sort: 0,
            };
            seed::post(tx, &self.with, &new)?;
            seed::tenure(tx, &self.with, &post, &account, (SINCE, None))?;
        }
        Ok((post, account))
    }

    fn people(&mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        for &role in Role::ALL {
            let leads = matches!(
                role,
                Role::Director | Role::Bureau | Role::Township | Role::Village | Role::Head | Role::Police
            );
            for standing in [Standing::Serves, Standing::Leads].into_iter().take(1 + usize::from(leads)) {
                let unit = place_of(role);
                let name = match standing {
                    Standing::Serves => role.code().to_owned(),
                    Standing::Leads => format!("{}-leads", role.code()),
                };
                let (_, account) = self.somebody(tx, &name, unit, Some((role, standing)))?;
                self.made.people.push(Someone { account, role: Some((role, standing)), unit: self.id(unit) });
            }
        }
        let (_, account) = self.somebody(tx, "nobody", "P", None)?;
        self.made.people.push(Someone { account, role: None, unit: self.id("P") });
        // Those with whom something is done: their posts and accounts, so that nobody who acts loses what is theirs.
        for (unit, role) in [
            ("bureau", Role::Bureau),
            ("P", Role::Township),
            ("Q", Role::Township),
            ("P1", Role::Village),
            ("P2", Role::Village),
            ("Q1", Role::Village),
            ("SP", Role::Registrar),
            ("TP", Role::Registrar),
            ("SQ", Role::Registrar),
            ("SP-1", Role::SubjectTeacher),
            ("SP-2", Role::Teacher),
            ("SQ-1", Role::Teacher),
            ("police", Role::Police),
            ("office", Role::Admin),
        ] {
            let (post, account) =
                self.somebody(tx, &format!("at-{unit}"), unit, Some((role, Standing::Serves)))?;
            self.made.posts.push((self.id(unit), post, account));
        }
        Ok(())
    }

    fn children(&mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        for (sort, (name, home, class)) in (0_i8..).zip([
            ("own", Some(("P", "P1", "P11")), Some(("SP", "SP-1", "P"))),
            ("own village, other class", Some(("P", "P1", "P11")), Some(("SP", "SP-2", "P"))),
            ("same school, other class, other village", Some(("P", "P2", "P21")), Some(("SP", "SP-2", "P"))),
            ("same township, other school", Some(("P", "P2", "P21")), Some(("TP", "TP-1", "P"))),
            ("other township", Some(("Q", "Q1", "Q11")), Some(("SQ", "SQ-1", "Q"))),
            ("home here, school elsewhere", Some(("P", "P1", "P11")), Some(("SQ", "SQ-1", "Q"))),
            ("home elsewhere, school here", Some(("Q", "Q1", "Q11")), Some(("SP", "SP-1", "P"))),
            ("shared", Some(("Q", "Q1", "Q11")), Some(("SQ", "SQ-1", "Q"))),
            ("paired", Some(("Q", "Q1", "Q11")), Some(("SQ", "SQ-1", "Q"))),
            ("emergency", Some(("Q", "Q1", "Q11")), Some(("SQ", "SQ-1", "Q"))),
            ("emergency that is over", Some(("Q", "Q1", "Q11")), Some(("SQ", "SQ-1", "Q"))),
            ("nobody's", None, None),
        ]) {
            let id = self.child(tx, sort, home, class)?;
            match name {
                "shared" => {
                    for role in Role::ALL.iter().filter(|role| role.is_department()) {
                        seed::share(tx, &self.with, &id, &self.id(role.code()))?;
                    }
                }
                "paired" => {
                    for one in &self.made.people {
                        seed::pair(tx, &self.with, &id, &one.account)?;
                    }
                }
                "emergency" => self.emergency(tx, &id, 3)?,
                "emergency that is over" => self.emergency(tx, &id, -1)?,
                _ => {}
            }
            self.made.children.push((name, id));
        }
        Ok(())
    }

    fn child(
        &self,
        tx: &mut Tx<'_>,
        sort: i8,
        home: Option<(&str, &str, &str)>,
        class: Option<(&str, &str, &str)>,
    ) -> Result<String, DbError> {
        let with = Entering {
            county: self.with.county,
            keys: self.keys,
            now: self.with.now,
            by: "",
            source: "hand",
        };
        let places = Places {
            county: self.with.county.to_owned(),
            township: home.map(|home| self.id(home.0)),
            village: home.map(|home| self.id(home.1)),
            group: home.map(|home| self.id(home.2)),
            school: class.map(|class| self.id(class.0)),
            class: class.map(|class| self.id(class.1)),
            school_township: class.map(|class| self.id(class.2)),
        };
        let household = NewHousehold {
            book: Some(format!("{}{sort}", self.mark)),
            head: "段某".to_owned(),
            township: places.township.clone(),
            village: places.village.clone(),
            group: places.group.clone(),
            address: "某村某组".to_owned(),
        };
        let household = match home {
            Some(_) => Some(enter::household(tx, &with, &household)?),
            None => None,
        };
        let mut number = format!("53999920160{}{:02}001", sort % 9 + 1, sort % 28 + 1);
        let check = number.as_bytes().try_into().ok().and_then(rules::identity::check_digit);
        number.extend(check.map(char::from));
        enter::child(
            tx,
            &with,
            &NewChild {
                name: format!(
                    "段小{}",
                    ["一", "二", "三", "四", "五", "六"]
                        .get(usize::from(sort.unsigned_abs()) % 6)
                        .unwrap_or(&"七")
                ),
                sex: "1".to_owned(),
                birth: date(2016, sort % 9 + 1, sort % 28 + 1),
                ethnicity: String::new(),
                id_kind: "1".to_owned(),
                id_number: Some(number),
                student_number: None,
                registration: "local".to_owned(),
                household,
                address: "某村某组".to_owned(),
                grade: places.class.as_ref().map(|_| 3),
                places,
                boarding: String::new(),
                standing: if class.is_some() {
                    rules::standing::Standing::Enrolled
                } else {
                    rules::standing::Standing::Unknown
                },
                in_class_since: class.map(|_| SINCE),
                groups: vec![NewGroup { group: Special::LeftBehind, detail: String::new(), from: SINCE }],
                guardians: vec![NewGuardian {
                    name: "段某".to_owned(),
                    relation: "父亲".to_owned(),
                    phone: Some("13800000000".to_owned()),
                    ..NewGuardian::default()
                }],
            },
        )
    }

    /// Everybody has an approved break-glass for the child, from now for so many hours.
    fn emergency(&self, tx: &mut Tx<'_>, child: &str, hours: i64) -> Result<(), DbError> {
        let now = self.with.now;
        let until = now.timestamp().saturating_add(jiff::SignedDuration::from_hours(hours));
        let until = crate::now::stamp(until.unwrap_or(now.timestamp()));
        for one in &self.made.people {
            let id = now.id();
            tx.execute(
                "insert into break_glass (county, id, account, child, reason, asked_at, state, answered_by, answered_at,
                                          until_at)
                 values ($1, $2, $3, $4, '', $5, 'approved', '', $5, $6)",
                &params![self.with.county, &id, &one.account, child, now.stamp(), &until],
            )?;
            tx.execute(
                "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits, until_at, ground)
                 select county, $3, 'emergency', id, spelling, standing, group_bits, $4, $5
                 from child where county = $1 and id = $2",
                &params![self.with.county, child, &one.account, &until, &id],
            )?;
        }
        Ok(())
    }

    fn findings(&mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let (county, now) = (self.with.county, self.with.now);
        let (campaign, comparison) = (now.id(), now.id());
        tx.execute(
            "insert into campaign (county, id, title, semester, state, from_day, by_account, made_at)
             values ($1, $2, '秋季比对', '2026-autumn', 'open', $3, '', $4)",
            &params![county, &campaign, SINCE, now.stamp()],
        )?;
        tx.execute(
            "insert into comparison (county, id, campaign, state, as_of, asked_by, asked_at, found, remembered, cleared,
                                     problem)
             values ($1, $2, $3, 'done', $4, '', $5, 0, 0, 0, '')",
            &params![county, &comparison, &campaign, SINCE, now.stamp()],
        )?;
        for (name, child) in self.made.children.clone() {
            let id = self.finding(tx, &campaign, &child)?;
            self.made.findings.push((name, id));
        }
        self.made.campaign = campaign;
        Ok(())
    }

    fn finding(&self, tx: &mut Tx<'_>, campaign: &str, child: &str) -> Result<String, DbError> {
        let (county, id) = (self.with.county, self.with.now.id());
        tx.execute(
            "insert into finding (county, id, campaign, comparison, kind, same_as, child, name, spelling, birth, sex,
                                  id_masked, township, village, village_group, school, class, score, reason, state,
                                  version)
             select child.county, $3, $4, comparison.id, 'not_in_school', $3, child.id, child.name, child.spelling,
                    child.birth, child.sex, '********', child.township, child.village, child.village_group,
                    child.school, child.class, 0, '', 'open', 1
             from child join comparison on comparison.county = child.county and comparison.campaign = $4
             where child.county = $1 and child.id = $2",
            &params![county, child, &id, campaign],
        )?;
        tx.execute(
            "insert into finding_tie (county, unit, tie, finding, until_at)
             select county, unit, tie, $3, until_at from child_tie where county = $1 and child = $2 and tie <> 'emergency'",
            &params![county, child, &id],
        )?;
        Ok(id)
    }
}

/// Where somebody in the role has their post.
fn place_of(role: Role) -> &'static str {
    match role {
        Role::Director | Role::Admin | Role::Security | Role::Auditor => "office",
        Role::Bureau => "bureau",
        Role::Township | Role::Cadre | Role::UnitAdmin => "P",
        Role::Village => "P1",
        Role::Group => "P11",
        Role::Head | Role::Registrar | Role::Inspector => "SP",
        Role::Teacher | Role::SubjectTeacher => "SP-1",
        department => department.code(),
    }
}
