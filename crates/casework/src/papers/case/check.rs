//! 核验: the QR code of a paper, and what whoever holds the paper can learn by it: whether number and content hang together and whether a
//! file of that digest was made. Nothing else is told, and without the code there is nothing to ask about.

use documents::paper::Paper;
use qrcodegen::{QrCode, QrCodeEcc};
use rules::case::paper::{PaperKind, rule};

use super::kept::Bound;
use crate::db::Tx;
use crate::keys::{Keys, Place};
use crate::params;
use crate::refused::Refused;

/// What is known of a paper by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// 发文字号, to be compared with the one that is printed.
    pub word: String,
    /// Whether what is stored was not changed since it was made (B10).
    pub is_genuine: bool,
    /// Whether the seal was registered; `None` where the paper needs none.
    pub stamped: Option<bool>,
    /// Whether a file with the digest that was asked about was made of it; `None` where none was asked about.
    pub digest: Option<bool>,
}

/// Looks up a code; `None` for one that is not known.
///
/// # Errors
/// [`Refused::Storage`].
pub fn checked(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    code: &str,
    digest: &str,
) -> Result<Option<Checked>, Refused> {
    let found = tx.optional(
        "select id, case_id, kind, organ, year, number, word, said_sealed, stamped_at from case_paper
         where county = $1 and code = $2",
        &params![county, code],
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            let numbers: [i64; 2] = [row.get(4)?, row.get(5)?];
            Ok((texts, numbers, row.get::<String>(6)?, row.get::<Vec<u8>>(7)?, row.get::<Option<String>>(8)?))
        },
    )?;
    let Some(([id, case, kind, organ], [year, number], word, sealed, stamped)) = found else {
        return Ok(None);
    };
    let said = keys.open(Place { county, table: "case_paper", column: "said", row: &id }, &sealed);
    let is_genuine = said.is_ok_and(|said| {
        let (case, kind, organ) = (&*case, &*kind, &*organ);
        Bound { county, id: &id, case, kind, organ, year, number, said: &said }.code(keys) == code
    });
    let digest: String = digest.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    let known = tx.optional(
        "select id from paper where county = $1 and sha256 = $2 and kind = $3 and subject = $4 order by id limit 1",
        &params![county, &digest, &kind, &id],
        |row| row.get::<String>(0),
    )?;
    let needs = PaperKind::from_code(&kind).is_some_and(|kind| rule(kind).stamped);
    Ok(Some(Checked {
        word,
        is_genuine,
        stamped: needs.then_some(stamped.is_some()),
        digest: (!digest.is_empty()).then_some(known.is_some()),
    }))
}

/// Sets the QR code of the check page on a paper. `address` is this installation's, as its users reach it.
pub(in crate::papers) fn marked(paper: &mut Paper, code: &str, address: &str) {
    let at = format!("{address}/check/{code}");
    let Ok(code) = QrCode::encode_text(&at, QrCodeEcc::Medium) else { return };
    let row = |y| (0..code.size()).map(|x| if code.get_module(x, y) { '1' } else { '0' }).collect();
    paper.squares = (0..code.size()).map(row).collect();
    paper.check = at;
}
