//! From the outbox through the courier to a server on this machine and back: 短信 by the county's gateway, an event for another program, and
//! an address that may not be reached (hazards F08, K05).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value as Sql};
use casework::jobs::Runner;
use casework::keys::Place;
use courier::{Courier, Fence};
use rules::access::Role;
use serde_json::{Value, json};

use crate::app::{HERE, TestApp};

/// A server that answers each request so: the first line, the headers and the body of what it was sent.
fn server(answer: &'static str) -> (SocketAddr, Receiver<(Vec<String>, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, received) = channel();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).is_err() || line.trim_end().is_empty() {
                    break;
                }
                head.push(line.trim_end().to_owned());
            }
            let length = head
                .iter()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).expect("a body");
            let text = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                answer.len()
            );
            stream.write_all(text.as_bytes()).expect("answered");
            if sender.send((head, String::from_utf8(body).expect("text"))).is_err() {
                return;
            }
        }
    });
    (address, received)
}

fn sealed(app: &TestApp, table: &'static str, column: &'static str, row: &str, plain: &str) -> Vec<u8> {
    app.app.keys().seal(Place { county: HERE, table, column, row }, plain, app.app.now().random())
}

/// A channel that is open, and a message that waits for it.
fn waits(app: &TestApp, kind: &'static str, account: &str, set: &Value) {
    let set = sealed(app, "channel", "set", kind, &set.to_string());
    let own = format!("{account}/{kind}");
    let address = sealed(app, "reach_way", "address", &own, "13800000000");
    let account = account.to_owned();
    let done: Result<(), DbError> = app.app.db().write(move |tx| {
        tx.execute(
            "insert into channel (county, id, kind, name, host, set_sealed, digest, state, made_by, made_at)
             values ($1, $2, $2, '甲', '', $3, 0, 'on', '', '2026-11-24T07:00:00.000+08:00')",
            &[Sql::from(HERE), Sql::from(kind), Sql::from(set.clone())],
        )?;
        if !account.is_empty() {
            tx.execute(
                "insert into reach_way (county, account, kind, address_sealed, state, tries, asked, asked_at)
                 values ($1, $2, $3, $4, 'on', 0, 0, '2026-11-24T07:00:00.000+08:00')",
                &[Sql::from(HERE), Sql::from(account.clone()), Sql::from(kind), Sql::from(address.clone())],
            )?;
        }
        let event = if kind == "webhook" { "order.issued" } else { "" };
        let form = if kind == "webhook" { "event" } else { "order" };
        tx.execute(
            "insert into outbox (county, id, kind, account, form, event, subject, n_all, n_late, n_near, key, state, attempts,
                                 made_at, next_at, said)
             values ($1, 'm-' || cast($2 as text), $2, $3, $4, $5, 'c1', 1, 0, 0, $2, 'waiting', 0, '2026-11-24T07:59:00.000+08:00',
                     '2026-11-24T07:59:00.000+08:00', '')",
            &[Sql::from(HERE), Sql::from(kind), Sql::from(account.clone()), Sql::from(form), Sql::from(event)],
        )?;
        Ok(())
    });
    done.expect("written");
}

fn state(app: &TestApp, id: &'static str) -> (String, String) {
    let found: Result<_, DbError> = app.app.db().read(|tx| {
        tx.one(
            "select state, said from outbox where county = $1 and id = $2",
            &[Sql::from(HERE), Sql::from(id)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    found.expect("a message")
}

fn run(app: &TestApp, courier: &Courier) {
    let registry = web::reaching(courier, "https://baoxue.example.gov.cn");
    Runner::new(Arc::new(app.app.clone()), registry).expect("a runner").run_due();
}

#[test]
fn out_and_back() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let officer = app.here.with(Role::Township).next().expect("an officer").account.clone();
        let (gateway, phones) = server("{\"code\":0}");
        let (program, events) = server("");
        let body = "{\"mobile\":\"{phone}\",\"content\":\"{text}\"}";
        waits(
            &app,
            "sms",
            &officer,
            &json!({"url": format!("http://{gateway}/send"), "body": body, "taken": "\"code\":0"}),
        );
        waits(
            &app,
            "webhook",
            "",
            &json!({"url": format!("http://{program}/hook"), "secret": "a secret that both of them know"}),
        );
        let fence = Fence::new(vec!["127.0.0.0/8".parse().expect("a network")], false);
        run(&app, &Courier::new(fence, None).expect("a courier"));
        let (head, body) = phones.recv().expect("the gateway was asked");
        assert_eq!(head[0], "POST /send HTTP/1.1");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["mobile"], "13800000000");
        assert_eq!(
            body["content"],
            "【保学】有1件劝返指令等待签收。请登录查看：https://baoxue.example.gov.cn"
        );
        let (head, body) = events.recv().expect("the program was told");
        let header = |name: &str| {
            head.iter().find(|line| line.to_lowercase().starts_with(name)).cloned().unwrap_or_default()
        };
        assert!(
            header("webhook-id").ends_with("m-webhook") && header("webhook-signature").contains("v1,"),
            "{head:?}"
        );
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["data"], json!({"id": "c1", "county": HERE}));
        for id in ["m-sms", "m-webhook"] {
            assert_eq!(state(&app, id), ("sent".to_owned(), String::new()), "{id}");
        }
    });
}

/// Where the configuration lists no network of one's own, none is reached: the message is given up, and says so.
#[test]
fn what_is_not_listed_is_given_up() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (program, events) = server("");
        waits(
            &app,
            "webhook",
            "",
            &json!({"url": format!("http://{program}/hook"), "secret": "a secret that both of them know"}),
        );
        run(&app, &Courier::new(Fence::new(Vec::new(), true), None).expect("a courier"));
        assert_eq!(state(&app, "m-webhook"), ("dead".to_owned(), "这个地址不在允许连接的范围内".to_owned()));
        assert!(events.try_recv().is_err(), "nobody came");
    });
}
