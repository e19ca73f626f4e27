//! How often each mistake happens in each office's list, for an office of average care and ordinary hardness. Real
//! offices lie far on either side of the average ([`super::chance::Chance::carelessness`]).

use super::slips::Slip::{self, *};

/// 户籍: drawn from the police register, where hands touch little more than names and addresses.
pub(super) const HOUSEHOLD: &[(Slip, f64)] = &[
    (IdDigit, 0.0004),
    (BirthDigit, 0.0008),
    (BirthSwap, 0.0004),
    (BirthForm, 0.002),
    (NameSound, 0.002),
    (NameShape, 0.001),
    (NameVariant, 0.004),
    (NameBlank, 0.003),
    (NameDot, 0.1),
    (NameCut, 0.1),
    (NamePet, 0.0003),
    (GuardianOther, 0.02),
    (GuardianTypo, 0.005),
    (SexFlipped, 0.0005),
    (VillageMissing, 0.012),
    (AddressOld, 0.01),
];

/// 学籍: typed by 班主任 from copies of the household book.
pub(super) const ROLL: &[(Slip, f64)] = &[
    (IdDigit, 0.005),
    (IdSwap, 0.003),
    (IdShort, 0.0015),
    (IdMissing, 0.004),
    (IdScientific, 0.0015),
    (IdOfSibling, 0.0015),
    (IdOfNeighbour, 0.001),
    (IdDress, 0.006),
    (BirthDigit, 0.003),
    (BirthSwap, 0.0015),
    (BirthForm, 0.01),
    (NameSound, 0.008),
    (NameShape, 0.004),
    (NameVariant, 0.005),
    (NameBlank, 0.01),
    (NameDot, 0.3),
    (NameCut, 0.25),
    (NameMother, 0.001),
    (NamePet, 0.0006),
    (GuardianOther, 0.03),
    (GuardianTypo, 0.01),
    (SexFlipped, 0.002),
    (VillageMissing, 0.03),
    (AddressOld, 0.03),
];

/// 在校: names copied once more, numbers taken from the roll.
pub(super) const PRESENT: &[(Slip, f64)] = &[
    (IdDigit, 0.001),
    (IdShort, 0.0005),
    (IdMissing, 0.002),
    (IdScientific, 0.0005),
    (IdDress, 0.003),
    (NameSound, 0.004),
    (NameShape, 0.002),
    (NameVariant, 0.002),
    (NameBlank, 0.01),
    (NameDot, 0.2),
    (NameCut, 0.1),
];

/// 脱贫户·监测户 and 残联: name and number, by their own visits and their own typing.
pub(super) const VISITS: &[(Slip, f64)] = &[
    (IdDigit, 0.002),
    (IdSwap, 0.001),
    (IdMissing, 0.001),
    (NameSound, 0.005),
    (NameShape, 0.002),
    (NameVariant, 0.003),
    (NameBlank, 0.004),
    (NameDot, 0.2),
    (NameCut, 0.1),
];

/// The guardian in the 残联 list.
pub(super) const GUARDIAN: &[(Slip, f64)] = &[(GuardianOther, 0.03), (GuardianTypo, 0.01)];

/// 外出就读: gathered by village cadres, often by telephone.
pub(super) const ELSEWHERE: &[(Slip, f64)] = &[
    (IdDigit, 0.006),
    (IdSwap, 0.004),
    (IdShort, 0.002),
    (IdMissing, 0.02),
    (IdScientific, 0.003),
    (IdOfSibling, 0.002),
    (IdDress, 0.01),
    (BirthDigit, 0.004),
    (BirthForm, 0.05),
    (NameSound, 0.015),
    (NameShape, 0.004),
    (NameVariant, 0.003),
    (NameBlank, 0.01),
    (NameDot, 0.3),
    (NamePet, 0.002),
    (GuardianOther, 0.05),
    (GuardianTypo, 0.01),
    (SexFlipped, 0.003),
    (VillageMissing, 0.02),
];

/// The same row twice in the household list.
pub(super) const ROW_TWICE: f64 = 0.002;

/// No mistake comes more often than this, however careless the office.
const CEILING: f64 = 0.5;

/// The rate of one mistake in an office so careless, at that hardness.
pub(super) fn rate(base: f64, carelessness: f64, hardness: f64) -> f64 {
    (base * carelessness * hardness).min(CEILING)
}
