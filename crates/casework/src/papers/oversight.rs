//! Papers of bulletins and of accountability (五(七)): kept whole and sealed when they are issued, with a code that binds number and content, and
//! never made anew. Which files were made of one stands beside it.

use documents::paper::{Made, Paper};
use sha2::{Digest, Sha256};

use super::Filed;
use super::case::Checked;
use crate::db::Tx;
use crate::desk::Desk;
use crate::keys::{Keys, Place};
use crate::params;
use crate::refused::Refused;

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oversight {
    /// 通报.
    Bulletin,
    /// 约谈通知书, 整改通知书, 移送函.
    Notice,
}

impl Oversight {
    const fn code(self) -> &'static str {
        match self {
            Self::Bulletin => "bulletin",
            Self::Notice => "notice",
        }
    }
}

/// A paper as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPaper {
    /// Id.
    pub id: String,
    /// 发文字号.
    pub word: String,
    /// What it says.
    pub paper: Paper,
}

fn code(keys: &Keys, parts: [&str; 5], said: &str) -> String {
    let digest: String = Sha256::digest(said.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = [&parts.join("\n"), &*digest].map(str::to_owned).join("\n");
    keys.mac("oversight_paper", text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps a paper, in the transaction of the act that it is of.
pub(crate) fn keep(
    desk: &mut Desk<'_, '_>,
    (kind, subject): (Oversight, &str),
    word: &str,
    paper: &Paper,
) -> Result<(), Refused> {
    let said = serde_json::to_string(paper)
        .map_err(|error| Refused::Fault(format!("a paper of oversight: {error}")))?;
    let id = desk.now.id();
    let code = code(desk.keys, [desk.county(), &id, kind.code(), subject, word], &said);
    let sealed = desk.seal("oversight_paper", "said", &id, &said);
    desk.tx.execute(
        "insert into oversight_paper (county, id, kind, subject, word, said_sealed, code, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            &id,
            kind.code(),
            subject,
            word,
            sealed,
            code,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// The paper of a bulletin or file, with the QR code of this installation's check page where an address is given; `None` while there is none.
pub(crate) fn kept(
    desk: &mut Desk<'_, '_>,
    (kind, subject): (Oversight, &str),
    address: &str,
) -> Result<Option<KeptPaper>, Refused> {
    let found = desk.tx.optional(
        "select id, word, said_sealed, code from oversight_paper where county = $1 and kind = $2 and subject = $3",
        &params![desk.county(), kind.code(), subject],
        |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?, row.get::<String>(3)?))
        },
    )?;
    let Some((id, word, sealed, code)) = found else { return Ok(None) };
    let said = desk.open("oversight_paper", "said", &id, Some(&sealed))?;
    let mut paper: Paper = serde_json::from_str(&said)
        .map_err(|error| Refused::Fault(format!("a paper of oversight: {error}")))?;
    if !address.is_empty() {
        super::case::marked(&mut paper, &code, address);
    }
    Ok(Some(KeptPaper { id, word, paper }))
}

/// Puts down that a file was made, once however often the same is made.
pub(crate) fn filed(desk: &mut Desk<'_, '_>, paper: &str, made: &Made) -> Result<(), Refused> {
    desk.tx.execute(
        "insert into oversight_file (county, id, paper, form, sha256, bytes, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (county, paper, form, sha256) do nothing",
        &params![
            desk.county(),
            desk.now.id(),
            paper,
            made.form.code(),
            &made.sha256,
            i64::try_from(made.bytes.len()).unwrap_or(i64::MAX),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// The files that were made, the first before the others.
pub(crate) fn files(
    desk: &mut Desk<'_, '_>,
    (kind, subject): (Oversight, &str),
) -> Result<Vec<Filed>, Refused> {
    Ok(desk.tx.query(
        "select p.word, f.form, f.sha256, coalesce(account.name, ''), f.at
         from oversight_file f
         join oversight_paper p on p.county = f.county and p.id = f.paper
         left join account on account.county = f.county and account.id = f.by_account
         where f.county = $1 and p.kind = $2 and p.subject = $3 order by f.at, f.id limit 50",
        &params![desk.county(), kind.code(), subject],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(Filed {
                number: text(0)?,
                form: text(1)?,
                sha256: text(2)?,
                masked: false,
                by: text(3)?,
                at: text(4)?,
            })
        },
    )?)
}

/// Looks up a code; `None` for one that is not known.
///
/// # Errors
/// [`Refused::Storage`].
pub fn checked_oversight(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    own: &str,
    digest: &str,
) -> Result<Option<Checked>, Refused> {
    let found = tx.optional(
        "select id, kind, subject, word, said_sealed from oversight_paper where county = $1 and code = $2",
        &params![county, own],
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok((texts, row.get::<Vec<u8>>(4)?))
        },
    )?;
    let Some(([id, kind, subject, word], sealed)) = found else { return Ok(None) };
    let said = keys.open(Place { county, table: "oversight_paper", column: "said", row: &id }, &sealed);
    let is_genuine = said.is_ok_and(|said| code(keys, [county, &id, &kind, &subject, &word], &said) == own);
    let digest: String = digest.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    let known = tx.optional(
        "select id from oversight_file where county = $1 and paper = $2 and sha256 = $3 order by id limit 1",
        &params![county, &id, &digest],
        |row| row.get::<String>(0),
    )?;
    Ok(Some(Checked {
        word,
        is_genuine,
        stamped: None,
        digest: (!digest.is_empty()).then_some(known.is_some()),
    }))
}
