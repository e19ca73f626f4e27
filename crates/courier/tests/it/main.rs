//! The courier against real servers on this machine: what it refuses to connect to, what it sends, what it takes for an answer.

#[cfg(test)]
mod fence;
#[cfg(test)]
mod http;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod robot;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sign_on;
