//! What becomes of acknowledged writes when the program is killed, the disk is full or a flush fails: each test starts
//! itself again as a child, which is told so by a variable, and looks at what the child leaves.

use std::process::{Command, Stdio};

mod disk;
mod kill;
mod server;

/// The child's part, and where it works.
const CHILD: &str = "BAOXUE_TEST_CHILD";

fn child() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// This test again, as a child.
fn again(test: &str, place: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the test's own program"));
    command
        .args(["--exact", &format!("db::faults::{test}"), "--nocapture"])
        .env(CHILD, place)
        .stdin(Stdio::null());
    command
}

/// Numbers that are the same in every run: no test is a matter of luck.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
