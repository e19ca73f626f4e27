//! 四步法文书 through the storage of both engines: form, number, seal, service, clocks, gate, check code and 卷宗 (domain 3; hazards B04, B05, B10,
//! B11, B12, H01, K05).
// long because: every paper is told by one case and one way to fill in a form, which two files would have twice.

use std::collections::BTreeMap;

use casework::cases::{CaseFile, Told};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::papers::case::{
    Checked, Filled, GroundForm, OnePaper, Serving, Shelf, blank, bundle, case_paper, checked, end_ground,
    enter_track, grounds, make_paper, one_paper, record_bundle, register_ground, review_ground, serve_paper,
    shelf, stamp_paper,
};
use casework::params;
use casework::refused::Refused;
use documents::paper::{Block, Paper, Press};
use rules::access::Role;
use rules::case::Kind;
use rules::case::paper::{FieldKind, PaperKind as P, Track, rule};
use rules::case::service::Mode;
use rules::plan::LegalStepKind as L;

use crate::attendance::school::{School, bureau, day, head, who, words};
use crate::cases::{colleague, director, file, on, persuading, school, told, township};
use crate::county::COUNTY;

/// What the form of a paper says, with everything that is asked filled in.
pub(crate) fn filled(school: &School, case: &str, kind: P) -> Filled {
    let id = case.to_owned();
    let form = school.act(&township(), move |desk| blank(desk, &id, kind)).expect("the form");
    let mut values = BTreeMap::new();
    for asked in &form.asked {
        let value = match asked.field.kind {
            _ if !asked.value.is_empty() => asked.value.clone(),
            FieldKind::Line => format!("填写{}", asked.field.label),
            FieldKind::Text => format!("照实填写{}。", asked.field.label),
            FieldKind::Names(_) => "普某某（53001）、李某某（53002）".to_owned(),
            FieldKind::Past => "2026-11-27".to_owned(),
            FieldKind::Future => "2026-12-08".to_owned(),
            FieldKind::After(_) => "2026-12-30".to_owned(),
        };
        values.insert(asked.field.key.to_owned(), value);
    }
    Filled { kind, guardian: form.guardians.first().map(|(id, _)| id.clone()).unwrap_or_default(), values }
}

pub(crate) fn make(school: &School, by: &SignedIn, case: &str, filled: &Filled) -> Result<String, Refused> {
    let (case, filled) = (case.to_owned(), filled.clone());
    school.act(by, move |desk| make_paper(desk, &case, &filled))
}

fn made(school: &School, case: &str, kind: P) -> String {
    make(school, &township(), case, &filled(school, case, kind)).unwrap_or_else(|why| panic!("{kind}: {why}"))
}

pub(crate) fn stamp(school: &School, by: &SignedIn, id: &str) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| stamp_paper(desk, &id))
}

/// In person on that day, by the first guardian.
fn serving(school: &School, id: &str, mode: Mode, on: &str) -> Serving {
    let guardian = one(school, &township(), id).expect("the paper").guardians[0].0.clone();
    let values =
        [("on", on), ("servers", "普某某、李某某"), ("place", "东镇上村12号"), ("signed", "普阿奶，本人")];
    let values = values.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Serving { mode, guardian, filmed: false, agreed: false, values }
}

fn serve(school: &School, id: &str, told: &Serving) -> Result<String, Refused> {
    let (id, told) = (id.to_owned(), told.clone());
    school.act(&township(), move |desk| serve_paper(desk, &id, &told))
}

fn one(school: &School, by: &SignedIn, id: &str) -> Result<OnePaper, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| one_paper(desk, &id))
}

pub(crate) fn papers(school: &School, by: &SignedIn, case: &str) -> Shelf {
    let case = case.to_owned();
    school.act(by, move |desk| shelf(desk, &case)).expect("the papers")
}

pub(crate) fn draft(school: &School, by: &SignedIn, id: &str) -> Result<Paper, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| case_paper(desk, &id, "http://127.0.0.1:8080")).map(|draft| draft.paper)
}

/// Every text of a paper.
pub(crate) fn text(paper: &Paper) -> String {
    let mut all = vec![paper.title.clone(), paper.number.clone(), paper.to.join("、"), paper.signed.clone()];
    for block in &paper.body {
        match block {
            Block::Heading { text } | Block::Text { text } => all.push(text.clone()),
            Block::Pairs { rows } => all.extend(rows.iter().map(|(what, value)| format!("{what}：{value}"))),
            Block::Table { rows, .. } => all.extend(rows.iter().map(|row| row.join(" "))),
        }
    }
    all.join("\n")
}

fn look_up(school: &School, code: &str, digest: &str) -> Option<Checked> {
    let (code, digest, keys) = (code.to_owned(), digest.to_owned(), school.keys.clone());
    let found: Result<_, Refused> = school.db.read(move |tx| checked(tx, &keys, COUNTY, &code, &digest));
    found.expect("an answer")
}

fn helped(school: &School, case: &str) {
    let help = Told { code: "money".to_owned(), ..on(Kind::Help, "2026-11-27") };
    told(school, &township(), case, help).expect("help");
}

fn steps(file: &CaseFile) -> Vec<(L, String, Option<String>)> {
    let taken = file.steps.iter().filter_map(|rung| Some((rung.step, rung.taken?)));
    taken.map(|(step, (on, until))| (step, on.to_string(), until.map(|day| day.to_string()))).collect()
}

/// Persuaded, helped, ordered by a sealed paper that was served on 28 November; the id of the order.
fn ordered(school: &School, case: &str) -> String {
    made(school, case, P::PersuasionRecord);
    school.at("2026-11-27T10:00:00+08:00");
    helped(school, case);
    let order = made(school, case, P::OrderToCorrect);
    stamp(school, &township(), &order).expect("stamped");
    school.at("2026-11-28");
    serve(school, &order, &serving(school, &order, Mode::InPerson, "2026-11-28")).expect("served");
    order
}

/// domain 3: from 劝返记录 to 责令改正, served: facts are filled in, a missing field is named, help comes first, the seal before the service, and
/// what was served takes the step from its day on.
#[test]
fn from_record_to_order() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        let record = filled(&school, &case, P::PersuasionRecord);
        for field in rule(P::PersuasionRecord).fields.iter().filter(|field| field.required) {
            let mut without = record.clone();
            without.values.remove(field.key);
            match make(&school, &township(), &case, &without) {
                Err(Refused::Invalid(problems)) => {
                    assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), [field.key]);
                }
                other => panic!("{}: {other:?}", field.key),
            }
        }
        let first = make(&school, &township(), &case, &record).expect("made");
        assert_eq!(
            make(&school, &township(), &case, &record).expect("twice"),
            first,
            "a double click is one paper (H01)"
        );
        let page = file(&school, &bureau(), &case).expect("the case");
        assert_eq!(steps(&page), [(L::Persuade, "2026-11-27".to_owned(), None)], "the record takes the step");

        let order = filled(&school, &case, P::OrderToCorrect);
        assert!(order.values["facts"].contains("李小明自2026年11月23日起没有正当理由未到校"), "{order:?}");
        assert!(order.values["facts"].contains("入户劝返1次") && order.values["send_to"] == "东镇小学");
        assert!(words(make(&school, &township(), &case, &order)).contains("还没有给过帮扶"));
        helped(&school, &case);
        assert!(filled(&school, &case, P::OrderToCorrect).values["facts"].contains("已给予帮扶：资助、救助"));
        let nobody = Filled { guardian: String::new(), ..order };
        assert!(words(make(&school, &township(), &case, &nobody)).contains("请选择监护人"));
        let order = made(&school, &case, P::OrderToCorrect);

        let paper = draft(&school, &township(), &order).expect("the paper");
        let said = text(&paper);
        for part in [
            "责令送被监护人接受义务教育通知书",
            "东镇人民政府责改〔2026〕1号",
            "普阿奶（祖母）",
            "电话：13800001234",
            "学生：李小明",
            "在2026年12月8日以前送李小明到东镇小学",
            "《中华人民共和国义务教育法》第五条、第十一条、第五十八条",
            "六十日内向",
            "12348",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        for right in rule(P::OrderToCorrect).rights {
            assert!(said.contains(right.name) && said.contains(right.article), "{}", right.name);
        }
        for field in rule(P::OrderToCorrect).fields {
            assert!(
                said.contains(field.label) || field.key == "translation" || !field.required,
                "{}",
                field.label
            );
        }
        assert!(paper.check.starts_with("http://127.0.0.1:8080/check/") && paper.squares.len() > 20);

        let hand = serving(&school, &order, Mode::InPerson, "2026-11-27");
        assert!(words(serve(&school, &order, &hand)).contains("还没有盖章"));
        assert!(matches!(stamp(&school, &head(), &order), Err(Refused::Denied { .. })));
        assert!(words(stamp(&school, &bureau(), &order)).contains("别的机关做的"));
        stamp(&school, &township(), &order).expect("stamped");
        stamp(&school, &township(), &order).expect("again, and nothing happens");
        school.at("2026-11-30");
        let refuse = |told: Serving, what: &str| {
            let said = words(serve(&school, &order, &told));
            assert!(said.contains(what), "{what}: {said}");
        };
        let of = |mode| serving(&school, &order, mode, "2026-11-28");
        let put = |mut told: Serving, key: &str, value: &str| {
            told.values.insert(key.to_owned(), value.to_owned());
            told
        };
        refuse(put(of(Mode::InPerson), "on", "2026-11-26"), "不能倒签");
        refuse(put(of(Mode::InPerson), "on", "2026-12-01"), "不能在今天以后");
        refuse(put(of(Mode::InPerson), "signed", " "), "没有签收人");
        refuse(of(Mode::Left), "拒收的事由");
        refuse(put(of(Mode::Left), "why_refused", "不肯签字"), "留置送达没有见证人");
        refuse(of(Mode::Electronic), "没有书面同意");
        refuse(of(Mode::Public), "没有写明用其他方式无法送达");
        refuse(Serving { guardian: "x".to_owned(), ..of(Mode::InPerson) }, "请选择受送达人");
        assert_eq!(
            papers(&school, &township(), &case)
                .papers
                .iter()
                .filter(|one| one.kind == P::ServiceReceipt)
                .count(),
            0
        );
        let left = put(put(of(Mode::Left), "why_refused", "不肯签字"), "witness", "东镇上村村委会 普主任");
        let receipt = serve(&school, &order, &left).expect("left, with a witness");
        assert_eq!(serve(&school, &order, &left).expect("twice"), receipt);
        let page = file(&school, &bureau(), &case).expect("the case");
        assert_eq!(
            steps(&page)[1],
            (L::Order, "2026-11-28".to_owned(), Some("2026-12-08".to_owned())),
            "the service takes the step and starts the term"
        );
        let said = text(&draft(&school, &township(), &receipt).expect("the receipt"));
        for part in [
            "东镇人民政府责改〔2026〕1号",
            "留置送达",
            "2026年11月28日",
            "不肯签字",
            "普主任",
            "民事诉讼法》第八十九条",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let shelf = papers(&school, &township(), &case);
        assert_eq!(shelf.due.len(), 3, "{:?}", shelf.due);
        // 2027 stands as far as the law names its days, and the page says so (B14).
        assert!(shelf.due.iter().all(|due| due.term.is_ok() && due.provisional), "{:?}", shelf.due);
        assert!(shelf.penalty.expect("no penalty").what.contains("没有登记处罚依据"));
        assert!(shelf.can.contains(&P::Filing) && !shelf.can.contains(&P::PenaltyDecision));
    });
}

/// 民事诉讼法 95: a paper served by publication counts thirty days later, and takes its step only then.
#[test]
fn by_publication() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        made(&school, &case, P::PersuasionRecord);
        helped(&school, &case);
        let published = |order: &str| {
            stamp(&school, &township(), order).expect("stamped");
            let mut told = serving(&school, order, Mode::Public, "2026-11-27");
            told.values.insert("tried".to_owned(), "11月20日上门无人，邮寄退回，电话停机".to_owned());
            serve(&school, order, &told)
        };
        let early = made(&school, &case, P::OrderToCorrect);
        assert!(words(published(&early)).contains("期限已经到了"), "the term would end before it counts");
        let mut later = filled(&school, &case, P::OrderToCorrect);
        later.values.insert("until".to_owned(), "2027-01-10".to_owned());
        let order = make(&school, &township(), &case, &later).expect("another one");
        published(&order).expect("published");
        let line = one(&school, &township(), &order).expect("the paper").line;
        assert_eq!(line.served, Some(day("2026-12-27")));
        let page = file(&school, &bureau(), &case).expect("the case");
        assert_eq!(steps(&page).len(), 1, "the step is not taken before it counts");
    });
}

/// B11: numbers of each kind and unit without a gap, also behind refusals. B10: what was changed afterwards does not check any more.
#[test]
fn numbers_and_codes() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let children = school.pupils("c1", &["李小明", "李小花"]);
        let case = persuading(&school, &children[0]);
        let record = filled(&school, &case, P::PersuasionRecord);
        let mut ids = Vec::new();
        for at in 0..3 {
            school.at(&format!("2026-11-27T1{at}:00:00+08:00"));
            let mut wrong = record.clone();
            wrong.values.remove("place");
            assert!(make(&school, &township(), &case, &wrong).is_err());
            let mut next = record.clone();
            next.values.insert("cause".to_owned(), format!("说跟不上，第{at}次"));
            ids.push(make(&school, &township(), &case, &next).expect("made"));
        }
        school.at("2026-11-27T14:00:00+08:00");
        let aid = made(&school, &case, P::LegalAid);
        let shelf = papers(&school, &township(), &case);
        let numbers: Vec<&str> = shelf.papers.iter().rev().map(|paper| paper.word.as_str()).collect();
        assert_eq!(
            numbers,
            [
                "东镇人民政府劝返〔2026〕1号",
                "东镇人民政府劝返〔2026〕2号",
                "东镇人民政府劝返〔2026〕3号",
                "东镇人民政府法援〔2026〕1号"
            ]
        );
        let one = one(&school, &township(), &aid).expect("the paper");
        assert_eq!(one.code.len(), 32);
        let known = look_up(&school, &one.code, "").expect("it is known");
        assert_eq!(
            (known.word.as_str(), known.is_genuine, known.stamped, known.digest),
            ("东镇人民政府法援〔2026〕1号", true, Some(false), None)
        );
        assert_eq!(look_up(&school, &"0".repeat(32), ""), None);
        let digest = "ab".repeat(32);
        assert_eq!(look_up(&school, &one.code, &digest).expect("known").digest, Some(false));
        let (id, township) = (aid.clone(), township());
        let made = Press::default()
            .make(&draft(&school, &township, &aid).expect("it"), documents::paper::Form::Docx)
            .expect("made");
        let file = made.clone();
        school
            .act(&township, move |desk| {
                let draft = case_paper(desk, &id, "http://127.0.0.1:8080")?;
                casework::papers::record(desk, &draft, &file)
            })
            .expect("recorded");
        assert_eq!(look_up(&school, &one.code, &made.sha256).expect("known").digest, Some(true));
        assert_eq!(
            look_up(&school, &one.code, &made.sha256.to_uppercase()).expect("known").digest,
            Some(true)
        );
        school.run("update case_paper set number = 7 where county = $1 and kind = 'legal_aid'");
        assert!(!look_up(&school, &one.code, "").expect("known").is_genuine, "B10: altered after issue");
    });
}

/// domain 0.1, B05: no penalty without basis, delegation and a review by another person; with them the notice and, in its time, the decision.
#[test]
fn a_penalty_with_its_ground() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        ordered(&school, &case);
        made(&school, &case, P::Filing);
        let notice = filled(&school, &case, P::PriorNotice);
        assert!(words(make(&school, &township(), &case, &notice)).contains("没有登记处罚依据"));
        let form = |norm: &str, organ: &str, delegation: &str| GroundForm {
            norm: norm.to_owned(),
            article: "某省义务教育条例第四十条".to_owned(),
            organ: organ.to_owned(),
            delegation: delegation.to_owned(),
        };
        let register =
            |by: &SignedIn, form: GroundForm| school.act(by, move |desk| register_ground(desk, &form));
        assert!(words(register(&bureau(), form("document", "county", ""))).contains("不得设定"));
        assert!(
            words(register(&bureau(), form("local_regulation", "township", ""))).contains("乡镇不能作出处罚")
        );
        assert!(matches!(
            register(&township(), form("local_regulation", "county", "")),
            Err(Refused::Denied { .. })
        ));
        let ground = register(&bureau(), form("local_regulation", "township", "省政府公告2026年第1号"))
            .expect("registered");
        assert!(words(make(&school, &township(), &case, &notice)).contains("没有法制审核意见"));
        let review = |by: &SignedIn| {
            let id = ground.clone();
            school.act(by, move |desk| review_ground(desk, &id, "依据、授权合法有效"))
        };
        assert!(words(review(&bureau())).contains("不能由承办人自己做"));
        review(&director()).expect("reviewed by another");
        let (lines, why) = school.act(&bureau(), grounds).expect("the grounds");
        assert!(why.is_none() && lines.len() == 1 && lines[0].reviewed.is_some());
        let notice = filled(&school, &case, P::PriorNotice);
        assert_eq!(notice.values["basis"], "某省义务教育条例第四十条");
        let notice = make(&school, &township(), &case, &notice).expect("the gate is open");
        let other = who("x1b", Role::Township, "t1");
        assert!(words(stamp(&school, &township(), &notice)).contains("不能由制作的人自己盖章"), "B05");
        stamp(&school, &other, &notice).expect("stamped by another");
        serve(&school, &notice, &serving(&school, &notice, Mode::InPerson, "2026-11-28")).expect("served");
        made(&school, &case, P::LegalReview);
        let decision = filled(&school, &case, P::PenaltyDecision);
        assert!(
            words(make(&school, &township(), &case, &decision)).contains("最早2026-12-05"),
            "five working days"
        );
        school.at("2026-12-07");
        let decision = filled(&school, &case, P::PenaltyDecision);
        let decision = make(&school, &township(), &case, &decision).expect("decided");
        stamp(&school, &other, &decision).expect("stamped by another");
        serve(&school, &decision, &serving(&school, &decision, Mode::InPerson, "2026-12-07"))
            .expect("served");
        let page = file(&school, &bureau(), &case).expect("the case");
        assert_eq!(
            steps(&page).last().map(|(step, on, _)| (*step, on.as_str())),
            Some((L::Penalty, "2026-12-07"))
        );
        let demand = filled(&school, &case, P::Demand);
        assert!(demand.values["decision"].contains("行政处罚决定书"));
        made(&school, &case, P::Demand);
        let id = ground.clone();
        school.act(&bureau(), move |desk| end_ground(desk, &id)).expect("withdrawn");
        assert!(
            papers(&school, &township(), &case)
                .penalty
                .expect("shut again")
                .what
                .contains("没有登记处罚依据")
        );
    });
}

/// Who has nothing to do with the case learns nothing; who only reads it makes, seals and takes out nothing (A01, K05).
#[test]
fn for_whom() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        let record = filled(&school, &case, P::PersuasionRecord);
        let paper = make(&school, &township(), &case, &record).expect("made");
        for stranger in
            [who("x2", Role::Township, "t2"), who("h2", Role::Head, "s2"), who("p", Role::Police, "police")]
        {
            assert!(
                matches!(one(&school, &stranger, &paper), Err(Refused::Denied { .. })),
                "{}",
                stranger.actor.account
            );
            assert!(matches!(make(&school, &stranger, &case, &record), Err(Refused::Denied { .. })));
            assert!(matches!(draft(&school, &stranger, &paper), Err(Refused::Denied { .. })));
        }
        let seen = one(&school, &head(), &paper).expect("the school reads it");
        assert!(!seen.may_act && !seen.may_take_out && seen.files.is_empty());
        assert!(matches!(draft(&school, &head(), &paper), Err(Refused::Denied { .. })));
        let shelf = papers(&school, &head(), &case);
        assert!(!shelf.may_act && shelf.can.is_empty() && !shelf.may_take_out);
        let old = SignedIn { confirmed: None, ..township() };
        assert!(
            matches!(draft(&school, &old, &paper), Err(Refused::StepUp { .. })),
            "taking out needs a fresh proof"
        );
        let stored: Result<Vec<u8>, casework::db::DbError> = school.db.read(|tx| {
            tx.one("select said_sealed from case_paper where county = $1", &params![COUNTY], |row| row.get(0))
        });
        let stored = String::from_utf8_lossy(&stored.expect("a row")).into_owned();
        assert!(!stored.contains("李小明") && !stored.contains("13800001234"), "sealed");
    });
}

/// 卷宗: every paper in order with history, orders and court; numbered once; taking it out is on the record with its digest.
#[test]
fn the_whole_file() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let case = persuading(&school, &child);
        ordered(&school, &case);
        let id = case.clone();
        school
            .act(&township(), move |desk| {
                enter_track(desk, &id, Track::Mediation, desk.now.day(), "当庭调解，十日内送返")
            })
            .expect("entered");
        let id = case.clone();
        let late = school.act(&township(), move |desk| {
            enter_track(desk, &id, Track::Trial, day("2026-12-31"), "开庭审理")
        });
        assert!(words(late).contains("立案以后、今天以前"));
        let take = |by: &SignedIn| {
            let id = case.clone();
            school.act(by, move |desk| bundle(desk, &id, "http://127.0.0.1:8080"))
        };
        assert!(matches!(take(&head()), Err(Refused::Denied { .. })));
        assert!(matches!(take(&SignedIn { confirmed: None, ..township() }), Err(Refused::StepUp { .. })));
        let draft = take(&township()).expect("the file");
        assert!(draft.bundle.number.ends_with("控辍个案〔2026〕1号"), "{}", draft.bundle.number);
        let titles: Vec<&str> = draft.bundle.papers.iter().map(|paper| paper.title.as_str()).collect();
        assert_eq!(
            titles,
            ["个案办理经过", "宣传教育（劝返）记录", "责令送被监护人接受义务教育通知书", "送达回证"]
        );
        let history = text(&draft.bundle.papers[0]);
        for part in [
            "下发劝返指令",
            "登记帮扶：资助、救助",
            "登记四步法：责令改正",
            "〔2026〕1号",
            "当庭调解，十日内送返",
        ] {
            assert!(history.contains(part), "{part}: {history}");
        }
        let made = Press::default().bind(&draft.bundle).expect("bound");
        assert!(made.bytes.starts_with(b"%PDF-"));
        assert_eq!(Press::default().bind(&draft.bundle).expect("again"), made, "the same bytes");
        let (kept, file) = (draft.clone(), made.clone());
        school.act(&township(), move |desk| record_bundle(desk, &kept, &file)).expect("recorded");
        assert_eq!(take(&colleague()).expect("by the bureau").bundle.number, draft.bundle.number);
        let shelf = papers(&school, &township(), &case);
        assert_eq!((shelf.files.len(), shelf.files[0].sha256.as_str()), (1, made.sha256.as_str()));
        assert_eq!(shelf.tracks.len(), 1);
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail like '导出卷宗%'"
            ),
            1
        );
    });
}
