//! Photographs and scanned pages of a case (issue 5 item 4; hazards A02, E05, E08, H01): added by who takes the steps, seen by who sees the
//! family, sealed, and numbered pages of the 卷宗.

use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::papers::case::{Scanned, add_scan, bundle, look_at_void, scan_image, void_scan};
use casework::params;
use casework::refused::Refused;
use documents::paper::Press;
use rules::access::Role;
use rules::case::paper::PaperKind as P;
use rules::pairing::Outcome;

use crate::attendance::school::{School, bureau, head, who, words};
use crate::case_papers::{filled, make, papers};
use crate::cases::{persuading, school, township};
use crate::county::COUNTY;
use crate::pairs::{at_door, camera, visited};

/// A picture that can be decoded.
const PICTURE: &[u8] = include_bytes!("../../../documents/tests/it/scan.jpg");

fn add(
    school: &School,
    by: &SignedIn,
    case: &str,
    (title, paper, image): (&str, &str, &[u8]),
) -> Result<String, Refused> {
    let case = case.to_owned();
    let told = Scanned { title: title.to_owned(), paper: paper.to_owned(), pages: vec![image.to_vec()] };
    school.act(by, move |desk| add_scan(desk, &case, &told))
}

fn look(school: &School, by: &SignedIn, id: &str) -> Result<Vec<u8>, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| scan_image(desk, &id))
}

#[test]
fn scanned_pages_are_in_the_file() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        let paper =
            make(&school, &township(), &case, &filled(&school, &case, P::PersuasionRecord)).expect("made");
        let title = "劝返记录（签字件）";
        assert!(words(add(&school, &township(), &case, ("x", "", PICTURE))).contains("2到60个字"));
        for none in [&b""[..], b"%PDF-1.7", &PICTURE[..60]] {
            assert!(words(add(&school, &township(), &case, (title, "", none))).contains("图片收不下"));
        }
        assert!(words(add(&school, &township(), &case, (title, "x", PICTURE))).contains("这件个案的文书"));
        let id = add(&school, &township(), &case, (title, &paper, PICTURE)).expect("added");
        let again = add(&school, &township(), &case, (title, &paper, PICTURE));
        assert_eq!(again.expect("a double click"), id, "one picture is one page (H01)");
        for stranger in [head(), who("x2", Role::Township, "t2")] {
            assert!(matches!(
                add(&school, &stranger, &case, (title, "", PICTURE)),
                Err(Refused::Denied { .. })
            ));
        }
        let seen = look(&school, &head(), &id).expect("the school sees the family");
        assert!(seen.starts_with(&[0xff, 0xd8]) && !seen.windows(4).any(|part| part == b"JFIF"));
        let inspector = who("i", Role::Inspector, "s1");
        for stranger in [inspector.clone(), who("x2", Role::Township, "t2")] {
            assert!(matches!(look(&school, &stranger, &id), Err(Refused::Denied { .. })));
        }
        let shown = papers(&school, &township(), &case).scans;
        assert_eq!((shown.len(), shown[0].title.as_str()), (1, title));
        assert_eq!(shown[0].word, "东镇人民政府劝返〔2026〕1号");
        assert!(papers(&school, &inspector, &case).scans[0].title.is_empty(), "not what families signed");
        let stored: Result<(Vec<u8>, Vec<u8>), DbError> = school.db.read(|tx| {
            let sql = "select title_sealed, image_sealed from case_scan where county = $1";
            tx.one(sql, &params![COUNTY], |row| Ok((row.get(0)?, row.get(1)?)))
        });
        let (named, image) = stored.expect("a row");
        assert!(!named.windows(6).any(|part| part == "签字".as_bytes()));
        assert!(!image.windows(seen.len()).any(|part| part == seen), "sealed");

        // A photograph of a visit stands before it; one that cannot be decoded hinders nothing.
        let mut form = at_door("e001", "2026-11-27", Outcome::Both);
        form.photo = Some(camera());
        visited(&school, &township(), &child, &form).expect("visited");
        let (at, by) = (case, township());
        let draft =
            school.act(&by, move |desk| bundle(desk, &at, "http://127.0.0.1:8080")).expect("the file");
        let scans: Vec<(&str, &str, &str)> = draft
            .bundle
            .scans
            .iter()
            .map(|scan| (scan.title.as_str(), scan.number.as_str(), scan.date.as_str()))
            .collect();
        assert_eq!(
            scans,
            [("走访照片", "", "2026年11月27日"), (title, "东镇人民政府劝返〔2026〕1号", "2026年11月27日")]
        );
        assert!(draft.bundle.about.contains(&("照片、扫描件".to_owned(), "2页".to_owned())));
        let made = Press::default().bind(&draft.bundle).expect("bound");
        assert!(made.bytes.windows(9).any(|part| part == b"DCTDecode"), "the page is printed");
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail in ('附扫描件', '个案扫描件')"
            ),
            2
        );
    });
}

/// A page that was added by mistake: void with a reason, in the list and not in the 卷宗, and not to be added again (H01).
#[test]
fn a_scanned_page_by_mistake() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        make(&school, &township(), &case, &filled(&school, &case, P::PersuasionRecord)).expect("made");
        let id = add(&school, &township(), &case, ("别家的回执", "", PICTURE)).expect("added");
        let void = |by: &SignedIn, id: &str, why: &'static str| {
            let id = id.to_owned();
            school.act(by, move |desk| void_scan(desk, &id, why))
        };
        assert!(words(void(&township(), &id, " ")).contains("为什么作废"));
        for (stranger, scan) in
            [(head(), &*id), (who("x2", Role::Township, "t2"), &*id), (township(), "none")]
        {
            assert!(matches!(void(&stranger, scan, "附错了案件"), Err(Refused::Denied { .. })));
        }
        for _ in 0..2 {
            assert_eq!(void(&township(), &id, "附错了案件").expect("void"), case);
        }
        let shown = papers(&school, &township(), &case).scans;
        assert_eq!(
            (shown.len(), shown[0].void.as_ref().map(|void| void.why.as_str())),
            (1, Some("附错了案件"))
        );
        assert!(words(add(&school, &township(), &case, ("别家的回执", "", PICTURE))).contains("作废了"));
        let (at, by) = (case, township());
        let draft =
            school.act(&by, move |desk| bundle(desk, &at, "http://127.0.0.1:8080")).expect("the file");
        assert!(draft.bundle.scans.is_empty(), "no page of the file");
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail = '扫描件作废'"
            ),
            1
        );
    });
}

/// A scanned paper of several pages is one entry: pages in their order and a line of the catalogue for all of them, void with all of them; a
/// colleague takes the second look, and nobody at their own (H01).
#[test]
fn a_scanned_paper_of_several_pages() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        let title = "就读证明";
        let told = |pages: usize| Scanned {
            title: title.to_owned(),
            paper: String::new(),
            // A blank back looks like the next blank back.
            pages: vec![PICTURE.to_vec(); pages],
        };
        let add = |pages: usize| {
            let (case, told) = (case.clone(), told(pages));
            school.act(&township(), move |desk| add_scan(desk, &case, &told))
        };
        assert!(words(add(0)).contains("图片收不下"));
        assert!(words(add(61)).contains("最多附60页"));
        let id = add(3).expect("three pages");
        assert_eq!(add(3).expect("a double click"), id);
        assert_ne!(add(2).expect("another paper"), id);
        let shown = papers(&school, &township(), &case).scans;
        assert_eq!(shown.iter().map(|line| line.pages.len()).collect::<Vec<_>>(), [3, 2]);
        for page in &shown[0].pages {
            assert!(look(&school, &township(), page).expect("a page").starts_with(&[0xff, 0xd8]));
        }
        let sheets = |school: &School| -> Vec<(i64, i64)> {
            let at = case.clone();
            let draft = school
                .act(&township(), move |desk| bundle(desk, &at, "http://127.0.0.1:8080"))
                .expect("the file");
            draft.bundle.scans.iter().map(|scan| (scan.sheet, scan.sheets)).collect()
        };
        assert_eq!(sheets(&school), [(1, 3), (2, 3), (3, 3), (1, 2), (2, 2)]);

        let last = shown[0].pages[2].clone();
        let looked = |by: &SignedIn, id: &str| {
            let id = id.to_owned();
            school.act(by, move |desk| look_at_void(desk, &id))
        };
        assert!(matches!(looked(&bureau(), &last), Err(Refused::Denied { .. })), "nothing void to look at");
        let void = last.clone();
        school.act(&township(), move |desk| void_scan(desk, &void, "附错了案件")).expect("void");
        assert_eq!(sheets(&school), [(1, 2), (2, 2)], "with all its pages");
        assert!(words(looked(&township(), &last)).contains("另一个人"));
        for stranger in [head(), who("x2", Role::Township, "t2")] {
            assert!(matches!(looked(&stranger, &last), Err(Refused::Denied { .. })));
        }
        for _ in 0..2 {
            assert_eq!(looked(&bureau(), &last).expect("looked at"), case);
        }
        let void = papers(&school, &township(), &case).scans.remove(0).void.expect("void");
        assert!(void.own && void.looked.is_some() && void.why == "附错了案件");
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail = '扫描件作废，已复看'"
            ),
            1
        );
    });
}
