//! What leaves, when, how often; what happens to what does not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use casework::db::testing::on_each_engine;
use casework::jobs::{Means, Registry, Runner};
use casework::reach::{self, Box_, ChannelForm, Sent, To, send_due};
use casework::today;
use rules::reach::Carrier;

use super::{Scene, group, mail, program, words};
use crate::jobs::act;

const LINK: &str = "。请登录查看：https://baoxue.example.gov.cn";

fn to_one() -> To {
    To::Mail("one@example.gov.cn".to_owned())
}

/// 五(九)(十), 未成年人保护法 11: an order and a report at once, a sign at night too; a case that moves on waits for the digest. The sentence in
/// the program names the child; what leaves does not (A08).
#[test]
fn what_presses_leaves_at_once_and_without_a_name() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&mail());
        scene.by_mail(&scene.one);
        scene.told(&scene.one, "order", "c1");
        scene.told(&scene.one, "order", "c1");
        scene.told(&scene.two, "order", "c1");
        assert_eq!(
            scene.left(),
            [(to_one(), format!("【保学】有1件劝返指令等待签收{LINK}"))],
            "once, to who asked for it"
        );
        for kind in ["case", "request", "account", "import"] {
            scene.told(&scene.one, kind, "c1");
        }
        assert_eq!(scene.left(), []);
        scene.at("2026-11-24T22:30:00+08:00");
        scene.told(&scene.one, "report", "r1");
        assert_eq!(scene.left(), [], "at night");
        scene.told(&scene.one, "safeguard", "s1");
        assert_eq!(scene.left(), [(to_one(), format!("【保学】有紧急事项要立即处理{LINK}"))]);
        scene.at("2026-11-25T06:59:00+08:00");
        assert_eq!(scene.left(), []);
        scene.at("2026-11-25T07:00:00+08:00");
        assert_eq!(scene.left(), [(to_one(), format!("【保学】有1件疑似辍学报告等待签收{LINK}"))]);
        assert_eq!(scene.send(), "没有要发的");
        // Whose account is disabled is told nothing.
        scene.told(&scene.one, "order", "c2");
        scene.run("update account set state = 'disabled' where county = $1 and id = 'one'");
        assert_eq!(scene.left(), []);
    });
}

/// F09: five a day, and what is more is in the next digest; a protective sign is not held back.
#[test]
fn nobody_is_flooded() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&mail());
        scene.by_mail(&scene.one);
        for subject in ["c1", "c2", "c3", "c4", "c5", "c6", "c7"] {
            scene.told(&scene.one, "order", subject);
        }
        assert_eq!(scene.left().len(), 5);
        scene.told(&scene.one, "safeguard", "s1");
        assert_eq!(scene.left().len(), 1);
        let dropped =
            act(&scene.machine, &scene.admin, |desk| reach::outbox(desk, Box_::Dropped)).expect("the page");
        assert_eq!(dropped.lines.len(), 2);
        assert!(
            dropped.lines.iter().all(|line| line.said.contains("每人每天") && line.to == "one"),
            "{dropped:?}"
        );
        scene.at("2026-11-25T09:00:00+08:00");
        scene.told(&scene.one, "order", "c8");
        assert_eq!(scene.left().len(), 1, "the next day");
    });
}

/// A unit's group hears once of an order that two of its people were told of, and nothing of a protective sign; another program hears of
/// events with ids.
#[test]
fn groups_and_programs() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&group());
        scene.channel(&program());
        for who in [&scene.one, &scene.two] {
            let account = who.actor.account.clone();
            act(&scene.machine, &scene.admin, move |desk| {
                today::tell(desk, &account, ("safeguard", "s1"), "x", "/")
            })
            .expect("told");
        }
        assert_eq!(scene.left(), [], "neither hears of a sign");
        // One act, one moment: both are told in it.
        act(&scene.machine, &scene.admin, |desk| {
            for account in ["one", "two"] {
                today::tell(desk, account, ("order", "c1"), "李小明", "/cases/c1")?;
            }
            Ok(())
        })
        .expect("told");
        let mut left = scene.left();
        left.sort_by_key(|(to, _)| matches!(to, To::Program { .. }));
        assert_eq!(
            left.iter().map(|(to, _)| to.clone()).collect::<Vec<_>>(),
            [
                To::Group(Carrier::Dingtalk),
                To::Program { event: "order.issued".to_owned(), subject: "c1".to_owned() },
            ],
        );
        assert_eq!(left[0].1, format!("【保学】有1件劝返指令等待签收{LINK}"));
        // A teacher of another unit: the group of this one hears nothing, the program does.
        scene.told(&scene.teacher, "order", "c2");
        let left = scene.left();
        assert!(matches!(left.as_slice(), [(To::Program { .. }, _)]), "{left:?}");
        scene.told(&scene.one, "case", "c3");
        assert!(matches!(scene.left().as_slice(), [(To::Program { event, .. }, _)] if event == "case.turn"));
        // K05: what was told in the program by name stands nowhere in what waits to be sent.
        assert_eq!(
            scene.count("select cast(count(*) as bigint) from outbox where county = $1 and (subject || event || key || said) like '%李%'"),
            0,
        );
    });
}

/// Tried again, later each time, and given up in the end; sent again by hand, under the same id (H01).
#[test]
fn what_fails_is_tried_again_and_given_up() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&mail());
        scene.by_mail(&scene.one);
        scene.told(&scene.one, "order", "c1");
        let mut at: jiff::Timestamp = "2026-11-24T10:00:00+08:00".parse().expect("a moment");
        let mut tries = 0;
        for _ in 0..60 {
            scene.answers.lock().expect("kept").push(Sent::Later("连接不上".to_owned()));
            scene.at(&at.to_string());
            scene.send();
            let now = scene.carried.lock().expect("kept").len();
            if now == tries {
                scene.answers.lock().expect("kept").clear();
            }
            tries = now;
            at = at.checked_add(jiff::SignedDuration::from_mins(61)).expect("a moment");
        }
        assert_eq!(tries, 8, "eight tries in two and a half days");
        let ids: Vec<String> =
            scene.carried.lock().expect("kept").drain(..).map(|letter| letter.id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
        let dead =
            act(&scene.machine, &scene.admin, |desk| reach::outbox(desk, Box_::Dead)).expect("the page");
        let line = &dead.lines[0];
        assert_eq!((line.said.as_str(), line.attempts, dead.dead, dead.can_resend), ("连接不上", 8, 1, true));
        let auditor =
            crate::county::person(&scene.machine.db, "auditor", &[("office", rules::access::Role::Auditor)]);
        let read =
            act(&scene.machine, &auditor, |desk| reach::outbox(desk, Box_::Dead)).expect("an auditor reads");
        assert!(!read.can_resend);
        scene.at("2026-11-27T10:00:00+08:00");
        let id = line.id.clone();
        for _ in 0..2 {
            let own = id.clone();
            act(&scene.machine, &scene.admin, move |desk| reach::resend(desk, &own)).expect("again");
        }
        assert_eq!(scene.left().len(), 1);
        let sent =
            act(&scene.machine, &scene.admin, |desk| reach::outbox(desk, Box_::Sent)).expect("the page");
        assert!(sent.lines.iter().any(|line| line.id == id));
        assert!(
            words(act(&scene.machine, &scene.admin, move |desk| reach::resend(desk, &id)))
                .contains("不能重发")
        );
        let missing = act(&scene.machine, &scene.admin, |desk| reach::resend(desk, "none"));
        assert!(matches!(missing, Err(casework::refused::Refused::Denied { .. })));
        // What trying again cannot mend is given up at once, and the channel says so.
        scene.told(&scene.one, "order", "c2");
        scene.answers.lock().expect("kept").push(Sent::Never("这个地址不在允许连接的范围内".to_owned()));
        scene.send();
        let dead =
            act(&scene.machine, &scene.admin, |desk| reach::outbox(desk, Box_::Dead)).expect("the page");
        assert_eq!(dead.lines[0].attempts, 1);
        let shown = act(&scene.machine, &scene.admin, reach::channels).expect("the page");
        let last = shown.channels[0].last.clone().expect("used");
        assert_eq!((last.1, last.2.as_str()), (false, "这个地址不在允许连接的范围内"));
    });
}

/// I02: the program dies between sending and writing it down. Nobody sends it meanwhile; then it comes a second time, under the same id.
#[test]
fn a_crash_between_sending_and_writing_it_down() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&program());
        scene.told(&scene.one, "order", "c1");
        let means: Arc<dyn Means> = scene.machine.clone();
        let died = catch_unwind(AssertUnwindSafe(|| {
            send_due(&means, "", &|letter| {
                scene.carried.lock().expect("kept").push(letter.clone());
                std::panic::resume_unwind(Box::new("killed"))
            })
        }));
        assert!(died.is_err());
        let first = scene.carried.lock().expect("kept").drain(..).next().expect("it was sent");
        scene.at("2026-11-24T10:09:00+08:00");
        assert_eq!(scene.left(), [], "left to whoever has it");
        scene.at("2026-11-24T10:10:00+08:00");
        scene.send();
        let second = scene.carried.lock().expect("kept").drain(..).next().expect("again");
        assert_eq!((&second.id, second.attempt), (&first.id, 2));
        scene.at("2026-11-24T11:00:00+08:00");
        assert_eq!(scene.left(), []);
        // What the first one would write down now is too late: nothing changes.
        assert_eq!(
            scene.count("select cast(count(*) as bigint) from outbox where county = $1 and state = 'sent'"),
            1
        );
    });
}

/// 一天一条: the digest leaves on a working day, in numbers; on Saturday none; yesterday's is not sent today.
#[test]
fn the_digest_leaves_in_numbers() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&mail());
        scene.by_mail(&scene.security);
        scene.run(
            "insert into break_glass (county, id, account, child, reason, asked_at, state)
             values ($1, 'b1', 'one', 'c', '家里着火', '2026-11-24', 'asked')",
        );
        let runner =
            Runner::new(scene.machine.clone(), today::register(Registry::default())).expect("a runner");
        scene.machine.runs(&runner, "2026-11-25T07:00:00+08:00");
        let left = scene.left();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0].1, format!("【保学】今天有1件事轮到您，0件已超期，1件7天内到期{LINK}"));
        scene.machine.runs(&runner, "2026-11-26T07:00:00+08:00");
        scene.at("2026-11-27T07:00:00+08:00");
        assert_eq!(scene.left(), [], "yesterday's");
        scene.machine.runs(&runner, "2026-11-28T07:00:00+08:00");
        assert_eq!(scene.left(), [], "a Saturday");
        scene.machine.runs(&runner, "2026-11-30T07:10:00+08:00");
        assert_eq!(scene.left().len(), 1, "Monday");
    });
}

/// The group of a unit hears how many are due, late and open there; where nothing is, it is quiet.
#[test]
fn a_group_hears_how_much_is_due() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.run(
            "insert into unit (county, id, kind, line, name, short, sort, from_day)
             values ($1, 'office', 'office', 'government', '信息中心', '信息中心', 1, '2020-01-01')",
        );
        scene.channel(&ChannelForm {
            unit: "office".to_owned(), name: "信息中心群".to_owned(), ..group()
        });
        scene.channel(&group());
        scene.run(
            "insert into break_glass (county, id, account, child, reason, asked_at, state)
             values ($1, 'b1', 'one', 'c', '家里着火', '2026-11-24', 'asked')",
        );
        let runner =
            Runner::new(scene.machine.clone(), today::register(Registry::default())).expect("a runner");
        scene.machine.runs(&runner, "2026-11-25T07:00:00+08:00");
        let left = scene.left();
        assert_eq!(left.len(), 1, "the township has nothing: {left:?}");
        assert!(left[0].1.starts_with("【保学】本单位今天有") && left[0].1.contains("在办共1件"), "{left:?}");
        scene.machine.runs(&runner, "2026-11-25T17:00:00+08:00");
        assert_eq!(scene.left(), []);
    });
}

/// What is over for ninety days goes.
#[test]
fn what_is_over_is_swept() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&program());
        scene.told(&scene.one, "order", "c1");
        scene.send();
        let means: Arc<dyn Means> = scene.machine.clone();
        scene.at("2027-02-20T10:00:00+08:00");
        assert_eq!(reach::sweep(&means).expect("swept"), "没有要清理的");
        scene.at("2027-02-23T10:00:00+08:00");
        assert_eq!(reach::sweep(&means).expect("swept"), "清理了1条");
    });
}
