//! 结对包保 (五(六)) through the storage of both engines: who is paired and who is not, visits as events of the case, the pocket page,
//! hand-over; hazards A03, B13, E08, H01, H02, H04, H06 and what is sealed.
// long because: one school with its people tells all of it, and two files would set it up twice.

use casework::cases::{CaseFile, Told, act, case, open_case};
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::{Desk, SignedIn};
use casework::pairs::{
    PairLine, Shown, VisitForm, Visited, board, loads, pair, paired_of, pairing, photo, pocket, visit,
    visiting,
};
use casework::params;
use casework::refused::Refused;
use casework::safeguarding::Signs;
use casework::today;
use casework::units::{self, HandOver};
use rules::access::{Role, Standing};
use rules::attendance::Answered;
use rules::case::{Kind, State};
use rules::pairing::Outcome;
use rules::safeguard::Sign;
use rules::standing::Standing as Stands;

use crate::attendance::school::{School, bureau, day, head, teacher, who, words};
use crate::county::COUNTY;

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn cadre() -> SignedIn {
    who("g1", Role::Cadre, "t1")
}

fn other_cadre() -> SignedIn {
    who("g2", Role::Cadre, "t1")
}

/// Who leads the township, and so hands its posts over.
fn leader() -> SignedIn {
    let mut leader = who("x0", Role::Township, "t1");
    leader.actor.posts[0].standing = Standing::Leads;
    leader
}

/// The school with its people on their posts: two cadres and an officer of t1, the teacher of c1, somebody of t2.
fn school(db: casework::db::Db) -> School {
    let school = School::new(db);
    for (account, role, unit, name) in [
        ("g1", Role::Cadre, "t1", "罗干部"),
        ("g2", Role::Cadre, "t1", "自干部"),
        ("x1", Role::Township, "t1", "字专干"),
        ("teacher", Role::Teacher, "c1", "杨老师"),
        ("y1", Role::Cadre, "t2", "外乡人"),
        ("kin", Role::Cadre, "t1", "普阿奶"),
    ] {
        let done = school.act(&bureau(), move |desk| {
            let post = format!("post-{account}");
            desk.tx.execute(
                "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
                 values ($1, $2, $2, $3, '', $4, 'active', '', '')",
                &params![COUNTY, account, name, unit],
            )?;
            desk.tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, 'serves', 'staff', '', 0)",
                &params![COUNTY, &post, unit, role.code()],
            )?;
            desk.tx.execute(
                "insert into tenure (county, id, post, account, from_day, by_account, made_at)
                 values ($1, $2, $2, $3, '2026-01-01', '', '')",
                &params![COUNTY, &post, account],
            )?;
            Ok(())
        });
        done.expect("somebody on a post");
    }
    school
}

fn file(school: &School, by: &SignedIn, id: &str) -> Result<CaseFile, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| case(desk, &id))
}

fn told(school: &School, by: &SignedIn, id: &str, told: Told) -> Result<(), Refused> {
    let version = file(school, &bureau(), id).expect("the file").version;
    let id = id.to_owned();
    school.act(by, move |desk| act(desk, &id, &told, version))
}

fn said(kind: Kind) -> Told {
    Told { words: "电话核实，孩子在家，没有上学".to_owned(), ..Told::new(kind) }
}

/// A child of c1 whose case is open, verified, ordered and received, on 24 November.
fn accepted(school: &School, name: &'static str) -> (String, String) {
    let child = school.pupils("c1", &[name]).remove(0);
    let id = {
        let child = child.clone();
        school.act(&head(), move |desk| open_case(desk, &child, "半个月没有来上学了")).expect("a case")
    };
    told(school, &bureau(), &id, said(Kind::Confirm)).expect("confirmed");
    told(school, &bureau(), &id, Told { unit: "t1".to_owned(), ..said(Kind::Dispatch) }).expect("ordered");
    told(school, &township(), &id, Told::new(Kind::Receive)).expect("received");
    (child, id)
}

fn paired(school: &School, by: &SignedIn, child: &str, account: &str, why: &str) -> Result<(), Refused> {
    let was = now(school, child).map(|(id, _)| id).unwrap_or_default();
    with(school, by, child, account, why, &was)
}

fn with(
    school: &School,
    by: &SignedIn,
    child: &str,
    account: &str,
    why: &str,
    was: &str,
) -> Result<(), Refused> {
    let [child, post, why, was] = [child, &format!("post-{account}"), why, was].map(str::to_owned);
    school.act(by, move |desk| pair(desk, &child, &post, &why, &was))
}

/// The pairing of a child now, and whose it is.
fn now(school: &School, child: &str) -> Option<(String, String)> {
    let child = child.to_owned();
    let found = school.act(&bureau(), move |desk| paired_of(desk, &child)).expect("the pairing");
    found.map(|one| (one.id, one.account))
}

fn lines(school: &School, by: &SignedIn, shown: Shown) -> Vec<PairLine> {
    school.act(by, move |desk| board(desk, shown, None)).expect("the board").0
}

pub(crate) fn at_door(id: &str, on: &str, outcome: Outcome) -> VisitForm {
    let met = outcome.is_met();
    VisitForm {
        id: format!("visit-{id}"),
        day: day(on),
        hour: "16:30".to_owned(),
        place: "家里".to_owned(),
        outcome,
        met: met.then_some(Answered::Grandparent),
        child_said: if met { "想和同学一起上学，数学跟不上".to_owned() } else { String::new() },
        family_said: if met { "祖母说父母都在广东".to_owned() } else { String::new() },
        note: String::new(),
        cause: String::new(),
        promised: None,
        next: (!met).then(|| day(on).tomorrow().expect("a day")),
        help: String::new(),
        help_note: String::new(),
        seen: None,
        signs: Signs::default(),
        photo: None,
        position: String::new(),
    }
}

pub(crate) fn visited(
    school: &School,
    by: &SignedIn,
    child: &str,
    form: &VisitForm,
) -> Result<Visited, Refused> {
    let (child, form) = (child.to_owned(), form.clone());
    school.act(by, move |desk| visit(desk, &child, &form))
}

fn invalid<T: std::fmt::Debug>(result: Result<T, Refused>, field: &str) {
    match result {
        Err(Refused::Invalid(problems)) => assert_eq!(problems[0].field, field, "{}", problems[0].text),
        other => panic!("{other:?} is no refusal of {field}"),
    }
}

/// 五(六): who is near is paired, in one act with the way to the child; who is not, who is kin, who has enough and who is of the wrong
/// township is refused; another page is told that it is old (H04); the same twice is once (H01). It ends with the case.
#[test]
fn who_is_paired() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        assert!(matches!(file(&school, &cadre(), &id), Err(Refused::Denied { .. })), "no tie, no case");
        let unpaired = lines(&school, &township(), Shown::Unpaired);
        assert_eq!((unpaired.len(), unpaired[0].child.as_str(), unpaired[0].who.as_str()), (1, &*child, ""));
        let task = |by: &SignedIn, title: &str| {
            let all = school.act(by, today::today).expect("today").tasks;
            all.into_iter().find(|task| task.title.contains(title))
        };
        assert!(task(&township(), "1个孩子没有结对").is_some());

        for by in [bureau(), head(), teacher(), cadre(), who("y0", Role::Township, "t2")] {
            assert!(matches!(paired(&school, &by, &child, "g1", ""), Err(Refused::Denied { .. })), "{by:?}");
        }
        invalid(paired(&school, &township(), &child, "y1", ""), "post");
        assert!(words(paired(&school, &township(), &child, "kin", "")).contains("可能是亲属"));
        let form = {
            let child = child.clone();
            school.act(&township(), move |desk| pairing(desk, &child)).expect("the form")
        };
        let named = |name: &str| form.choices.iter().find(|one| one.name == name);
        assert!(named("外乡人").is_none() && named("普阿奶").is_some_and(|one| one.against.is_some()));
        assert!(named("杨老师").is_some_and(|one| one.against.is_none()), "the class teacher can be");

        paired(&school, &township(), &child, "g1", "").expect("paired");
        with(&school, &township(), &child, "g1", "", "").expect("the same sent twice is done");
        assert_eq!(school.count("select cast(count(*) as bigint) from pair where county = $1"), 1);
        assert!(matches!(with(&school, &township(), &child, "g2", "", ""), Err(Refused::Changed { .. })));
        assert!(file(&school, &cadre(), &id).is_ok(), "who is paired reads the case");
        assert!(lines(&school, &township(), Shown::Unpaired).is_empty());
        assert_eq!(
            task(&cadre(), "李小明").map(|task| (task.act, task.due)),
            Some(("首次入户".to_owned(), "2026-11-27".to_owned()))
        );

        invalid(paired(&school, &township(), &child, "g2", ""), "why");
        paired(&school, &township(), &child, "g2", "罗干部下乡驻村，离得远").expect("somebody else");
        assert!(file(&school, &cadre(), &id).is_err() && file(&school, &other_cadre(), &id).is_ok());
        assert_eq!(now(&school, &child).expect("paired").1, "g2");
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from pair where county = $1 and ended_why = 'changed'"
            ),
            1,
            "what was is kept"
        );
        let clear = school.count(
            "select cast(count(*) as bigint) from pair where county = $1 and why_sealed is not null
                and cast(length(why_sealed) as bigint) > 0",
        );
        assert_eq!(clear, 1, "why is sealed");

        // The sixth child is one too many.
        for name in ["王一", "王二", "王三", "王四"] {
            let (child, _) = accepted(&school, name);
            paired(&school, &township(), &child, "g2", "").expect("there is room");
        }
        let (sixth, _) = accepted(&school, "王五");
        assert!(words(paired(&school, &township(), &sixth, "g2", "")).contains("最多5名"));
        let all = school.act(&township(), loads).expect("loads");
        assert_eq!((all[0].name.as_str(), all[0].many, all[0].late), ("自干部", 5, 0));
        assert!(
            school.act(&who("y0", Role::Township, "t2"), loads).expect("none").is_empty(),
            "another township's"
        );

        // It ends with the case, and the way to the child with it.
        told(
            &school,
            &township(),
            &id,
            Told { code: "close".to_owned(), detail: "mistaken".to_owned(), ..said(Kind::Ask) },
        )
        .expect("asked");
        told(&school, &bureau(), &id, Told::new(Kind::Agree)).expect("agreed");
        assert_eq!(file(&school, &bureau(), &id).expect("the file").line.state, State::Closed);
        assert!(now(&school, &child).is_none() && file(&school, &other_cadre(), &id).is_err());
        assert_eq!(school.standing(&child), Stands::Enrolled, "confirmed by mistake: it stands as before");
        assert!(words(paired(&school, &township(), &child, "g1", "")).contains("没有在办的个案"));
    });
}

/// A tip-off in the case keeps the people of that unit from it (B13).
#[test]
fn nobody_of_the_unit_of_a_tip_off() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, _) = accepted(&school, "李小明");
        school.run("update child_case set against = 't1' where county = $1");
        assert!(words(paired(&school, &township(), &child, "g1", "")).contains("举报反映的就是"));
        paired(&school, &township(), &child, "teacher", "").expect("somebody of another unit");
    });
}

/// The day of a moment.
fn of_day(moment: &str) -> String {
    moment.get(..10).unwrap_or(moment).to_owned()
}

/// 五(六), one deadline: what failed changes nothing but the day that was agreed on; meeting the family is the case's visit, whoever is
/// paired; who did not go in time is on the board, on 今天 and in the loads.
#[test]
fn a_visit_moves_the_case() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        paired(&school, &township(), &child, "teacher", "").expect("the teacher is paired");
        let due = |school: &School| of_day(&file(school, &bureau(), &id).expect("the file").line.due);
        assert_eq!(due(&school), "2026-11-27");
        let done = visited(&school, &teacher(), &child, &at_door("a001", "2026-11-24", Outcome::NobodyHome));
        let done = done.expect("a failure is kept");
        assert_eq!((done.case.as_str(), done.again, done.late, done.raised), (&*id, false, false, false));
        assert_eq!(due(&school), "2026-11-25", "tomorrow again, as was agreed");
        school.at("2026-11-26");
        let late = lines(&school, &township(), Shown::Late);
        assert_eq!(late.len(), 1);
        assert_eq!(late[0].last, Some(("2026-11-24".to_owned(), "家里没人")));
        assert_eq!(school.act(&township(), loads).expect("loads")[0].late, 1);
        let all = school.act(&township(), today::today).expect("today").tasks;
        assert!(all.iter().any(|task| task.title.contains("1个孩子到期没有走访")));

        let mut form = at_door("a002", "2026-11-26", Outcome::Both);
        form.next = Some(day("2026-11-30"));
        form.promised = Some(day("2026-11-30"));
        form.cause = "learning".to_owned();
        form.help = "tutoring".to_owned();
        form.help_note = "商定周末补课，祖母同意".to_owned();
        visited(&school, &teacher(), &child, &form).expect("visited");
        let page = file(&school, &township(), &id).expect("the file");
        assert_eq!(
            (page.line.state, page.helped, of_day(&page.line.due).as_str()),
            (State::Persuading, 1, "2026-11-30")
        );
        assert!(lines(&school, &township(), Shown::Late).is_empty());
        let shown = page
            .happened
            .iter()
            .find(|one| one.visit.as_ref().is_some_and(|one| one.text.contains("孩子说")));
        let text = &shown.expect("the visit").visit.as_ref().expect("told").text;
        for part in ["16:30", "家里", "祖父母", "数学跟不上", "祖母说", "2026-11-30"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // Entered two days later it says so; before the case began and tomorrow there is none.
        school.at("2026-11-28");
        let late = visited(&school, &teacher(), &child, &at_door("a003", "2026-11-27", Outcome::Family));
        assert!(late.expect("in time").late);
        let early = visited(&school, &teacher(), &child, &at_door("a004", "2026-11-23", Outcome::Family));
        assert!(words(early).contains("早于立案"));
        let tomorrow = visited(&school, &teacher(), &child, &at_door("a005", "2026-11-29", Outcome::Family));
        assert!(words(tomorrow).contains("今天以后"));
        // A year out: the clock of the phone is wrong, and the visit is neither taken nor lost.
        assert!(
            visited(&school, &teacher(), &child, &at_door("a006", "2027-11-28", Outcome::Family)).is_err()
        );
        assert_eq!(school.count("select cast(count(*) as bigint) from visit where county = $1"), 3);
    });
}

/// H01, H02, H06: the same visit once; the same id with another text refused; two phones both stand and each is told of the other; who
/// lost the child meanwhile writes nothing; the clock of the phone is not believed.
#[test]
fn sent_again_late_and_by_two() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        paired(&school, &township(), &child, "g1", "").expect("paired");
        let seen = file(&school, &cadre(), &id).expect("the file").version;
        let mut form = at_door("b001", "2026-11-24", Outcome::Family);
        form.seen = Some(seen);
        assert_eq!(visited(&school, &cadre(), &child, &form).expect("visited").news, 0);
        let again = visited(&school, &cadre(), &child, &form).expect("answered again");
        assert!(again.again && again.news == 0);
        let mut other = form.clone();
        other.family_said.push_str("，过年回来");
        invalid(visited(&school, &cadre(), &child, &other), "id");
        invalid(visited(&school, &township(), &child, &form), "id");
        assert_eq!(school.count("select cast(count(*) as bigint) from visit where county = $1"), 1);
        assert_eq!(file(&school, &bureau(), &id).expect("the file").version, seen + 1);

        // The officer was there, too; the phone of the cadre did not know.
        visited(&school, &township(), &child, &at_door("b002", "2026-11-24", Outcome::TurnedAway))
            .expect("both stand");
        let mut late = at_door("b003", "2026-11-24", Outcome::NobodyHome);
        late.seen = Some(seen);
        let done = visited(&school, &cadre(), &child, &late).expect("kept beside it");
        assert_eq!(done.news, 1, "one of somebody else, none of one's own");
        assert_eq!(file(&school, &bureau(), &id).expect("the file").version, seen + 3);

        // Meanwhile somebody else is paired: what comes now is refused like what is not there, and nothing is written.
        paired(&school, &township(), &child, "g2", "罗干部调走了").expect("somebody else");
        let revoked = visited(&school, &cadre(), &child, &at_door("b004", "2026-11-24", Outcome::Family));
        assert!(matches!(revoked, Err(Refused::Denied { .. })));
        assert!(matches!(visited(&school, &cadre(), "no-child", &form), Err(Refused::Denied { .. })));
        assert_eq!(school.count("select cast(count(*) as bigint) from visit where county = $1"), 3);
    });
}

/// What has to be said: failure asks for the next day, a child that was met for its own words (未成年人保护法第十九条), and no more.
#[test]
fn what_a_visit_says() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, _) = accepted(&school, "李小明");
        paired(&school, &township(), &child, "g1", "").expect("paired");
        let base = |outcome| at_door("c001", "2026-11-24", outcome);
        let both = || base(Outcome::Both);
        for (form, field) in [
            (VisitForm { id: "x".to_owned(), ..both() }, "id"),
            (VisitForm { id: "../../etc/passwd".to_owned(), ..both() }, "id"),
            (VisitForm { hour: "25:61".to_owned(), ..both() }, "hour"),
            (VisitForm { next: None, ..base(Outcome::NobodyHome) }, "next"),
            (VisitForm { met: None, ..both() }, "met"),
            (VisitForm { child_said: "  ".to_owned(), ..both() }, "child_said"),
            (VisitForm { family_said: String::new(), ..both() }, "family_said"),
            (VisitForm { note: "字".repeat(501), ..both() }, "note"),
            (VisitForm { place: "家\u{202e}里".to_owned(), ..both() }, "place"),
            (VisitForm { cause: "nothing".to_owned(), ..both() }, "cause"),
            (VisitForm { promised: Some(day("2026-11-23")), ..both() }, "promised"),
            (VisitForm { help: "money".to_owned(), ..both() }, "help_note"),
            (VisitForm { help_note: "给了一百元".to_owned(), ..both() }, "help"),
            (VisitForm { photo: Some(b"\x89PNG".to_vec()), ..both() }, "photo"),
        ] {
            invalid(visited(&school, &cadre(), &child, &form), field);
        }
        let far = VisitForm { next: Some(day("2026-12-20")), ..both() };
        assert!(words(visited(&school, &cadre(), &child, &far)).contains("以前"));
        assert_eq!(school.count("select cast(count(*) as bigint) from visit where county = $1"), 0);
        visited(&school, &cadre(), &child, &base(Outcome::NotFound)).expect("a failure needs no words");
    });
}

/// 未成年人保护法第十一条: a sign goes to its receivers in the same act; in the case, in the visit and in its record nothing tells of it.
#[test]
fn a_sign_goes_its_own_way() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        paired(&school, &township(), &child, "g1", "").expect("paired");
        let mut form = at_door("d001", "2026-11-24", Outcome::Child);
        form.signs = Signs { signs: vec![Sign::Injury], note: "手臂上有几处旧伤".to_owned() };
        // Nobody to pass it to: neither is done.
        assert!(words(visited(&school, &cadre(), &child, &form)).contains("没有转交出去"));
        assert_eq!(school.count("select cast(count(*) as bigint) from visit where county = $1"), 0);
        school.run(
            "insert into post (county, id, unit, role, standing, duty, title, sort) values ($1, 'post-head', 's1', 'head', 'leads', 'chain', '', 0)",
        );
        let done = visited(&school, &cadre(), &child, &form).expect("both");
        assert!(done.raised && visited(&school, &cadre(), &child, &form).expect("again").raised);
        assert_eq!(
            school.count("select cast(count(*) as bigint) from safeguard where county = $1"),
            1,
            "passed on once"
        );
        let page = file(&school, &cadre(), &id).expect("the file");
        let all = format!("{page:?}");
        assert!(!all.contains("旧伤") && !all.contains("保护线索") && !all.contains("safeguard"), "{all}");
        let leads = school.count(
            "select cast(count(*) as bigint) from audit where county = $1 and subject = (select child from visit where county = $1)
                and detail like '%线索%'",
        );
        assert_eq!(leads, 0, "nothing leads from the child to it");
    });
}

/// A picture with a place in it, as a camera makes it.
pub(crate) fn camera() -> Vec<u8> {
    let part = |marker: u8, body: &[u8]| {
        let size = u16::try_from(body.len() + 2).expect("a short part").to_be_bytes();
        [&[0xff, marker], size.as_slice(), body].concat()
    };
    [
        vec![0xff, 0xd8],
        part(0xe1, b"Exif\0\0GPSLatitude 25.04 GPSLongitude 100.5"),
        part(0xdb, &[0; 65]),
        part(0xc0, &[8, 0, 100, 0, 100, 1, 1, 0x11, 0]),
        part(0xc4, &[0; 17]),
        part(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![1, 2, 3, 0xff, 0xd9],
    ]
    .concat()
}

/// E08, K06: of a photograph the picture alone is kept, sealed; who does not see the family does not see it; looking is on the record.
#[test]
fn a_photograph_without_its_place() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        paired(&school, &township(), &child, "g1", "").expect("paired");
        let mut form = at_door("e001", "2026-11-24", Outcome::Both);
        form.photo = Some(camera());
        visited(&school, &cadre(), &child, &form).expect("visited");
        let look = |by: &SignedIn| school.act(by, |desk| photo(desk, "visit-e001"));
        let kept = look(&cadre()).expect("the picture");
        assert!(kept.starts_with(&[0xff, 0xd8]) && kept.ends_with(&[0xff, 0xd9]));
        assert!(!kept.windows(3).any(|part| part == b"GPS" || part == b"Exi"));
        for by in [who("i", Role::Inspector, "s1"), other_cadre(), who("y0", Role::Township, "t2")] {
            assert!(matches!(look(&by), Err(Refused::Denied { .. })), "{by:?}");
        }
        let page = file(&school, &cadre(), &id).expect("the file");
        assert!(page.happened.iter().any(|one| one.visit.as_ref().is_some_and(|one| one.photo.is_some())));
        let seen =
            file(&school, &who("i", Role::Inspector, "s1"), &id).expect("the inspector reads the case");
        assert!(seen.happened.iter().all(|one| one.visit.is_none() && one.words.is_empty()));
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail = '走访照片'"
            ),
            1
        );
        let stored: Result<Vec<Vec<u8>>, DbError> = school.db.read(|tx| {
            tx.query(
                "select image_sealed from visit_photo where county = $1 order by visit",
                &params![COUNTY],
                |row| row.get(0),
            )
        });
        assert!(!stored.expect("sealed")[0].windows(kept.len()).any(|part| part == kept));
        // Where it was taken is kept only where the visitor says so, sealed, for who sees the family.
        let places = "select cast(count(position_sealed) as bigint) from visit_photo where county = $1";
        assert_eq!(school.count(places), 0);
        let told = |page: &CaseFile| -> String {
            page.happened.iter().filter_map(|one| one.visit.as_ref().map(|one| one.text.clone())).collect()
        };
        assert!(!told(&page).contains("拍照位置"));
        let form = |id: &str, position: &str| VisitForm {
            photo: Some(camera()),
            position: position.to_owned(),
            ..at_door(id, "2026-11-24", Outcome::Both)
        };
        for wrong in ["25.04", "91,100", "25.043611,100.5", "25.04,100.5 某村", "nan,1", "1e1,2"] {
            let refused = visited(&school, &cadre(), &child, &form("e002", wrong));
            assert!(matches!(refused, Err(Refused::Invalid(_))), "{wrong}: {refused:?}");
        }
        let alone = VisitForm { photo: None, ..form("e002", "25.04361,100.52361") };
        assert!(matches!(visited(&school, &cadre(), &child, &alone), Err(Refused::Invalid(_))), "of what?");
        visited(&school, &cadre(), &child, &form("e002", "25.04361,100.52361")).expect("visited");
        assert_eq!(school.count(places), 1);
        let page = file(&school, &cadre(), &id).expect("the file");
        assert!(told(&page).contains("拍照位置（北纬、东经）：25.04361,100.52361"), "{}", told(&page));
        let said: Result<Vec<Vec<u8>>, DbError> = school.db.read(|tx| {
            tx.query("select said_sealed from visit where county = $1 order by id", &params![COUNTY], |row| {
                row.get(0)
            })
        });
        let said = said.expect("sealed").concat();
        assert!(!said.windows(6).any(|part| part == "数学".as_bytes()));
    });
}

/// The pocket page: one's own children with what to do, whom to ring up and what happened last; nobody else's.
#[test]
fn the_pocket_page() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        let (other, _) = accepted(&school, "王小红");
        paired(&school, &township(), &child, "g1", "").expect("paired");
        paired(&school, &township(), &other, "g2", "").expect("paired");
        let mut form = at_door("f001", "2026-11-24", Outcome::NobodyHome);
        form.note = "邻居说下地去了".to_owned();
        visited(&school, &cadre(), &child, &form).expect("visited");
        let stops = school.act(&cadre(), pocket).expect("the pocket");
        assert_eq!(stops.len(), 1);
        let stop = &stops[0];
        assert_eq!((stop.child.as_str(), stop.case.as_str(), stop.act), (&*child, &*id, "首次入户"));
        assert_eq!((of_day(&stop.due).as_str(), stop.address.as_str()), ("2026-11-25", "上村 12 号"));
        assert_eq!(stop.phones, [("普阿奶 祖母".to_owned(), "13800001234".to_owned())]);
        assert_eq!(stop.last.len(), 3);
        assert!(stop.last[0].contains("家里没人。邻居说下地去了"), "{}", stop.last[0]);
        assert!(school.act(&township(), pocket).expect("none").is_empty());
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail = '包保口袋页'"
            ),
            1,
            "that it was read is on the record"
        );
        let form = school.act(&cadre(), move |desk| visiting(desk, &child)).expect("the form");
        assert_eq!((form.0.as_str(), form.2.as_str()), ("李小明", &*id));
        assert!(matches!(school.act(&who("i", Role::Inspector, "s1"), pocket), Err(Refused::Denied { .. })));
    });
}

fn hand(school: &School, post: &str, from: &str, to: Option<&str>) -> Result<String, Refused> {
    let wish = HandOver {
        post: post.to_owned(),
        from: from.to_owned(),
        to: to.map(str::to_owned),
        reason: "调离".to_owned(),
    };
    school.act(&leader(), move |desk| units::hand_over(desk, &wish))
}

/// Hand-over: pairings go with the post, with everything else that is open, onto the sheet, in one act; while the post is vacant its
/// children are unpaired, and who takes it up has them.
#[test]
fn pairings_go_with_the_post() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, id) = accepted(&school, "李小明");
        let (second, _) = accepted(&school, "王小红");
        paired(&school, &township(), &child, "g1", "").expect("paired");
        paired(&school, &township(), &second, "x1", "").expect("an officer has one, too");
        school.run(
            "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
             values ($1, 'new', 'new', '新干部', '', 't1', 'active', '', '')",
        );
        // Two children of one post; the officer's other open things stand on the sheet beside the pairing.
        let sheet = hand(&school, "post-x1", "x1", Some("new")).expect("handed over");
        let sheet = school.act(&leader(), move |desk| units::sheet(desk, &sheet)).expect("the sheet");
        let mut kinds: Vec<&str> = sheet.items.iter().map(|item| item.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["case", "case", "pairing"]);
        assert!(sheet.items.iter().any(|item| item.label == "李小明：个案，2026-11-27前首次入户"));
        assert_eq!(now(&school, &second).expect("paired").1, "new");

        hand(&school, "post-g1", "g1", None).expect("left vacant");
        let there = |school: &School, child: &str| {
            let child = child.to_owned();
            school
                .act(&bureau(), move |desk| paired_of(desk, &child))
                .expect("the pairing")
                .map(|one| one.is_there)
        };
        assert_eq!(there(&school, &child), Some(false));
        let unpaired = lines(&school, &township(), Shown::Unpaired);
        assert_eq!(unpaired.iter().map(|line| line.child.as_str()).collect::<Vec<_>>(), [&*child]);
        school.act(&leader(), |desk| units::appoint(desk, "post-g1", "g2")).expect("taken up");
        assert_eq!(now(&school, &child).expect("paired").1, "g2");
        assert!(file(&school, &other_cadre(), &id).is_ok() && file(&school, &cadre(), &id).is_err());
        assert!(lines(&school, &township(), Shown::Unpaired).is_empty());
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from pair where county = $1 and ended_why = 'handed_over'"
            ),
            2,
            "what was is kept"
        );
    });
}

/// H04: of two officers who pair at once one wins, and the other is told.
#[test]
fn one_of_two() {
    on_each_engine(|db| {
        let school = school(db);
        let (child, _) = accepted(&school, "李小明");
        with(&school, &township(), &child, "g1", "", "").expect("the first");
        assert!(matches!(with(&school, &township(), &child, "g2", "", ""), Err(Refused::Changed { .. })));
        let twice: Result<(), Refused> = school.act(&township(), move |desk: &mut Desk<'_, '_>| {
            desk.tx.execute(
                "insert into pair (county, id, child, account, post, from_at, by_account, ended_why)
                 values ($1, 'second', $2, 'g2', 'post-g2', '', '', '')",
                &params![COUNTY, &child],
            )?;
            Ok(())
        });
        assert!(matches!(twice, Err(Refused::Storage(DbError::Unique(name))) if name == "pair_of_child"));
    });
}
