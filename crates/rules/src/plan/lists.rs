//! Which columns each list has and by which headings they are known.

use std::collections::BTreeSet;

use crate::codes::codes;

codes! {
    /// The lists that offices hand in.
    ListKind "columns.toml" {
        Household = "household" "户籍" [],
        Roll = "roll" "学籍" [],
        Present = "present" "在校" [],
        Poverty = "poverty" "脱贫户·监测户" [],
        Disability = "disability" "残联" [],
        Elsewhere = "elsewhere" "外出就读" [],
        Generic = "generic" "名单" [],
    }
}

const GENERIC: &[&str] =
    &["name", "id", "sex", "birth", "student_no", "school_name", "address", "place", "proof", "expires"];

impl ListKind {
    /// The keys of its fields: what the programs that read the list ask for. A plan gives headings to each.
    #[must_use]
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Household => &[
                "name",
                "id",
                "sex",
                "birth",
                "ethnicity",
                "household_no",
                "head_name",
                "relation",
                "address",
                "village_code",
                "guardian_name",
            ],
            Self::Roll => &[
                "school_code",
                "school_name",
                "name",
                "sex",
                "birth",
                "ethnicity",
                "id_kind",
                "id",
                "student_no",
                "aux_no",
                "hukou_code",
                "address",
                "grade",
                "class",
                "entered",
                "boarding",
                "left_behind",
                "disability",
                "inclusive",
                "orphan",
                "migrant",
                "member1_name",
                "member1_relation",
                "member1_phone",
                "member1_id",
                "member2_name",
                "member2_relation",
                "member2_phone",
                "member2_id",
            ],
            Self::Present => {
                &["school_code", "school_name", "class", "name", "student_no", "id", "date", "present"]
            }
            Self::Poverty => &[
                "household_no",
                "person_no",
                "name",
                "id",
                "relation",
                "student_state",
                "monitor_kind",
                "address",
            ],
            Self::Disability => &["name", "card_no", "category", "grade", "guardian_name", "id", "address"],
            Self::Elsewhere | Self::Generic => GENERIC,
        }
    }
}

/// One field of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldColumns {
    /// Stable name in programs.
    pub key: String,
    /// Headings by which the column is known; the first is the one that templates print.
    pub headings: Vec<String>,
    /// Whether a file without this column is refused.
    pub required: bool,
    /// The group of fields of which a file needs at least one.
    pub any_of: Option<String>,
}

/// The columns of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListColumns {
    /// Which list.
    pub kind: ListKind,
    /// What it is called.
    pub title: String,
    /// Which office keeps it, as the plan names it.
    pub keeper: String,
    /// Its fields, in the order of a template.
    pub fields: Vec<FieldColumns>,
}

impl ListColumns {
    /// The field with that key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&FieldColumns> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The groups of which a file needs one column each, with the first headings of their fields.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<&FieldColumns>> {
        let names: BTreeSet<&str> = self.fields.iter().filter_map(|field| field.any_of.as_deref()).collect();
        let of = |name: &str| self.fields.iter().filter(|f| f.any_of.as_deref() == Some(name)).collect();
        names.into_iter().map(of).collect()
    }
}
