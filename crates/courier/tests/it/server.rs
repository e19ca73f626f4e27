//! Servers of a test: they listen on this machine, answer what they are told to, and keep what they were sent.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use courier::{Courier, Fence};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A host that the certificate of the tests is for.
pub(crate) const HOST: &str = "relay.example.gov.cn";

/// Where the certificates of the tests lie.
pub(crate) fn tls(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

/// A courier that may connect to this machine, and to nothing else; [`HOST`] is this machine.
pub(crate) fn courier() -> Courier {
    trusting(None)
}

pub(crate) fn trusting(ca: Option<&Path>) -> Courier {
    let fence = Fence::new(vec!["127.0.0.0/8".parse().expect("a network")], false);
    let courier = Courier::new(fence, ca).expect("certificates");
    courier.with_names(Arc::new(|host, port| {
        let address = if host == HOST { "127.0.0.1" } else { host };
        let address = address.parse().map_err(|_| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        Ok(vec![SocketAddr::new(address, port)])
    }))
}

/// What a server was sent: the lines of the head, and the body.
pub(crate) struct Request {
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.head.iter().skip(1).filter_map(|line| line.split_once(':'));
        found
            .into_iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    }
}

/// Answers each request with the next of these, word for word.
pub(crate) fn http(answers: Vec<String>) -> (SocketAddr, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, received) = channel();
    thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let Some(request) = read(&mut stream) else { continue };
            let _ = stream.write_all(answer.as_bytes());
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    (address, received)
}

/// As [`http`], once, encrypted by the certificate of the tests.
pub(crate) fn https(answer: String) -> (SocketAddr, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, received) = channel();
    thread::spawn(move || {
        let Ok((stream, _)) = listener.accept() else { return };
        let mut stream = encrypted(stream);
        if let Some(request) = read(&mut stream) {
            let _ = stream.write_all(answer.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
            let _ = sender.send(request);
        }
    });
    (address, received)
}

pub(crate) fn encrypted(stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    let chain = vec![CertificateDer::from_pem_file(tls("leaf.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(tls("leaf.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("they fit");
    StreamOwned::new(ServerConnection::new(Arc::new(config)).expect("a connection"), stream)
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let mut request = Request { head, body: String::new() };
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).expect("text");
    Some(request)
}

/// An answer with this status and body.
pub(crate) fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}
