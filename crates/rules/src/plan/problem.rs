//! What is wrong in a plan's files, by file and line, for the person who edits them.

use std::fmt;

/// One thing to mend in a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanProblem {
    /// File name inside the plan's directory.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong, in plain Chinese.
    pub what: String,
    /// What to do about it, in plain Chinese.
    pub todo: String,
}

impl fmt::Display for PlanProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}：{}。{}", self.file, self.what, self.todo),
            line => write!(f, "{}第{line}行：{}。{}", self.file, self.what, self.todo),
        }
    }
}
