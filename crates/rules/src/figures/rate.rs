//! A rate as the fraction that it is. It is compared as a fraction and written cut off, never rounded up: 99.46 % is not 99.5 % (二).

use std::fmt;

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Numerator.
    pub part: u64,
    /// Denominator.
    pub whole: u64,
}

impl Rate {
    /// In hundredths of a percent, cut off; `None` for no denominator.
    #[must_use]
    pub fn cut(self) -> Option<u64> {
        let exact = (u128::from(self.part) * 10_000).checked_div(u128::from(self.whole))?;
        u64::try_from(exact).ok()
    }

    /// The same, up: for a figure of which less is better.
    #[must_use]
    pub fn up(self) -> Option<u64> {
        let (part, whole) = (u128::from(self.part) * 10_000, u128::from(self.whole));
        let exact = part.checked_add(whole.checked_sub(1)?)?.checked_div(whole)?;
        u64::try_from(exact).ok()
    }

    /// Whether it is at least so many hundredths of a percent, as fractions are compared; `None` for no denominator.
    #[must_use]
    pub fn reaches(self, hundredths: u64) -> Option<bool> {
        let whole = u128::from(self.whole);
        (whole > 0).then(|| u128::from(self.part) * 10_000 >= whole * u128::from(hundredths))
    }

    /// How many more of the denominator are needed to reach so many hundredths of a percent; 0 when it is reached.
    #[must_use]
    pub fn lacks(self, hundredths: u64) -> u64 {
        let needed = (u128::from(self.whole) * u128::from(hundredths)).div_ceil(10_000);
        u64::try_from(needed.saturating_sub(u128::from(self.part))).unwrap_or(u64::MAX)
    }
}

/// `99.46%`, cut off; `—` for no denominator.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cut() {
            Some(cut) => write!(f, "{}.{:02}%", cut / 100, cut % 100),
            None => f.write_str("—"),
        }
    }
}

/// A target of the plan, `99.5`, in hundredths of a percent.
#[must_use]
pub fn hundredths(percent: f64) -> u64 {
    format!("{percent:.2}").replace('.', "").parse().unwrap_or(0)
}
