//! Choosing the lists of a campaign: a file that is handed in now, or one that was handed in before, in another campaign
//! or through 导入名单. What was replaced stays a fact, so that a run can always say what it was made of.

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::plan::ListKind;

use super::ledger_list::{LEDGER, THE_LEDGER};
use super::look::Looked;
use super::open::campaign;
use super::slots::{label, slot_of};
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::files::{self, Stored};
use crate::refused::Refused;
use crate::{params, units};

/// Files that are offered for a slot at most.
const OFFERED: i64 = 20;

/// A list in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// Id.
    pub id: String,
    /// Its slot.
    pub slot: String,
    /// What people call the slot.
    pub label: String,
    /// How it is read.
    pub kind: ListKind,
    /// The file's name.
    pub title: String,
    /// Where it came from: 上传, 导入名单, 以前的行动, 本县台账.
    pub source: &'static str,
    /// The day that it describes.
    pub as_of: String,
    /// How many days ago that was.
    pub days_old: i64,
    /// Rows.
    pub rows: i64,
    /// Rows to correct.
    pub flawed: i64,
    /// What is wrong with them.
    pub problems: Vec<String>,
    /// Headings that nobody knows.
    pub unknown: Vec<String>,
    /// Whether there is a workbook of rows to correct.
    pub has_errors: bool,
    /// Who chose it.
    pub by: String,
    /// When.
    pub at: String,
    pub(super) file: String,
    pub(super) hash: String,
}

impl ListLine {
    /// Whether there is a row that needs no correcting.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.rows > self.flawed
    }
}

/// A file that could be taken for a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// What is sent.
    pub value: String,
    /// File, day and where it came from.
    pub label: String,
}

/// A file that was handed in before, to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The file.
    pub file: String,
    /// SHA-256 of its content.
    pub hash: String,
    /// Its name.
    pub title: String,
    /// The day that it describes.
    pub as_of: Date,
    /// The import that it came with.
    pub import: Option<String>,
}

/// Where a list comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file handed in now, and the day that it describes.
    Upload(Stored, Date),
    /// One that was handed in before.
    Before(Offered),
    /// The ledger as it was written down today.
    Ledger(Stored),
}

/// How many days before `today` a day was; 0 for what is no day.
pub(super) fn days_old(day: &str, today: Date) -> i64 {
    let day = day.parse::<Date>().unwrap_or(today);
    day.until(today).map_or(0, |span| i64::from(span.get_days()))
}

const COLUMNS: &str = "list.id, list.slot, list.kind, list.title, list.source, list.as_of, list.row_count, list.flawed,
    list.problems, list.unknown_columns, list.errors, coalesce(account.name, ''), list.made_at, list.file, list.hash";
const FROM: &str = "from campaign_list list left join account on account.county = list.county and account.id = list.by_account";

fn line(row: &Row<'_>, today: Date) -> Result<ListLine, DbError> {
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    let (slot, as_of): (String, String) = (row.get(1)?, row.get(5)?);
    Ok(ListLine {
        id: row.get(0)?,
        label: label(&slot).to_owned(),
        slot,
        kind: ListKind::from_code(&row.get::<String>(2)?).unwrap_or(ListKind::Generic),
        title: row.get(3)?,
        source: match row.get::<String>(4)?.as_str() {
            "import" => "导入名单",
            "list" => "以前选过的文件",
            "ledger" => LEDGER,
            _ => "上传",
        },
        days_old: days_old(&as_of, today),
        as_of,
        rows: row.get(6)?,
        flawed: row.get(7)?,
        problems: lines(row.get(8)?),
        unknown: lines(row.get(9)?),
        has_errors: row.get::<Option<String>>(10)?.is_some(),
        by: row.get(11)?,
        at: row.get(12)?,
        file: row.get(13)?,
        hash: row.get(14)?,
    })
}

/// The lists that lie in the campaign's slots now, in the order in which they are read.
pub(super) fn chosen(desk: &mut Desk<'_, '_>, campaign: &str) -> Result<Vec<ListLine>, Refused> {
    let today = desk.now.day();
    let sql = format!(
        "select {COLUMNS} {FROM} where list.county = $1 and list.campaign = $2 and list.dropped_at is null
         order by case list.slot when 'household' then 0 when 'roll' then 1 when 'present' then 2 when 'poverty' then 3
                  else 4 end, list.slot"
    );
    Ok(desk.tx.query(&sql, &params![desk.county(), campaign], |row| line(row, today))?)
}

/// The lists that a run was made of.
pub(super) fn of_run(desk: &mut Desk<'_, '_>, comparison: &str) -> Result<Vec<ListLine>, Refused> {
    let today = desk.now.day();
    let sql = format!(
        "select {COLUMNS} {FROM}
         join comparison_list used on used.county = list.county and used.list = list.id
         where list.county = $1 and used.comparison = $2 order by used.sort"
    );
    Ok(desk.tx.query(&sql, &params![desk.county(), comparison], |row| line(row, today))?)
}

/// What is at hand for this slot: the ledger, files of earlier campaigns and of imports.
pub(super) fn earlier(
    desk: &mut Desk<'_, '_>,
    campaign: &str,
    slot: &str,
    kind: ListKind,
) -> Result<Vec<Earlier>, Refused> {
    let county = desk.county();
    let said = |title: String, as_of: String, from: &str| format!("{title}（{as_of}，{from}）");
    let mut found = Vec::new();
    if kind == ListKind::Household {
        let label = format!("{LEDGER}（今天的，已登记的孩子都在）");
        found.push(Earlier { value: THE_LEDGER.to_owned(), label });
    }
    found.extend(desk.tx.query(
        "select max(list.id), list.title, list.as_of from campaign_list list
         where list.county = $1 and list.slot = $2
           and not exists (select 1 from campaign_list own where own.county = list.county and own.campaign = $3
                            and own.slot = list.slot and own.hash = list.hash and own.dropped_at is null)
         group by list.hash, list.title, list.as_of order by 1 desc limit $4",
        &params![county, slot, campaign, OFFERED],
        |row| {
            let id: String = row.get(0)?;
            let label = said(row.get(1)?, row.get(2)?, "以前选过");
            Ok(Earlier { value: format!("list:{id}"), label })
        },
    )?);
    // Imports of the whole county are the bureau's to see; whoever is less takes none.
    if may(desk.actor(), Action::ReadImports, &Subject::Unit(&[])).is_ok() {
        found.extend(desk.tx.query(
            "select import.id, import.title, import.as_of, coalesce(unit.name, '') from import
             left join unit on unit.county = import.county and unit.id = import.unit
             where import.county = $1 and import.kind = $2 and import.state not in ('failed', 'dropped')
             order by import.made_at desc, import.id desc limit $3",
            &params![county, kind.code(), OFFERED],
            |row| {
                let id: String = row.get(0)?;
                let unit: String = row.get(3)?;
                let label = said(row.get(1)?, row.get(2)?, &format!("{unit}导入"));
                Ok(Earlier { value: format!("import:{id}"), label })
            },
        )?);
    }
    Ok(found)
}

/// A file that was offered, by the value of [`Earlier`].
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] when it is no such value, [`Refused::Storage`].
pub fn offered(desk: &mut Desk<'_, '_>, campaign_id: &str, value: &str) -> Result<Offered, Refused> {
    desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", campaign_id))?;
    campaign(desk, Action::RunComparison, campaign_id)?;
    let unknown = || Refused::field("earlier", "请选择台账或者以前上传的文件");
    let (from, id) = value.split_once(':').ok_or_else(unknown)?;
    let (sql, of_import) = match from {
        "list" => {
            ("select file, hash, title, as_of, '' from campaign_list where county = $1 and id = $2", false)
        }
        "import" => (
            "select file, hash, title, as_of, unit from import
             where county = $1 and id = $2 and state not in ('failed', 'dropped')",
            true,
        ),
        _ => return Err(unknown()),
    };
    let found = desk.tx.optional(sql, &params![desk.county(), id], |row| {
        let offered = Offered {
            file: row.get(0)?,
            hash: row.get(1)?,
            title: row.get(2)?,
            as_of: row.get(3)?,
            import: of_import.then(|| id.to_owned()),
        };
        Ok((offered, row.get::<String>(4)?))
    })?;
    let (offered, unit) = found.ok_or_else(unknown)?;
    if of_import {
        let up = units::path(desk.tx, desk.county(), &unit)?;
        desk.require(Action::ReadImports, &Subject::Unit(&up), ("import", id))?;
    }
    Ok(offered)
}

/// Lays a list into its slot; what lay there before is replaced. The same file for the same day once more is no new
/// choice (hazards E12, H01). The list's id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when the campaign is closed, [`Refused::Storage`].
pub fn choose(
    desk: &mut Desk<'_, '_>,
    campaign_id: &str,
    looked: &Looked,
    source: &Source,
) -> Result<String, Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", campaign_id))?;
    campaign(desk, Action::RunComparison, campaign_id)?.must_be_open()?;
    let county = desk.county();
    let (file, hash, title, as_of, import) = match source {
        Source::Upload(stored, as_of) => (&stored.id, &stored.hash, &stored.name, *as_of, None),
        Source::Ledger(stored) => (&stored.id, &stored.hash, &stored.name, desk.now.day(), None),
        Source::Before(one) => (&one.file, &one.hash, &one.title, one.as_of, one.import.as_deref()),
    };
    let lying = chosen(desk, campaign_id)?.into_iter().find(|list| list.slot == looked.slot);
    if let Some(same) = lying.as_ref().filter(|list| list.hash == *hash && list.as_of == as_of.to_string()) {
        let stored = match source {
            Source::Upload(stored, _) | Source::Ledger(stored) => Some(stored.id.as_str()),
            Source::Before(_) => None,
        };
        for id in stored.into_iter().chain(looked.errors.as_ref().map(|file| file.id.as_str())) {
            files::discard(desk.tx, county, id)?;
        }
        return Ok(same.id.clone());
    }
    if let Some(lying) = lying {
        take_out(desk, &lying.id)?;
    }
    let id = desk.now.id();
    if let Source::Upload(stored, _) | Source::Ledger(stored) = source {
        files::keep(desk, stored)?;
    }
    if let Some(errors) = &looked.errors {
        files::keep(desk, errors)?;
    }
    let from = match (source, import) {
        (Source::Upload(..), _) => "upload",
        (Source::Ledger(_), _) => "ledger",
        (Source::Before(_), Some(_)) => "import",
        (Source::Before(_), None) => "list",
    };
    desk.tx.execute(
        "insert into campaign_list (county, id, campaign, slot, kind, file, hash, title, source, import, as_of, row_count,
                                    flawed, problems, unknown_columns, errors, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        &params![
            county,
            &id,
            campaign_id,
            &looked.slot,
            looked.kind.code(),
            file,
            hash,
            title,
            from,
            import,
            as_of,
            looked.rows,
            looked.flawed,
            looked.problems.join("\n"),
            looked.unknown.join("\n"),
            looked.errors.as_ref().map(|file| file.id.as_str()),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let what = format!("选名单：{}", label(&looked.slot));
    desk.record(Action::RunComparison, grant.post, ("campaign", campaign_id), "", &what)?;
    Ok(id)
}

fn take_out(desk: &mut Desk<'_, '_>, list: &str) -> Result<(), Refused> {
    desk.tx.execute(
        "update campaign_list set dropped_at = $3 where county = $1 and id = $2",
        &params![desk.county(), list, desk.now.stamp()],
    )?;
    Ok(())
}

/// Takes the list out of a slot: a run goes without it. Its file stays with the runs that were made of it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when the campaign is closed, [`Refused::Storage`].
pub fn drop_list(desk: &mut Desk<'_, '_>, campaign_id: &str, slot: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", campaign_id))?;
    campaign(desk, Action::RunComparison, campaign_id)?.must_be_open()?;
    let slot = slot_of(desk.plan, slot).map(|(slot, _)| slot).unwrap_or_default();
    let Some(lying) = chosen(desk, campaign_id)?.into_iter().find(|list| list.slot == slot) else {
        return Ok(());
    };
    take_out(desk, &lying.id)?;
    let what = format!("不用名单：{}", label(&slot));
    desk.record(Action::RunComparison, grant.post, ("campaign", campaign_id), "", &what)
}

/// The workbook with the rows of a list to correct: its file. On the record, since it leaves the house with numbers.
///
/// # Errors
/// [`Refused::Denied`], also when there is none; [`Refused::Storage`].
pub fn errors_file(desk: &mut Desk<'_, '_>, campaign_id: &str, list: &str) -> Result<String, Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", campaign_id))?;
    let file = desk.tx.optional(
        "select errors from campaign_list where county = $1 and campaign = $2 and id = $3",
        &params![desk.county(), campaign_id, list],
        |row| row.get::<Option<String>>(0),
    )?;
    let file = file.flatten().ok_or_else(|| Refused::denied(Action::RunComparison, "campaign_list", list))?;
    desk.record(Action::RunComparison, grant.post, ("campaign_list", list), "", "下载要改正的行")?;
    Ok(file)
}
