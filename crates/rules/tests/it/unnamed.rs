//! Hazard F06 and 五(十二): what names a child in a text that others read, and what ranks schools; as one table.

use proptest::prelude::*;
use rules::publish::{Problem, has_number, names, published};

/// The reasons, each by a sign.
fn check(text: &str, expected: &[&str]) {
    let known = ["李春燕".to_owned(), "段小一".to_owned()];
    let places = ["沙乐村".to_owned(), "南街社区".to_owned()];
    let found: Vec<&str> = published(text, &known, &places)
        .iter()
        .map(|one| match one {
            Problem::Name(_) => "name",
            Problem::Number | Problem::Phone => "number",
            Problem::Initials => "initials",
            Problem::Few(_) => "few",
            Problem::Ranking(_) => "ranking",
            Problem::Difference(..) => "difference",
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

/// F06: a name with or without blanks, a number in any width, a cut name beside a village, a count below five.
#[test]
fn what_names_a_child() {
    check("全县检查了12所学校，做到的90项。", &[]);
    check("李春燕没有到校", &["name"]);
    check("李 春 燕没有到校", &["name"]);
    check("身份证539999201601010011的学生", &["number"]);
    check("身份证５３９９９９２０１６０１０１００１１", &["number"]);
    check("5399 9920 1601 0100 11", &["number"]);
    check("539999********0011", &["number"]);
    check("电话13800000000", &["number"]);
    check("电话138-0000-0000", &["number"]);
    check("2026年11月23日，南政办发〔2024〕6号", &[]);
    check("沙乐村李某没有入学", &["initials"]);
    check("沙乐村L.C.Y没有入学", &["initials"]);
    check("沙乐村的该生已经返校", &["initials"]);
    // The sentence before tells of nobody.
    check("到沙乐村走访。李某参加了培训", &[]);
    check("还有3名学生没有返校", &["few"]);
    check("还有三名学生没有返校", &["few"]);
    check("两户没有回执", &["few"]);
    check("5名学生、53人、103名、1.3万人、十二名、三十人", &[]);
    check("不足5名学生没有返校", &[]);
    check("2名责任督学、1位校长、3名教师参加", &[]);
    check("一人一案、一户一策、一个孩子都不能少、每一名学生", &[]);
}

/// F06: what only one of two guards knew, before they became one.
#[test]
fn the_stricter_of_both() {
    check("李·春·燕没有到校", &["name"]);
    check("李\u{200b}春\u{200b}燕没有到校", &["name"]);
    check("5399.9920.1601.0100.11", &["number"]);
    check("539999 - 20160101 - 0011", &["number"]);
    check("+86 101 0000 1234", &["number"]);
    // A school or a class is as small a place as a village.
    check("三（1）班王×没有到校", &["initials"]);
    check("东镇小学的李某没有到校", &["initials"]);
    check("李某某已经回来", &[]);
    check("对某校、某村的情况进行了核查", &[]);
    check("平 均 分没有公布", &["ranking"]);
    check("及格率、中考成绩", &["ranking"]);
    assert_eq!(rules::publish::FEW, rules::works::FEW);
    assert_eq!(rules::publish::FEW, rules::ways::FEW);
}

/// 五(十二): 不对学校进行排名，不炒作升学率、状元.
#[test]
fn what_ranks() {
    check("按升学率排出前十所", &["ranking"]);
    check("全县学校排名如下", &["ranking"]);
    check("出了中考状元", &["ranking"]);
    check("各校均按要求开展家访", &[]);
}

proptest! {
    #![proptest_config(crate::cases(256))]

    /// F06: whatever stands around it, a name that is known is found, and so is the number of an ID card.
    #[test]
    fn nothing_hides_it(before in "[一-龥，。 0-9]{0,20}", after in "[一-龥，。 ]{0,20}", digits in "[1-9][0-9]{16}[0-9X]") {
        let known = ["李春燕".to_owned()];
        let text = format!("{before}李春燕{after}");
        prop_assert!(names(&text, &known, &[]).contains(&Problem::Name(0)));
        let text = format!("{before}。{digits}。{after}");
        prop_assert!(has_number(&text));
    }
}
