//! Why an act was not done. Each kind says to people what is wrong and what to do; none carries a personal field,
//! an SQL text or a status code.

use crate::db::DbError;
use rules::access::{Action, Denied};

/// A field that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the form's field.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

/// Why an act was not done.
#[derive(Debug)]
pub enum Refused {
    /// Not for this actor, or not there: the two answer alike. Recorded as a refusal by the caller.
    Denied {
        /// What was tried.
        action: Action,
        /// Kind and id of what it was tried on, for the record.
        subject: (&'static str, String),
    },
    /// One must prove oneself again first.
    StepUp {
        /// For which act.
        action: Action,
    },
    /// Fields to correct; nothing was changed.
    Invalid(Vec<Problem>),
    /// A rule forbids it now.
    Rule {
        /// What the rule says.
        what: String,
        /// Its clause or article, empty if it is a matter of course.
        basis: String,
        /// What to do instead.
        todo: String,
    },
    /// Somebody else changed it in the meantime.
    Changed {
        /// What was changed, by whom and when, in words.
        what: String,
    },
    /// Too much at once, or a lock: try again in so many seconds.
    Busy {
        /// Seconds.
        after: u32,
    },
    /// The storage failed; the text is for the log.
    Storage(DbError),
    /// Sealed data could not be opened, or another fault of the installation; the text is for the log.
    Fault(String),
}

impl Refused {
    /// The refusal of one field.
    #[must_use]
    pub fn field(field: &'static str, text: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem { field, text: text.into() }])
    }

    /// A rule that forbids, with its basis and what to do instead.
    #[must_use]
    pub fn rule(what: impl Into<String>, basis: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::Rule { what: what.into(), basis: basis.into(), todo: todo.into() }
    }

    /// Not for this actor, or not there.
    #[must_use]
    pub fn denied(action: Action, kind: &'static str, id: &str) -> Self {
        Self::Denied { action, subject: (kind, id.to_owned()) }
    }
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::Storage(error)
    }
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self::denied(denied.action, "", "")
    }
}

impl From<crate::keys::KeyError> for Refused {
    fn from(error: crate::keys::KeyError) -> Self {
        Self::Fault(error.to_string())
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied { .. } => f.write_str("内容不存在，或者没有权限"),
            Self::StepUp { action } => write!(f, "{}之前，请再次验证身份", action.label()),
            Self::Invalid(problems) => {
                let texts: Vec<&str> = problems.iter().map(|problem| problem.text.as_str()).collect();
                f.write_str(&texts.join("；"))
            }
            Self::Rule { what, basis, todo } if basis.is_empty() => write!(f, "{what}。{todo}"),
            Self::Rule { what, basis, todo } => write!(f, "{what}（{basis}）。{todo}"),
            Self::Changed { what } => write!(f, "{what}。请看过最新内容再保存"),
            Self::Busy { after } => write!(f, "现在人多，请{after}秒后再试"),
            Self::Storage(_) | Self::Fault(_) => f.write_str("系统出了问题，没有保存"),
        }
    }
}

impl std::error::Error for Refused {}
