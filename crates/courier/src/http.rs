//! One HTTP request: pinned to the addresses that were checked, no redirects, no proxy from the environment, everything bounded.

use std::net::SocketAddr;
use std::sync::Arc;

use ureq::config::Config;
use ureq::http::{Request, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use crate::{CONNECT, Courier, Failure, LONGEST, Way};

/// The longest address.
const ADDRESS: usize = 2_000;

/// The longest answer that is read, in bytes.
const ANSWER: u64 = 256 * 1024;

/// How something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends.
    Post,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// How.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Vec<u8>,
}

impl Ask {
    /// Sends JSON.
    #[must_use]
    pub fn json(url: impl Into<String>, body: &serde_json::Value) -> Self {
        let kind = ("content-type".to_owned(), "application/json; charset=utf-8".to_owned());
        Self {
            method: Method::Post,
            url: url.into(),
            headers: vec![kind],
            body: body.to_string().into_bytes(),
        }
    }

    /// Reads.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::Get, url: url.into(), headers: Vec::new(), body: Vec::new() }
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The same, if it says that all went well.
    ///
    /// # Errors
    /// [`Failure::Status`].
    pub fn well(self) -> Result<Self, Failure> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(Failure::Status(self.status)) }
    }
}

/// The addresses that were checked, whatever the name would answer now.
#[derive(Debug)]
struct Pinned(Vec<SocketAddr>);

impl Resolver for Pinned {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut all = self.empty();
        for address in self.0.iter().take(16) {
            all.push(*address);
        }
        Ok(all)
    }
}

impl Courier {
    /// Asks, and reads the answer whatever its status.
    ///
    /// # Errors
    /// [`Failure`], when there is none.
    pub fn ask(&self, ask: &Ask) -> Result<Answer, Failure> {
        let uri = uri(&ask.url)?;
        let encrypted = uri.scheme_str() == Some("https");
        let host = uri.host().ok_or(Failure::Address)?;
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let (addresses, way) = self.addresses(host, port)?;
        if !encrypted && way == Way::Public {
            return Err(Failure::Unencrypted);
        }
        let agent = self.agent(addresses, encrypted);
        let mut request = Request::builder().uri(uri).method(match ask.method {
            Method::Get => "GET",
            Method::Post => "POST",
        });
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let answer = match ask.method {
            Method::Get => agent.run(request.body(()).map_err(|_| Failure::Address)?),
            Method::Post => agent.run(request.body(ask.body.as_slice()).map_err(|_| Failure::Address)?),
        };
        let mut answer = answer.map_err(|error| failure(&error))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(ANSWER).read_to_vec();
        Ok(Answer { status, body: body.map_err(|error| failure(&error))? })
    }

    fn agent(&self, addresses: Vec<SocketAddr>, encrypted: bool) -> Agent {
        let mut tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
        // Read only where it is needed: the system has more than a hundred.
        let roots: Vec<Certificate<'static>> = if encrypted {
            self.roots().iter().map(|one| Certificate::from_der(one.as_ref()).to_owned()).collect()
        } else {
            Vec::new()
        };
        tls = tls.root_certs(RootCerts::Specific(Arc::new(roots)));
        let config = Config::builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("baoxue")
            .accept_encoding("")
            .max_response_header_size(16 * 1024)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(LONGEST))
            .build();
        Agent::with_parts(config, DefaultConnector::default(), Pinned(addresses))
    }
}

/// An address of http or https, without a name and a password in it.
fn uri(url: &str) -> Result<Uri, Failure> {
    let signs = url.len() <= ADDRESS && url.bytes().all(|byte| byte.is_ascii_graphic());
    let uri: Uri = url.parse().map_err(|_| Failure::Address)?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let alone = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if signs && scheme && alone && !url.contains(['\\', '#']) { Ok(uri) } else { Err(Failure::Address) }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Timeout(_) => Failure::Slow,
        Error::Io(error) => match error.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => Failure::Slow,
            std::io::ErrorKind::InvalidData => Failure::Tls,
            _ => Failure::Connect,
        },
        Error::HostNotFound => Failure::NoName,
        Error::ConnectionFailed => Failure::Connect,
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) | Error::TlsRequired => Failure::Tls,
        Error::BadUri(_) | Error::Http(_) | Error::RequireHttpsOnly(_) => Failure::Address,
        _ => Failure::Garbled,
    }
}
