//! The whole print run of notices that issue 6 names: 20,000 in portions of 500, set one after the other and written into a ZIP as they come. It says how
//! long it took and how much memory the process had at most after the first portion and at the end: a run is bounded when both are near.
//!
//! `cargo bench --workspace --locked --bench print_run`; another number of notices behind `--`.

#![expect(clippy::expect_used, reason = "a benchmark may stop at the first surprise")]

use std::io::{self, Write};
use std::time::Instant;

use documents::paper::Press;
use documents::paper::notice::{Bundle, Notice, Run};

/// Notices of the run, and of a portion: as `casework::season` prints them.
const ALL: usize = 20_000;
const AT_ONCE: usize = 500;

/// A portion of a print run, as a township has it: every family, address and square another.
fn portion(from: usize, many: usize) -> Run {
    let notice = |at: usize| Notice {
        number: format!("东镇人民政府入学〔2026〕{at}号"),
        title: "义务教育入学通知书".to_owned(),
        to: format!("李大山{}（父亲）", at % 97),
        child: format!("李小明{}", at % 89),
        asked: format!(
            "您的被监护人李小明{}应当接受义务教育。依据《中华人民共和国义务教育法》第十一条、第十三条，请按下列要求送其到校。",
            at % 89
        ),
        rows: [
            ("孩子", "男，2020年5月4日出生"),
            ("住址", "东镇上村三组"),
            ("报到学校", "东镇中心小学一年级"),
            ("报到日期", "2026年8月31日"),
        ]
        .map(|(what, value)| (what.to_owned(), format!("{value}{}", at % 7)))
        .to_vec(),
        date: "2026年6月15日".to_owned(),
        address: format!("https://baoxue.example/f/{at:032x}"),
        squares: (0..33)
            .map(|y| {
                (0..33).map(|x| if (x * 7 + y * 11 + at).is_multiple_of(3) { '1' } else { '0' }).collect()
            })
            .collect(),
    };
    let right = |name: &str| {
        (name.to_owned(), "孩子因身体状况不能按时入学或者需要休学的，监护人可以提出申请，由乡镇人民政府或者县教育行政部门批准。（义务教育法第十一条）".to_owned())
    };
    Run {
        organ: "东镇人民政府".to_owned(),
        mark: "含未成年人个人信息，不得外传".to_owned(),
        rights: ["延缓入学、休学", "随迁就读", "资助"].map(right).to_vec(),
        bring: "户口簿、预防接种证".to_owned(),
        scan: "扫码看说明、答复".to_owned(),
        notices: (from..from + many).map(notice).collect(),
        side: 0,
    }
}

/// Takes what is written and keeps its length alone.
#[derive(Default)]
struct Length(u64);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The most memory that the process has had, in MiB; nothing where the system does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn main() {
    let asked = std::env::args().skip(1).find_map(|word| word.parse::<usize>().ok());
    let all = asked.unwrap_or(ALL);
    let (press, began) = (Press::default(), Instant::now());
    let mut bundle = Bundle::new(Length::default());
    let mut first = None;
    for from in (1..=all).step_by(AT_ONCE) {
        let run = portion(from, AT_ONCE.min(all + 1 - from));
        let made = press.notices(&run).expect("a portion of a print run");
        bundle.add(&made.bytes).expect("it is written");
        if first.is_none() {
            first = Some((began.elapsed(), peak()));
        }
    }
    let length = bundle.finish().expect("it is written").0;
    let (took, most) = (began.elapsed(), peak());
    let (one, least) = first.unwrap_or_default();
    let said = |peak: Option<u64>| peak.map_or_else(|| "?".to_owned(), |mib| format!("{mib} MiB"));
    println!(
        "{all} notices in {:.1} s ({:.2} s the first portion of {AT_ONCE}); memory at most {} after it, {} at the end; {} MB of PDF",
        took.as_secs_f64(),
        one.as_secs_f64(),
        said(least),
        said(most),
        length / 1_000_000
    );
}
