//! What each role sees of each child on the rendered pages and in the export, field by field, against
//! `rules::access::sight` (hazards A03, A09–A11): absent is not there at all, masked is masked, and clear is clear.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::ControlFlow;

use axum::http::Method;
use casework::db::Value;
use casework::db::testing::on_each_engine;
use casework::keys::Place;
use casework::ledger;
use casework::refused::Refused;
use documents::table::{Field as Heading, Limits, Schema, open};
use rules::access::{Action, Field, Sight, Subject, Tie, may, sight};
use rules::mask;

use crate::app::{Ask, HERE, TestApp};
use crate::matrix::{Person, everybody};

const PHONE: &str = "13800000000";
const ADDRESS: &str = "柏树坡某号";
const STUDENT: &str = "G539999201601010015";

/// Gives every child something in every field, so that whatever is shown can be told.
fn fill(app: &TestApp) {
    let children: Vec<String> = app.here.children.iter().map(|(_, id)| id.clone()).collect();
    let mut sql = vec![
        "update guardian set name = '段守业' where county = $1".to_owned(),
        "update child set ethnicity = '07' where county = $1".to_owned(),
        "update finding set reason = '这条发现的理由' where county = $1".to_owned(),
    ];
    for child in &children {
        for code in ["orphan", "disability", "migrant", "judicial", "lifted_out"] {
            sql.push(format!(
                "insert into child_group (county, id, child, code, from_day, source, by_account, made_at)
                 values ($1, '{code}-{child}', '{child}', '{code}', '2026-09-01', '', '', '2026-09-01')"
            ));
        }
        sql.push(format!(
            "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, expires_day,
                                    by_account, made_at)
             values ($1, 'e-{child}', '{child}', '海东希望小学', '某市', '就读证明', '', '2026-09-01', '2027-08-31', '',
                     '2026-09-01')"
        ));
        sql.push(format!(
            "insert into roll_move (county, id, child, kind, state, other_place, effective_day, reason, paper, asked_by,
                                    asked_at, answer)
             values ($1, 'm-{child}', '{child}', 'suspend', 'done', '', '2026-03-01', '', '', '', '2026-03-01', '')"
        ));
    }
    app.run(&sql);
    let keys = app.app.keys().clone();
    let done = app.app.db().write(move |tx| {
        for child in &children {
            let seal = |column, plain| {
                keys.seal(Place { county: HERE, table: "child", column, row: child }, plain, [7; 12])
            };
            tx.execute(
                "update child set student_sealed = $3, address_sealed = $4 where county = $1 and id = $2",
                &[
                    Value::from(HERE),
                    Value::from(child.clone()),
                    Value::from(seal("student_number", STUDENT)),
                    Value::from(seal("address", ADDRESS)),
                ],
            )?;
            ledger::settle(tx, HERE, child)?;
        }
        Ok::<_, Refused>(())
    });
    done.expect("the children are filled in");
}

/// By which role and tie somebody reaches a child for an action.
fn way(person: &Person, action: Action, ties: &[(String, Tie)]) -> Option<(rules::access::Role, Tie)> {
    let grant = may(&person.actor, action, &Subject::Child(ties)).ok()?;
    Some((grant.post?.role, grant.tie?))
}

/// What stands between the tags of the main part.
fn main_of(page: &str) -> &str {
    let from = page.find("<main").expect("a main part");
    &page[from..page.find("</main>").expect("its end")]
}

/// How a field is shown on the page of a file.
fn shown(page: &str, field: Field, number: &str) -> Sight {
    let has = |text: &str| page.contains(text);
    let on_request = || has(&format!("<option value=\"{}\"", field.code()));
    let there = |mark: &str| if has(mark) { Sight::Clear } else { Sight::Absent };
    let hidden = |full: &str, masked: &str| match (has(full), has(masked), on_request()) {
        (true, ..) => Sight::Clear,
        (_, true, true) => Sight::OnRequest,
        (_, true, false) => Sight::Masked,
        _ => Sight::Absent,
    };
    match field {
        Field::Name => there("<h1"),
        Field::Sex => there("<dt>性别</dt>"),
        Field::Birth => there("<dt>出生日期</dt>"),
        Field::Ethnicity => there("<dt>民族</dt>"),
        Field::IdNumber => hidden(number, &mask::id(number)),
        Field::StudentNumber => hidden(STUDENT, &mask::id(STUDENT)),
        Field::Home => there("<dt>乡镇、村、组</dt>"),
        Field::Address => hidden(ADDRESS, "<dt>住址</dt>"),
        Field::Household => there("<dt>户主</dt>"),
        Field::Guardians => there("段守业"),
        Field::Phone => hidden(PHONE, &mask::phone(PHONE)),
        Field::Schooling => there("<dt>学校</dt>"),
        Field::History => there("休学，"),
        Field::Elsewhere => there("海东希望小学"),
        Field::Poverty => there("脱贫户"),
        Field::Welfare => there("孤儿"),
        Field::Disability => there("残疾"),
        Field::LeftBehind => there("留守"),
        Field::Migrant => there("随迁"),
        Field::Judicial => there("涉案"),
        Field::Findings => there("这条发现的理由"),
        Field::Chain => there("双线四级"),
    }
}

/// The ID number of each child.
fn numbers(app: &TestApp) -> BTreeMap<String, String> {
    let keys = app.app.keys();
    let rows = app.app.db().read(|tx| {
        Ok::<_, Refused>(tx.query(
            "select id, id_sealed from child where county = $1 and id_sealed is not null",
            &[Value::from(HERE)],
            |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
        )?)
    });
    rows.expect("the children are read")
        .into_iter()
        .map(|(id, sealed)| {
            let place = Place { county: HERE, table: "child", column: "id_number", row: &id };
            let plain = keys.open(place, &sealed).expect("it opens");
            (id, plain)
        })
        .collect()
}

/// A03, A09, A10, A11: on the page of the child's file.
#[test]
fn fields_of_the_file() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        fill(&app);
        let (ties, numbers) = (app.ties("child_tie", "child"), numbers(&app));
        let (mut seen, mut wrongs) = (0, Vec::new());
        for person in everybody(&app) {
            for (name, child) in &app.here.children {
                let Some((role, tie)) = way(&person, Action::ReadChild, &ties[child]) else { continue };
                let answer = app.get(&format!("/children/{child}"), Some(&person.token));
                assert_eq!(answer.status, 200, "{role} {name}");
                let page = String::from_utf8(answer.body).expect("a page in UTF-8");
                for &field in Field::ALL {
                    let (is, due) = (shown(main_of(&page), field, &numbers[child]), sight(role, tie, field));
                    seen += 1;
                    if is != due {
                        wrongs.push(format!("{role} by {tie} of “{name}”: {field} is {is:?}, not {due:?}"));
                    }
                }
            }
        }
        assert!(wrongs.is_empty(), "{} of {seen}:\n{}", wrongs.len(), wrongs.join("\n"));
        assert!(seen > 2000, "{seen}");
    });
}

/// A09: a birthday on the pages of findings, in the list and beside each of the lists compared.
#[test]
fn birthdays_of_findings() {
    const BORN: &str = "2011-11-11";
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let mut sql = vec![format!("update finding set birth = '{BORN}' where county = $1")];
        for (_, id) in &app.here.findings {
            sql.push(format!(
                "insert into finding_side (county, finding, side, row_number, name, sex, birth, ethnicity, id_masked,
                                           place, school, class, guardians, student_masked)
                 values ($1, '{id}', 'other9', 9, '段某', '1', '{BORN}', '', '', '', '', '', '', '')"
            ));
        }
        app.run(&sql);
        let ties = app.ties("finding_tie", "finding");
        let (mut clear, mut absent, mut wrongs) = (0, 0, Vec::new());
        for person in everybody(&app) {
            let page = |path: &str| {
                let answer = app.get(path, Some(&person.token));
                String::from_utf8(answer.body).expect("a page in UTF-8")
            };
            for (name, id) in &app.here.findings {
                let Some((role, tie)) = way(&person, Action::ReadFindings, &ties[id]) else { continue };
                let due = sight(role, tie, Field::Birth) == Sight::Clear;
                if due {
                    clear += 1;
                } else {
                    absent += 1;
                }
                for path in [format!("/findings/{id}"), "/findings".to_owned()] {
                    if page(&path).contains(BORN) != due {
                        wrongs.push(format!("{role} by {tie} of “{name}” at {path}: not {due}"));
                    }
                }
            }
        }
        assert!(wrongs.is_empty(), "{}:\n{}", wrongs.len(), wrongs.join("\n"));
        assert!(clear > 10 && absent > 0, "{clear} {absent}");
    });
}

/// The row of a table in which a child stands.
fn row_of<'p>(page: &'p str, child: &str) -> Option<&'p str> {
    let at = page.find(&format!("/children/{child}\""))?;
    let from = page[..at].rfind("<tr")?;
    Some(&page[from..at + page[at..].find("</tr>")?])
}

fn cell<'p>(row: &'p str, label: &str) -> Option<&'p str> {
    let from = row.split_once(&format!("data-label=\"{label}\">"))?.1;
    from.split("</td>").next()
}

/// A09, A11: in the list, in the search, and in the exported workbook.
#[test]
fn fields_of_the_list_the_search_and_the_export() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        fill(&app);
        let (ties, numbers) = (app.ties("child_tie", "child"), numbers(&app));
        let mut wrongs = Vec::new();
        for person in everybody(&app) {
            let page = |path: &str| {
                let answer = app.get(path, Some(&person.token));
                String::from_utf8(answer.body).expect("a page in UTF-8")
            };
            let mut wrong = |what: &str| wrongs.push(format!("{}: {what}", person.actor.account));
            let ways: Vec<_> = app
                .here
                .children
                .iter()
                .filter_map(|(_, id)| Some((id, way(&person, Action::ListChildren, &ties[id])?)))
                .collect();
            let sees = |field| ways.iter().any(|(_, (role, tie))| sight(*role, *tie, field) != Sight::Absent);
            let list = page("/children");
            let search = page("/search?q=duanxiao");
            for (label, field) in [
                ("出生日期", Field::Birth),
                ("证件号", Field::IdNumber),
                ("村", Field::Home),
                ("学校、班级", Field::Schooling),
                ("就学情况", Field::Schooling),
            ] {
                if !ways.is_empty() && list.contains(&format!("data-label=\"{label}\"")) != sees(field) {
                    wrong(&format!("column {label} of the list"));
                }
            }
            for (child, (role, tie)) in &ways {
                let of = |field| sight(*role, *tie, field);
                let (Some(row), Some(hit)) = (row_of(&list, child), row_of(&search, child)) else {
                    wrong("a child is not listed");
                    continue;
                };
                let clear = |field| of(field) == Sight::Clear;
                let birth = "2016-";
                for (what, is, due) in [
                    (
                        "birthday",
                        cell(row, "出生日期").is_some_and(|cell| cell.contains(birth)),
                        clear(Field::Birth),
                    ),
                    ("birthday found", hit.contains(birth), clear(Field::Birth)),
                    ("whole number", row.contains(&numbers[*child]), clear(Field::IdNumber)),
                    (
                        "masked number",
                        row.contains(&mask::id(&numbers[*child])),
                        matches!(of(Field::IdNumber), Sight::Masked | Sight::OnRequest),
                    ),
                    ("left behind", row.contains("留守"), clear(Field::LeftBehind)),
                    ("orphan", row.contains("孤儿"), clear(Field::Welfare)),
                    ("judicial", row.contains("涉案"), clear(Field::Judicial)),
                    ("poor", row.contains("脱贫户"), clear(Field::Poverty)),
                    ("disabled", row.contains("残疾"), clear(Field::Disability)),
                    (
                        "home found",
                        ["P1单位", "P2单位", "Q1单位"].iter().any(|name| hit.contains(name)),
                        clear(Field::Home) && *child != &app.here.children[11].1,
                    ),
                ] {
                    if is != due {
                        wrong(&format!("{what} by {role} {tie}: {is}"));
                    }
                }
            }
            exported(&app, &person, &ties, &numbers, &mut wrongs);
        }
        assert!(wrongs.is_empty(), "{}:\n{}", wrongs.len(), wrongs.join("\n"));
    });
}

/// The columns and cells of the workbook that somebody takes home.
fn exported(
    app: &TestApp,
    person: &Person,
    ties: &BTreeMap<String, Vec<(String, Tie)>>,
    numbers: &BTreeMap<String, String>,
    wrongs: &mut Vec<String>,
) {
    let ask = Ask {
        form: "purpose=visit".to_owned(),
        ..Ask::new(Method::POST, "/children/export", Some(&person.token))
    };
    let answer = app.ask(ask);
    if answer.status == 404 {
        return;
    }
    assert_eq!(answer.status, 200, "{}", person.actor.account);
    let ways: Vec<_> = app
        .here
        .children
        .iter()
        .filter_map(|(_, id)| Some((id, way(person, Action::ExportChildren, &ties[id])?)))
        .collect();
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(&answer.body).expect("written");
    let headings = ["姓名", "性别", "出生日期", "证件号", "乡镇、村", "学校、班级", "就学情况", "特殊群体"];
    let heading = |name: &str| Heading {
        key: name.to_owned(),
        headings: vec![name.to_owned()],
        required: name == "姓名",
        any_of: None,
    };
    let schema = Schema { list: "名单".to_owned(), fields: headings.map(heading).to_vec() };
    let table = open(file.path(), &schema, &Limits::default()).expect("a workbook that opens");
    let there: Vec<bool> = table.header().fields.iter().map(Option::is_some).collect();
    let sees = |field| ways.iter().any(|(_, (role, tie))| sight(*role, *tie, field) != Sight::Absent);
    for (at, field) in
        [(1, Field::Sex), (2, Field::Birth), (3, Field::IdNumber), (4, Field::Home), (5, Field::Schooling)]
    {
        if there[at] != sees(field) {
            wrongs.push(format!("{}: column {} of the export", person.actor.account, headings[at]));
        }
    }
    let mut rows: Vec<[String; 2]> = Vec::new();
    table
        .walk(
            &mut |row| {
                rows.push([row.get(3).to_owned(), row.get(7).to_owned()]);
                ControlFlow::Continue(())
            },
            &|_| {},
        )
        .expect("rows");
    assert_eq!(rows.len(), ways.len(), "{}", person.actor.account);
    let whole = |[number, _]: &&[String; 2]| numbers.values().any(|plain| plain == number);
    assert_eq!(rows.iter().find(whole), None, "nobody takes whole numbers home: {}", person.actor.account);
    for (group, field) in [("涉案", Field::Judicial), ("脱贫户", Field::Poverty), ("残疾", Field::Disability)]
    {
        let shown = rows.iter().filter(|[_, groups]| groups.contains(group)).count();
        let due = ways.iter().filter(|(_, (role, tie))| sight(*role, *tie, field) == Sight::Clear).count();
        if shown != due {
            wrongs.push(format!("{}: {group} of {shown}, not {due}, in the export", person.actor.account));
        }
    }
}
