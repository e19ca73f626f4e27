//! Where the program may connect to (hazard F08): decided about addresses and after names were resolved, so that no way of writing an
//! address and no answer of a name server gets around it. It opens no connection.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::Failure;

/// A network: `10.1.0.0/16`, `127.0.0.1`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    base: IpAddr,
    prefix: u32,
}

impl Net {
    /// Whether the address belongs to it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, plain(address)) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                cut(u128::from(base.to_bits()), 32, self.prefix)
                    == cut(u128::from(address.to_bits()), 32, self.prefix)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                cut(base.to_bits(), 128, self.prefix) == cut(address.to_bits(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

/// The first `prefix` of `width` bits.
fn cut(bits: u128, width: u32, prefix: u32) -> u128 {
    bits.checked_shr(width.saturating_sub(prefix)).unwrap_or(0)
}

impl FromStr for Net {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}”不是网段，请写成 10.1.0.0/16 或 10.1.2.3");
        let (base, prefix) = match text.trim().split_once('/') {
            Some((base, prefix)) => (base, Some(prefix)),
            None => (text.trim(), None),
        };
        let base = plain(base.parse().map_err(|_| wrong())?);
        let most = if base.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), |prefix| prefix.parse().map_err(|_| wrong()))?;
        if prefix > most { Err(wrong()) } else { Ok(Self { base, prefix }) }
    }
}

/// An IPv4 address that is written as an IPv6 one is that IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// How an address may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is on the list of the installation: unencrypted as well, since it lies within one's own network.
    Listed,
    /// It is a public one: encrypted only.
    Public,
}

/// Which addresses may be reached.
#[derive(Debug, Clone, Default)]
pub struct Fence {
    allow: Vec<Net>,
    public: bool,
}

impl Fence {
    /// Private networks are reached only where `allow` lists them; public addresses only where `public` says so.
    #[must_use]
    pub const fn new(allow: Vec<Net>, public: bool) -> Self {
        Self { allow, public }
    }

    /// How an address may be reached; `None` for not at all. Link-local addresses (where a cloud keeps its secrets), multicast and
    /// nobody's address are none even where they are listed.
    #[must_use]
    pub fn way(&self, address: IpAddr) -> Option<Way> {
        let address = plain(address);
        if is_never(address) {
            None
        } else if self.allow.iter().any(|net| net.contains(address)) {
            Some(Way::Listed)
        } else {
            (self.public && is_public(address)).then_some(Way::Public)
        }
    }

    /// How all of these may be reached: a name that also answers with an address that is not allowed is not allowed.
    ///
    /// # Errors
    /// [`Failure::Fenced`].
    pub fn ways(&self, addresses: &[SocketAddr]) -> Result<Way, Failure> {
        let mut all = Way::Listed;
        for address in addresses {
            match self.way(address.ip()) {
                Some(Way::Listed) => {}
                Some(Way::Public) => all = Way::Public,
                None => return Err(Failure::Fenced),
            }
        }
        if addresses.is_empty() { Err(Failure::NoName) } else { Ok(all) }
    }
}

fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            four.is_unspecified() || four.is_link_local() || four.is_multicast() || four.is_broadcast()
        }
        IpAddr::V6(six) => six.is_unspecified() || six.is_multicast() || six.is_unicast_link_local(),
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_v4(four),
        IpAddr::V6(six) => is_public_v6(six),
    }
}

fn is_public_v4(four: Ipv4Addr) -> bool {
    let [a, b, c, _] = four.octets();
    let special = a == 0
        || four.is_private()
        || four.is_loopback()
        || four.is_documentation()
        || a >= 224
        // Of a provider (RFC 6598), of protocols (RFC 6890), of measurements (RFC 2544), the old 6to4 relays.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special && !is_never(IpAddr::V4(four))
}

/// Global unicast (2000::/3) without what carries an IPv4 address in it, documentation and protocols.
fn is_public_v6(six: Ipv6Addr) -> bool {
    let [a, b, ..] = six.segments();
    let global = (0x2000..0x4000).contains(&a);
    let special = a == 0x2002 || (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || (a == 0x3fff && b < 0x1000);
    global && !special
}

/// Answers a name and a port with addresses.
pub type Names = Arc<dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// The system's own names, waited for no longer than `patience`.
#[must_use]
pub fn system(patience: Duration) -> Names {
    Arc::new(move |host, port| {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        // The system's call cannot be broken off: it is left behind when it takes too long.
        let (answer, answered) = mpsc::channel();
        let host = host.to_owned();
        thread::Builder::new().name("names".to_owned()).spawn(move || {
            let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            drop(answer.send(found));
        })?;
        answered.recv_timeout(patience).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    })
}
