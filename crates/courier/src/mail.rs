//! One message by SMTP submission (RFC 6409), over TLS from the start, over STARTTLS, or unencrypted within a listed network. The message
//! is plain text; whoever it is for stands in no log.
//!
//! Not by a crate: what is needed of SMTP are six commands over the TLS that is there already; `lettre` brings eleven crates more.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::{CONNECT, Courier, Failure, LONGEST, Way};

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// From the start: port 465.
    Tls,
    /// After a word in clear, port 587; never without.
    StartTls,
    /// Not at all: a listed network only.
    Plain,
}

/// A server that takes mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub security: Security,
    /// Name to sign in with; empty for none.
    pub user: String,
    /// Password.
    pub password: String,
    /// The address that it comes from.
    pub from: String,
}

/// A message.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail<'a> {
    /// To whom.
    pub to: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// Text.
    pub text: &'a str,
    /// What makes it known when it comes twice: the first part of its Message-ID. Letters, digits and `-`.
    pub id: &'a str,
    /// When, as RFC 5322 writes it.
    pub date: &'a str,
}

/// Whether this is an address to which mail can be sent and nothing else: no list, no name beside it, no second line.
#[must_use]
pub fn is_mailbox(text: &str) -> bool {
    let local = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, at)| {
            (1..=64).contains(&name.len())
                && name.bytes().all(local)
                && dots(name)
                && at.contains('.')
                && at.bytes().all(host)
                && dots(at)
        })
}

impl Courier {
    /// Hands a message over to a server.
    ///
    /// # Errors
    /// [`Failure`]; the message may have been taken nevertheless where the answer was lost.
    pub fn mail(&self, relay: &Relay, mail: &Mail<'_>) -> Result<(), Failure> {
        if !is_mailbox(mail.to) || !is_mailbox(&relay.from) || relay.host.is_empty() {
            return Err(Failure::Address);
        }
        let until = Instant::now() + LONGEST;
        let (addresses, way) = self.addresses(&relay.host, relay.port)?;
        if relay.security == Security::Plain && way == Way::Public {
            return Err(Failure::Unencrypted);
        }
        let stream = connect(&addresses)?;
        let mut talk = match relay.security {
            Security::Tls => {
                let mut talk = Talk::new(encrypt(stream, &relay.host, self.tls()?)?, until);
                talk.greeted()?;
                talk
            }
            Security::Plain => {
                let mut talk = Talk::new(Stream::Plain(stream), until);
                talk.greeted()?;
                talk
            }
            Security::StartTls => {
                let mut talk = Talk::new(Stream::Plain(stream), until);
                talk.greeted()?;
                talk.say("EHLO baoxue", 250)?;
                talk.say("STARTTLS", 220)?;
                let stream = talk.into_plain()?;
                Talk::new(encrypt(stream, &relay.host, self.tls()?)?, until)
            }
        };
        let offers = talk.say("EHLO baoxue", 250)?;
        if !relay.user.is_empty() {
            sign_in(&mut talk, &offers, relay)?;
        }
        talk.say(&format!("MAIL FROM:<{}>", relay.from), 250)?;
        talk.say(&format!("RCPT TO:<{}>", mail.to), 250)?;
        talk.say("DATA", 354)?;
        talk.write(message(relay, mail).as_bytes())?;
        talk.say(".", 250)?;
        // It is taken; how the other side says goodbye changes nothing.
        drop(talk.say("QUIT", 221));
        Ok(())
    }
}

fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    addresses
        .iter()
        .find_map(|address| TcpStream::connect_timeout(address, CONNECT).ok())
        .ok_or(Failure::Connect)
}

fn encrypt(stream: TcpStream, host: &str, config: Arc<ClientConfig>) -> Result<Stream, Failure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Failure::Address)?;
    let mut stream = StreamOwned::new(ClientConnection::new(config, name).map_err(|_| Failure::Tls)?, stream);
    stream.sock.set_read_timeout(Some(CONNECT)).map_err(|error| broken(&error))?;
    stream.sock.set_write_timeout(Some(CONNECT)).map_err(|error| broken(&error))?;
    stream.conn.complete_io(&mut stream.sock).map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Slow,
        _ => Failure::Tls,
    })?;
    Ok(Stream::Tls(Box::new(stream)))
}

fn sign_in(talk: &mut Talk, offers: &str, relay: &Relay) -> Result<(), Failure> {
    let ways = offers.lines().find(|line| line.starts_with("AUTH")).unwrap_or_default();
    if !ways.contains("PLAIN") && ways.contains("LOGIN") {
        talk.say("AUTH LOGIN", 334)?;
        talk.say(&STANDARD.encode(&relay.user), 334)?;
        talk.say(&STANDARD.encode(&relay.password), 235)?;
    } else {
        let both = STANDARD.encode(format!("\0{}\0{}", relay.user, relay.password));
        talk.say(&format!("AUTH PLAIN {both}"), 235)?;
    }
    Ok(())
}

/// The message with its headers, without the dot that ends it.
fn message(relay: &Relay, mail: &Mail<'_>) -> String {
    let domain = relay.from.split_once('@').map_or("baoxue", |(_, domain)| domain);
    let id: String = mail.id.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect();
    let date: String = mail.date.chars().filter(|sign| !sign.is_control()).collect();
    let mut out = format!(
        "From: {} <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {date}\r\nMessage-ID: <{id}@{domain}>\r\n\
         Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
        encoded("保学"),
        relay.from,
        mail.to,
        encoded(mail.subject),
    );
    let body = STANDARD.encode(mail.text);
    for line in body.as_bytes().chunks(76) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push_str("\r\n");
    }
    out
}

/// A header's text in words of RFC 2047: each short enough for a line, none cutting a character.
fn encoded(text: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for sign in text.chars() {
        if word.len() + sign.len_utf8() > 42 {
            words.push(std::mem::take(&mut word));
        }
        word.push(sign);
    }
    words.push(word);
    let words: Vec<String> =
        words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

/// A conversation: a line there, an answer back, all of it within one time.
struct Talk {
    stream: Stream,
    until: Instant,
    read: Vec<u8>,
}

/// The longest answer, in bytes.
const ANSWER: usize = 16 * 1024;

impl Talk {
    const fn new(stream: Stream, until: Instant) -> Self {
        Self { stream, until, read: Vec::new() }
    }

    /// What the other side says first.
    fn greeted(&mut self) -> Result<(), Failure> {
        self.answer(220).map(drop)
    }

    fn say(&mut self, line: &str, wanted: u16) -> Result<String, Failure> {
        self.write(format!("{line}\r\n").as_bytes())?;
        self.answer(wanted)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let left = self.left()?;
        self.stream.socket().set_write_timeout(Some(left)).map_err(|error| broken(&error))?;
        self.stream.write(bytes).map_err(|error| broken(&error))
    }

    fn left(&self) -> Result<Duration, Failure> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(Failure::Slow) } else { Ok(left) }
    }

    /// The words of an answer that has the wanted code, a line each.
    fn answer(&mut self, wanted: u16) -> Result<String, Failure> {
        let mut words = String::new();
        loop {
            let line = self.line()?;
            let code: u16 = line.get(..3).and_then(|code| code.parse().ok()).ok_or(Failure::Garbled)?;
            words.push_str(line.get(4..).unwrap_or_default());
            words.push('\n');
            match line.as_bytes().get(3) {
                Some(b'-') => {}
                Some(b' ') | None if code == wanted => return Ok(words),
                Some(b' ') | None => return Err(Failure::Mail(code)),
                Some(_) => return Err(Failure::Garbled),
            }
            if words.len() > ANSWER {
                return Err(Failure::Garbled);
            }
        }
    }

    fn line(&mut self) -> Result<String, Failure> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
            }
            if self.read.len() > ANSWER {
                return Err(Failure::Garbled);
            }
            let left = self.left()?;
            self.stream.socket().set_read_timeout(Some(left)).map_err(|error| broken(&error))?;
            let mut more = [0; 2048];
            let many = self.stream.read(&mut more).map_err(|error| broken(&error))?;
            if many == 0 {
                return Err(Failure::Connect);
            }
            self.read.extend(more.iter().take(many));
        }
    }

    /// The connection, to be encrypted from here on. What was said in clear behind the last answer is somebody else's (STARTTLS
    /// injection): it is not taken along.
    fn into_plain(self) -> Result<TcpStream, Failure> {
        match self.stream {
            Stream::Plain(stream) if self.read.is_empty() => Ok(stream),
            _ => Err(Failure::Garbled),
        }
    }
}

fn broken(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Slow,
        io::ErrorKind::InvalidData => Failure::Tls,
        _ => Failure::Connect,
    }
}
