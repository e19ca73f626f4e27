//! Forms: what can be chosen and what was wrong with what was entered. It must not check anything.

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line below it, for radio buttons.
    pub hint: String,
    /// Whether it is chosen now.
    pub chosen: bool,
}

impl Choice {
    /// A choice that is chosen when its value is the one given now.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>, now: &str) -> Self {
        let value = value.into();
        Self { chosen: value == now, value, label: label.into(), hint: String::new() }
    }

    /// The same with a line below it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// What was wrong with a form, by the name of the field: said once above it and once beside the field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    /// No errors yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds what is wrong with a field and what to do: `请填写见到谁。`
    pub fn add(&mut self, field: impl Into<String>, what: impl Into<String>) {
        self.0.push((field.into(), what.into()));
    }

    /// What is wrong with a field; empty when nothing is.
    #[must_use]
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| name == field).map_or("", |(_, what)| what.as_str())
    }

    /// Whether anything is wrong.
    #[must_use]
    pub const fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Field and what is wrong with it, in the order they were added.
    #[must_use]
    pub fn list(&self) -> &[(String, String)] {
        &self.0
    }
}
