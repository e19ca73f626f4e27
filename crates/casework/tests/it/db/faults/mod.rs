//! What becomes of acknowledged writes when the program is killed, the disk is full, a flush fails or the power is cut:
//! each test starts itself again as a child, which is told so by a variable, and looks at what the child leaves.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

mod bits;
mod disk;
mod kill;
mod points;
mod power;
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

/// How long to go on trying: `BAOXUE_TEST_SECONDS`, which `make soak` sets.
fn patience() -> Duration {
    Duration::from_secs(soak().unwrap_or(5))
}

/// The seconds that `make soak` gives; `None` in `make test`, which does a bounded part.
fn soak() -> Option<u64> {
    std::env::var("BAOXUE_TEST_SECONDS").ok().and_then(|text| text.parse().ok())
}

/// Builds the disk that does what it is told, in `folder`.
fn shim(folder: &Path) -> PathBuf {
    let library = folder.join("disk.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/db/faults/disk.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    assert!(built.expect("a C compiler").success(), "the disk that does what it is told is built");
    library
}

/// The numbers that such a disk is told by; disk.c says which is which.
struct Told(File);

impl Told {
    const NAME: &str = "told";

    /// All -1: nothing fails.
    fn new(folder: &Path) -> Self {
        std::fs::write(folder.join(Self::NAME), [0xff; 4096]).expect("the control file is written");
        Self::open(folder)
    }

    fn open(folder: &Path) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(folder.join(Self::NAME));
        Self(file.expect("the control file is there"))
    }

    fn set(&self, at: u64, numbers: &[i32]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        self.0.write_all_at(&bytes, at * 4).expect("the control file is written");
    }

    fn get(&self, at: u64) -> i32 {
        let mut bytes = [0; 4];
        self.0.read_exact_at(&mut bytes, at * 4).expect("the control file is read");
        i32::from_ne_bytes(bytes)
    }
}

/// Numbers that are the same in every run: no test is a matter of luck.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
