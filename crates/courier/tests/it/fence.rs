//! Hazard F08: addresses, however they are written and whatever a name answers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use courier::{Ask, Courier, Failure, Fence, Net, Way, system};
use proptest::prelude::*;

fn fence(allow: &[&str]) -> Fence {
    Fence::new(allow.iter().map(|net| net.parse().expect("a network")).collect(), true)
}

/// One courier for the table: a name that is none is looked up by the system, as in the program.
fn asked(allow: &[&str], url: &str) -> Result<courier::Answer, Failure> {
    let courier = Courier::new(fence(allow), None).expect("a courier");
    courier.ask(&Ask::get(url))
}

#[test]
fn what_is_not_listed_is_not_connected_to() {
    for url in [
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f.1:9/",
        "http://0177.0.0.1:9/",
        "http://2130706433:9/",
        "http://127.1:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://[::ffff:7f00:1]:9/",
        "http://0.0.0.0:9/",
        "http://[::]:9/",
        "http://10.0.0.8/",
        "http://172.16.3.4/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[fc00::1]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::]/",
        "http://[ff02::1]/",
        "http://localhost:9/",
        "https://127.0.0.1/",
    ] {
        let failed = asked(&[], url).expect_err(url);
        // A resolver that does not take a spelling for an address at all is as good.
        assert!(matches!(failed, Failure::Fenced | Failure::NoName), "{url}: {failed:?}");
        assert!(failed == Failure::NoName || failed.is_final(), "{url}");
    }
}

/// What is no address of http, or hides whom it leads to.
#[test]
fn what_is_no_address_of_http_is_none() {
    for url in [
        "",
        "gopher://127.0.0.1:9/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/",
        "http://",
        "http://user:word@127.0.0.1/",
        "http://127.0.0.1@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org/ 1",
        "http://例子.cn/",
        "http://example.org/#x",
        "http://example.org/a\r\nHost: x",
    ] {
        assert_eq!(asked(&["127.0.0.0/8"], url).expect_err(url), Failure::Address, "{url}");
    }
    let long = format!("http://127.0.0.1/{}", "a".repeat(3_000));
    assert_eq!(asked(&["127.0.0.0/8"], &long).expect_err("too long"), Failure::Address);
}

/// A county's machine stands inside 政务外网: what is listed is reached, unencrypted too; what may never be reached is not, listed or not.
#[test]
fn what_is_listed_is_reached() {
    let listed = fence(&["10.1.0.0/16", "192.168.8.25", "fd00:1::/32", "0.0.0.0/0", "::/0"]);
    let narrow = fence(&["10.1.0.0/16", "192.168.8.25", "fd00:1::/32"]);
    for (address, way) in [
        ("10.1.2.3", Some(Way::Listed)),
        ("10.2.2.3", None),
        ("192.168.8.25", Some(Way::Listed)),
        ("192.168.8.26", None),
        ("::ffff:10.1.2.3", Some(Way::Listed)),
        ("fd00:1::5", Some(Way::Listed)),
        ("fd00:2::5", None),
        ("1.2.4.8", Some(Way::Public)),
        ("2400:3200::1", Some(Way::Public)),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
    ] {
        let address: IpAddr = address.parse().expect("an address");
        assert_eq!(narrow.way(address), way, "{address}");
    }
    for never in ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "::", "ff02::1"] {
        assert_eq!(listed.way(never.parse().expect("an address")), None, "{never}");
    }
    assert_eq!(Fence::default().way("1.2.4.8".parse().expect("an address")), None, "nowhere is nowhere");
    for wrong in ["", "10.1.0.0/33", "10.1", "x/8", "::/129", "10.1.0.0/"] {
        assert!(wrong.parse::<Net>().is_err(), "{wrong}");
    }
}

fn named(answer: &'static [&'static str]) -> Courier {
    let courier = Courier::new(fence(&[]), None).expect("a courier");
    courier.with_names(Arc::new(move |_, port| {
        Ok(answer.iter().map(|ip| SocketAddr::new(ip.parse().expect("an address"), port)).collect())
    }))
}

/// A name that answers with a private address, or with one beside a public one (rebinding), is refused; the name is asked once.
#[test]
fn a_name_is_judged_by_what_it_answers() {
    for answer in [&["127.0.0.1"] as &[&str], &["10.0.0.1"], &["1.2.4.8", "10.0.0.1"], &["169.254.169.254"]] {
        let found = named(answer).ask(&Ask::get("https://hook.example.org/x"));
        assert_eq!(found.expect_err("private"), Failure::Fenced, "{answer:?}");
    }
    assert_eq!(named(&[]).ask(&Ask::get("https://hook.example.org/")).expect_err("none"), Failure::NoName);
    let open = named(&["1.2.4.8"]).ask(&Ask::get("http://hook.example.org/"));
    assert_eq!(open.expect_err("in clear"), Failure::Unencrypted);
    let names = system(std::time::Duration::from_secs(5));
    assert_eq!(names("127.0.0.1", 80).expect("an address").len(), 1);
}

proptest! {
    /// No spelling of an address inside an IPv6 one makes it another.
    #[test]
    fn an_address_written_as_ipv6_is_itself(bits in any::<u32>()) {
        let four = std::net::Ipv4Addr::from_bits(bits);
        for fence in [fence(&[]), fence(&["10.0.0.0/8", "127.0.0.0/8"])] {
            prop_assert_eq!(fence.way(IpAddr::V4(four)), fence.way(IpAddr::V6(four.to_ipv6_mapped())));
            if four.is_private() || four.is_loopback() || four.is_link_local() {
                prop_assert_ne!(fence.way(IpAddr::V4(four)), Some(Way::Public));
            }
        }
    }
}
