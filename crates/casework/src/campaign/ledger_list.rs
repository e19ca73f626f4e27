//! 台账作为一份名单: the county's own 适龄儿童台账 written down as it is now, to lie in a slot like a file that somebody handed in.
//! So a run can say years later what it was made of, and reads the ledger as it reads any list. It stays in the house.

use documents::csv::Records;
use rules::access::{Action, Subject};
use rules::codes::Sex;

use super::open::campaign;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// What people call it.
pub const LEDGER: &str = "本县适龄儿童台账";

/// What is chosen for it where files are chosen.
pub const THE_LEDGER: &str = "ledger";

/// Children that are read at once.
const PIECE: i64 = 2_000;

/// Headings of a 户籍 list that every plan knows.
const HEADINGS: [&str; 12] = [
    "姓名",
    "公民身份号码",
    "性别",
    "出生日期",
    "户号",
    "户主姓名",
    "户籍地址",
    "村码",
    "乡镇",
    "村委会",
    "村民小组",
    "监护人姓名",
];

/// A child as it is read: what lies in clear stands in the order of [`HEADINGS`] without the sealed ones.
struct Row {
    id: String,
    household: String,
    number: Option<Vec<u8>>,
    book: Option<Vec<u8>>,
    address: Option<Vec<u8>>,
    home: Option<Vec<u8>>,
    clear: [String; 9],
}

/// The ledger as a list: everybody who by it belongs to the county and lives here, whatever is known of the schooling; who
/// is not of school age is left to the run. CSV in UTF-8.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when the campaign is closed, [`Refused::Storage`], [`Refused::Fault`] for a field
/// that does not open.
pub fn ledger_list(desk: &mut Desk<'_, '_>, campaign_id: &str) -> Result<Vec<u8>, Refused> {
    desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", campaign_id))?;
    campaign(desk, Action::RunComparison, campaign_id)?.must_be_open()?;
    let mut records = Records::new();
    for heading in HEADINGS {
        records.code(heading);
    }
    records.end();
    let mut after = String::new();
    loop {
        let rows = piece(desk, &after)?;
        let Some(last) = rows.last() else { return Ok(records.as_bytes().to_vec()) };
        after.clone_from(&last.id);
        for row in rows {
            let number = desk.open("child", "id_number", &row.id, row.number.as_deref())?;
            let book = desk.open("household", "book", &row.household, row.book.as_deref())?;
            let own = desk.open("child", "address", &row.id, row.address.as_deref())?;
            let home = desk.open("household", "address", &row.household, row.home.as_deref())?;
            let [name, sex, birth, head, code, township, village, group, guardian] = &row.clear;
            let sex = Sex::from_code(sex).map_or("", Sex::label);
            let address = if home.is_empty() { &own } else { &home };
            // Exactly as it stands: nobody opens it in a spreadsheet, and the reader would take a guard for the name's.
            for cell in
                [name, &number, sex, birth, &book, head, address, code, township, village, group, guardian]
            {
                records.code(cell);
            }
            records.end();
        }
    }
}

fn piece(desk: &mut Desk<'_, '_>, after: &str) -> Result<Vec<Row>, Refused> {
    Ok(desk.tx.query(
        "select child.id, coalesce(child.household, ''), child.id_sealed, household.book_sealed, child.address_sealed,
                household.address_sealed, child.name, child.sex, child.birth, coalesce(household.head, ''),
                coalesce(village.code, ''), coalesce(township.name, ''), coalesce(village.name, ''),
                coalesce(hamlet.name, ''),
                coalesce((select guardian.name from guardian
                          where guardian.county = child.county and guardian.child = child.id
                            and guardian.until_at is null
                          order by guardian.sort, guardian.id limit 1), '')
         from child
         left join household on household.county = child.county and household.id = child.household
         left join unit township on township.county = child.county and township.id = child.township
         left join unit village on village.county = child.county and village.id = child.village
         left join unit hamlet on hamlet.county = child.county and hamlet.id = child.village_group
         where child.county = $1 and child.merged_into is null and child.id > $2
           and child.standing not in ('dead', 'abroad', 'moved_away')
         order by child.id limit $3",
        &params![desk.county(), after, PIECE],
        |row| {
            let mut clear: [String; 9] = Default::default();
            for (at, cell) in clear.iter_mut().enumerate() {
                *cell = row.get(6 + at)?;
            }
            Ok(Row {
                id: row.get(0)?,
                household: row.get(1)?,
                number: row.get(2)?,
                book: row.get(3)?,
                address: row.get(4)?,
                home: row.get(5)?,
                clear,
            })
        },
    )?)
}
