//! Imports and jobs over HTTP: from upload to the ledger; what is too large (E05), a file name that is a path (E06), and
//! who may not (404-same).

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use casework::audit::Vault;
use casework::db::{Db, DbError, Location, Settings};
use casework::jobs::Runner;
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::password::{Bounded, Cost, Hasher};
use documents::paper::Press;
use http_body_util::BodyExt as _;
use rules::plan::Plan;
use tower::ServiceExt as _;
use web::{App, Setup};

const COUNTY: &str = "532926";

struct Server {
    app: App,
    _folder: tempfile::TempDir,
}

fn plan() -> Plan {
    let texts = [
        include_str!("../../../../plans/nanjian/plan.toml"),
        include_str!("../../../../plans/nanjian/divisions.toml"),
        include_str!("../../../../plans/nanjian/calendar.toml"),
        include_str!("../../../../plans/nanjian/columns.toml"),
    ];
    let files = rules::plan::FILES.into_iter().zip(texts);
    Plan::load(&files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).expect("a sound plan")
}

/// A server with a school, and somebody of 教体局, a teacher and an administrator signed in by a token of their name.
fn server() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Location::Sqlite(folder.path().join("county.db")), &Settings::default())
        .expect("a database");
    db.migrate().expect("a schema");
    let at: jiff::Timestamp = "2026-11-24T01:00:00Z".parse().expect("a moment");
    let mut fill = |bytes: &mut [u8]| bytes.iter_mut().zip(1_u8..).for_each(|(byte, value)| *byte = value);
    let keys =
        Keys::create(&folder.path().join("keys"), Now::predictable(at, 1).day(), &mut fill).expect("keys");
    let clock = Now::predictable(at, 1);
    let own = keys.clone();
    let made: Result<(), DbError> = db.write(move |tx| {
        for (id, kind, line, code) in [
            ("county", "county", "government", Some(COUNTY)),
            ("bureau", "bureau", "education", None),
            ("school", "school", "education", Some("2153901001")),
        ] {
            tx.execute(
                "insert into unit (county, id, kind, line, name, short, code, sort, from_day)
                 values ($1, $2, $3, $4, $2, $2, $5, 1, '2020-01-01')",
                &params![COUNTY, id, kind, line, code],
            )?;
        }
        for (name, unit, role) in [("wang", "bureau", "bureau"), ("li", "school", "teacher"), ("zhao", "bureau", "admin")] {
            tx.execute(
                "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
                 values ($1, $2, $2, $2, $2, $3, 'active', '2026-11-01T08:00:00.000+08:00', '')",
                &params![COUNTY, name, unit],
            )?;
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, 'serves', 'staff', '', 1)",
                &params![COUNTY, name, unit, role],
            )?;
            tx.execute(
                "insert into tenure (county, id, post, account, from_day, by_account, made_at)
                 values ($1, $2, $2, $2, '2026-01-01', '', '2026-01-01')",
                &params![COUNTY, name],
            )?;
            tx.execute(
                "insert into session (county, id, account, token, kind, stage, made_at, seen_at, ends_at, device, browser,
                                      source)
                 values ($1, $2, $2, $3, 'browser', 'full', $4, $4, '2026-11-24T20:00:00.000+08:00', '', '', '')",
                &params![COUNTY, name, own.index(COUNTY, "session", name), "2026-11-24T09:00:00.000+08:00"],
            )?;
        }
        Ok(())
    });
    made.expect("a small county");
    let clock: web::Clock = Arc::new(move || clock.clone());
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let hasher = Hasher::new(cost, Bounded::new(1, 1)).expect("a hasher");
    let setup = Setup {
        db,
        keys,
        vault: Vault::at(&folder.path().join("seals")),
        hasher,
        plan: plan(),
        press: Press::default(),
        clock,
        demo: None,
        https: false,
        proxies: Vec::new(),
        courier: courier::Courier::nowhere(),
        scanner: documents::scanned::Reader::Here,
        link: String::new(),
    };
    Server { app: App::new(setup), _folder: folder }
}

impl Server {
    async fn send(&self, who: &str, request: Request<Body>) -> Response<Body> {
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(header::COOKIE, format!("baoxue={who}").parse().expect("a cookie"));
        web::router(&self.app).oneshot(Request::from_parts(parts, body)).await.expect("an answer")
    }

    async fn get(&self, who: &str, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = self.send(who, request).await;
        let status = response.status();
        (status, response.into_body().collect().await.expect("a body").to_bytes().to_vec())
    }

    async fn page(&self, who: &str, path: &str) -> String {
        let (status, body) = self.get(who, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        String::from_utf8(body).expect("text")
    }

    async fn post(&self, who: &str, path: &str) -> StatusCode {
        let request = Request::post(path).body(Body::empty()).expect("a request");
        self.send(who, request).await.status()
    }

    async fn upload(&self, who: &str, name: &str, content: &str) -> Response<Body> {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nroll\r\n\
             --x\r\nContent-Disposition: form-data; name=\"as_of\"\r\n\r\n2026-09-10\r\n--x--\r\n"
        );
        let request = Request::post("/imports")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::CONTENT_LENGTH, body.len())
            .body(Body::from(body))
            .expect("a request");
        self.send(who, request).await
    }

    async fn work(&self) {
        let means = Arc::new(self.app.clone());
        let run = move || Runner::new(means, web::registry()).expect("a runner").run_due();
        tokio::task::spawn_blocking(run).await.expect("work");
    }
}

fn location(response: &Response<Body>) -> String {
    response.headers().get(header::LOCATION).expect("an address").to_str().expect("text").to_owned()
}

const LIST: &str = "学校标识码,姓名,性别,出生日期,身份证件号,年级,班级\n\
    2153901001,李晓明,男,20150901,539999201509010011,五年级,2班\n2153909999,王小花,女,20150902,,五年级,2班\n";

#[tokio::test]
async fn a_list_goes_from_upload_to_the_ledger_and_back() {
    let server = server();
    let answer = server.upload("wang", "../../etc/名单.csv", LIST).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let here = location(&answer);
    let page = server.page("wang", &here).await;
    assert!(page.contains("正在比对") && page.contains("名单.csv") && !page.contains("etc"), "{page}");
    server.work().await;
    let page = server.page("wang", &here).await;
    assert!(page.contains("待确认") && page.contains("新增") && page.contains("写入台账"), "{page}");
    assert!(!page.contains("539999201509010011"), "numbers are masked");
    let again = server.upload("wang", "名单.csv", LIST).await;
    assert_eq!(location(&again), format!("{here}?again=1"));
    assert!(server.page("wang", &location(&again)).await.contains("这份文件已经上传过"));
    let (status, workbook) = server.get("wang", &format!("{here}/errors.xlsx")).await;
    assert_eq!((status, &workbook[..2]), (StatusCode::OK, b"PK".as_slice()));

    assert_eq!(server.post("wang", &format!("{here}/apply")).await, StatusCode::SEE_OTHER);
    assert_eq!(server.post("wang", &format!("{here}/apply")).await, StatusCode::SEE_OTHER, "a double click");
    server.work().await;
    assert!(server.page("wang", &here).await.contains("撤销导入"));
    assert!(server.page("wang", "/imports").await.contains("已写入"));
    assert_eq!(server.post("wang", &format!("{here}/undo")).await, StatusCode::SEE_OTHER);
    server.work().await;
    assert!(server.page("wang", &here).await.contains("已撤销"));

    let (status, template) = server.get("wang", "/imports/templates/roll").await;
    assert_eq!((status, &template[..2]), (StatusCode::OK, b"PK".as_slice()));
    let jobs = server.page("zhao", "/jobs").await;
    assert!(jobs.contains("名单写入台账") && jobs.contains("清理没有用上的上传文件"), "{jobs}");
    assert_eq!(server.post("zhao", "/schedules/sweep_files/run").await, StatusCode::SEE_OTHER);

    for (who, path) in
        [("li", here.as_str()), ("li", "/imports"), ("wang", "/jobs"), ("wang", "/imports/none")]
    {
        assert_eq!(server.get(who, path).await.0, StatusCode::NOT_FOUND, "{who} {path}");
    }
    assert_eq!(server.upload("li", "名单.csv", LIST).await.status(), StatusCode::NOT_FOUND);
}

/// E04, E05: what is no list is said in words on the form; what is too large is refused before it is read.
#[tokio::test]
async fn bad_uploads_are_refused_in_words() {
    let server = server();
    for (name, content) in [("空.xlsx", "PK"), ("甲.csv", "甲,乙\n1,2\n"), ("无.csv", "")] {
        let answer = server.upload("wang", name, content).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    let request = Request::post("/imports")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header(header::CONTENT_LENGTH, 1_u64 << 30)
        .body(Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>()))
        .expect("a request");
    let answer = server.send("wang", request).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "the body is never awaited");
    let cut = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nhalf";
    let request = Request::post("/imports")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(cut))
        .expect("a request");
    assert_eq!(server.send("wang", request).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
}
