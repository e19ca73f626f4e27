//! Units, posts, staff and log-ins of the world.

use std::collections::{HashMap, HashSet};

use rules::access::Role;
use rules::age::{AgeGroup, school_year};

use super::super::model::{Post, Slot, Staff, Status, Unit, UnitKind};
use super::super::roles::roles;
use super::{check, plan};

/// 五(一): two trees, each node once, parents before children, 81 villages with 4 to 14 groups.
#[test]
fn units_stand_in_two_trees() {
    check(2000, |world| {
        let mut seen: HashMap<&str, &Unit> = HashMap::new();
        for unit in world.units() {
            let above = match unit.kind {
                UnitKind::County => None,
                UnitKind::Village => Some(UnitKind::Township),
                UnitKind::Group => Some(UnitKind::Village),
                UnitKind::Section | UnitKind::School => Some(UnitKind::Bureau),
                UnitKind::Class => Some(UnitKind::School),
                _ => Some(UnitKind::County),
            };
            let parent = unit.parent.as_deref().map(|parent| seen[parent].kind);
            assert_eq!(parent, above, "{}", unit.name);
            assert_eq!(unit.class.is_some(), unit.kind == UnitKind::Class);
            assert!(seen.insert(&unit.key, unit).is_none(), "{}", unit.name);
        }
        let count = |kind| world.units().filter(|unit| unit.kind == kind).count();
        assert_eq!([UnitKind::Township, UnitKind::Village, UnitKind::Department].map(count), [8, 81, 14]);
        for village in world.units().filter(|unit| unit.kind == UnitKind::Village) {
            let groups = world.units().filter(|unit| unit.parent.as_ref() == Some(&village.key)).count();
            assert!((4..=14).contains(&groups), "{} {groups}", village.name);
        }
        for school in world.units().filter(|unit| unit.kind == UnitKind::School) {
            let township = seen[school.township.as_deref().unwrap()];
            assert_eq!(township.kind, UnitKind::Township);
        }
    });
}

/// 五(一): each child of school age has its eight duty-holders, or the post stands in the list of vacancies.
#[test]
fn eight_duty_holders_or_a_listed_vacancy() {
    check(2000, |world| {
        let mut by_unit: HashMap<(&str, Slot), Vec<&Post>> = HashMap::new();
        for post in world.posts() {
            if let Some(slot) = post.slot {
                by_unit.entry((&post.unit, slot)).or_default().push(post);
            }
        }
        let vacant: HashSet<&str> = world.vacancies().map(|vacancy| vacancy.post.as_str()).collect();
        let answers = |unit: &str, slot: Slot, least: usize| {
            let posts = by_unit.get(&(unit, slot)).unwrap_or_else(|| panic!("{unit} {slot:?}"));
            assert!(posts.len() >= least && (least > 1 || posts.len() == 1), "{unit} {slot:?}");
            for post in posts {
                assert_ne!(post.holder().is_some(), vacant.contains(post.key.as_str()), "{}", post.key);
            }
        };
        answers(&plan().county().code, Slot::County, 1);
        answers("bureau", Slot::Bureau, 1);
        let households = world.households();
        let school_age = *plan().school_age();
        for child in world.children() {
            if school_age.group(child.birth, world.today) != AgeGroup::SchoolAge {
                continue;
            }
            let home = households[child.household.as_str()];
            answers(&home.township, Slot::Township, 1);
            answers(&home.village, Slot::Village, 1);
            answers(&home.group, Slot::Group, 1);
            assert!(home.group.starts_with(&home.village) && home.village.starts_with(&home.township));
            match (&child.school, &child.class) {
                (Some(school), Some(class)) => {
                    assert!(class.starts_with(school.as_str()));
                    answers(school, Slot::School, 1);
                    answers(class, Slot::Class, 1);
                    answers(class, Slot::Subject, 4);
                }
                // In no class here: the school of the catchment answers, but for whoever is past the nine years.
                (None, None) if child.grade < 10 => {
                    answers(child.catchment.as_deref().unwrap(), Slot::School, 1);
                }
                (None, None) => assert!(matches!(child.status, Status::Elsewhere(_) | Status::Finished)),
                other => panic!("{other:?}"),
            }
        }
    });
}

/// Each class has one 班主任, who is somebody, and the teachers of a school are shared by its classes.
#[test]
fn every_class_is_taught() {
    check(2000, |world| {
        let mut lessons: HashMap<&str, Vec<&Post>> = HashMap::new();
        for post in world.posts().filter(|post| post.slot == Some(Slot::Subject)) {
            lessons.entry(&post.unit).or_default().push(post);
        }
        let teachers: HashMap<&str, &Post> = world
            .posts()
            .filter(|post| post.role == "teacher")
            .map(|post| (post.unit.as_str(), post))
            .collect();
        let classes: Vec<&Unit> = world.units().filter(|unit| unit.kind == UnitKind::Class).collect();
        assert_eq!(teachers.len(), classes.len());
        let mut loads: HashMap<&str, usize> = HashMap::new();
        for class in &classes {
            assert!(teachers[class.key.as_str()].holder().is_some());
            let lessons = &lessons[class.key.as_str()];
            assert!((4..=7).contains(&lessons.len()), "{}", class.name);
            lessons
                .iter()
                .filter_map(|post| post.holder())
                .for_each(|staff| *loads.entry(staff).or_default() += 1);
        }
        assert!(loads.len() < classes.len() * 4 && loads.values().all(|load| *load <= 6));
    });
}

/// Posts: some 2 % are vacant, some changed hands in August with a hand-over, and somebody left without one.
#[test]
fn staff_come_and_go() {
    check(2000, |world| {
        let staff: HashMap<&str, &Staff> = world.staff().map(|staff| (staff.key.as_str(), staff)).collect();
        assert_eq!(staff.len(), world.staff().count());
        let august = school_year(world.today);
        let (mut handed, mut lapsed) = (0, 0);
        for post in world.posts() {
            for tenure in &post.tenures {
                assert!(tenure.from <= world.today && tenure.until.is_none_or(|until| until >= tenure.from));
                assert!(staff.contains_key(tenure.staff.as_str()));
                let Some(until) = tenure.until else { continue };
                assert_eq!((until.year(), until.month()), (august, 8));
                assert_eq!(staff[tenure.staff.as_str()].left, Some(until));
                match &tenure.handed_to {
                    Some((next, on)) => {
                        handed += 1;
                        assert!(*on > until && post.holder() == Some(next));
                    }
                    None => lapsed += 1,
                }
            }
            if let Some(holder) = post.holder() {
                assert_eq!(staff[holder].left, None, "{}", post.key);
            }
        }
        let posts = world.posts().count();
        assert!(handed > 20 && lapsed == 2, "{handed} {lapsed}");
        let vacant = world.vacancies().count();
        assert_eq!(vacant, world.posts().filter(|post| post.holder().is_none()).count());
        assert!((5..30).contains(&(vacant * 1000 / posts)), "{vacant} of {posts}");
    });
}

/// contracts.md, HTTP: an account for each role, each class, each school and each township officer.
#[test]
fn accounts_are_those_of_the_contract() {
    check(2000, |world| {
        let names: HashSet<&str> = world.accounts().map(|account| account.username.as_str()).collect();
        assert_eq!(names.len(), world.accounts().count());
        roles().iter().for_each(|role| assert!(names.contains(role.username), "{}", role.username));
        let count = |kind| world.units().filter(|unit| unit.kind == kind).count();
        for (letter, last) in [
            ("t", count(UnitKind::Class)),
            ("h", count(UnitKind::School)),
            ("uh", count(UnitKind::School)),
            ("x", 8),
            ("ux", 8),
        ] {
            (1..=last).for_each(|number| {
                assert!(names.contains(format!("{letter}{number}").as_str()), "{letter}{number}");
            });
            assert!(!names.contains(format!("{letter}{}", last + 1).as_str()));
        }
        let posts: HashMap<&str, &Post> = world.posts().map(|post| (post.key.as_str(), post)).collect();
        for account in world.accounts() {
            assert!(!account.posts.is_empty());
            for post in &account.posts {
                assert_eq!(
                    posts[post.as_str()].holder(),
                    Some(account.staff.as_str()),
                    "{}",
                    account.username
                );
            }
            if let Some(same) = &account.same_as {
                let other = world.account(same);
                assert_eq!((&other.staff, &other.posts), (&account.staff, &account.posts));
            }
        }
        // Roles are those that access rights know, and no account holds two that exclude each other.
        let role =
            |post: &String| Role::from_code(posts[post.as_str()].role).unwrap_or_else(|| panic!("{post}"));
        for account in world.accounts() {
            let held: Vec<Role> = account.posts.iter().map(role).collect();
            assert!(held.iter().all(|one| held.iter().all(|two| one.goes_with(*two))));
        }
        assert!(world.posts().all(|post| Role::from_code(post.role).is_some()));
        // 三权分立: nobody holds one of the three powers and anything else.
        for power in ["admin", "security", "auditor"] {
            assert_eq!(world.account(power).posts, [format!("bureau-it:{power}")]);
        }
        // A unit with accounts has somebody who looks after them and somebody who answers for it.
        for unit in world.units() {
            let managed = matches!(
                unit.kind,
                UnitKind::Township
                    | UnitKind::Bureau
                    | UnitKind::School
                    | UnitKind::Department
                    | UnitKind::TaskForce
                    | UnitKind::Inspectorate
            );
            let has = |what: &str| {
                posts.get(format!("{}:{what}", unit.key).as_str()).is_some_and(|post| post.holder().is_some())
            };
            assert!(!managed || has("admin") && has("head"), "{}", unit.name);
        }
    });
}

/// The story: the role accounts meet over the same children.
#[test]
fn the_role_accounts_have_children_in_common() {
    check(2000, |world| {
        let story = &world.county.story;
        let unit = |username: &str| {
            let account = world.account(username);
            world.posts().find(|post| post.key == account.posts[0]).unwrap().unit.clone()
        };
        assert_eq!(unit("township"), story.township);
        assert_eq!(unit("village"), story.village);
        assert_eq!(unit("group"), story.group);
        assert_eq!(unit("cadre"), story.village);
        assert_eq!(unit("head"), story.school);
        assert_eq!(unit("teacher"), story.class);
        assert!(story.village.starts_with(&story.township) && story.group.starts_with(&story.village));
        let name = |key: &str| world.units().find(|unit| unit.key == key).unwrap().name.clone();
        assert_eq!(name(&story.township), "南涧镇人民政府");
        let households = world.households();
        let both = world.children().filter(|child| {
            child.class.as_ref() == Some(&story.class)
                && households[child.household.as_str()].village == story.village
        });
        assert!(both.count() > 0);
        let inspector = &world.account("inspector").posts[0];
        let inspected = world.zones.iter().flat_map(|zone| &zone.inspected);
        assert!(inspected.clone().any(|one| one.post == *inspector && one.school == story.school));
        let schools = world.units().filter(|unit| unit.kind == UnitKind::School).count();
        assert_eq!(inspected.count(), schools);
    });
}
