//! 九年级毕业后去了哪里, 四(十一): a plain list with answers, to find whom nobody has asked yet. It is no target and no rate.

use jiff::civil::Date;

use crate::age::age_on;
use crate::case::Refused;
use crate::codes::codes;

codes! {
    /// Where somebody went who finished the ninth grade.
    Went "南政办发〔2024〕6号四(十一)" {
        High = "high" "普通高中" [],
        Vocational = "vocational" "中等职业学校" [],
        Training = "training" "技能培训" [],
        Again = "again" "继续读九年级" [],
        Work = "work" "就业" [],
        Home = "home" "在家" [],
        Lost = "lost" "联系不上" [],
    }
}

impl Went {
    /// Whether somebody should still guide them to a vocational school or a training, 四(十一).
    #[must_use]
    pub const fn needs_guiding(self) -> bool {
        matches!(self, Self::Home | Self::Lost)
    }
}

/// Whether that may be the answer on a day.
///
/// # Errors
/// [`Refused`] for work of somebody under sixteen: that is child labour, not an answer (禁止使用童工规定第二条).
pub fn may_go(went: Went, birth: Date, today: Date) -> Result<(), Refused> {
    if went == Went::Work && age_on(birth, today) < 16 {
        return Err(Refused::new(
            "孩子不满16周岁，不能登记就业",
            "四(十一)；禁止使用童工规定第二条",
            "这是童工线索，请在孩子档案里转请人社局核查",
        ));
    }
    Ok(())
}
