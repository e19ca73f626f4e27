//! I10, I17: the served program with too few descriptors, too little memory and a processor that others use; and taken out
//! and put in again while people work. It sheds, goes on, and nothing that it confirmed is lost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::command::{Folder, baoxue};
use crate::served::Served;

fn county(folder: &Folder) -> String {
    let data = folder.arg("data");
    let made = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(made.code, 0, "{made:?}");
    data
}

/// Sets a limit of a running program.
fn limit(served: &Served, limit: &str) {
    let pid = served.child.id().to_string();
    let set = Command::new("prlimit").args(["--pid", &pid, limit]).status().expect("prlimit of util-linux");
    assert!(set.success(), "{limit}");
}

/// The status of an answer that is waited for so long; `None` when there is none.
fn status(served: &Served, cookie: &str, moment: Duration) -> Option<u16> {
    let mut stream = TcpStream::connect(&served.address).ok()?;
    stream.set_read_timeout(Some(moment)).ok()?;
    write!(stream, "GET /children HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{cookie}\r\n\r\n").ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    std::str::from_utf8(&answer).ok()?.split(' ').nth(1)?.parse().ok()
}

/// I10: sixty-four descriptors, two hundred people who connect and say nothing, and neighbours on every processor: who is
/// there is answered or waits, and when the crowd has gone everybody is answered again.
#[test]
fn descriptors_run_out_and_come_back() {
    let folder = Folder::new();
    let data = county(&folder);
    let served = Served::start(&data);
    let cookie = served.sign_in("bureau").expect("signed in");
    limit(&served, "--nofile=64:64");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let crowd: Vec<TcpStream> =
            (0..200).filter_map(|_| TcpStream::connect(&served.address).ok()).collect();
        let shed =
            (0..5).filter(|_| status(&served, &cookie, Duration::from_millis(500)) != Some(200)).count();
        drop(crowd);
        let began = Instant::now();
        while status(&served, &cookie, Duration::from_secs(20)) != Some(200) {
            assert!(began.elapsed() < Duration::from_secs(60), "it comes back");
        }
        println!(
            "I10: with 64 descriptors and 200 silent connections {shed} of 5 requests were shed; back after {:?}",
            began.elapsed()
        );
        over.store(true, Ordering::Relaxed);
    });
    assert!(served.sign_in("township").is_some(), "and writes");
    served.stop();
    whole(&data);
}

/// Mebibytes that the program may take beyond what it has; its threads' stacks count.
const SPARE: u64 = 160;

/// I10: with hardly more memory than it has, many sign in (each hash takes 19 MiB) and hand in long lists: it refuses or
/// dies; what was confirmed is there when it is started again.
#[test]
fn memory_runs_out() {
    let folder = Folder::new();
    let data = county(&folder);
    let mut served = Served::start(&data);
    let text = std::fs::read_to_string(format!("/proc/{}/status", served.child.id())).expect("its memory");
    let now = text
        .lines()
        .find_map(|line| line.strip_prefix("VmSize:")?.split_whitespace().next()?.parse::<u64>().ok());
    let before: Vec<String> =
        ["director", "head"].into_iter().filter_map(|role| served.sign_in(role)).collect();
    limit(&served, &format!("--as={}", (now.expect("a figure") + SPARE * 1024) * 1024));
    let cookies = Mutex::new(before);
    std::thread::scope(|scope| {
        for at in 0..16 {
            let (served, cookies) = (&served, &cookies);
            scope.spawn(move || {
                // Not more often than an account has sessions: a sixth would end the first.
                for _ in 0..2 {
                    let cookie = served.sign_in(&format!("x{}", at % 8 + 1));
                    let Some(cookie) = cookie else { continue };
                    let rows = "段某,539999201503048711,女\n".repeat(100_000);
                    let body = format!(
                        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n姓名,公民身份号码,性别\n{rows}\r\n--x--\r\n"
                    );
                    let kind = "Content-Type: multipart/form-data; boundary=x";
                    drop(served.try_ask("POST /imports", &[&cookie, kind], body.as_bytes()));
                    cookies.lock().unwrap().push(cookie);
                }
            });
        }
    });
    let died = served.is_over();
    drop(served);
    let served = Served::start(&data);
    let cookies = cookies.into_inner().unwrap();
    for cookie in &cookies {
        assert_eq!(served.ask("GET /", &[cookie], "").0, 200, "whoever was told to be signed in, is");
    }
    assert!(cookies.len() >= 2, "somebody was signed in");
    println!(
        "I10: {SPARE} MiB to spare, {} of 34 signed in, the program {}",
        cookies.len(),
        if died { "died" } else { "went on" }
    );
    served.stop();
    whole(&data);
}

/// I17: the program is stopped in order and started again, three times, while people read: every request that got an answer
/// got the right one, their sessions go on, and nobody waits longer than five seconds (an unoptimised build: thirty).
#[test]
fn it_is_started_anew_while_people_work() {
    let folder = Folder::new();
    let data = county(&folder);
    let mut served = Served::start(&data);
    let address = served.address.clone();
    let cookies: Vec<String> = ["bureau", "township", "head", "village", "director", "inspector"]
        .map(|role| served.sign_in(role).expect(role))
        .to_vec();
    let (over, longest, wrong, done) =
        (AtomicBool::new(false), Mutex::new(Duration::ZERO), Mutex::new(Vec::new()), AtomicU32::new(0));
    let served = std::thread::scope(|scope| {
        for cookie in cookies.iter().chain(&cookies) {
            let (over, longest, wrong, done, address) = (&over, &longest, &wrong, &done, &address);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    // Who finds the door closed, or is hung up on without an answer, knocks again.
                    let answer = loop {
                        let answer = asked(address, cookie);
                        if answer.is_some() || over.load(Ordering::Relaxed) {
                            break answer;
                        }
                        std::thread::yield_now();
                    };
                    if answer.is_some_and(|status| status != 200) {
                        wrong.lock().unwrap().push(answer);
                    }
                    let mut longest = longest.lock().unwrap();
                    *longest = began.elapsed().max(*longest);
                    done.fetch_add(u32::from(answer.is_some()), Ordering::Relaxed);
                }
            });
        }
        for _ in 0..3 {
            let enough = done.load(Ordering::Relaxed) + 24;
            while done.load(Ordering::Relaxed) < enough {
                std::thread::yield_now();
            }
            served.stop();
            served = Served::start_at(&data, &address);
        }
        let enough = done.load(Ordering::Relaxed) + 24;
        while done.load(Ordering::Relaxed) < enough {
            std::thread::yield_now();
        }
        over.store(true, Ordering::Relaxed);
        served
    });
    let (longest, bound) = (longest.into_inner().unwrap(), if cfg!(debug_assertions) { 30 } else { 5 });
    println!(
        "I17: started anew three times under 12 people, {} answers, the longest wait {longest:?}",
        done.into_inner()
    );
    assert_eq!(wrong.into_inner().unwrap(), [], "every answer is the right one");
    assert!(longest < Duration::from_secs(bound), "{longest:?}");
    served.stop();
    whole(&data);
}

fn asked(address: &str, cookie: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{cookie}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// The database and the record are whole.
fn whole(data: &str) {
    for check in [&["doctor"][..], &["audit", "verify"]] {
        let said = baoxue(&[check, &["--data", data]].concat());
        assert_eq!(said.code, 0, "{said:?}");
    }
}
