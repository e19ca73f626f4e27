//! How a child hangs together with the units that answer for it: the crossing of the two trees. A tie is the only
//! ground on which anybody sees a child; casework keeps one row for each, and every query is limited by them.

use crate::codes::codes;

codes! {
    /// Why a unit has to do with a child.
    Tie "南政办发〔2024〕6号五(一)(六)(十)" {
        County = "county" "本县" [],
        HomeTownship = "home_township" "户籍地或居住地乡镇" [],
        SchoolTownship = "school_township" "就读地乡镇" [],
        Village = "village" "所在村" [],
        Group = "group" "所在村民小组" [],
        School = "school" "就读学校" [],
        Class = "class" "所在班级" [],
        Shared = "shared" "转请协助" [],
        Paired = "paired" "结对包保" [],
        Emergency = "emergency" "紧急查看" [],
    }
}

impl Tie {
    /// Whether somebody granted it (转请协助、结对包保、紧急查看), in place of following from where a child belongs. Only
    /// such a tie can have an end.
    #[must_use]
    pub const fn is_granted(self) -> bool {
        matches!(self, Self::Shared | Self::Paired | Self::Emergency)
    }
}

/// Where a child belongs today: the ids of the units, as far as known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The county's own unit; its id is the county's code.
    pub county: String,
    /// Township of the household (户籍地), or of residence for those from elsewhere.
    pub township: Option<String>,
    /// Village committee of the household.
    pub village: Option<String>,
    /// Village group of the household.
    pub group: Option<String>,
    /// School whose roll the child is on.
    pub school: Option<String>,
    /// Township in which that school lies.
    pub school_township: Option<String>,
    /// Class of that school.
    pub class: Option<String>,
}

/// The standing ties that follow from where a child belongs: (unit, tie). Ties that somebody grants (转请协助,
/// 结对包保, 紧急查看) are facts of their own and are not here.
#[must_use]
pub fn ties(places: &Places) -> Vec<(&str, Tie)> {
    fn known(unit: Option<&String>, tie: Tie) -> Option<(&str, Tie)> {
        unit.map(|unit| (unit.as_str(), tie))
    }
    let home = known(places.township.as_ref(), Tie::HomeTownship);
    // A child at school in its own township has one tie with it: that of the home, which shows more.
    let away = known(places.school_township.as_ref(), Tie::SchoolTownship)
        .filter(|(unit, _)| places.township.as_deref() != Some(*unit));
    [
        Some((places.county.as_str(), Tie::County)),
        home,
        away,
        known(places.village.as_ref(), Tie::Village),
        known(places.group.as_ref(), Tie::Group),
        known(places.school.as_ref(), Tie::School),
        known(places.class.as_ref(), Tie::Class),
    ]
    .into_iter()
    .flatten()
    .collect()
}
