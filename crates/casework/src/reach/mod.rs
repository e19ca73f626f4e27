//! 通知到人 (六(三); 四(十四)): what was told in the program also reaches people outside of it, by ways that two people have opened, and other
//! programs that two people have let in. A message has counts and a link; it waits in `outbox`, put there by the act that it tells of, and is
//! sent between two transactions by whoever is handed to [`send_due`]. This room names no protocol. Why it is so: docs/adr/0032-reach.md.

mod channels;
mod outbox;
mod queue;
mod send;
mod ways;

use serde::{Deserialize, Serialize};

pub use channels::{Channel, ChannelForm, Channels, Unit, channels, enable, entering, open, stop, test};
pub use outbox::{Box_, Line, Outbox, outbox, resend};
pub(crate) use queue::{digest, group_digest, groups, news};
pub use send::{Letter, Sent, To, send_due, sweep};
pub use ways::{Way, Ways, confirm, forget, register, ways};

use crate::jobs::{Registry, Schedule};

/// Adds what runs by itself, but for the sending: that is whose who can reach the outside.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    let night = jiff::civil::time(2, 40, 0, 0);
    registry.schedule(Schedule::daily("sweep_outbox", "清理外发记录", night, sweep))
}

/// What it takes to send by a channel; sealed where it is kept. Which of it a kind needs, [`ChannelForm`] says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Address: of a robot, a gateway, another program.
    pub url: String,
    /// Key to sign with.
    pub secret: String,
    /// Body of a gateway.
    pub body: String,
    /// Header of a gateway.
    pub header: String,
    /// What a gateway answers when it has taken a message.
    pub taken: String,
    /// Mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `tls`, `starttls` or `plain`.
    pub security: String,
    /// Name there.
    pub user: String,
    /// Password there.
    pub password: String,
    /// Sender.
    pub from: String,
}
