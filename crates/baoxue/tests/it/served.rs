//! A demo county of 300 children that is served by the built program, and asked over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The running program.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Served {
    /// Serves the county in `data`, which is made when there is none.
    pub(crate) fn start(data: &str) -> Self {
        Self::try_start(data, &mut |_| ()).expect("it says where it serves")
    }

    /// The same, at an address.
    pub(crate) fn start_at(data: &str, listen: &str) -> Self {
        Self::launch(data, listen, &mut |_| ()).expect("it says where it serves")
    }

    /// The same, with `more` set on the command; `None` when it ended before it served.
    pub(crate) fn try_start(data: &str, more: &mut dyn FnMut(&mut Command)) -> Option<Self> {
        Self::launch(data, "127.0.0.1:0", more)
    }

    fn launch(data: &str, listen: &str, more: &mut dyn FnMut(&mut Command)) -> Option<Self> {
        let args = ["demo", "--children", "300", "--today", "2026-11-24", "--listen", listen, "--data", data];
        let mut command = Command::new(env!("CARGO_BIN_EXE_baoxue"));
        command.args(args).stdout(Stdio::piped());
        more(&mut command);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.split_whitespace().next().map(str::to_owned)
        });
        // It goes on to say more, and would stop if nobody listened.
        std::thread::spawn(move || lines.for_each(drop));
        let mut served = Self { child, address: String::new() };
        served.address = address?;
        Some(served)
    }

    /// Status and whole answer of a request; `None` when the program died or hung up meanwhile.
    pub(crate) fn try_ask(&self, line: &str, headers: &[&str], body: &[u8]) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let headers = headers.join("\r\n");
        let between = if headers.is_empty() { "" } else { "\r\n" };
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}{between}{headers}\r\n\r\n",
            self.address,
            body.len()
        )
        .ok()?;
        // A refusal may come before all of it was read.
        drop(stream.write_all(body));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        let answer = String::from_utf8_lossy(&answer).into_owned();
        Some((answer.split(' ').nth(1)?.parse().ok()?, answer))
    }

    /// Status and whole answer of a request.
    pub(crate) fn ask(&self, line: &str, headers: &[&str], body: &str) -> (u16, String) {
        self.try_ask(line, headers, body.as_bytes()).expect("an answer")
    }

    /// Signs in as a role of the demo: the header of the cookies.
    pub(crate) fn sign_in(&self, role: &str) -> Option<String> {
        let form = "Content-Type: application/x-www-form-urlencoded";
        let (status, answer) =
            self.try_ask("POST /sign-in", &[form], format!("as={role}&next=/").as_bytes())?;
        let cookies: Vec<&str> = answer
            .lines()
            .filter_map(|line| line.split_once("et-cookie: ").map(|(_, cookie)| cookie))
            .filter_map(|cookie| cookie.split(';').next())
            .collect();
        (status == 303).then(|| format!("Cookie: {}", cookies.join("; ")))
    }

    /// Stops in order.
    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    /// Whether the program has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Only where it did not stop in order.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
