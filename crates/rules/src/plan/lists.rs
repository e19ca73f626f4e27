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
        Platform = "platform" "平台导出" [],
        Attendance = "attendance" "省系统考勤" [],
        Cohort = "cohort" "当年花名册" ["一年级花名册", "一年级新生名单", "七年级花名册", "七年级新生名单", "名册"],
        Generic = "generic" "名单" [],
    }
}

/// What the platforms of province and state put out of their lists, 四(十四).
const PLATFORM: &[&str] = &[
    "platform_no",
    "name",
    "id",
    "sex",
    "birth",
    "student_no",
    "school_name",
    "grade",
    "class",
    "township",
    "village",
    "platform_state",
    "recorded",
];

/// What 在校生动态管理系统 puts out of a day, 五(九).
const ATTENDANCE: &[&str] =
    &["date", "school_code", "school_name", "grade", "class", "name", "id", "student_no", "mark", "reason"];

/// Who was in the first or seventh grade of a school year long ago: 巩固率 by name needs it.
const COHORT: &[&str] = &[
    "cohort_year",
    "school_code",
    "school_name",
    "grade",
    "class",
    "name",
    "sex",
    "birth",
    "id",
    "student_no",
    "guardian_name",
];

const GENERIC: &[&str] =
    &["name", "id", "sex", "birth", "student_no", "school_name", "address", "place", "proof", "expires"];

/// The rest of the national roll system's template, and what the system puts out beside it.
const ROLL_FURTHER: &[&str] = &[
    "birthplace",
    "native_place",
    "nationality",
    "overseas",
    "health",
    "political",
    "hukou_kind",
    "entry_way",
    "phone",
    "postcode",
    "only_child",
    "preschool",
    "needs_aid",
    "boarding_aid",
    "martyr",
    "distance",
    "transport",
    "school_bus",
    "previous_name",
    "id_expires",
    "blood",
    "talent",
    "class_no",
    "source",
    "stage",
    "status",
    "email",
    "homepage",
    "bought_place",
    "member1_note",
    "member1_address",
    "member1_hukou",
    "member1_guardian",
    "member1_id_kind",
    "member1_ethnicity",
    "member1_employer",
    "member1_post",
    "member2_note",
    "member2_address",
    "member2_hukou",
    "member2_guardian",
    "member2_id_kind",
    "member2_ethnicity",
    "member2_employer",
    "member2_post",
];

/// The rest of the 防返贫监测 list.
const POVERTY_FURTHER: &[&str] = &[
    "township",
    "hamlet",
    "head_name",
    "household_size",
    "sex",
    "birth",
    "ethnicity",
    "education",
    "health",
    "labour",
    "months_away",
    "insured",
    "cause",
    "unsafe_house",
    "safe_water",
    "income",
    "phone",
    "household_phone",
    "household_kind",
    "first_identified",
    "identified",
    "risk_identified",
    "risk_over",
    "risk_over_on",
    "school_name",
    "grade",
    "class",
];

impl ListKind {
    /// The keys of the fields that comparing asks for. A plan gives headings to each.
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
            Self::Platform => PLATFORM,
            Self::Attendance => ATTENDANCE,
            Self::Cohort => COHORT,
            Self::Elsewhere | Self::Generic => GENERIC,
        }
    }

    /// The keys of the fields that the ledger (适龄儿童台账) takes beyond those, or at least knows by name. A plan gives
    /// headings to each of them, too.
    #[must_use]
    pub const fn further_keys(self) -> &'static [&'static str] {
        match self {
            Self::Household => &[
                "township",
                "village",
                "group",
                "phone",
                "guardian_relation",
                "guardian_phone",
                "guardian_id",
                "father_name",
                "father_id",
                "father_phone",
                "mother_name",
                "mother_id",
                "mother_phone",
                "previous_name",
                "police_station",
                "moved_in",
                "moved_out",
                "cancelled",
                "education",
                "employer",
            ],
            Self::Roll => ROLL_FURTHER,
            Self::Present => &["grade", "sex", "reason"],
            Self::Attendance => &["sex"],
            Self::Platform => &["address", "guardian_name", "guardian_phone", "cause"],
            Self::Poverty => POVERTY_FURTHER,
            Self::Disability => &[
                "sex",
                "birth",
                "ethnicity",
                "village_code",
                "township",
                "village",
                "hukou_kind",
                "phone",
                "guardian_relation",
                "guardian_phone",
                "issued",
                "expires",
                "card_state",
                "marriage",
                "education",
                "studying",
            ],
            Self::Cohort => &["entered", "ethnicity", "previous_name", "guardian_relation", "guardian_phone"],
            Self::Elsewhere | Self::Generic => &[
                "ethnicity",
                "grade",
                "class",
                "guardian_name",
                "guardian_relation",
                "guardian_phone",
                "phone",
                "village_code",
                "township",
                "village",
                "group",
            ],
        }
    }

    /// Whether a plan must give headings to that field.
    #[must_use]
    pub fn knows(self, key: &str) -> bool {
        self.keys().contains(&key) || self.further_keys().contains(&key)
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
