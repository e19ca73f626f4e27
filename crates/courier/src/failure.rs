//! Why something was not delivered, in words that repeat nothing of what was sent or answered.

use std::fmt;

/// Why something was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The address is none, or is written so that it could mean two things.
    Address,
    /// It leads where this program may not go.
    Fenced,
    /// Unencrypted, and not within one's own network.
    Unencrypted,
    /// The name is not known.
    NoName,
    /// Nobody answers there.
    Connect,
    /// It took too long.
    Slow,
    /// The certificate or the encryption is not right.
    Tls,
    /// The answer is none of the protocol, or too long.
    Garbled,
    /// It was answered with this status of HTTP.
    Status(u16),
    /// It was answered with this code of SMTP.
    Mail(u16),
    /// A robot or a gateway took the message, and answered that it does not deliver it; its own code where it has one.
    Refused(Option<i64>),
}

impl Failure {
    /// Whether trying again changes nothing until somebody has changed something.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Address | Self::Fenced | Self::Unencrypted => true,
            Self::Status(status) => {
                matches!(*status, 300..500) && !matches!(*status, 401 | 403 | 408 | 425 | 429)
            }
            Self::Mail(code) => matches!(*code, 550..=554),
            _ => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("地址不对"),
            Self::Fenced => f.write_str("这个地址不在允许连接的范围内"),
            Self::Unencrypted => f.write_str("不加密的地址只能在配置里列明的内部网段"),
            Self::NoName => f.write_str("找不到这个域名"),
            Self::Connect => f.write_str("连接不上"),
            Self::Slow => f.write_str("对方太久没有回应"),
            Self::Tls => f.write_str("证书或加密连接不对"),
            Self::Garbled => f.write_str("对方的回应看不懂"),
            Self::Status(status @ 300..400) => write!(f, "对方要求转到别的地址（HTTP {status}），没有跟过去"),
            Self::Status(status) => write!(f, "对方回应 HTTP {status}"),
            Self::Mail(code) => write!(f, "邮件服务器回应 {code}"),
            Self::Refused(Some(code)) => write!(f, "对方没有接收（代码 {code}）"),
            Self::Refused(None) => f.write_str("对方没有接收"),
        }
    }
}

impl std::error::Error for Failure {}
