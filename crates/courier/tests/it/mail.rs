//! SMTP submission against a server that is told what to say.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use courier::{Failure, Mail, Relay, Security, is_mailbox};

use crate::server::{HOST, courier, encrypted, tls, trusting};

/// What a server does.
#[derive(Clone, Copy)]
struct Manner {
    security: Security,
    offers: &'static str,
    /// What it answers to a command that begins with these letters, in place of what is usual.
    odd: (&'static str, &'static str),
}

const USUAL: Manner = Manner { security: Security::Plain, offers: "AUTH PLAIN LOGIN", odd: ("-", "") };

/// A server for one conversation: every line that it was told.
fn server(manner: Manner) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, received) = channel();
    thread::spawn(move || {
        let Ok((stream, _)) = listener.accept() else { return };
        match manner.security {
            Security::Tls => drop(talk(&mut encrypted(stream), manner, true, &sender)),
            Security::Plain => drop(talk(&mut (&stream), manner, true, &sender)),
            Security::StartTls => {
                if talk(&mut (&stream), manner, true, &sender) == Some(true) {
                    talk(&mut encrypted(stream), manner, false, &sender);
                }
            }
        }
    });
    (address, received)
}

/// Talks until the end; `Some(true)` when it goes on encrypted.
fn talk(
    stream: &mut (impl Read + Write),
    manner: Manner,
    greets: bool,
    heard: &std::sync::mpsc::Sender<String>,
) -> Option<bool> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.get_mut().write_all(b"220 relay\r\n").ok()?;
    }
    let mut in_data = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        heard.send(line.clone()).ok()?;
        if in_data && line != "." {
            continue;
        }
        let command = line.split([' ', ':']).next().unwrap_or_default();
        let say = match command {
            _ if line.starts_with(manner.odd.0) => manner.odd.1.to_owned(),
            "EHLO" => format!("250-relay\r\n250-STARTTLS\r\n250 {}", manner.offers),
            "STARTTLS" => "220 go".to_owned(),
            "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6".to_owned(),
            "AUTH" => "235 well".to_owned(),
            "DATA" => "354 go".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            "." | "MAIL" | "RCPT" => "250 well".to_owned(),
            _ if line == STANDARD.encode("office") => "334 UGFzc3dvcmQ6".to_owned(),
            _ => "235 well".to_owned(),
        };
        in_data = command == "DATA" && say.starts_with("354");
        stream.get_mut().write_all(format!("{say}\r\n").as_bytes()).ok()?;
        stream.get_mut().flush().ok()?;
        if command == "STARTTLS" && say == "220 go" {
            return Some(true);
        }
    }
}

fn relay(at: SocketAddr, security: Security) -> Relay {
    Relay {
        host: HOST.to_owned(),
        port: at.port(),
        security,
        user: "office".to_owned(),
        password: "word".to_owned(),
        from: "baoxue@example.gov.cn".to_owned(),
    }
}

const TEXT: &str =
    "【保学】今天有3件事轮到您，1件已超期，2件7天内到期。请登录查看：https://baoxue.example.gov.cn/";

fn mail() -> Mail<'static> {
    Mail {
        to: "zhang.san@example.gov.cn",
        subject: "保学：有事项待处理",
        text: TEXT,
        id: "0193-m",
        date: "Tue, 24 Nov 2026 08:00:00 +0800",
    }
}

#[test]
fn a_message_arrives_by_each_way() {
    for security in [Security::Plain, Security::StartTls, Security::Tls] {
        let (at, heard) = server(Manner { security, ..USUAL });
        trusting(Some(&tls("ca.pem"))).mail(&relay(at, security), &mail()).expect("sent");
        let heard: Vec<String> = heard.iter().collect();
        let both = STANDARD.encode("\0office\0word");
        for line in [
            &format!("AUTH PLAIN {both}"),
            "MAIL FROM:<baoxue@example.gov.cn>",
            "RCPT TO:<zhang.san@example.gov.cn>",
            "DATA",
            "To: <zhang.san@example.gov.cn>",
            "Date: Tue, 24 Nov 2026 08:00:00 +0800",
            "Message-ID: <0193-m@example.gov.cn>",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain; charset=utf-8",
            ".",
            "QUIT",
        ] {
            assert!(heard.iter().any(|own| own == line), "{security:?} {line}: {heard:?}");
        }
        assert!(heard.iter().all(|line| line.is_ascii() && line.len() <= 998), "{heard:?}");
        let subject =
            heard.iter().find_map(|line| line.strip_prefix("Subject: =?UTF-8?B?")).expect("a subject");
        let subject = STANDARD.decode(subject.trim_end_matches("?=")).expect("base64");
        assert_eq!(String::from_utf8(subject).expect("text"), "保学：有事项待处理");
        let empty = heard.iter().position(String::is_empty).expect("the end of the head");
        let body: String = heard[empty + 1..].iter().take_while(|line| *line != ".").cloned().collect();
        assert_eq!(String::from_utf8(STANDARD.decode(body).expect("base64")).expect("text"), TEXT);
    }
}

#[test]
fn a_server_that_knows_login_alone() {
    let (at, heard) = server(Manner { offers: "AUTH LOGIN", ..USUAL });
    courier().mail(&relay(at, Security::Plain), &mail()).expect("sent");
    let heard: Vec<String> = heard.iter().collect();
    let at = heard.iter().position(|line| line == "AUTH LOGIN").expect("signed in");
    assert_eq!(heard[at + 1..at + 3], [STANDARD.encode("office"), STANDARD.encode("word")]);
}

/// What is refused for good, and what is tried again.
#[test]
fn answers_mean_what_they_say() {
    for (odd, failure, is_final) in [
        (("RCPT", "550 no such user"), Failure::Mail(550), true),
        (("RCPT", "450 later"), Failure::Mail(450), false),
        (("MAIL", "552 too much"), Failure::Mail(552), true),
        (("AUTH", "535 wrong"), Failure::Mail(535), false),
        (("EHLO", "421 busy"), Failure::Mail(421), false),
        (("DATA", "nonsense"), Failure::Garbled, false),
        (("DATA", "354x"), Failure::Garbled, false),
        ((".", "554 spam"), Failure::Mail(554), true),
    ] {
        let (at, _heard) = server(Manner { odd, ..USUAL });
        let failed = courier().mail(&relay(at, Security::Plain), &mail()).expect_err(odd.1);
        assert_eq!((&failed, failed.is_final()), (&failure, is_final), "{odd:?}");
    }
}

/// STARTTLS is not done without: neither where the server refuses it, nor where somebody puts words behind its answer (CVE-2011-0411), nor
/// with a certificate that nobody knows. The password is not said before.
#[test]
fn the_password_is_not_said_in_clear() {
    let own = trusting(Some(&tls("ca.pem")));
    for (odd, failure) in [
        (("STARTTLS", "454 not now"), Failure::Mail(454)),
        (("STARTTLS", "220 go\r\n250 AUTH PLAIN"), Failure::Garbled),
    ] {
        let (at, heard) = server(Manner { security: Security::StartTls, odd, ..USUAL });
        assert_eq!(
            own.mail(&relay(at, Security::StartTls), &mail()).expect_err("refused"),
            failure,
            "{odd:?}"
        );
        assert!(heard.iter().all(|line| !line.starts_with("AUTH")));
    }
    let (at, heard) = server(Manner { security: Security::StartTls, ..USUAL });
    assert_eq!(courier().mail(&relay(at, Security::StartTls), &mail()).expect_err("unknown"), Failure::Tls);
    assert!(heard.iter().all(|line| !line.starts_with("AUTH")));
}

/// D: an address cannot carry a second command or a second header.
#[test]
fn an_address_is_one_address() {
    for (text, is) in [
        ("zhang.san@example.gov.cn", true),
        ("a+b@x.cn", true),
        ("", false),
        ("a", false),
        ("a@b", false),
        ("a@b.cn\r\nRCPT TO:<c@d.cn>", false),
        ("a@b.cn>", false),
        ("a b@c.cn", false),
        ("a@b.cn,c@d.cn", false),
        ("a@@b.cn", false),
        (".a@b.cn", false),
        ("a@b..cn", false),
        ("张三@b.cn", false),
        ("\"a\"@b.cn", false),
    ] {
        assert_eq!(is_mailbox(text), is, "{text:?}");
    }
    let (at, _) = server(USUAL);
    let wrong = Mail { to: "a@b.cn\r\nDATA", ..mail() };
    assert_eq!(courier().mail(&relay(at, Security::Plain), &wrong).expect_err("two lines"), Failure::Address);
}
