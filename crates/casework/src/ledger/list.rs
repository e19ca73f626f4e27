//! 名单: the children of one's own part of the county, in the order of their pinyin, a page at a time. Every query
//! starts from the ties, or from an index that is narrower, so that it costs the same at any size of county; a filter
//! on a field that the reader may not see finds nothing.

use rules::access::{Action, Arm, Field, Sight, Subject, Tie, arms, may};
use rules::groups::Special;
use rules::standing::Standing;

use super::listed::{Hit, read};
use super::sees::{Sees, Shown};
use super::ties::ties_of;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::reached;
use crate::search::Typed;

/// Children on a page.
const PAGE: usize = 50;

/// Counted at most.
const COUNTED: i64 = 1000;

/// Hits up to which what was typed is looked up by its own index, and sorted.
const FEW: i64 = 1000;

/// What the ledger lacks of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No number of an identity document.
    Number,
    /// No household registration anywhere.
    Registration,
}

impl Missing {
    /// From the code in the address: `id`, `registration`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "id" => Some(Self::Number),
            "registration" => Some(Self::Registration),
            _ => None,
        }
    }
}

/// Which part of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Step {
    /// From the beginning.
    #[default]
    First,
    /// Behind this child.
    After(String),
    /// Before this child.
    Before(String),
}

/// What is looked for; empty means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Name, pinyin, its initials, or the last four of the ID number.
    pub q: String,
    /// Unit of the home township.
    pub township: String,
    /// Unit of the village.
    pub village: String,
    /// Unit of the village group.
    pub village_group: String,
    /// Account of the 包保干部.
    pub cadre: String,
    /// Unit of the school.
    pub school: String,
    /// Unit of the class.
    pub class: String,
    /// 1–9.
    pub grade: Option<i64>,
    /// Code of a [`Standing`], or `out`: should be in school and is not.
    pub standing: String,
    /// A special group.
    pub group: Option<Special>,
    /// What is missing.
    pub missing: Option<Missing>,
    /// Which part.
    pub step: Step,
}

/// How many match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(u64),
    /// More than were counted.
    Over(u64),
    /// Counting would cost too much.
    Unknown,
}

/// A child on the list; `None` is what the reader does not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// 男, 女.
    pub sex: Option<&'static str>,
    /// Birthday.
    pub birth: Option<String>,
    /// Number of the document, as it may be shown; an empty text where there is none.
    pub number: Option<Shown>,
    /// Village, else township.
    pub home: Option<String>,
    /// School and class.
    pub school: Option<String>,
    /// Where it stands with school.
    pub standing: Option<Standing>,
    /// Special groups.
    pub groups: Vec<&'static str>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The children.
    pub children: Vec<Child>,
    /// The page before, if there is one.
    pub before: Option<Step>,
    /// The page after.
    pub after: Option<Step>,
    /// How many match.
    pub total: Total,
}

/// Children that match, a page of them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, query: &Query) -> Result<Page, Refused> {
    pages(desk, query, Action::ListChildren, PAGE)
}

/// The first children that match, for the search over every page.
pub(crate) fn first(desk: &mut Desk<'_, '_>, query: &Query, most: usize) -> Result<Vec<Child>, Refused> {
    Ok(pages(desk, query, Action::ListChildren, most)?.children)
}

/// As [`list`], for an action of its own and a longer page: the export.
pub(super) fn pages(
    desk: &mut Desk<'_, '_>,
    query: &Query,
    action: Action,
    most: usize,
) -> Result<Page, Refused> {
    desk.require(action, &Subject::Nothing, ("children", ""))?;
    let who = desk.who;
    let mut ways = arms(&who.actor, action);
    ways.retain(|arm| allows(query, Sees::new(arm.post.role, arm.tie)));
    // Whoever sees the whole county finds nobody new through a narrower tie.
    if ways.iter().any(|arm| arm.tie == Tie::County) {
        ways.retain(|arm| arm.tie == Tie::County);
    }
    let edge = edge(desk, &query.step, action)?;
    let typed = Typed::read(&query.q);
    if typed.is_none() && !query.q.trim().is_empty() {
        ways.clear();
    }
    if let Some(typed) = &typed {
        ways.retain(|arm| typed.allowed(Sees::new(arm.post.role, arm.tie)));
    }
    let few = few(desk, query, typed.as_ref())?;
    let standings: &[&str] = match query.standing.as_str() {
        "" => &[""],
        "out" => &["never", "absent"],
        other => &[other],
    };
    let backward = matches!(query.step, Step::Before(_));
    let mut hits: Vec<Hit> = Vec::new();
    let (mut counted, mut countable) = (0_i64, ways.len() <= 1);
    for arm in &ways {
        for standing in standings {
            let plan = Pass {
                query,
                typed: typed.as_ref(),
                arm,
                standing,
                few,
                edge: edge.as_ref(),
                backward,
                most,
            };
            let found = plan.find(desk)?;
            // A first page that holds all of them need not be counted.
            if countable && (query.step != Step::First || found.len() > most || standings.len() > 1) {
                match plan.count(desk)? {
                    Some(count) => counted = counted.saturating_add(count),
                    None => countable = false,
                }
            }
            hits.extend(found);
        }
    }
    // One child reached in two ways is listed once, as the way that shows more shows it.
    hits.sort_by(|a, b| {
        (&a.spelling, &a.id, usize::MAX - a.breadth).cmp(&(&b.spelling, &b.id, usize::MAX - b.breadth))
    });
    hits.dedup_by(|later, kept| later.id == kept.id);
    let more = hits.len() > most;
    if backward {
        let surplus = hits.len().saturating_sub(most);
        hits.drain(..surplus);
    } else {
        hits.truncate(most);
    }
    let children = read(desk, &hits)?;
    let here = |child: Option<&Child>| child.map(|child| child.id.clone()).unwrap_or_default();
    let (first, last) = (here(children.first()), here(children.last()));
    let none = children.is_empty();
    let (is_before, is_after) = match query.step {
        Step::First => (false, more),
        Step::After(_) => (true, more),
        Step::Before(_) => (more, true),
    };
    let total = match query.step {
        Step::First if !more => Total::Exactly(u64::try_from(children.len()).unwrap_or_default()),
        _ if !countable => Total::Unknown,
        _ if counted > COUNTED => Total::Over(u64::try_from(COUNTED).unwrap_or_default()),
        _ => Total::Exactly(u64::try_from(counted).unwrap_or_default()),
    };
    Ok(Page {
        children,
        before: (is_before && !none).then_some(Step::Before(first)),
        after: (is_after && !none).then_some(Step::After(last)),
        total,
    })
}

/// Whether a reader may filter so: a filter tells the field that it filters by.
fn allows(query: &Query, sees: Sees) -> bool {
    let clear = |field| sees.of(field) == Sight::Clear;
    (query.township.is_empty() && query.village.is_empty() && query.village_group.is_empty()
        || clear(Field::Home))
        && (query.cadre.is_empty() || clear(Field::Chain))
        && (query.school.is_empty() && query.class.is_empty() && query.grade.is_none()
            || clear(Field::Schooling))
        && (query.standing.is_empty() || clear(Field::Schooling))
        && query.group.is_none_or(|group| clear(group.field()))
        && match query.missing {
            Some(Missing::Number) => sees.shows(Field::IdNumber),
            Some(Missing::Registration) => clear(Field::Home),
            None => true,
        }
}

/// Spelling and id of the child from which the page goes on. Another's child is no such place: where the list went on
/// from it would tell how it is spelt (hazard A07).
fn edge(desk: &mut Desk<'_, '_>, step: &Step, action: Action) -> Result<Option<(String, String)>, Refused> {
    let (Step::After(id) | Step::Before(id)) = step else { return Ok(None) };
    let ties = ties_of(desk, id)?;
    if may(desk.actor(), action, &Subject::Child(&ties)).is_err() {
        return Ok(None);
    }
    Ok(desk.tx.optional(
        "select spelling, id from child where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Whether what was typed, or is missing, fits so few children that its own index is the best way in.
fn few(desk: &mut Desk<'_, '_>, query: &Query, typed: Option<&Typed>) -> Result<bool, Refused> {
    if query.missing.is_some() {
        return Ok(true);
    }
    let Some(typed) = typed else { return Ok(false) };
    let mut params = vec![Value::from(desk.county().to_owned())];
    let ids = typed.ids(desk, None, &mut params);
    let sql = format!("select cast(count(*) as bigint) from ({ids} limit {}) hits", FEW + 1);
    Ok(desk.tx.one(&sql, &params, |row| row.get::<i64>(0))? <= FEW)
}

/// One way through the list: an arm of the scope, with one standing.
struct Pass<'a> {
    query: &'a Query,
    typed: Option<&'a Typed>,
    arm: &'a Arm<'a>,
    standing: &'a str,
    few: bool,
    edge: Option<&'a (String, String)>,
    backward: bool,
    most: usize,
}

/// The conditions of a pass, and its parameters.
struct Conditions<'a> {
    sql: String,
    params: Vec<Value<'a>>,
    of_child: bool,
}

impl<'a> Conditions<'a> {
    fn push(&mut self, value: impl Into<Value<'a>>) -> usize {
        self.params.push(value.into());
        self.params.len()
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" and ");
        self.sql.push_str(condition);
    }
}

impl Pass<'_> {
    /// The unit and tie whose list is walked: the narrowest that the filter names, else the arm's own.
    fn driver(&self) -> (&str, Tie) {
        let query = self.query;
        [
            (&query.cadre, Tie::Paired),
            (&query.class, Tie::Class),
            (&query.village_group, Tie::Group),
            (&query.school, Tie::School),
            (&query.village, Tie::Village),
        ]
        .into_iter()
        .find(|(unit, _)| !unit.is_empty())
        .map(|(unit, tie)| (unit.as_str(), tie))
        .or_else(|| (!query.township.is_empty()).then_some((query.township.as_str(), Tie::HomeTownship)))
        .unwrap_or((self.arm.to, self.arm.tie))
    }

    fn conditions(&self, desk: &Desk<'_, '_>) -> Conditions<'static> {
        let (unit, tie) = self.driver();
        let query = self.query;
        let at = desk.now.stamp();
        let mut params = vec![Value::from(desk.county().to_owned())];
        let driven = reached("drive", unit.to_owned(), tie, &at, &mut params);
        let mut all = Conditions { sql: format!("drive.county = $1 and {driven}"), params, of_child: false };
        if (unit, tie) != (self.arm.to, self.arm.tie) {
            let within = reached("tie", self.arm.to.to_owned(), self.arm.tie, &at, &mut all.params);
            all.and(&format!(
                "exists (select 1 from child_tie tie where tie.county = drive.county and tie.child = drive.child
                          and {within})"
            ));
        }
        if !self.standing.is_empty() {
            let at = all.push(self.standing.to_owned());
            all.and(&format!("drive.standing = ${at}"));
            // Said in words, so that the index of those who are not in school can be taken.
            if self.standing != Standing::Enrolled.code() {
                all.and("drive.standing <> 'enrolled'");
            }
        }
        if let Some(group) = query.group {
            let at = all.push(group.bit());
            all.and(&format!("drive.group_bits <> 0 and (drive.group_bits & ${at}) <> 0"));
        }
        for (column, value, by) in [
            ("class", &query.class, Tie::Class),
            ("school", &query.school, Tie::School),
            ("village", &query.village, Tie::Village),
            ("village_group", &query.village_group, Tie::Group),
            ("township", &query.township, Tie::HomeTownship),
        ] {
            if !value.is_empty() && by != tie {
                let at = all.push(value.clone());
                all.and(&format!("child.{column} = ${at}"));
                all.of_child = true;
            }
        }
        if let Some(grade) = query.grade {
            let at = all.push(grade);
            all.and(&format!("child.grade = ${at}"));
            all.of_child = true;
        }
        match query.missing {
            Some(Missing::Number) => all.and("child.id_index is null"),
            Some(Missing::Registration) => all.and("child.registration = 'none'"),
            None => {}
        }
        all.of_child |= query.missing.is_some();
        if let Some(typed) = self.typed {
            let sees = Some(Sees::new(self.arm.post.role, self.arm.tie));
            let matches = if self.few {
                format!("child.id in ({})", typed.ids(desk, sees, &mut all.params))
            } else {
                typed.walked(desk, sees, &mut all.params)
            };
            all.and(&matches);
            if let Some((from, before)) = typed.spelled().filter(|_| !self.few) {
                let (from, before) = (all.push(from), all.push(before));
                all.and(&format!("drive.spelling >= ${from} and drive.spelling < ${before}"));
            }
            all.of_child = true;
        }
        all
    }

    /// From which tables, in the order in which they are to be read, and what is looked for: whom the ties lead to is read
    /// from their index alone, unless the child itself is asked about something.
    fn statement(&self, desk: &Desk<'_, '_>) -> (String, Vec<Value<'static>>) {
        let mut all = self.conditions(desk);
        let (spelling, id) =
            if self.few { ("child.spelling", "child.id") } else { ("drive.spelling", "drive.child") };
        let (sign, order) = if self.backward { ("<", "desc") } else { (">", "asc") };
        if let Some((edge, at)) = self.edge {
            let (edge, at) = (all.push(edge.clone()), all.push(at.clone()));
            all.and(&format!("({spelling}, {id}) {sign} (${edge}, ${at})"));
        }
        let limit = all.push(self.most + 1);
        // Told once more for the child itself, so that its own index can be used.
        let few = if self.few { "child.county = $1 and child.merged_into is null and" } else { "" };
        let (tables, joined) = match (self.few, all.of_child) {
            (true, _) => (
                "child cross join child_tie drive",
                "child.county = drive.county and child.id = drive.child and",
            ),
            (false, true) => (
                "child_tie drive cross join child",
                "child.county = drive.county and child.id = drive.child and",
            ),
            (false, false) => ("child_tie drive", ""),
        };
        let sql = format!(
            "select {spelling}, {id} from {tables} where {few} {joined} {}
             order by {spelling} {order}, {id} {order} limit ${limit}",
            all.sql
        );
        (sql, all.params)
    }

    fn find(&self, desk: &mut Desk<'_, '_>) -> Result<Vec<Hit>, Refused> {
        let (sql, params) = self.statement(desk);
        let sees = Sees::new(self.arm.post.role, self.arm.tie);
        let breadth = Field::ALL.iter().filter(|field| sees.shows(**field)).count();
        Ok(desk
            .tx
            .query(&sql, &params, |row| Ok(Hit { spelling: row.get(0)?, id: row.get(1)?, sees, breadth }))?)
    }

    /// How many match, up to a bound; `None` where that would have to look at the children themselves.
    fn count(&self, desk: &mut Desk<'_, '_>) -> Result<Option<i64>, Refused> {
        let all = self.conditions(desk);
        if all.of_child {
            return Ok(None);
        }
        let sql = format!(
            "select cast(count(*) as bigint) from (select 1 from child_tie drive where {} limit {}) counted",
            all.sql,
            COUNTED + 1
        );
        Ok(Some(desk.tx.one(&sql, &all.params, |row| row.get(0))?))
    }
}
