//! Many people invited from one table (四(十四), A16, C10): all lines or none, approved by somebody else, each with a link of his own.

use casework::accounts::invite_many::{self, MOST, Pasted};
use casework::accounts::set_up;
use casework::refused::Refused;
use jiff::SignedDuration;
use rules::access::Role;

use super::{COUNTY, House, denied, invalid, on_each};

/// A unit administrator and a leader in the east; below it two schools with a class of the same name, and vacant posts.
fn staffed(house: &House) {
    house.setting("second_factor", "off");
    house.person("keeper", Role::UnitAdmin, "east", false);
    house.person("leader", Role::Township, "east", true);
    house.write(|tx| {
        for (id, kind, name, parent) in [
            ("upper", "school", "上村小学", "east"),
            ("lower", "school", "下村小学", "east"),
            ("upper1", "class", "一年级（1）班", "upper"),
            ("lower1", "class", "一年级（1）班", "lower"),
        ] {
            tx.execute(
                "insert into unit (county, id, kind, line, name, short, parent, sort, from_day)
                 values ($1, $2, $3, 'education', $4, $4, $5, 1, '2026-01-01')",
                &casework::params![COUNTY, id, kind, name, parent],
            )?;
        }
        for (id, unit, role, title) in [
            ("head", "upper", "head", "校长"),
            ("t1", "upper", "teacher", "科任教师"),
            ("t2", "upper", "teacher", "科任教师"),
            ("c1", "upper1", "teacher", "班主任"),
            ("c2", "lower1", "teacher", "班主任"),
            ("west1", "west", "township", "乡镇专干"),
        ] {
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, 'serves', 'staff', $5, 2)",
                &casework::params![COUNTY, id, unit, role, title],
            )?;
        }
        Ok(())
    });
}

fn ask(house: &House, who: &str, lines: &str) -> Result<usize, Refused> {
    let pasted = Pasted { lines: lines.to_owned(), reason: "南教任〔2026〕12号".to_owned() };
    house.act(&house.signed_in(who), move |desk| invite_many::ask(desk, &pasted))
}

/// What is said about a table that is refused; nobody was asked for then.
fn wrong(house: &House, lines: &str) -> String {
    let refused = ask(house, "keeper", lines);
    let Err(Refused::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(house.count("select cast(count(*) as bigint) from invitation where county = $1"), 0);
    problems.into_iter().map(|problem| problem.text).collect::<Vec<_>>().join("\n")
}

/// All lines or none, and each wrong line is named with its number and what would be right.
#[test]
fn a_wrong_line_is_named_and_nobody_is_asked_for() {
    on_each(|house| {
        staffed(house);
        let right = "上村小学,校长,茶桂芝\n";
        for (lines, said) in [
            ("没有这所小学,校长,杨美", "第2行：“没有这所小学”没有空缺的岗位，或者没有这个单位"),
            (
                "一年级（1）班,班主任,杨美",
                "第2行：叫“一年级（1）班”的单位不止一个，请在前面写上上级单位的名称",
            ),
            ("上村小学,保安,杨美", "第2行：“上村小学”空缺的岗位是：科任教师"),
            ("上村小学,校长,杨美", "第2行：“上村小学”空缺的岗位是：科任教师"),
            ("上村小学,,杨美,KEEPER", "第2行：账号名“keeper”已经有人用了，请换一个"),
            ("上村小学,科任教师,杨", "第2行：请填写姓名，2 到 40 个字。"),
            ("上村小学,科任教师,杨美,9a", "第2行：账号名以小写字母开头"),
            ("上村小学,杨美", "第2行：请写单位、岗位、姓名三列"),
            // Another township's post is as if it were not there (A16).
            ("west,乡镇专干,杨美", "第2行：“west”没有空缺的岗位，或者没有这个单位"),
        ] {
            let text = wrong(house, &format!("{right}{lines}"));
            assert!(text.contains(said), "{lines}: {text}");
        }
        wrong(house, "单位\t岗位\t姓名\n\n");
        let many = wrong(house, &"上村小学,校长\n".repeat(30));
        assert!(many.ends_with("还有10行也要改"), "{many}");
        assert!(wrong(house, &"上村小学,校长,茶桂芝\n".repeat(MOST + 1)).contains("一次最多1000行"));
        invalid(
            house.act(&house.signed_in("keeper"), |desk| {
                invite_many::ask(
                    desk,
                    &Pasted { lines: "上村小学,校长,茶桂芝".to_owned(), reason: String::new() },
                )
            }),
            "reason",
        );
        denied(ask(house, "leader", right));
    });
}

/// From the table to the links: a heading is passed over, a post that a unit has twice is given to one after the other, a name that
/// sounds like another's gets a number; who asked does not approve; a link that works is not made anew, one that ran out is.
#[test]
fn from_the_table_to_the_links() {
    on_each(|house| {
        staffed(house);
        let lines = "单位\t岗位\t姓名\t账号\n上村小学\t校长\t茶桂芝\tcha.gz\n上村小学\t科任教师\t杨美\t\n上村小学\t科任教师\t杨梅\t\n\
                     上村小学一年级（1）班\t\t罗春\t\n下村小学 一年级(1)班\t班主任\t李秋\t";
        assert_eq!(ask(house, "keeper", lines).unwrap(), 5);
        // Told once, however many wait.
        let told =
            "select cast(count(*) as bigint) from notification where county = $1 and account = 'leader'";
        assert_eq!(house.count(told), 1);
        denied(house.act(&house.signed_in("keeper"), invite_many::approve_all));
        assert_eq!(house.act(&house.signed_in("leader"), invite_many::approvable).unwrap(), 5);
        assert_eq!(house.act(&house.signed_in("keeper"), invite_many::links).unwrap().len(), 0);
        assert_eq!(house.act(&house.signed_in("leader"), invite_many::approve_all).unwrap(), 5);
        assert_eq!(house.act(&house.signed_in("leader"), invite_many::approve_all).unwrap(), 0);

        let handed = house.act(&house.signed_in("keeper"), invite_many::links).unwrap();
        let mut who: Vec<_> = handed
            .iter()
            .map(|one| (one.link.username.as_str(), one.name.as_str(), one.unit.as_str(), one.post.as_str()))
            .collect();
        who.sort_unstable();
        assert_eq!(
            who,
            [
                ("cha.gz", "茶桂芝", "上村小学", "校长"),
                ("liqiu", "李秋", "一年级（1）班", "班主任"),
                ("luochun", "罗春", "一年级（1）班", "班主任"),
                ("yangmei", "杨美", "上村小学", "科任教师"),
                ("yangmei2", "杨梅", "上村小学", "科任教师"),
            ]
        );
        assert_eq!(house.count("select cast(count(distinct post) as bigint) from tenure where county = $1 and post in ('head', 't1', 't2', 'c1', 'c2')"), 5);
        for one in &handed {
            let (keys, now, token) = (house.keys.clone(), house.now(), one.link.token.clone());
            let invited = house.write(move |tx| set_up::look(tx, &keys, &now, COUNTY, &token));
            assert!(invited.is_some(), "the link of {} opens its page", one.link.username);
        }
        let keeper = house.signed_in("keeper");
        assert_eq!(house.act(&keeper, invite_many::without_link).unwrap(), 0);
        assert!(house.act(&keeper, invite_many::links).unwrap().is_empty());
        house.later(SignedDuration::from_hours(7 * 24));
        assert_eq!(house.act(&house.signed_in("keeper"), invite_many::links).unwrap().len(), 5);
    });
}
