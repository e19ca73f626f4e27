//! Letters to other counties and provinces (五(四)(十), 四(十一)) and 复学证明 by the receiving school (五(十一)), through the storage of both
//! engines.

use std::collections::BTreeMap;

use casework::cases::Told;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::papers::case::{Blank, Filled, Serving, blank, enter_track, serve_paper};
use casework::refused::Refused;
use rules::access::Role;
use rules::case::Kind;
use rules::case::paper::{FieldKind, PaperKind as P, Track};
use rules::case::service::Mode;

use crate::attendance::school::{School, bureau, day, head, teacher, who, words};
use crate::case_papers::{draft, filled, make, papers, stamp, text};
use crate::cases::{on, persuading, school, told, township};

fn form(school: &School, by: &SignedIn, case: &str, kind: P) -> Result<Blank, Refused> {
    let case = case.to_owned();
    school.act(by, move |desk| blank(desk, &case, kind))
}

/// What is stated of the letters that wait for an answer.
fn waits(school: &School, case: &str) -> Vec<(&'static str, String)> {
    let due = papers(school, &township(), case).due.into_iter().filter_map(|due| due.term.ok());
    due.filter(|term| term.what.contains("复函"))
        .map(|term| (term.what, term.latest.expect("a day").to_string()))
        .collect()
}

/// A child that works in another province: two letters with number, fields and seal, no number of a guardian in them, and an answer that is
/// waited for until it is entered.
#[test]
fn a_letter_goes_outside() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        let here = form(&school, &township(), &case, P::AssistLetter).expect("the form");
        assert!(here.refused.expect("all of it lies here").0.contains("都在本县"));
        assert!(papers(&school, &township(), &case).cannot.iter().any(|(kind, ..)| *kind == P::AssistLetter));
        // The last report says where it went.
        school.run("update report set whereabouts = 'work_outside' where county = $1");
        let mut letter = filled(&school, &case, P::AssistLetter);
        assert!(letter.values["facts"].contains("李小明") && letter.values["asked"].contains("就近安排入学"));
        letter.values.insert("to_organ".to_owned(), "某省某县教育局".to_owned());
        letter.guardian.clear();
        let id = make(&school, &township(), &case, &letter).expect("a letter needs no guardian");
        let late = Filled {
            values: letter
                .values
                .into_iter()
                .chain([("until".to_owned(), "2026-11-27".to_owned())])
                .collect(),
            ..letter
        };
        match make(&school, &township(), &case, &late) {
            Err(Refused::Invalid(problems)) => assert_eq!(problems[0].field, "until"),
            other => panic!("{other:?}"),
        }
        let paper = draft(&school, &township(), &id).expect("the letter");
        assert_eq!(
            (paper.number.as_str(), paper.to.as_slice()),
            ("东镇人民政府协查〔2026〕1号", ["某省某县教育局".to_owned()].as_slice())
        );
        let said = text(&paper);
        for part in [
            "协查函",
            "学生：李小明",
            "请在哪天以前复函：2026年12月8日",
            "《中华人民共和国义务教育法》第十二条、第十三条",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        stamp(&school, &township(), &id).expect("sealed");
        let values = BTreeMap::new();
        let serving =
            Serving { mode: Mode::InPerson, guardian: String::new(), filmed: false, agreed: false, values };
        let served = school.act(&township(), move |desk| serve_paper(desk, &id, &serving));
        assert!(words(served).contains("不送达家长"));
        assert_eq!(waits(&school, &case), [("对方复函", "2026-12-08".to_owned())]);
        school.at("2026-12-09");
        assert_eq!(waits(&school, &case), [("对方没有按期复函，请催办", "2026-12-08".to_owned())]);
        let at = case.clone();
        let reply = school.act(&township(), move |desk| {
            enter_track(desk, &at, Track::Replied, day("2026-12-09"), "某县教育局复函：已在当地中学就读")
        });
        reply.expect("entered");
        assert_eq!(waits(&school, &case), []);
        let other = filled(&school, &case, P::TransferLetter);
        let other = Filled {
            values: other.values.into_iter().chain([("until".to_owned(), "2026-12-21".to_owned())]).collect(),
            ..other
        };
        let id = make(&school, &township(), &case, &other).expect("the other letter");
        assert_eq!(draft(&school, &township(), &id).expect("it").number, "东镇人民政府移交〔2026〕1号");
        assert_eq!(waits(&school, &case).len(), 1, "an answer from before is not its answer");
        for stranger in [head(), teacher(), who("x2", Role::Township, "t2")] {
            assert!(matches!(form(&school, &stranger, &case, P::AssistLetter), Err(Refused::Denied { .. })));
        }
    });
}

/// 五(十一): the head of the receiving school proves the return by the register, under the school's seal; nobody else, and nothing before.
#[test]
fn the_school_proves_the_return() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        let early = form(&school, &head(), &case, P::ReturnProof);
        assert!(words(early).contains("没有登记孩子返回本校"));
        school.at("2026-11-30");
        let back = Told { unit: "s1".to_owned(), ..on(Kind::Return, "2026-11-30") };
        told(&school, &township(), &case, back).expect("back");
        school.call(&[]);
        let others = [township(), bureau(), teacher(), who("head-2", Role::Head, "s2")];
        for other in &others {
            assert!(matches!(form(&school, other, &case, P::ReturnProof), Err(Refused::Denied { .. })));
        }
        assert!(papers(&school, &head(), &case).may_prove && !papers(&school, &township(), &case).may_prove);
        assert!(!papers(&school, &township(), &case).can.contains(&P::ReturnProof));
        let blank = form(&school, &head(), &case, P::ReturnProof).expect("the form");
        assert!(blank.guardians.is_empty() && blank.refused.is_none(), "{:?}", blank.refused);
        let values: BTreeMap<String, String> = blank
            .asked
            .iter()
            .map(|asked| {
                let value = match asked.field.kind {
                    _ if !asked.value.is_empty() => asked.value.clone(),
                    FieldKind::Text => "每天到校，上课认真".to_owned(),
                    _ => "普老师".to_owned(),
                };
                (asked.field.key.to_owned(), value)
            })
            .collect();
        assert_eq!(
            (values["on"].as_str(), values["now"].as_str()),
            ("2026-11-30", "点名册上，2026年11月30日以来应到1天，到校1天。")
        );
        let filled = Filled { kind: P::ReturnProof, guardian: String::new(), values };
        for other in &others {
            assert!(matches!(make(&school, other, &case, &filled), Err(Refused::Denied { .. })));
        }
        let id = make(&school, &head(), &case, &filled).expect("made");
        assert!(matches!(stamp(&school, &township(), &id), Err(Refused::Denied { .. })));
        stamp(&school, &head(), &id).expect("the school's seal");
        let paper = draft(&school, &head(), &id).expect("it is the school's own");
        assert_eq!(paper.number, "东镇小学复学〔2026〕1号");
        let said = text(&paper);
        assert!(said.contains("兹证明李小明已经返校就读") && !said.contains("13800001234"), "{said}");
        draft(&school, &township(), &id).expect("it lies in the case's file");
        assert!(matches!(draft(&school, &others[3], &id), Err(Refused::Denied { .. })));
    });
}
