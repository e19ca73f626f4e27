//! The situations that a county knows, each laid into an ordinary county of some hundred children,
//! so that the model has something to learn from.

use linkage::link::{Tier, link};
use linkage::number::Number;

use crate::county::{County, Mistakes, Row, by_ear, day_for_month, number, people, slip};

/// What becomes of a household row. Rows are numbered within the situation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// Linked to these roll rows, the child's first row first.
    On(Vec<usize>),
    /// On no roll: somebody must look for the child.
    Lost,
    /// Handed to people, with these roll rows.
    Open(Vec<usize>),
    /// The row repeats another household row.
    Again(usize),
}
use Fate::{Again, Lost, On, Open};

/// Household rows and roll rows.
type Situation = (Vec<Row>, Vec<Row>);

/// Lays the situation into three counties and looks what becomes of each household row.
fn check(make: fn(&mut County) -> Situation, expected: &[Fate]) {
    check_with(make, |_, _| {}, expected);
}

/// The same after `change` was made to every row of the household list and of the roll.
fn check_with(make: fn(&mut County) -> Situation, change: fn(&mut Row, &mut Row), expected: &[Fate]) {
    for seed in 1..=3 {
        let mut county = County::new(600, seed, Mistakes::FEW);
        let (household, roll) = make(&mut county);
        let (left, right) = (county.household.len(), county.roll.len());
        county.household.extend(household);
        county.roll.extend(roll);
        let mut ignored = Row::default();
        county.household.iter_mut().for_each(|row| change(row, &mut ignored));
        county.roll.iter_mut().for_each(|row| change(&mut ignored, row));
        let fates = fates(&county, left, right);
        assert_eq!(fates, expected, "seed {seed}\n{:#?}", (&county.household[left..], &county.roll[right..]));
    }
}

fn fates(county: &County, first_left: usize, first_right: usize) -> Vec<Fate> {
    let linkage = link(&people(&county.household), &people(&county.roll));
    // A row of somebody else, which no situation expects, gets a number that no situation has.
    let within = |row: u32| (row as usize).checked_sub(first_right).unwrap_or(usize::MAX);
    let fate = |left: u32| {
        let mut links: Vec<_> = linkage.links.iter().filter(|link| link.left == left).collect();
        links.sort_by_key(|link| (link.tier == Tier::Second, link.right));
        if let Some(&(_, original)) = linkage.repeated.iter().find(|&&(row, _)| row == left) {
            Again((original as usize).checked_sub(first_left).unwrap_or(usize::MAX))
        } else if let Some(review) = linkage.reviews.iter().find(|review| review.left == left) {
            let mut rows: Vec<usize> = review.candidates.iter().map(|link| within(link.right)).collect();
            rows.sort_unstable();
            Open(rows)
        } else if links.is_empty() {
            Lost
        } else {
            On(links.iter().map(|link| within(link.right)).collect())
        }
    };
    (first_left..county.household.len()).map(|left| fate(u32::try_from(left).unwrap())).collect()
}

/// A child and the row that the school wrote.
fn pupil(county: &mut County) -> (Row, Row) {
    let child = county.child();
    let row = county.seat(child.clone());
    (child, row)
}

/// Two children born on one day in one family, numbers side by side.
fn twins(county: &mut County) -> [(Row, Row); 2] {
    let (first, _) = pupil(county);
    let twin = |name: &str, order: u32| Row {
        name: format!("{}{name}", first.name.chars().next().unwrap()),
        number: number(first.birth, order),
        sex: 1,
        ..first.clone()
    };
    [twin("国强", 211), twin("国栋", 213)].map(|child| {
        let row = county.seat(child.clone());
        (child, row)
    })
}

/// A row with these mistakes is found.
fn check_found(spoil: fn(&mut Row)) {
    for seed in 1..=3 {
        let mut county = County::new(600, seed, Mistakes::FEW);
        let (left, right) = (county.household.len(), county.roll.len());
        let (child, mut row) = pupil(&mut county);
        spoil(&mut row);
        county.household.push(child);
        county.roll.push(row);
        let (child, row) = (&county.household[left], &county.roll[right]);
        assert_eq!(fates(&county, left, right), [On(vec![0])], "seed {seed}: {child:?} {row:?}");
    }
}

/// E09, E10, L02: mistakes of one row, alone and together.
#[test]
fn a_row_with_mistakes_is_found() {
    let mistakes: [fn(&mut Row); 12] = [
        // A digit of the number.
        |row| row.number = slip(&row.number, 11),
        // A name written by ear, and a digit of the number.
        |row| {
            row.name = by_ear(&row.name);
            row.number = slip(&row.number, 15);
        },
        // The number is missing.
        |row| row.number.clear(),
        // The number is missing, day and month swapped.
        |row| {
            row.number.clear();
            row.birth = day_for_month(row.birth);
        },
        // The number lost a digit, the name a character's spelling.
        |row| {
            row.number.remove(8);
            row.name = by_ear(&row.name);
        },
        // The mother's surname.
        |row| row.name = row.name.chars().enumerate().map(|(at, c)| if at == 0 { '和' } else { c }).collect(),
        // The mother's surname, and a digit of the number.
        |row| {
            row.name = row.name.chars().enumerate().map(|(at, c)| if at == 0 { '和' } else { c }).collect();
            row.number = slip(&row.number, 9);
        },
        // Another grown-up, and a digit of the number.
        |row| {
            row.guardians = ["和秀芝".to_owned(), String::new()];
            row.number = slip(&row.number, 10);
        },
        // The old village, and no number.
        |row| {
            row.number.clear();
            row.place = row.place / 1_000 * 1_000 + 299;
        },
        // Year of birth wrong in number and date.
        |row| {
            row.number = slip(&row.number, 9);
            row.birth = Number::new(&row.number, false).birth();
        },
        // The wrong sex, and no number.
        |row| {
            row.number.clear();
            row.sex = 3 - row.sex;
        },
        // A dot, a blank, and no number.
        |row| {
            row.number.clear();
            row.name = row.name.chars().flat_map(|c| [c, ' ']).collect();
        },
    ];
    mistakes.into_iter().for_each(check_found);
}

/// L02: a long name that the form cut off, and no number.
#[test]
fn a_long_name_cut_off() {
    check(
        |county| {
            let (child, row) = pupil(county);
            let child = Row { name: "阿依古丽·买买提江吐尔逊".to_owned(), ..child };
            let row = Row { name: "阿依古丽买买".to_owned(), number: String::new(), ..row };
            (vec![child], vec![row])
        },
        &[On(vec![0])],
    );
}

/// E10: the clerk wrote each twin's number beside the other's name.
#[test]
fn twins_with_swapped_numbers() {
    check(
        |county| {
            let [(a, mut x), (b, mut y)] = twins(county);
            std::mem::swap(&mut x.number, &mut y.number);
            (vec![a, b], vec![x, y])
        },
        &[On(vec![0]), On(vec![1])],
    );
}

/// 四(七): one twin is on the roll, the other is not, and must not hide behind the first.
#[test]
fn a_lost_twin() {
    check(
        |county| {
            let [(a, x), (b, _)] = twins(county);
            (vec![a, b], vec![x])
        },
        &[On(vec![0]), Lost],
    );
}

/// 四(七): the same where the twin's row has a slip in its number.
#[test]
fn a_lost_twin_beside_a_slip() {
    check(
        |county| {
            let [(a, mut x), (b, _)] = twins(county);
            x.number = slip(&x.number, 13);
            (vec![a, b], vec![x])
        },
        &[On(vec![0]), Lost],
    );
}

/// E10: a child's row carries the number of her brother, who has a row of his own.
#[test]
fn a_siblings_number_copied() {
    check(
        |county| {
            let (a, x) = pupil(county);
            let b = county.sibling(&a);
            let mut y = county.seat(b.clone());
            y.number.clone_from(&x.number);
            (vec![a, b], vec![x, y])
        },
        &[On(vec![0]), On(vec![1])],
    );
}

/// 四(七), E10: the same where the brother is on no roll: his number there does not put him in school.
#[test]
fn a_lost_siblings_number_copied() {
    check(
        |county| {
            let (a, mut x) = pupil(county);
            let b = county.sibling(&a);
            x.number.clone_from(&b.number);
            (vec![a, b], vec![x])
        },
        &[On(vec![0]), Lost],
    );
}

/// E10: a number copied from the line above: a classmate who is on the roll.
#[test]
fn a_classmates_number_copied() {
    check(
        |county| {
            let ((a, x), (b, mut y)) = (pupil(county), pupil(county));
            y.number.clone_from(&x.number);
            (vec![a, b], vec![x, y])
        },
        &[On(vec![0]), On(vec![1])],
    );
}

/// 四(七): a lost child, and a child from elsewhere with the same name, nearly the same birthday and a
/// valid number of its own: two children.
#[test]
fn a_lost_child_and_a_look_alike() {
    check(
        |county| {
            let (a, _) = pupil(county);
            let other = county.look_alike(&a);
            (vec![a], vec![other])
        },
        &[Lost],
    );
}

/// 四(七): the same in her own village and on her very birthday: a number that passes its check is
/// somebody's. It may be asked, never linked.
#[test]
fn a_look_alike_from_the_village() {
    check_never_linked(|county| {
        let (a, x) = pupil(county);
        let other = Row {
            number: number(a.birth, 996 + u32::from(a.sex)),
            guardians: ["和秀芝".to_owned(), String::new()],
            ..x
        };
        (vec![a], vec![other])
    });
}

fn check_never_linked(make: fn(&mut County) -> Situation) {
    for seed in 1..=3 {
        let mut county = County::new(600, seed, Mistakes::FEW);
        let (household, roll) = make(&mut county);
        let (left, right) = (county.household.len(), county.roll.len());
        county.household.extend(household);
        county.roll.extend(roll);
        let fates = fates(&county, left, right);
        assert!(fates.iter().all(|fate| matches!(fate, Lost | Open(_))), "seed {seed}: {fates:?}");
    }
}

/// E10: a child on two rolls, the second with a slip, and on three.
#[test]
fn a_child_on_several_rolls() {
    check(
        |county| {
            let (a, x) = pupil(county);
            let (again, mut slipped) = (x.clone(), x.clone());
            slipped.number = slip(&x.number, 12);
            slipped.class += 1;
            (vec![a], vec![x, again, slipped])
        },
        &[On(vec![0, 1, 2])],
    );
}

/// E10: twice in the household list, letter for letter.
#[test]
fn a_household_row_twice() {
    check(
        |county| {
            let (a, x) = pupil(county);
            (vec![a.clone(), a], vec![x])
        },
        &[On(vec![0]), Again(0)],
    );
}

/// E10: twice in the household list, once without number or with a slip.
#[test]
fn a_household_row_twice_with_mistakes() {
    check(
        |county| {
            let (a, x) = pupil(county);
            let without = Row { number: String::new(), ..a.clone() };
            (vec![a, without], vec![x])
        },
        &[On(vec![0]), Again(0)],
    );
    check(
        |county| {
            let (a, x) = pupil(county);
            let slipped = Row { number: slip(&a.number, 14), ..a.clone() };
            (vec![a, slipped], vec![x])
        },
        &[On(vec![0]), Again(0)],
    );
}

/// E10: three times in the household list, twice letter for letter and once without a number.
#[test]
fn a_household_row_three_times() {
    check(
        |county| {
            let (a, x) = pupil(county);
            let without = Row { number: String::new(), ..a.clone() };
            (vec![a.clone(), a, without], vec![x])
        },
        &[On(vec![0]), Again(0), Again(0)],
    );
}

/// E10, 四(七): a lost child who stands twice in the household list is looked for once.
#[test]
fn a_lost_child_twice_in_the_household_list() {
    check(
        |county| {
            let (a, _) = pupil(county);
            let without = Row { number: String::new(), ..a.clone() };
            (vec![a, without], Vec::new())
        },
        &[Lost, Again(0)],
    );
    check(
        |county| {
            let (a, _) = pupil(county);
            let without = Row { number: String::new(), ..a.clone() };
            (vec![a, without.clone(), without], Vec::new())
        },
        &[Lost, Again(0), Again(0)],
    );
}

/// E10, 四(七): a household row that carries a brother's number under another name and date is another
/// child; where she is on no roll, somebody must look for her.
#[test]
fn a_siblings_number_in_the_household_list() {
    check(
        |county| {
            let (a, x) = pupil(county);
            let sister = county.sibling(&a);
            let b = Row { number: a.number.clone(), ..sister };
            (vec![a, b], vec![x])
        },
        &[On(vec![0]), Lost],
    );
}

/// E10: the same of twins, whose names share a character.
#[test]
fn a_twins_number_in_the_household_list() {
    check(
        |county| {
            let [(a, x), (b, _)] = twins(county);
            let b = Row { number: a.number.clone(), ..b };
            (vec![a, b], vec![x])
        },
        &[On(vec![0]), Lost],
    );
}

/// E10: two children with one name and one birthday in one village, each with a number: each has a row.
#[test]
fn one_name_one_birthday_told_apart_by_number() {
    check(
        |county| {
            let ((a, x), (b, y)) = namesakes(county);
            (vec![a, b], vec![x, y])
        },
        &[On(vec![0]), On(vec![1])],
    );
}

/// E10: the same without numbers on the roll: told apart by those who look after them.
#[test]
fn one_name_one_birthday_told_apart_by_guardian() {
    check(
        |county| {
            let ((a, mut x), (b, mut y)) = namesakes(county);
            x.number.clear();
            y.number.clear();
            (vec![a, b], vec![x, y])
        },
        &[On(vec![0]), On(vec![1])],
    );
}

/// E10, 四(七): two such children and one row that could be either's: a question, never a guess.
#[test]
fn one_name_one_birthday_one_row() {
    check(
        |county| {
            let ((a, mut x), (b, _)) = namesakes(county);
            x.number.clear();
            x.guardians = Default::default();
            (vec![a, b], vec![x])
        },
        &[Open(vec![0]), Open(vec![0])],
    );
}

/// Two children who share name, birthday, sex and village, and nothing else.
fn namesakes(county: &mut County) -> ((Row, Row), (Row, Row)) {
    let (a, _) = pupil(county);
    let a = Row {
        name: "李晓明".to_owned(), guardians: ["李建国".to_owned(), "杨秀英".to_owned()], ..a
    };
    let b = Row {
        number: number(a.birth, 990 + u32::from(a.sex)),
        guardians: ["李福平".to_owned(), "茶春兰".to_owned()],
        ..a.clone()
    };
    let (x, y) = (county.seat(a.clone()), county.seat(b.clone()));
    ((a, x), (b, y))
}

/// A list without a column still finds a child whose number has a slip, and still keeps a lost child
/// apart from a look-alike.
#[test]
fn lists_without_a_column() {
    let changes: [fn(&mut Row, &mut Row); 4] = [
        |_, row| row.guardians = Default::default(),
        |_, row| row.place = 0,
        |_, row| row.birth = 0,
        |child, _| child.birth = 0,
    ];
    for change in changes {
        check_with(
            |county| {
                let ((a, mut x), (b, _)) = (pupil(county), pupil(county));
                x.number = slip(&x.number, 16);
                let other = county.look_alike(&b);
                (vec![a, b], vec![x, other])
            },
            change,
            &[On(vec![0]), Lost],
        );
    }
}
