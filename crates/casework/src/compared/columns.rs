//! The columns of the sheets of findings: heading, width, how it is shown, what stands in it.

use documents::workbook::{Kind, Value};
use jiff::civil;
use linkage::comparison::Finding;
use rules::age::age_on;
use rules::plan::FindingKind;

use super::child::Child;
use super::workbook::day;

/// A column: heading, width, how it is shown, and what stands in it. Together the columns of a sheet are kept
/// narrow enough to be read when it is printed on A4 across.
pub(super) type Show = (&'static str, f64, Kind, fn(&Line<'_>) -> Value<'static>);

/// What a line is made from.
pub(super) struct Line<'a> {
    /// Number of the child on her sheet.
    pub(super) number: u32,
    pub(super) child: &'a Child<'a>,
    /// A row that may be hers, with the name of its list and its number, on the sheet of undecided children.
    pub(super) other: Option<(&'a Child<'a>, String)>,
    /// The list and the number of her own row, on the same sheet.
    pub(super) own: String,
    pub(super) finding: &'a Finding,
    pub(super) why: String,
    pub(super) chance: f32,
    pub(super) on: civil::Date,
    pub(super) who: String,
    pub(super) within: String,
}

const NUMBER: Show = ("序号", 6.0, Kind::Number, |line| Value::from(line.number));
const NAME: Show = ("姓名", 10.0, Kind::Wrapped, |line| text(line.child.name));
const SEX: Show = ("性别", 6.0, Kind::Text, |line| text(line.child.sex));
const BIRTH: Show = ("出生日期", 11.5, Kind::Date, |line| birth(line.child));
const AGE: Show = ("周岁", 6.0, Kind::Number, |line| {
    let age = date(line.child.birth).map(|birth| age_on(birth, line.on));
    age.map_or(Value::Nothing, |age| Value::from(f64::from(age)))
});
const ID: Show = ("身份证件号", 20.0, Kind::Text, |line| text(&line.child.id));
const GUARDIAN: Show = ("监护人", 9.5, Kind::Wrapped, |line| text(line.child.guardian));
const TOWNSHIP: Show = ("乡镇", 10.0, Kind::Wrapped, |line| text(line.child.township));
const VILLAGE: Show = ("村", 12.5, Kind::Wrapped, |line| text(&line.child.village));
const SCHOOL: Show = ("学校", 15.0, Kind::Wrapped, |line| text(line.child.school));
const CLASS: Show = ("班级", 11.0, Kind::Wrapped, |line| text(line.child.class));
const REASON: Show = ("为什么列在这里", 36.0, Kind::Wrapped, |line| text(&line.why));
/// Never more than 99 %: of what no list shows nobody can be surer, and somebody has to go and look.
const CERTAINTY: Show = ("把握", 8.0, Kind::Percent, |line| {
    Value::from(f64::from((line.chance * 100.0).round().min(99.0)) / 100.0)
});
const WHO: Show = ("谁去查", 17.0, Kind::Wrapped, |line| text(&line.who));
const WITHIN: Show = ("期限", 12.5, Kind::Wrapped, |line| text(&line.within));
const HOUSEHOLD_ROW: Show = ("户籍行", 8.0, Kind::Number, |line| row(line.finding.household));
const ROLL_ROW: Show = ("学籍行", 8.0, Kind::Number, |line| row(line.finding.roll));
const PRESENT_ROW: Show = ("在校行", 8.0, Kind::Number, |line| row(line.finding.present));
const POVERTY_ROW: Show = ("脱贫户行", 8.0, Kind::Number, |line| row(line.finding.poverty));
/// What came of it, for the clerk to choose.
pub(super) const RESULT: Show = ("核实结果", 13.0, Kind::Wrapped, |_| Value::Nothing);
const REMARK: Show = ("备注", 15.0, Kind::Wrapped, |_| Value::Nothing);
const OWN: Show = ("名单和行", 11.0, Kind::Wrapped, |line| text(&line.own));
const OTHER: Show = ("另一份名单和行", 11.0, Kind::Wrapped, |line| {
    line.other.as_ref().map_or(Value::Nothing, |(_, place)| text(place))
});
const OTHER_NAME: Show =
    ("另一份：姓名", 10.0, Kind::Wrapped, |line| other(line, |child| text(child.name)));
const OTHER_BIRTH: Show = ("另一份：出生日期", 11.5, Kind::Date, |line| other(line, birth));
const OTHER_ID: Show =
    ("另一份：身份证件号", 20.0, Kind::Text, |line| other(line, |child| text(&child.id)));
const OTHER_GUARDIAN: Show =
    ("另一份：监护人", 9.0, Kind::Wrapped, |line| other(line, |child| text(child.guardian)));
const OTHER_VILLAGE: Show =
    ("另一份：村", 12.0, Kind::Wrapped, |line| other(line, |child| text(&child.village)));
const OTHER_SCHOOL: Show =
    ("另一份：学校", 15.0, Kind::Wrapped, |line| other(line, |child| text(child.school)));
const OTHER_CLASS: Show =
    ("另一份：班级", 11.0, Kind::Wrapped, |line| other(line, |child| text(child.class)));

fn other(line: &Line<'_>, value: impl Fn(&Child<'_>) -> Value<'static>) -> Value<'static> {
    line.other.as_ref().map_or(Value::Nothing, |(child, _)| value(child))
}

fn text(text: &str) -> Value<'static> {
    if text.is_empty() { Value::Nothing } else { Value::from(text.to_owned()) }
}

fn row(row: Option<u32>) -> Value<'static> {
    row.map_or(Value::Nothing, |row| Value::from(row + 1))
}

fn birth(child: &Child<'_>) -> Value<'static> {
    date(child.birth).map_or(Value::Nothing, |date| Value::Date(day(date)))
}

fn date(date: u32) -> Option<civil::Date> {
    let year = i16::try_from(date / 10_000).ok()?;
    let month = i8::try_from(date / 100 % 100).ok()?;
    civil::Date::new(year, month, i8::try_from(date % 100).ok()?).ok()
}

const CHILD: &[Show] = &[NUMBER, NAME, SEX, BIRTH, AGE, ID];
const HOME: &[Show] = &[TOWNSHIP, VILLAGE, GUARDIAN];
const AT_SCHOOL: &[Show] = &[SCHOOL, CLASS];
const WORK: &[Show] = &[REASON, CERTAINTY, WHO, WITHIN, RESULT, REMARK];
const THIS_SIDE: &[Show] = &[NUMBER, OWN, NAME, BIRTH, ID, GUARDIAN, VILLAGE];
const OTHER_SIDE: &[Show] =
    &[OTHER, OTHER_NAME, OTHER_BIRTH, OTHER_ID, OTHER_GUARDIAN, OTHER_VILLAGE, OTHER_SCHOOL, OTHER_CLASS];

/// The columns of a kind's sheet.
pub(super) fn columns(kind: FindingKind) -> Vec<Show> {
    let parts: &[&[Show]] = match kind {
        FindingKind::NotOnRoll | FindingKind::StudyingElsewhere => &[CHILD, HOME, WORK, &[HOUSEHOLD_ROW]],
        FindingKind::NotInSchool => &[CHILD, AT_SCHOOL, HOME, WORK, &[HOUSEHOLD_ROW, ROLL_ROW, PRESENT_ROW]],
        FindingKind::PovertyDropout => {
            &[CHILD, HOME, AT_SCHOOL, WORK, &[HOUSEHOLD_ROW, ROLL_ROW, POVERTY_ROW]]
        }
        FindingKind::RollOnly => &[CHILD, AT_SCHOOL, HOME, WORK, &[ROLL_ROW]],
        FindingKind::DuplicateRoll => &[CHILD, HOME, AT_SCHOOL, WORK, &[HOUSEHOLD_ROW, ROLL_ROW]],
        FindingKind::NeedsReview => &[THIS_SIDE, OTHER_SIDE, &[REASON, CERTAINTY, RESULT, REMARK]],
    };
    parts.concat()
}

/// What may come of a look, to choose from.
pub(super) fn results(kind: FindingKind) -> &'static [&'static str] {
    match kind {
        FindingKind::NotOnRoll => &[
            "确未入学",
            "已在本县就读",
            "外地就读",
            "已初中毕业",
            "延缓入学",
            "信息登错",
            "人户不在",
            "其他",
        ],
        FindingKind::NotInSchool | FindingKind::PovertyDropout => {
            &["确已辍学", "已返校", "请假", "已转学", "外地就读", "信息登错", "人户不在", "其他"]
        }
        FindingKind::StudyingElsewhere => &["证明有效", "证明过期", "实际未就读", "其他"],
        FindingKind::RollOnly => &["随迁子女", "信息登错", "空挂学籍", "其他"],
        FindingKind::DuplicateRoll => &["保留这一份", "注销这一份", "不是同一人", "其他"],
        FindingKind::NeedsReview => &["是同一人", "不是同一人", "信息登错", "其他"],
    }
}
