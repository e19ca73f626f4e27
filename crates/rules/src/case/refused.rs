//! Why a move is not made: the rule, where it stands, and what to do instead.

/// A refusal, in words for whoever wanted to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is not possible.
    pub what: String,
    /// Clause of the plan or article of a law.
    pub basis: String,
    /// What to do instead.
    pub todo: String,
}

impl Refused {
    /// A refusal of these three sentences.
    #[must_use]
    pub fn new(what: impl Into<String>, basis: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what: what.into(), basis: basis.into(), todo: todo.into() }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}（{}）。{}", self.what, self.basis, self.todo)
    }
}

impl From<crate::calendar::NoData> for Refused {
    fn from(missing: crate::calendar::NoData) -> Self {
        Self::new(
            "期限算不出来，这一步没有办",
            "行政处罚法第八十五条；民法典第二百零三条",
            missing.to_string(),
        )
    }
}

/// Words that say something: at least four signs, at most a thousand.
pub(super) fn said(words: &str, what: &str, basis: &str) -> Result<(), Refused> {
    let signs = words.trim().chars().count();
    if (4..=1000).contains(&signs) {
        return Ok(());
    }
    Err(Refused::new(format!("没有写清{what}"), basis, format!("请写{what}，4到1000个字")))
}
