//! Carries plain values out of the house and brings back how it went: HTTP, SMTP, robots of 企业微信 and 钉钉, a platform that people sign in
//! by. It knows no database, no
//! rule, no child and no clock; who is told what and when is the affair of `casework::reach`. Why it is so: docs/adr/0032-reach.md.

mod failure;
mod fence;
mod http;
mod mail;
mod robot;
pub mod sign_on;

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

pub use failure::Failure;
pub use fence::{Fence, Names, Net, Way, system};
pub use http::{Answer, Ask, Method};
pub use mail::{Mail, Relay, Security, is_mailbox};
pub use robot::{Event, Gateway, dingtalk, taken, webhook, wecom};

/// For how long a name is waited for.
const NAMES: Duration = Duration::from_secs(5);

/// For how long a connection is waited for.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// How long one delivery takes at most, everything together.
pub const LONGEST: Duration = Duration::from_secs(20);

/// What connects to the outside. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    fence: Arc<Fence>,
    names: Names,
    extra: Arc<Vec<CertificateDer<'static>>>,
    roots: Arc<OnceLock<Vec<CertificateDer<'static>>>>,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").field("fence", &self.fence).finish_non_exhaustive()
    }
}

impl Courier {
    /// One that connects where the fence lets it. It trusts what the system trusts, and the certificates of `ca` (政务 CA) as well.
    ///
    /// # Errors
    /// When the file of certificates cannot be read or holds none; in words.
    pub fn new(fence: Fence, ca: Option<&Path>) -> Result<Self, String> {
        let extra = match ca {
            None => Vec::new(),
            Some(path) => certificates(path)?,
        };
        Ok(Self {
            fence: Arc::new(fence),
            names: system(NAMES),
            extra: Arc::new(extra),
            roots: Arc::new(OnceLock::new()),
        })
    }

    /// One that connects nowhere.
    #[must_use]
    pub fn nowhere() -> Self {
        Self {
            fence: Arc::new(Fence::default()),
            names: system(NAMES),
            extra: Arc::new(Vec::new()),
            roots: Arc::new(OnceLock::new()),
        }
    }

    /// The same with other names, for tests.
    #[must_use]
    pub fn with_names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// The addresses of a host, all of them allowed: they are connected to, and the name is not asked for again (hazard F08).
    fn addresses(&self, host: &str, port: u16) -> Result<(Vec<SocketAddr>, Way), Failure> {
        let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let found = (self.names)(host, port).map_err(|_| Failure::NoName)?;
        let way = self.fence.ways(&found)?;
        Ok((found, way))
    }

    /// What is trusted: read once, when it is first needed.
    fn roots(&self) -> &[CertificateDer<'static>] {
        self.roots.get_or_init(|| {
            let mut roots = rustls_native_certs::load_native_certs().certs;
            roots.extend(self.extra.iter().cloned());
            roots
        })
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, Failure> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.roots().iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Failure::Tls)?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path)
        .map_err(|error| format!("读不了证书文件 {}（{error}）", path.display()))?;
    let found: Result<Vec<_>, _> = read.collect();
    let found = found.map_err(|_| format!("{} 不是 PEM 格式的证书", path.display()))?;
    if found.is_empty() { Err(format!("{} 里没有证书", path.display())) } else { Ok(found) }
}
