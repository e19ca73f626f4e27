//! 一县一案, 一校一案 and the plans of the townships (三; 五(二)(十一)): documents with versions, of which none is ever changed; who has none. A file is a
//! PDF or DOCX by its first bytes ([`Attached`]) and is never opened here; a child's own plan is its case and stands there.

use rules::access::{Action, Reach, Subject};

use super::files::Attached;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::files;
use crate::params;
use crate::refused::Refused;
use crate::unnamed::{Known, unnamed};

/// Versions of a document at most.
const MOST_VERSIONS: i64 = 200;

/// A document in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    /// Id.
    pub id: String,
    /// county, township, school.
    pub level: String,
    /// Whose it is.
    pub unit: String,
    /// What it is called.
    pub title: String,
    /// How many versions there are.
    pub versions: i64,
    /// When the last came.
    pub at: String,
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// 1, 2, 3.
    pub version: i64,
    /// The text, or what the file is.
    pub words: String,
    /// What is new.
    pub why: String,
    /// Name of the file; empty where the text is all.
    pub file_name: String,
    /// SHA-256, as hex digits in groups of eight.
    pub digest: String,
    /// Who put it there.
    pub by: String,
    /// When.
    pub at: String,
}

/// A document with its versions, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFile {
    /// What the list says of it.
    pub line: DocumentLine,
    /// The versions.
    pub versions: Vec<Version>,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// A unit without a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// township, school.
    pub level: String,
    /// Its name.
    pub unit: String,
}

/// A new version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewVersion {
    /// Id of the document; empty for a new one.
    pub document: String,
    /// Id of the unit, for a new one.
    pub unit: String,
    /// What it is called, for a new one.
    pub title: String,
    /// The text, or what the file is.
    pub words: String,
    /// What is new.
    pub why: String,
}

/// What a document is called by its level.
#[must_use]
pub fn levels() -> [(&'static str, &'static str); 3] {
    [("county", "一县一案"), ("township", "乡镇方案"), ("school", "一校一案")]
}

/// What the reader may see: everything for who reads the county; of the others their own, those of the schools that lie in their
/// township, and the county's.
fn within<'v>(desk: &Desk<'v, '_>, values: &mut Vec<Value<'v>>) -> String {
    let mut own = Vec::new();
    for post in &desk.who.actor.posts {
        match Action::ReadLibrary.policy(post.role, post.standing) {
            Some(Reach::County) => return "1 = 1".to_owned(),
            Some(_) => {
                values.push(Value::from(post.unit.as_str()));
                own.push(format!("${}", values.len()));
            }
            None => {}
        }
    }
    let own = if own.is_empty() { "''".to_owned() } else { own.join(", ") };
    format!("(d.level = 'county' or d.unit in ({own}) or unit.township in ({own}))")
}

const COLUMNS: &str = "d.id, d.level, coalesce(unit.name, ''), d.title,
     (select cast(count(*) as bigint) from plan_version v where v.county = d.county and v.document = d.id),
     coalesce((select max(v.at) from plan_version v where v.county = d.county and v.document = d.id), d.made_at), d.unit";
const FROM: &str = "plan_document d left join unit on unit.county = d.county and unit.id = d.unit";

fn line(row: &Row<'_>) -> Result<(DocumentLine, String), DbError> {
    let line = DocumentLine {
        id: row.get(0)?,
        level: row.get(1)?,
        unit: row.get(2)?,
        title: row.get(3)?,
        versions: row.get(4)?,
        at: row.get(5)?,
    };
    Ok((line, row.get(6)?))
}

/// The documents that the reader may see, the county's first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn documents(desk: &mut Desk<'_, '_>) -> Result<Vec<DocumentLine>, Refused> {
    desk.require(Action::ReadLibrary, &Subject::Nothing, ("plan_document", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select {COLUMNS} from {FROM} where d.county = $1 and {within}
         order by case d.level when 'county' then 0 when 'township' then 1 else 2 end, coalesce(unit.sort, 0), d.unit, d.title
         limit 500"
    );
    Ok(desk.tx.query(&sql, &values, |row| Ok(line(row)?.0))?)
}

/// Townships and schools that have none, for whoever reads the county.
///
/// # Errors
/// [`Refused::Storage`].
pub fn lacking(desk: &mut Desk<'_, '_>) -> Result<Vec<Lacking>, Refused> {
    let mut posts = desk.who.actor.posts.iter();
    if !posts.any(|post| Action::ReadLibrary.policy(post.role, post.standing) == Some(Reach::County)) {
        return Ok(Vec::new());
    }
    Ok(desk.tx.query(
        "select kind, name from unit
         where county = $1 and kind in ('township', 'school') and until_day is null
           and not exists (select 1 from plan_document d where d.county = unit.county and d.unit = unit.id)
         order by case kind when 'township' then 0 else 1 end, sort, id limit 500",
        &params![desk.county()],
        |row| Ok(Lacking { level: row.get(0)?, unit: row.get(1)? }),
    )?)
}

fn found(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<(DocumentLine, String), Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(id.to_owned())];
    let within = within(desk, &mut values);
    let sql = format!("select {COLUMNS} from {FROM} where d.county = $1 and d.id = $2 and {within}");
    let one = desk.tx.optional(&sql, &values, line)?;
    one.ok_or_else(|| Refused::denied(action, "plan_document", id))
}

/// A document with its versions.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn document(desk: &mut Desk<'_, '_>, id: &str) -> Result<DocumentFile, Refused> {
    desk.require(Action::ReadLibrary, &Subject::Nothing, ("plan_document", id))?;
    let (line, unit) = found(desk, id, Action::ReadLibrary)?;
    let versions = desk.tx.query(
        "select v.version, v.words, v.why, v.file_name, v.sha256, coalesce(account.name, ''), v.at from plan_version v
         left join account on account.county = v.county and account.id = v.by_account
         where v.county = $1 and v.document = $2 order by v.version desc limit 200",
        &params![desk.county(), id],
        |row| {
            let sha256: String = row.get(4)?;
            let signs: Vec<char> = sha256.chars().collect();
            let groups: Vec<String> = signs.chunks(8).map(|eight| eight.iter().collect()).collect();
            Ok(Version {
                version: row.get(0)?,
                words: row.get(1)?,
                why: row.get(2)?,
                file_name: row.get(3)?,
                digest: groups.join(" "),
                by: row.get(5)?,
                at: row.get(6)?,
            })
        },
    )?;
    let may_add = rules::access::may(desk.actor(), Action::WriteLibrary, &Subject::Unit(&[unit])).is_ok();
    desk.record(Action::ReadLibrary, None, ("plan_document", id), "", "方案")?;
    Ok(DocumentFile { line, versions, may_add })
}

/// Puts a version, of a document that is there or of a new one; the document's id. What was there stays.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for too many, [`Refused::Storage`].
pub fn put_version(
    desk: &mut Desk<'_, '_>,
    new: &NewVersion,
    file: Option<&Attached>,
) -> Result<String, Refused> {
    let (id, unit) = match new.document.as_str() {
        "" => (None, new.unit.clone()),
        id => (Some(id.to_owned()), found(desk, id, Action::WriteLibrary)?.1),
    };
    let subject = id.clone().unwrap_or_default();
    let path = [unit.clone()];
    let grant = desk.require(Action::WriteLibrary, &Subject::Unit(&path), ("plan_document", &subject))?;
    let file = file.map(Attached::stored);
    let words = unnamed(
        desk,
        ("words", "请写方案的内容，或者说明文件是什么"),
        &new.words,
        &(2..=20_000),
        Known::Followed,
    )?;
    let id = match id {
        Some(id) => id,
        None => made(desk, &unit, &new.title)?,
    };
    let county = desk.county();
    let last = desk.tx.one(
        "select cast(coalesce(max(version), 0) as bigint) from plan_version where county = $1 and document = $2",
        &params![county, &id],
        |row| row.get::<i64>(0),
    )?;
    if last >= MOST_VERSIONS {
        return Err(Refused::rule("版本太多", "五(二)", "请另建一份方案"));
    }
    let why = match new.why.trim() {
        "" if last > 0 => return Err(Refused::field("why", "请写明这一版改了什么")),
        "" => "",
        _ => unnamed(desk, ("why", "请写明这一版改了什么"), &new.why, &(2..=200), Known::Followed)?,
    };
    let (sha256, bytes) = match file {
        Some(stored) => (stored.hash.clone(), stored.size),
        None => {
            use sha2::Digest as _;
            let sum = sha2::Sha256::digest(words);
            let hex = sum.iter().map(|byte| format!("{byte:02x}")).collect();
            (hex, i64::try_from(words.len()).unwrap_or(i64::MAX))
        }
    };
    if let Some(stored) = file {
        files::keep(desk, stored)?;
    }
    desk.tx.execute(
        "insert into plan_version (county, document, version, words, why, file, file_name, sha256, bytes, by_account,
                                   by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            county,
            &id,
            last + 1,
            words,
            why,
            file.map(|stored| stored.id.as_str()),
            file.map_or("", |stored| stored.name.as_str()),
            &sha256,
            bytes,
            &desk.actor().account,
            &unit,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::WriteLibrary, grant.post, ("plan_document", &id), "", &format!("第{}版", last + 1))?;
    Ok(id)
}

fn made(desk: &mut Desk<'_, '_>, unit: &str, title: &str) -> Result<String, Refused> {
    let title = unnamed(desk, ("title", "请写方案的名称"), title, &(2..=60), Known::Followed)?;
    let county = desk.county();
    let kind = desk.tx.one(
        "select kind from unit where county = $1 and id = $2",
        &params![county, unit],
        |row| row.get::<String>(0),
    )?;
    let level = match kind.as_str() {
        "township" => "township",
        "school" => "school",
        _ => "county",
    };
    let id = desk.now.id();
    let put = desk.tx.execute(
        "insert into plan_document (county, id, level, unit, title, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (county, unit, title) do nothing",
        &params![county, &id, level, unit, title, &desk.actor().account, desk.now.stamp()],
    )?;
    if put == 0 {
        return Err(Refused::field("title", "已经有这个名称的方案，请打开它加一个新版本"));
    }
    Ok(id)
}

/// The file of a version and its name, for whoever may see the document.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn file_of(desk: &mut Desk<'_, '_>, id: &str, version: i64) -> Result<(String, String), Refused> {
    let missing = || Refused::denied(Action::ReadLibrary, "plan_document", id);
    desk.require(Action::ReadLibrary, &Subject::Nothing, ("plan_document", id))?;
    found(desk, id, Action::ReadLibrary)?;
    let file = desk.tx.optional(
        "select coalesce(file, ''), file_name from plan_version where county = $1 and document = $2 and version = $3",
        &params![desk.county(), id, version],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let file = file.filter(|(file, _)| !file.is_empty()).ok_or_else(missing)?;
    desk.record(Action::ReadLibrary, None, ("plan_document", id), "", &format!("下载第{version}版"))?;
    Ok(file)
}
