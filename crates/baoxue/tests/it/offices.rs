//! Working on an installation by command: accounts when nobody can sign in, lists in and out, the API's document. Each
//! act is on the record (docs/adr/0007), and what is refused changes nothing (E04, E12).

use std::fs;
use std::path::Path;

use casework::db::{Access, Db, DbError, Location, Settings};

use crate::command::{Folder, baoxue};
use crate::served::Served;

/// The password of every account of the demo here.
const PASSWORD: &str = "Mu-guo-cha-2026";

/// A demo county of 300 children, not served.
fn county(folder: &Folder) -> String {
    let data = folder.arg("data");
    let said = baoxue(&[
        "demo",
        "--no-serve",
        "--children",
        "300",
        "--today",
        "2026-11-24",
        "--password",
        PASSWORD,
        "--data",
        &data,
    ]);
    assert_eq!(said.code, 0, "{said:?}");
    data
}

/// contracts.md, `user …`: each act is done, said and recorded; who is not there is bad input.
#[test]
fn accounts_are_looked_after_by_command() {
    let folder = Folder::new();
    let data = county(&folder);
    let user = |args: &[&str]| baoxue(&[&["user"], args, &["--data", &data]].concat());
    let listed = user(&["list"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    assert!(listed.out.contains("bureau\t"), "{listed:?}");
    for (act, done) in [
        ("unlock", "锁定已解除"),
        ("end", "登录已结束"),
        ("reset", "/set-up/"),
        ("disable", "已停用"),
        ("enable", "已恢复"),
    ] {
        let said = user(&[act, "bureau"]);
        assert_eq!(said.code, 0, "{act} {said:?}");
        assert!(said.out.contains(done), "{act} {said:?}");
        let nobody = user(&[act, "nobody"]);
        assert_eq!(nobody.code, 2, "{act} {nobody:?}");
        assert!(nobody.error().contains("没有这个账号"), "{act} {nobody:?}");
    }
    let said = user(&["enable", "bureau"]);
    assert_eq!(said.code, 2, "{said:?}");
    let said = user(&["invite", "xin.lao.shi", "--name", "段小七", "--unit", "没有的单位", "--post", "教师"]);
    assert_eq!((said.code, said.error().contains("没有空缺")), (2, true), "{said:?}");
    let said = user(&["invite", "坏", "--name", "段小七", "--unit", "x", "--post", "x"]);
    assert_eq!((said.code, said.error().contains("username")), (2, true), "{said:?}");
    // A post that nobody holds: its place is said by the refusal of another title.
    let vacancy = vacancy(&data);
    let invite = |title: &str| {
        user(&["invite", "xin.lao.shi", "--name", "段小七", "--unit", &vacancy.0, "--post", title])
    };
    let other = invite("没有的岗位");
    assert_eq!((other.code, other.error().contains(&vacancy.1)), (2, true), "{other:?}");
    let said = invite(&vacancy.1);
    assert_eq!((said.code, said.out.contains("/set-up/")), (0, true), "{said:?}");
    let link = said.out.lines().last().expect("a link").to_owned();
    let listed = user(&["list"]).out;
    let line = listed.lines().find(|line| line.starts_with("xin.lao.shi\t")).expect("it is listed");
    assert!(line.contains("段小七") && line.contains(&vacancy.0), "{line}");
    let again = invite(&vacancy.1);
    assert_eq!(again.code, 2, "the name is taken: {again:?}");
    // What was done is on the record, and the record is whole.
    let out = folder.arg("audit.xlsx");
    let said = baoxue(&["export", "audit", "--as", "auditor", "--out", &out, "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");
    // Five acts, the looking after the export, and the export itself.
    let rows: usize = said.out.split(' ').next().and_then(|rows| rows.parse().ok()).unwrap_or_default();
    assert!(rows >= 6, "{said:?}");
    assert_eq!(baoxue(&["audit", "verify", "--data", &data]).code, 0);
    // The last of all: the demo serves at its own time, which lies before what was done by command just now.
    let served = Served::start(&data);
    let (status, page) = served.ask(&format!("GET {link}"), &[], "");
    assert!(
        status == 200 && page.contains("段小七"),
        "the link opens the setting up of the account: {status}"
    );
    served.stop();
}

/// A unit with a post that nobody holds: its name, and the title of the post.
fn vacancy(data: &str) -> (String, String) {
    let settings = Settings { access: Access::Inspect, readers: 1, ..Settings::default() };
    let db = Db::open(&Location::Sqlite(Path::new(data).join("baoxue.db")), &settings).unwrap();
    let sql = "select unit.name, post.title from post
               join unit on unit.county = post.county and unit.id = post.unit and unit.until_day is null
               where post.county = '532926' and post.closed_at is null and post.title <> ''
                 and not exists (select 1 from tenure where tenure.county = post.county and tenure.post = post.id
                                  and tenure.until_day is null)
               order by post.id limit 1";
    let found: Result<_, DbError> = db.read(|tx| tx.one(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))));
    found.expect("the demo has vacant posts")
}

/// C05, C07: who was locked out by wrong passwords from the same place is let in again after `user unlock`, at once.
#[test]
fn a_locked_account_is_unlocked_by_command() {
    let folder = Folder::new();
    let data = county(&folder);
    let try_in = |served: &Served, password: &str| {
        let form = "Content-Type: application/x-www-form-urlencoded";
        served.ask("POST /sign-in", &[form], &format!("username=bureau&password={password}")).0
    };
    let served = Served::start(&data);
    let tries: Vec<u16> = (0..8).map(|_| try_in(&served, "wrong")).collect();
    assert_eq!((tries[0], tries[7]), (422, 429), "{tries:?}");
    assert_eq!(try_in(&served, PASSWORD), 429, "the right password, too");
    served.stop();
    let said = baoxue(&["user", "unlock", "bureau", "--data", &data]);
    assert_eq!((said.code, said.out.contains("锁定已解除")), (0, true), "{said:?}");
    let served = Served::start(&data);
    assert_eq!(try_in(&served, PASSWORD), 303);
    served.stop();
}

/// contracts.md, `import KIND FILE`: shown first, written then; rows to correct lie beside; the same file is one import.
#[test]
fn a_list_is_imported_by_command() {
    let folder = Folder::new();
    let data = county(&folder);
    let list = folder.write(
        "户籍.csv",
        "姓名,公民身份号码,性别,出生日期,民族,户号,户主姓名,与户主关系,户籍地址,村码,监护人姓名\n\
         段小新,,男,2016-05-06,彝族,H-1,段某,子,某村某组,532926100201,段某\n\
         段小坏,539999201602301234,男,2016-02-30,彝族,H-2,段某,子,某村某组,532926100201,段某\n",
    );
    let import = |more: &[&str]| {
        baoxue(&[&["import", "户籍", &list, "--as", "bureau", "--data", &data], more].concat())
    };
    let tried = import(&["--dry-run"]);
    assert_eq!(tried.code, 0, "{tried:?}");
    assert!(tried.out.contains("2 行") && tried.out.contains("没有写入"), "{tried:?}");
    assert!(folder.path("户籍（要改正的行）.xlsx").exists(), "{tried:?}");
    let done = import(&[]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("已写入台账"), "{done:?}");
    // What somebody may have begun to correct is not written over.
    assert!(folder.path("户籍（要改正的行2）.xlsx").exists(), "{done:?}");
    let again = import(&[]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.contains("没有再导入"), "{again:?}");

    let other = baoxue(&["import", "户籍", &list, "--as", "teacher", "--data", &data]);
    assert_eq!((other.code, other.error().contains("--as")), (2, true), "{other:?}");
    let gone = baoxue(&["import", "户籍", "/no/such/file.csv", "--as", "bureau", "--data", &data]);
    assert_eq!((gone.code, gone.error().contains("没有这个文件")), (2, true), "{gone:?}");
    let bad = folder.write("bad.xlsx", b"PK\x03\x04 not a workbook");
    let bad = baoxue(&["import", "户籍", &bad, "--as", "bureau", "--data", &data]);
    assert_eq!((bad.code, bad.error().is_empty()), (2, false), "{bad:?}");
    let none = folder.arg("none");
    let nowhere = baoxue(&["import", "户籍", &list, "--as", "bureau", "--data", &none]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(!folder.path("none").exists());
}

/// contracts.md, `export KIND`: by the rights of the account, with a purpose, never over a file that is there.
#[test]
fn lists_are_exported_by_command() {
    let folder = Folder::new();
    let data = county(&folder);
    let out = folder.arg("children.xlsx");
    let export = |who: &str, more: &[&str]| {
        baoxue(&[&["export", "children", "--as", who, "--out", &out, "--data", &data], more].concat())
    };
    assert_eq!(export("bureau", &[]).code, 2, "without a purpose");
    assert_eq!(export("admin", &["--purpose", "compare"]).code, 2, "without the right");
    assert!(!folder.path("children.xlsx").exists());
    let said = export("bureau", &["--purpose", "compare", "--standing", "out"]);
    assert_eq!(said.code, 0, "{said:?}");
    let bytes = fs::read(&out).unwrap();
    assert!(bytes.starts_with(b"PK"));
    assert_eq!(export("bureau", &["--purpose", "compare"]).code, 2, "over a file that is there");
    assert_eq!(fs::read(&out).unwrap(), bytes);
}

/// The document of the API is printed as it is committed.
#[test]
fn the_api_is_described() {
    let said = baoxue(&["openapi"]);
    assert_eq!(said.code, 0, "{said:?}");
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    assert!(said.out == fs::read_to_string(kept).unwrap(), "baoxue openapi > docs/openapi.json");
}
