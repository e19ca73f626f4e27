//! A flood of public forms through the storage of both engines (hazards F03, F10): nothing is lost, honest ones get through, and who sorts is
//! not buried.

use casework::db::Engine;
use casework::db::testing::on_each_engine;
use casework::desk::Desk;
use casework::public::tips::{Sent, Shown, Taken, refuse_same, take, take_up};
use casework::public::{ticket, visitor};
use casework::refused::Refused;
use rules::flood::zero_bits;
use rules::tip_off::Errand;
use sha2::{Digest as _, Sha256};

use crate::attendance::school::bureau;
use crate::county::COUNTY;
use crate::tips::{TEXT, county, list, sent};

/// A nonce that proves so many bits.
fn proof(ticket: &str, bits: u32) -> String {
    (0_u64..)
        .map(|nonce| nonce.to_string())
        .find(|nonce| zero_bits(&Sha256::digest(format!("{ticket}:{nonce}"))) >= bits)
        .expect("there is one")
}

/// Sends it as a person does: once, and where it is told to wait, again with the proof.
fn patiently(desk: &mut Desk<'_, '_>, sent: &Sent) -> Result<bool, Refused> {
    let mut sent = sent.clone();
    sent.ticket = ticket(desk.keys, desk.now, "tip");
    for _ in 0..4 {
        match take(desk, Errand::Tip, &sent)? {
            Taken::Receipt { .. } => return Ok(true),
            Taken::Wait { bits, .. } => sent.nonce = proof(&sent.ticket, bits),
        }
    }
    Ok(false)
}

/// F03, F10: 10,000 from one address and 10,000 from as many, the clock standing still; of two hundred honest tips, half from behind the
/// same address, each is taken with a proof that a phone finds in a moment, or without a script after the wait. Every receipt has its row, and
/// what is sent again and again is one line, closed in one act.
#[test]
fn a_flood() {
    const SPAM: usize = 10_000;
    on_each_engine(|db| {
        // What is refused to one costs no row, so that the slower engine proves the same with fewer.
        let spam = if db.engine() == Engine::Sqlite { SPAM } else { SPAM / 10 };
        for spread in [false, true] {
            let school = county(db.clone());
            let before: i64 = school.count("select cast(count(*) as bigint) from tip_off where county = $1");
            let mut taken = 0;
            for chunk in 0..spam / 500 {
                taken += school
                    .act(&visitor(COUNTY), move |desk| {
                        let mut taken = 0;
                        for number in 0..500 {
                            let at = chunk * 500 + number;
                            let source = if spread {
                                format!("10.{}.{}.7", at / 250, at % 250)
                            } else {
                                "10.1.1.1".to_owned()
                            };
                            let text = format!("加微信{at}领红包，先到先得，快来快来。");
                            let mut one = Sent { source, text, child: String::new(), ..sent() };
                            one.ticket = ticket(desk.keys, desk.now, "tip");
                            if let Taken::Receipt { .. } = take(desk, Errand::Tip, &one)? {
                                taken += 1;
                            }
                        }
                        Ok(taken)
                    })
                    .expect("a chunk");
            }
            assert_eq!(taken, if spread { 200 } else { 20 });
            let honest = school
                .act(&visitor(COUNTY), move |desk| {
                    let mut taken = 0;
                    for at in 0..200 {
                        let source =
                            if at % 2 == 0 { "10.1.1.1".to_owned() } else { format!("10.99.1.{at}") };
                        let text = format!("{TEXT}第{}家", "甲".repeat(at + 1));
                        taken += i32::from(patiently(desk, &Sent { source, text, ..sent() })?);
                    }
                    Ok(taken)
                })
                .expect("honest ones");
            assert_eq!(honest, 200, "at least 99 of a hundred");
            let rows =
                school.count("select cast(count(*) as bigint) from tip_off where county = $1") - before;
            assert_eq!(rows, i64::from(taken + honest), "every receipt has its row");

            let lines = list(&school, &bureau(), Shown::Received);
            let flood = lines.iter().find(|line| line.glance.contains("红包")).expect("the flood").clone();
            assert!(flood.many >= 20 && lines.len() <= 100, "{} {}", flood.many, lines.len());
            let id = flood.id.clone();
            let closed = school
                .act(&bureau(), move |desk| refuse_same(desk, &id, "flood"))
                .expect("closed in one act");
            assert_eq!(closed, flood.many);
            let left = list(&school, &bureau(), Shown::Received);
            assert!(left.iter().all(|line| !line.glance.contains("红包")));
            let held = list(&school, &bureau(), Shown::Held);
            assert!(!held.is_empty(), "what is too much is kept, and can be opened");
            let id = held[0].id.clone();
            school.act(&bureau(), move |desk| take_up(desk, &id)).expect("taken up out of the queue");

            // Without a script: the same form is taken once it has waited.
            let form =
                school.act(&visitor(COUNTY), |desk| Ok(ticket(desk.keys, desk.now, "tip"))).expect("a form");
            let slow = Sent {
                ticket: form,
                source: "10.1.1.1".to_owned(),
                text: format!("{TEXT}慢慢写的。"),
                ..sent()
            };
            let again = slow.clone();
            let first = school.act(&visitor(COUNTY), move |desk| take(desk, Errand::Tip, &slow));
            let Ok(Taken::Wait { seconds, .. }) = first else { panic!("{first:?}") };
            assert!(seconds <= 600);
            school.at("2026-11-24T08:10:00+08:00");
            let second = school.act(&visitor(COUNTY), move |desk| take(desk, Errand::Tip, &again));
            assert!(matches!(second, Ok(Taken::Receipt { .. })));
            school.run("delete from tip_off_event where county = $1");
            for table in [
                "audit",
                "notification",
                "tip_off_unit",
                "tip_off_reporter",
                "tip_off",
                "public_form",
                "tenure",
                "post",
                "class",
                "unit",
            ] {
                school.run(format!("delete from {table} where county = $1"));
            }
        }
    });
}
