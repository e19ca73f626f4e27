//! 通知到人 on both engines: two people open a channel, one's own address is confirmed by a code, what was told in the program leaves it once,
//! in time and without a name (hazards A08, F09, H01, I02, K06).

mod channels;
mod sending;

use std::sync::{Arc, Mutex};

use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::jobs::Means;
use casework::params;
use casework::reach::{self, ChannelForm, Letter, Sent, Settings, To, send_due};
use casework::refused::Refused;
use casework::today;
use rules::access::Role;

use crate::county::{COUNTY, person, units};
use crate::jobs::{Machine, act};

/// An administrator, a security officer, two officers of a township, a teacher; whatever is sent is kept.
pub(crate) struct Scene {
    pub(crate) machine: Arc<Machine>,
    pub(crate) admin: SignedIn,
    pub(crate) security: SignedIn,
    pub(crate) one: SignedIn,
    pub(crate) two: SignedIn,
    pub(crate) teacher: SignedIn,
    /// What was carried.
    pub(crate) carried: Mutex<Vec<Letter>>,
    /// What is answered to the next ones; then all goes well.
    pub(crate) answers: Mutex<Vec<Sent>>,
}

pub(crate) fn words<T: std::fmt::Debug>(found: Result<T, Refused>) -> String {
    found.expect_err("refused").to_string()
}

impl Scene {
    pub(crate) fn new(db: Db) -> Self {
        let machine = Machine::new(db);
        let now = machine.now();
        let made: Result<(), DbError> = machine.db.write(move |tx| {
            units(
                tx,
                &now,
                &[
                    (COUNTY, "county", "government", None, None),
                    ("t1", "township", "government", Some(COUNTY), None),
                ],
            )
        });
        made.expect("units");
        let fresh = |who: SignedIn| SignedIn {
            confirmed: Some("2027-12-31T00:00:00Z".parse().expect("a moment")),
            ..who
        };
        let admin = fresh(person(&machine.db, "admin", &[("office", Role::Admin)]));
        let security = fresh(person(&machine.db, "security", &[("office", Role::Security)]));
        let one = fresh(person(&machine.db, "one", &[("t1", Role::Township)]));
        let two = fresh(person(&machine.db, "two", &[("t1", Role::Township)]));
        let teacher = fresh(person(&machine.db, "teacher", &[("class", Role::Teacher)]));
        let scene = Self {
            machine,
            admin,
            security,
            one,
            two,
            teacher,
            carried: Mutex::default(),
            answers: Mutex::default(),
        };
        scene.at("2026-11-24T10:00:00+08:00");
        scene
    }

    pub(crate) fn at(&self, moment: &str) {
        self.machine.at(moment);
    }

    /// A channel that the administrator enters and the security officer opens.
    pub(crate) fn channel(&self, form: &ChannelForm) -> String {
        let wanted = form.clone();
        let id = act(&self.machine, &self.admin, move |desk| reach::open(desk, &wanted)).expect("entered");
        let own = id.clone();
        act(&self.machine, &self.security, move |desk| reach::enable(desk, &own)).expect("opened");
        id
    }

    pub(crate) fn told(&self, who: &SignedIn, kind: &'static str, subject: &'static str) {
        let account = who.actor.account.clone();
        act(&self.machine, &self.admin, move |desk| {
            today::tell(desk, &account, (kind, subject), "李小明的个案轮到您办", "/cases/x")
        })
        .expect("told");
    }

    /// Somebody enters a mailbox and types in the code that came to it.
    pub(crate) fn by_mail(&self, who: &SignedIn) {
        let address = format!("{}@example.gov.cn", who.actor.account);
        act(&self.machine, who, move |desk| reach::register(desk, "email", &address)).expect("entered");
        self.send();
        let code = self.code();
        assert!(act(&self.machine, who, move |desk| reach::confirm(desk, "email", &code)).expect("typed in"));
        self.carried.lock().expect("kept").clear();
    }

    /// The code of the last letter.
    pub(crate) fn code(&self) -> String {
        let carried = self.carried.lock().expect("kept");
        let text = &carried.last().expect("a letter").text;
        let code: String = text.chars().skip_while(|sign| !sign.is_ascii_digit()).take(6).collect();
        assert!(text.contains("验证码") && code.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
        code
    }

    pub(crate) fn send(&self) -> String {
        let means: Arc<dyn Means> = self.machine.clone();
        send_due(&means, "https://baoxue.example.gov.cn", &|letter| {
            self.carried.lock().expect("kept").push(letter.clone());
            let mut answers = self.answers.lock().expect("kept");
            if answers.is_empty() { Sent::Well } else { answers.remove(0) }
        })
        .expect("the storage answers")
    }

    /// What was carried since the last look: where to, and the sentence.
    pub(crate) fn left(&self) -> Vec<(To, String)> {
        self.send();
        self.carried.lock().expect("kept").drain(..).map(|letter| (letter.to, letter.text)).collect()
    }

    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        let found: Result<i64, DbError> =
            self.machine.db.read(|tx| tx.one(sql, &params![COUNTY], |row| row.get(0)));
        found.expect(sql)
    }

    pub(crate) fn run(&self, sql: &'static str) {
        let done: Result<u64, DbError> = self.machine.db.write(move |tx| tx.execute(sql, &params![COUNTY]));
        assert!(done.expect(sql) > 0, "{sql}");
    }
}

pub(crate) fn group() -> ChannelForm {
    ChannelForm {
        kind: "dingtalk".to_owned(),
        name: "东镇控辍保学群".to_owned(),
        unit: "t1".to_owned(),
        digest: true,
        set: Settings {
            url: "https://oapi.dingtalk.com/robot/send?access_token=KEY-OF-THE-ROBOT".to_owned(),
            secret: "SEC-OF-THE-ROBOT".to_owned(),
            ..Settings::default()
        },
    }
}

pub(crate) fn mail() -> ChannelForm {
    ChannelForm {
        kind: "email".to_owned(),
        name: "县政务邮箱".to_owned(),
        set: Settings {
            host: "smtp.example.gov.cn".to_owned(),
            port: 465,
            security: "tls".to_owned(),
            user: "office".to_owned(),
            password: "PASSWORD-OF-THE-RELAY".to_owned(),
            from: "baoxue@example.gov.cn".to_owned(),
            ..Settings::default()
        },
        ..ChannelForm::default()
    }
}

pub(crate) fn program() -> ChannelForm {
    ChannelForm {
        kind: "webhook".to_owned(),
        name: "州级平台".to_owned(),
        set: Settings {
            url: "https://platform.example.gov.cn/hook".to_owned(),
            secret: "a secret that both of them know".to_owned(),
            ..Settings::default()
        },
        ..ChannelForm::default()
    }
}
