//! 学区划片 (义务教育法第十二条；五(八)): to which school a home belongs, by the nearest place of which the table says so, and what is wrong with a
//! line. It knows no pupil and moves nobody.

use std::collections::BTreeMap;

use crate::age::Stage;
use crate::codes::codes;
use crate::ways::taught;

/// What the table says: a place (village group, village or township) and a stage, and what belongs there.
pub type Table<T> = BTreeMap<(String, Stage), T>;

/// What holds for a home: of its places, the smallest first, the first that the table names.
#[must_use]
pub fn nearest<'t, 'p, T>(
    table: &'t Table<T>,
    stage: Stage,
    places: impl IntoIterator<Item = &'p str>,
) -> Option<&'t T> {
    places
        .into_iter()
        .filter(|place| !place.is_empty())
        .find_map(|place| table.get(&(place.to_owned(), stage)))
}

/// Whether a school of this 办学类型 takes the first grade of a stage.
#[must_use]
pub fn takes(kind: &str, stage: Stage) -> bool {
    let first = match stage {
        Stage::Primary => 1,
        Stage::Junior => 7,
    };
    taught(kind).is_some_and(|(low, high)| (low..=high).contains(&first))
}

codes! {
    /// What has to be settled in the table.
    Gap "义务教育法第十二条；五(八)" {
        Nobody = "nobody" "没有划给学校" [],
        Closed = "closed" "划给的学校已经撤了" [],
        Stage = "stage" "划给的学校不办这一段" [],
        Rolls = "rolls" "和往年去的学校不一样" [],
    }
}

/// What is wrong with a place's line.
///
/// `school` is the school of the table: whether it is open, and its kind; `usual` whether most pupils of the place go there, `None` where no pupil
/// is on any roll.
#[must_use]
pub fn gap(stage: Stage, school: Option<(bool, &str)>, usual: Option<bool>) -> Option<Gap> {
    match (school, usual) {
        (None, _) => Some(Gap::Nobody),
        (Some((false, _)), _) => Some(Gap::Closed),
        (Some((true, kind)), _) if !takes(kind, stage) => Some(Gap::Stage),
        (Some(_), Some(false)) => Some(Gap::Rolls),
        (Some(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 义务教育法第十二条: the group's own line goes before its village's, that before the township's; a stage of its own.
    #[test]
    fn the_smallest_place_counts() {
        let at = |place: &str, stage| (place.to_owned(), stage);
        let table = BTreeMap::from([
            (at("t", Stage::Junior), "中学"),
            (at("v", Stage::Primary), "完小"),
            (at("g", Stage::Primary), "教学点"),
        ]);
        for (stage, places, expected) in [
            (Stage::Primary, ["g", "v", "t"], Some("教学点")),
            (Stage::Primary, ["h", "v", "t"], Some("完小")),
            (Stage::Primary, ["", "", "t"], None),
            (Stage::Junior, ["g", "v", "t"], Some("中学")),
            (Stage::Junior, ["", "", ""], None),
        ] {
            assert_eq!(nearest(&table, stage, places).copied(), expected, "{stage:?} {places:?}");
        }
    }

    /// What is listed to be settled, and what is not.
    #[test]
    fn gaps_are_named() {
        for (stage, school, usual, expected) in [
            (Stage::Primary, None, None, Some(Gap::Nobody)),
            (Stage::Primary, Some((false, "小学")), Some(true), Some(Gap::Closed)),
            (Stage::Junior, Some((true, "小学")), None, Some(Gap::Stage)),
            (Stage::Primary, Some((true, "初级中学")), None, Some(Gap::Stage)),
            (Stage::Primary, Some((true, "小学")), Some(false), Some(Gap::Rolls)),
            (Stage::Primary, Some((true, "小学")), Some(true), None),
            (Stage::Junior, Some((true, "九年一贯制学校")), None, None),
        ] {
            assert_eq!(gap(stage, school, usual), expected, "{stage:?} {school:?} {usual:?}");
        }
    }
}
