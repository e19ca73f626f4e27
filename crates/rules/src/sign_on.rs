//! 统一登录: signing in by the province's platform (OpenID Connect). Whether what the platform says about how somebody
//! proved himself counts as our second factor is the office's own decision, written down as data; nothing counts by itself.
//! It knows no token, no network and no account.

use std::fmt;

/// The longest list that is read.
const LONGEST: usize = 400;

/// What the platform may say for its second factor to count: values of `acr` and `amr` (OpenID Connect Core 2, RFC 8176).
/// Empty: it never counts, and our own one-time code is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors {
    acr: Vec<String>,
    amr: Vec<String>,
}

/// A line of the list is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoFactor(String);

impl fmt::Display for NoFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”不是 acr=… 或 amr=… 的样子；每行一个，如 amr=mfa", self.0)
    }
}

impl std::error::Error for NoFactor {}

impl Factors {
    /// Reads the list as an office writes it: a line, or a word between commas, for each: `amr=mfa`, `acr=urn:gov:loa:2`.
    ///
    /// # Errors
    /// [`NoFactor`] names the part that is none.
    pub fn parse(text: &str) -> Result<Self, NoFactor> {
        let mut factors = Self::default();
        if text.len() > LONGEST {
            return Err(NoFactor("太长".to_owned()));
        }
        for part in text.split(['\n', ',', '，', ' ', '\r']).map(str::trim).filter(|part| !part.is_empty()) {
            let wrong = || NoFactor(part.chars().take(40).collect());
            let (kind, value) = part.split_once('=').ok_or_else(wrong)?;
            let fair = !value.is_empty() && value.chars().all(|sign| sign.is_ascii_graphic());
            match kind {
                "acr" if fair => factors.acr.push(value.to_owned()),
                "amr" if fair => factors.amr.push(value.to_owned()),
                _ => return Err(wrong()),
            }
        }
        Ok(factors)
    }

    /// Whether what the platform said counts as a second factor: one of its values stands in the list, letter by letter.
    #[must_use]
    pub fn counts(&self, acr: Option<&str>, amr: &[String]) -> bool {
        acr.is_some_and(|acr| self.acr.iter().any(|own| own == acr))
            || amr.iter().any(|one| self.amr.iter().any(|own| own == one))
    }
}

impl fmt::Display for Factors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.acr.iter().map(|one| ("acr", one)).chain(self.amr.iter().map(|one| ("amr", one)));
        for (at, (kind, value)) in all.enumerate() {
            write!(f, "{}{kind}={value}", if at > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}
