//! The ticket of a public form: when it was given out, signed. By it the same form is taken once (H01), a proof of work is bound to it, and
//! a form that has waited long enough needs none (F03, F10). Nothing is kept of it before the form is sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rules::flood::zero_bits;
use sha2::{Digest as _, Sha256};

use crate::db::Tx;
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// How long a form may stay open: somebody who writes slowly, or who comes back after the wait.
const OPEN: SignedDuration = SignedDuration::from_hours(24);

/// What tickets are signed for.
const PURPOSE: &str = "public form";

/// A ticket that was read: of this installation, and not too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The whole of it, as the form has it: nobody else knows it.
    pub text: String,
    /// How long ago it was given out.
    pub age: SignedDuration,
}

/// A new ticket for a form about `what`: a page, or a page and a code.
#[must_use]
pub fn ticket(keys: &Keys, now: &Now, what: &str) -> String {
    let start = format!("{}.{}", URL_SAFE_NO_PAD.encode(now.random::<18>()), now.timestamp().as_second());
    let code = sign(keys, what, &start);
    format!("{start}.{code}")
}

fn sign(keys: &Keys, what: &str, start: &str) -> String {
    let code = keys.mac(PURPOSE, format!("{what}\n{start}").as_bytes());
    URL_SAFE_NO_PAD.encode(code)
}

impl Ticket {
    /// Reads a ticket for `what`; `None` for one that is too old, of another form, or made up.
    #[must_use]
    pub fn read(keys: &Keys, now: &Now, what: &str, text: &str) -> Option<Self> {
        if text.len() > 200 {
            return None;
        }
        let (start, code) = text.rsplit_once('.')?;
        let code = URL_SAFE_NO_PAD.decode(code).ok()?;
        if !keys.verify_mac(PURPOSE, format!("{what}\n{start}").as_bytes(), &code) {
            return None;
        }
        let at = Timestamp::from_second(start.rsplit_once('.')?.1.parse().ok()?).ok()?;
        let age = now.timestamp().duration_since(at);
        // A clock that was set back makes a form new, never old (hazard G01).
        let age = if age.is_negative() { SignedDuration::ZERO } else { age };
        (age <= OPEN).then(|| Self { text: text.to_owned(), age })
    }

    /// The proof that came with it, in leading bits of SHA-256 over `ticket:nonce` that are nought.
    #[must_use]
    pub fn proof(&self, nonce: &str) -> u32 {
        if nonce.is_empty() || nonce.len() > 20 {
            return 0;
        }
        zero_bits(&Sha256::digest(format!("{}:{nonce}", self.text)))
    }
}

/// 128 bits that follow from a ticket, for a code that can be told once more and is kept nowhere.
pub(super) fn bits_of(keys: &Keys, county: &str, purpose: &str, ticket: &str) -> [u8; 16] {
    let code = keys.mac(purpose, format!("{county}\n{ticket}").as_bytes());
    code.first_chunk::<16>().copied().unwrap_or_default()
}

/// Townships and schools that a form offers: id and name each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Townships.
    pub townships: Vec<(String, String)>,
    /// Schools.
    pub schools: Vec<(String, String)>,
}

/// The county's townships and schools, which everybody may know.
///
/// # Errors
/// [`Refused::Storage`].
pub fn places(tx: &mut Tx<'_>, county: &str) -> Result<Places, Refused> {
    let mut of = |kind: &str| {
        tx.query(
            "select id, name from unit where county = $1 and kind = $2 and until_day is null order by sort, id limit 400",
            &params![county, kind],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )
    };
    Ok(Places { townships: of("township")?, schools: of("school")? })
}
