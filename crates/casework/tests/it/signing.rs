//! The county's signature and its keys in the key file: made on first need, renewed, of an old one only the public half (hazards B01, K07).

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use casework::keys::{KeyError, Keys, Scheme};
use jiff::civil::date;

use crate::keys::{Desk, TODAY, counted};

/// B01, K07: the key that signs is made on first need and renewed with the others; of an old one only the public half stays, and checks;
/// SM2 where the rotation says so. Another process finds a key that it has not read yet.
#[test]
fn the_county_signs() {
    let desk = Desk::new();
    let keys = desk.keys();
    let running = desk.keys_again();
    let text = || fs::read_to_string(desk.file()).unwrap();
    assert!(keys.publics().is_empty() && !text().contains("sign"), "nothing was signed yet");
    keys.rotate(&desk.file(), TODAY, &mut counted(3)).unwrap();
    assert!(keys.publics().is_empty(), "a rotation alone needs none");
    let (first, signature) = keys.sign(b"order", TODAY, &mut counted(20)).unwrap();
    assert_eq!(keys.sign(b"order", TODAY, &mut counted(21)).unwrap(), (first, signature));
    assert!(running.publics().is_empty());
    let public = running.public(first).unwrap();
    assert_eq!((public.scheme, public.created), (Scheme::Ed25519, TODAY));
    assert!(public.verifies(b"order", &signature) && !public.verifies(b"orders", &signature));
    let secret = text()
        .lines()
        .find(|line| line.starts_with("sign "))
        .unwrap()
        .split(' ')
        .next_back()
        .unwrap()
        .to_owned();

    keys.rotate(&desk.file(), date(2027, 11, 24), &mut counted(30)).unwrap();
    let (second, _) = keys.sign(b"order", TODAY, &mut counted(31)).unwrap();
    assert_ne!(first, second);
    assert!(!text().contains(&secret), "what has signed can sign no more");
    assert!(keys.public(first).unwrap().verifies(b"order", &signature));

    keys.rotate_to(&desk.file(), TODAY, (None, Some(Scheme::Sm2)), &mut counted(40)).unwrap();
    keys.rotate(&desk.file(), TODAY, &mut counted(41)).unwrap();
    let again = desk.keys_again();
    let schemes: Vec<Scheme> = again.publics().iter().map(|key| key.scheme).collect();
    assert_eq!(schemes, [Scheme::Ed25519, Scheme::Ed25519, Scheme::Sm2, Scheme::Sm2]);
    assert_eq!(again.publics(), keys.publics());
    let (last, signature) = again.sign(b"order", TODAY, &mut counted(50)).unwrap();
    assert_eq!(again.publics().last().unwrap().id, last);
    assert!(again.public(last).unwrap().verifies(b"order", &signature));
    assert!(!again.public(first).unwrap().verifies(b"order", &signature), "another key");

    let good = text();
    for (from, to, what) in [
        ("signed ed25519", "signed gold", "公钥"),
        ("sign sm2 ", "sign gold ", "签名算法"),
        ("sign sm2 ", "sign sm2 x", "编号"),
        ("signed sm2 ", "sign sm2 ", "六十四位"),
    ] {
        fs::write(desk.file(), good.replacen(from, to, 1)).unwrap();
        match Keys::load(&desk.file()) {
            Err(KeyError::Malformed { what: said, .. }) => {
                assert!(said.contains(what), "{said}");
            }
            other => panic!("{other:?}"),
        }
    }
    fs::write(desk.file(), &good).unwrap();
    assert_eq!(desk.keys_again().publics().len(), 4);
}

/// B01, B10: who knows nothing of this program checks an order with OpenSSL, of both algorithms: Ed25519 as RFC 8032 says it, SM2 with SM3 and
/// the usual identity as GB/T 32918.2 does. What was changed is refused there, too. Where there is no OpenSSL, `scripts/tests` counts it as
/// not checked.
#[test]
fn another_program_agrees() {
    let there = Command::new("openssl").arg("version").output().is_ok_and(|said| said.status.success());
    if !there {
        // Not through the macro: what a test prints that passes is not shown.
        let said = "Not checked: signatures of orders by OpenSSL. Install openssl.\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    }
    let order = "baoxue order 1\n532926\n甲县控辍令〔2026〕1号\nt1\n".as_bytes();
    for scheme in [Scheme::Ed25519, Scheme::Sm2] {
        let desk = Desk::new();
        let keys = desk.keys();
        keys.rotate_to(&desk.file(), TODAY, (None, Some(scheme)), &mut counted(3)).unwrap();
        // Numbers that begin with zeros and ones are written differently in DER.
        for start in 60..76 {
            let text = [order, start.to_string().as_bytes()].concat();
            let (id, signature) = keys.sign(&text, TODAY, &mut counted(start)).unwrap();
            let public = keys.public(id).unwrap();
            assert_eq!(public.scheme, scheme);
            assert!(public.verifies(&text, &signature));
            assert!(openssl(scheme, &public.pem(), &text, &signature), "{scheme:?} {start}: OpenSSL says no");
            if start == 60 {
                assert!(!openssl(scheme, &public.pem(), order, &signature), "{scheme:?}: another text");
                let mut changed = signature;
                changed[40] ^= 1;
                assert!(!openssl(scheme, &public.pem(), &text, &changed), "{scheme:?}: another signature");
            }
        }
    }
}

/// What OpenSSL says of a signature.
fn openssl(scheme: Scheme, pem: &str, text: &[u8], signature: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut asked = Command::new("openssl");
    asked.args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"]).arg(put("public.pem", pem.as_bytes()));
    asked.arg("-in").arg(put("text", text)).arg("-sigfile");
    match scheme {
        Scheme::Ed25519 => asked.arg(put("signature", signature)),
        // r and s as two INTEGERs in a SEQUENCE (GM/T 0009-2012).
        Scheme::Sm2 => asked.arg(put("signature", &der(signature))).args([
            "-digest",
            "sm3",
            "-pkeyopt",
            "distid:1234567812345678",
        ]),
    };
    let said = asked.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    said.status.success()
}

fn der(signature: &[u8]) -> Vec<u8> {
    let number = |half: &[u8]| {
        let first = half.iter().position(|byte| *byte > 0).unwrap();
        let sign: &[u8] = if half[first] < 0x80 { &[] } else { &[0] };
        let value = [sign, &half[first..]].concat();
        [&[0x02, u8::try_from(value.len()).unwrap()], value.as_slice()].concat()
    };
    let both = [number(&signature[..32]), number(&signature[32..])].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
}
