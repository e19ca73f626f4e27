//! 劝返主体, 五(十): who must persuade follows from where the child is registered, learns and lives. The reason is in words, for the
//! order prints it.

use crate::codes::codes;

/// Where something of the child lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In this township of the county: its id.
    Here(String),
    /// In another county of the province.
    OtherCounty,
    /// In another province.
    OtherProvince,
    /// Nobody knows.
    Unknown,
}

impl Where {
    const fn is_away(&self) -> bool {
        matches!(self, Self::OtherCounty | Self::OtherProvince)
    }
}

/// The three places of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// 户籍地.
    pub household: Where,
    /// 就读地, by the roll.
    pub school: Where,
    /// 居住地.
    pub home: Where,
}

impl Places {
    const fn each(&self) -> [(ByPlace, &Where); 3] {
        [(ByPlace::Household, &self.household), (ByPlace::Home, &self.home), (ByPlace::School, &self.school)]
    }
}

codes! {
    /// By which of the three places.
    ByPlace "南政办发〔2024〕6号五(十)；义务教育法第十二条、第十三条" {
        Household = "household" "户籍地" [],
        Home = "home" "居住地" [],
        School = "school" "就读地" [],
    }
}

/// A letter that goes with the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Letter {
    /// To the authorities of which place.
    pub to: ByPlace,
    /// Whether that is in another province.
    pub province: bool,
}

impl Letter {
    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> String {
        let kind = if self.province { "跨省" } else { "跨县" };
        format!("{kind}协助函（致{}）", self.to.label())
    }
}

/// Who must persuade, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persuader {
    /// Id of the township.
    pub unit: String,
    /// By which place.
    pub by: ByPlace,
    /// Townships of the county that help: where it learns or lives, if another.
    pub helps: Vec<String>,
    /// Letters to places outside.
    pub letters: Vec<Letter>,
    /// Why, in words.
    pub reason: &'static str,
    /// Clause or article.
    pub basis: &'static str,
}

/// Who must persuade; `None` when nothing is known of the child in this county: police and school look first.
#[must_use]
pub fn persuader(places: &Places) -> Option<Persuader> {
    let (unit, by, reason, basis) = match (&places.household, &places.home, &places.school) {
        (Where::Here(unit), home, _) => {
            let reason = match home {
                Where::OtherProvince => "户籍在本县、人在省外，仍由户籍地乡镇劝返，同时函请当地协助",
                Where::OtherCounty => "户籍在本县、人在外县，仍由户籍地乡镇劝返，同时函请当地协助",
                Where::Here(here) if here != unit => "户籍在本县，由户籍地乡镇劝返，居住地乡镇协助",
                Where::Here(_) | Where::Unknown => "户籍在本县，由户籍地乡镇劝返",
            };
            (unit, ByPlace::Household, reason, "五(十)")
        }
        (household, Where::Here(unit), _) => {
            let reason = if household.is_away() {
                "户籍不在本县、随父母在本县居住，由居住地乡镇劝返，同时函告户籍地"
            } else {
                "没有查到户籍，住在本县，由居住地乡镇劝返"
            };
            (unit, ByPlace::Home, reason, "义务教育法第十二条、第十三条；五(四)")
        }
        (household, home, Where::Here(unit)) => {
            let reason = if household.is_away() || home.is_away() {
                "户籍、居住都不在本县，学籍在本县，由就读地乡镇会同学校查清去向，同时函请当地劝返"
            } else {
                "只知道在本县就读，由就读地乡镇会同学校查清去向并劝返"
            };
            (unit, ByPlace::School, reason, "义务教育法第十三条；五(九)")
        }
        _ => return None,
    };
    let mut helps: Vec<String> = Vec::new();
    for (_, place) in places.each() {
        if let Where::Here(other) = place
            && other != unit
            && !helps.contains(other)
        {
            helps.push(other.clone());
        }
    }
    Some(Persuader { unit: unit.clone(), by, helps, letters: letters(places), reason, basis })
}

/// The places outside the county to which a letter can go, whether or not somebody of this county persuades as well.
#[must_use]
pub fn letters(places: &Places) -> Vec<Letter> {
    let of = |(to, place): (ByPlace, &Where)| match place {
        Where::OtherCounty => Some(Letter { to, province: false }),
        Where::OtherProvince => Some(Letter { to, province: true }),
        Where::Here(_) | Where::Unknown => None,
    };
    places.each().into_iter().filter_map(of).collect()
}
