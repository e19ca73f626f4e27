//! The county's signature and its keys in the key file: made on first need, renewed, of an old one only the public half (hazards B01, K07).

use std::fs;

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
