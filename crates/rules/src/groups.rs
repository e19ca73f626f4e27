//! 特殊群体: children whom the plan names for special care, 四(一)(八)(十七). A closed table, because each entry is
//! sensitive and says who may see it.

use crate::access::Field;
use crate::codes::codes;

codes! {
    /// A group that a child belongs to, from a day until a day.
    Special "南政办发〔2024〕6号四(一)(八)(十七)；未成年人保护法第九十二条" {
        Orphan = "orphan" "孤儿" [],
        Unattended = "unattended" "事实无人抚养" ["事实无人抚养儿童"],
        Disability = "disability" "残疾" [],
        LeftBehind = "left_behind" "留守" ["留守儿童"],
        Hardship = "hardship" "困境" ["困境儿童"],
        Migrant = "migrant" "随迁" ["随迁子女"],
        Judicial = "judicial" "涉案" [],
        ParentInPrison = "parent_in_prison" "服刑人员子女" [],
        LiftedOut = "lifted_out" "脱贫户" [],
        Monitored = "monitored" "监测户" ["监测对象"],
        // A set is kept as a number: a new one goes to the end.
        Poor = "poor" "家庭经济困难" ["经济困难", "困难家庭"],
        ParentDisabled = "parent_disabled" "残疾人子女" [],
        Floating = "floating" "流动" ["流动儿童"],
        Homeless = "homeless" "流浪" ["流浪儿童"],
    }
}

impl Special {
    /// Its place in a set of groups that is kept as one number.
    #[must_use]
    pub fn bit(self) -> i64 {
        Self::ALL.iter().position(|other| *other == self).map_or(0, |place| 1 << place)
    }

    /// The groups of a set.
    pub fn of_bits(bits: i64) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |group| bits & group.bit() != 0)
    }

    /// By which field's rights it is seen.
    #[must_use]
    pub const fn field(self) -> Field {
        match self {
            Self::Orphan | Self::Unattended | Self::Hardship | Self::Homeless => Field::Welfare,
            Self::Disability | Self::ParentDisabled => Field::Disability,
            Self::LeftBehind => Field::LeftBehind,
            Self::Migrant | Self::Floating => Field::Migrant,
            Self::Judicial | Self::ParentInPrison => Field::Judicial,
            Self::LiftedOut | Self::Monitored | Self::Poor => Field::Poverty,
        }
    }
}
