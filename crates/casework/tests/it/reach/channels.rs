//! Who enters and opens a channel, what is kept of it, and how one's own address is confirmed.

use casework::db::testing::on_each_engine;
use casework::reach::{self, Box_, ChannelForm, Settings};
use casework::refused::Refused;

use super::{Scene, group, mail, program, words};
use crate::jobs::act;

/// 三权分立: one enters, another opens; nobody else does either; secrets are sealed and never shown.
#[test]
fn a_channel_needs_two() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        for who in [&scene.one, &scene.teacher] {
            let wanted = group();
            for denied in [
                act(&scene.machine, who, move |desk| reach::open(desk, &wanted)).map(drop),
                act(&scene.machine, who, reach::channels).map(drop),
                act(&scene.machine, who, |desk| reach::enable(desk, "x")),
                act(&scene.machine, who, |desk| reach::outbox(desk, Box_::Dead)).map(drop),
            ] {
                assert!(matches!(denied, Err(Refused::Denied { .. })), "{denied:?}");
            }
        }
        let enter =
            |form: ChannelForm| act(&scene.machine, &scene.admin, move |desk| reach::open(desk, &form));
        let id = enter(group()).expect("entered");
        assert_eq!(enter(group()).expect("a double click"), id);
        let shown = act(&scene.machine, &scene.admin, reach::channels).expect("the page");
        let one = &shown.channels[0];
        assert_eq!(
            (one.state.as_str(), one.host.as_str(), one.can_open),
            ("asked", "https://oapi.dingtalk.com", false)
        );
        assert!(!format!("{shown:?}").contains("KEY-OF") && !format!("{shown:?}").contains("SEC-OF"));
        // Neither may what the other may; and who held both posts could not open what they entered.
        let own = id.clone();
        let refused = act(&scene.machine, &scene.admin, move |desk| reach::enable(desk, &own));
        assert!(matches!(refused, Err(Refused::Denied { .. })), "{refused:?}");
        let refused = act(&scene.machine, &scene.security, |desk| reach::open(desk, &group()));
        assert!(matches!(refused, Err(Refused::Denied { .. })), "{refused:?}");
        let mut both = scene.admin.clone();
        both.actor.posts.extend(scene.security.actor.posts.clone());
        let own = id.clone();
        let refused = act(&scene.machine, &both, move |desk| reach::enable(desk, &own));
        assert!(words(refused).contains("不能启用自己登记的渠道"));
        let own = id.clone();
        act(&scene.machine, &scene.security, move |desk| reach::enable(desk, &own)).expect("opened");
        let own = id.clone();
        let again = act(&scene.machine, &scene.security, move |desk| reach::enable(desk, &own));
        assert!(matches!(again, Err(Refused::Changed { .. })), "{again:?}");
        assert_eq!(
            scene.count("select cast(count(*) as bigint) from audit where county = $1 and action in ('keep_channels', 'enable_channel') and outcome = 'done'"),
            2,
        );
        assert_eq!(
            scene.count("select cast(count(*) as bigint) from audit where county = $1 and (detail like '%KEY-OF%' or detail like '%SEC-OF%' or detail like '%access_token%')"),
            0,
        );
        // Closed, and what it takes to send is gone.
        let own = id.clone();
        act(&scene.machine, &scene.admin, move |desk| reach::stop(desk, &own)).expect("closed");
        scene.told(&scene.one, "order", "c1");
        assert_eq!(scene.left(), [], "nothing goes by it");
        let refused = act(&scene.machine, &scene.admin, move |desk| reach::test(desk, &id));
        assert!(words(refused).contains("已经停用"));
        // Not without proving identity again.
        let stale = casework::desk::SignedIn { confirmed: None, ..scene.admin.clone() };
        let refused = act(&scene.machine, &stale, |desk| reach::open(desk, &group()));
        assert!(matches!(refused, Err(Refused::StepUp { .. })), "{refused:?}");
    });
}

#[test]
fn a_channel_that_is_wrong_is_not_entered() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        let with = |base: ChannelForm, set: Settings| ChannelForm { set, ..base };
        for (form, field) in [
            (ChannelForm { kind: "pigeon".to_owned(), ..group() }, "kind"),
            (ChannelForm { name: String::new(), ..group() }, "name"),
            (ChannelForm { unit: String::new(), ..group() }, "unit"),
            (ChannelForm { unit: "nowhere".to_owned(), ..group() }, "unit"),
            (with(group(), Settings { url: "ftp://x".to_owned(), ..Settings::default() }), "url"),
            (with(group(), Settings { url: "https://a@b/".to_owned(), ..Settings::default() }), "url"),
            (
                with(
                    group(),
                    Settings { url: format!("https://x/{}", "a".repeat(1001)), ..Settings::default() },
                ),
                "url",
            ),
            (with(mail(), Settings { port: 0, ..mail().set }), "host"),
            (with(mail(), Settings { security: "none".to_owned(), ..mail().set }), "security"),
            (with(mail(), Settings { from: "x".to_owned(), ..mail().set }), "from"),
            (with(program(), Settings { secret: "short".to_owned(), ..program().set }), "secret"),
            (ChannelForm { kind: "sms".to_owned(), ..program() }, "body"),
        ] {
            let wanted = form.clone();
            match act(&scene.machine, &scene.admin, move |desk| reach::open(desk, &wanted)) {
                Err(Refused::Invalid(problems)) => {
                    assert!(problems.iter().any(|one| one.field == field), "{field}: {problems:?}");
                }
                other => panic!("{field}: {other:?}"),
            }
        }
    });
}

/// Of mail there is one channel: opening another closes it.
#[test]
fn one_relay_at_a_time() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.channel(&mail());
        scene.at("2026-11-24T10:05:00+08:00");
        let second = scene.channel(&ChannelForm { name: "新的邮箱".to_owned(), ..mail() });
        let shown = act(&scene.machine, &scene.admin, reach::channels).expect("the page");
        let on: Vec<&str> =
            shown.channels.iter().filter(|one| one.state == "on").map(|one| one.id.as_str()).collect();
        assert_eq!(on, [second.as_str()]);
        let refused = act(&scene.machine, &scene.admin, move |desk| reach::test(desk, &second));
        assert!(words(refused).contains("不能试发"));
    });
}

/// A trial goes to a group before it is opened, once a minute, and says nothing.
#[test]
fn a_trial_says_nothing() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        let id = act(&scene.machine, &scene.admin, |desk| reach::open(desk, &group())).expect("entered");
        for _ in 0..2 {
            let own = id.clone();
            act(&scene.machine, &scene.admin, move |desk| reach::test(desk, &own)).expect("put");
        }
        let left = scene.left();
        assert_eq!(left.len(), 1);
        assert_eq!(
            left[0].1,
            "【保学】这是一条测试消息，收到说明渠道可用。请登录查看：https://baoxue.example.gov.cn"
        );
        let shown = act(&scene.machine, &scene.security, reach::channels).expect("the page");
        assert!(shown.channels[0].last.as_ref().is_some_and(|(_, ok, _)| *ok) && shown.channels[0].can_open);
    });
}

/// One's own address: a code goes to it and nothing else until it was typed in; five tries, ten minutes, five codes a day (F09).
#[test]
fn an_address_is_confirmed_by_its_owner() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        let enter = |kind: &'static str, address: &'static str| {
            act(&scene.machine, &scene.one, move |desk| reach::register(desk, kind, address))
        };
        let typed =
            |code: String| act(&scene.machine, &scene.one, move |desk| reach::confirm(desk, "email", &code));
        assert!(words(enter("email", "one@example.gov.cn")).contains("还没有启用电子邮件渠道"));
        scene.channel(&mail());
        for (kind, address) in [
            ("email", "one"),
            ("email", "a@b.cn, c@d.cn"),
            ("email", "a@b.cn\r\nTo: x"),
            ("sms", "12345"),
            ("wecom", "x"),
        ] {
            assert!(matches!(enter(kind, address), Err(Refused::Invalid(_))), "{address}");
        }
        enter("email", "one@example.gov.cn").expect("entered");
        scene.told(&scene.one, "order", "c1");
        let left = scene.left();
        assert_eq!(left.len(), 1, "the code alone: {left:?}");
        let code: String = left[0].1.chars().skip_while(|sign| !sign.is_ascii_digit()).take(6).collect();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert!(!typed(wrong.to_owned()).expect("a wrong one"));
        }
        assert!(words(typed(code)).contains("已经失效"), "after five wrong ones the right one is none");
        enter("email", "one@example.gov.cn").expect("entered again");
        scene.send();
        let code = scene.code();
        scene.at("2026-11-24T10:10:00+08:00");
        assert!(words(typed(code)).contains("已经失效"), "ten minutes later");
        enter("email", "one@example.gov.cn").expect("a third");
        scene.send();
        let code = scene.code();
        assert!(typed(format!(" {code} ")).expect("the right one"));
        assert!(words(typed(code)).contains("已经失效"), "once");
        let shown = act(&scene.machine, &scene.one, reach::ways).expect("the page");
        assert_eq!(
            (shown.ways[1].on, shown.ways[1].address.as_str(), shown.per_day),
            (true, "o***@example.gov.cn", 5)
        );
        assert_eq!(shown.quiet, "21:00至次日07:00");
        for _ in 0..2 {
            enter("email", "one@example.gov.cn").expect("a fourth and a fifth");
        }
        assert!(words(enter("email", "one@example.gov.cn")).contains("今天已经发过5个验证码"));
        // K06: neither address nor code stands anywhere in clear.
        for sql in [
            "select cast(count(*) as bigint) from audit where county = $1 and detail like '%@%'",
            "select cast(count(*) as bigint) from outbox where county = $1 and (subject like '%@%' or key like '%@%' or said like '%@%')",
            "select cast(count(*) as bigint) from outbox where county = $1 and state <> 'waiting' and code_sealed is not null",
        ] {
            assert_eq!(scene.count(sql), 0, "{sql}");
        }
        // Turned off, it is forgotten; what waits is dropped.
        scene.carried.lock().expect("kept").clear();
        act(&scene.machine, &scene.one, |desk| reach::forget(desk, "email")).expect("off");
        assert_eq!(scene.left(), []);
        let shown = act(&scene.machine, &scene.one, reach::ways).expect("the page");
        assert_eq!(
            (shown.ways[1].on, shown.ways[1].asked, shown.ways[1].address.as_str()),
            (false, false, "")
        );
    });
}
