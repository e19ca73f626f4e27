//! 设立单位 on both engines: what the plan names in one act, the rest pasted line by line or not at all, and closed only when nobody
//! and nothing is left (双线四级, 五(一); hazards A16, H01).

use casework::db::Db;
use casework::db::testing::on_each_engine;
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use casework::testing::{SmallCounty, session, small_county};
use casework::units::{self, Added, Table};
use jiff::Timestamp;
use rules::access::{Role, Standing};
use rules::plan::Plan;

use crate::county::{COUNTY, plan};

struct Town {
    db: Db,
    county: SmallCounty,
    plan: Plan,
    at: std::cell::Cell<i64>,
}

fn on_each(test: impl Fn(&Town)) {
    on_each_engine(|db| {
        let now = moment(0);
        let county =
            db.write(move |tx| small_county(tx, &Keys::for_tests(), &now, COUNTY, "")).expect("a county");
        test(&Town { db, county, plan: plan(), at: std::cell::Cell::new(1) });
    });
}

fn moment(minutes: i64) -> Now {
    let start: Timestamp = "2026-11-24T08:00:00+08:00".parse().expect("a moment");
    Now::predictable(start + jiff::SignedDuration::from_mins(minutes), 11 + minutes.unsigned_abs())
}

impl Town {
    fn now(&self) -> Now {
        self.at.set(self.at.get() + 1);
        moment(self.at.get())
    }

    fn who(&self, role: Role) -> SignedIn {
        let serves = Some((role, Standing::Serves));
        let account =
            self.county.with(role).find(|one| one.role == serves).expect("somebody").account.clone();
        let now = self.now();
        self.db
            .write(move |tx| {
                let keys = Keys::for_tests();
                let token = session(tx, &keys, &now, COUNTY, &account)?;
                casework::accounts::session(tx, &keys, &now, COUNTY, &token)
            })
            .expect("the storage answers")
            .expect("a session that was just opened")
            .who
    }

    fn act<T: Send + 'static>(
        &self,
        role: Role,
        act: impl Fn(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (who, now, plan) = (self.who(role), self.now(), self.plan.clone());
        self.db.write(move |tx| {
            act(&mut Desk { tx, who: &who, now: &now, keys: &Keys::for_tests(), plan: &plan })
        })
    }

    fn add(&self, parent: &str, kind: &str, lines: &str) -> Result<Added, Refused> {
        let table = Table { parent: parent.to_owned(), kind: kind.to_owned(), lines: lines.to_owned() };
        self.act(Role::Bureau, move |desk| units::add(desk, &table))
    }

    fn close(&self, unit: &str) -> Result<(), Refused> {
        let unit = unit.to_owned();
        self.act(Role::Bureau, move |desk| units::close_unit(desk, &unit))
    }

    /// The rows that a query gives for one text, each as one text.
    fn texts(&self, sql: &'static str, of: &str) -> Vec<String> {
        let of = of.to_owned();
        self.db
            .read(move |tx| {
                tx.query(sql, &params![COUNTY, &of], |row| row.get::<String>(0)).map_err(Refused::from)
            })
            .expect("the query runs")
    }

    fn id(&self, name: &str) -> String {
        self.texts("select id from unit where county = $1 and name = $2 and until_day is null", name)
            .remove(0)
    }
}

/// What was refused, in one line.
fn said<T>(answer: Result<T, Refused>) -> String {
    match answer {
        Ok(_) => "done".to_owned(),
        Err(Refused::Rule { what, .. }) => what,
        Err(Refused::Invalid(problems)) => {
            problems.into_iter().map(|one| one.text).collect::<Vec<_>>().join(" ")
        }
        Err(other) => format!("{other:?}"),
    }
}

const POSTS: &str =
    "select post.role || ' ' || post.standing || ' ' || post.duty || ' ' || post.title from post
     join unit on unit.county = post.county and unit.id = post.unit
     where post.county = $1 and unit.name = $2 and post.closed_at is null order by post.sort, post.id";

/// 四, 五(一): bureau, member units, townships and villages, each with its posts; asked for again it makes nothing, and what
/// people closed stays closed.
#[test]
fn the_plan_is_set_up_once() {
    on_each(|town| {
        let lacking = town.act(Role::Admin, units::lacking).expect("a count");
        // The bureau and the member units are there; the inspectorate, the townships and the villages are not.
        let places = town.plan.divisions().townships().count() + town.plan.divisions().villages().count();
        assert_eq!(lacking, places + 1);
        assert_eq!(town.act(Role::Admin, units::from_plan).expect("they are made"), lacking);
        assert_eq!(town.act(Role::Admin, units::from_plan).expect("nothing is left to make"), 0);
        assert_eq!(town.act(Role::Admin, units::lacking).expect("a count"), 0);
        assert_eq!(
            town.texts(POSTS, "公郎镇人民政府"),
            [
                "township leads staff 镇长",
                "township serves chain 分管副镇长",
                "township serves staff 控辍保学专干",
                "unit_admin serves staff 单位管理员"
            ]
        );
        assert_eq!(town.texts(POSTS, "南街社区居民委员会"), ["village leads chain 社区居民委员会主任"]);
        let own = "select township.name from unit village
             join unit township on township.county = village.county and township.id = village.township
             where village.county = $1 and village.name = $2 and village.parent = township.id";
        assert_eq!(town.texts(own, "沙乐村民委员会"), ["公郎镇人民政府"]);
        let village = town.id("沙乐村民委员会");
        town.close(&village).expect("an empty village is closed");
        assert_eq!(town.act(Role::Bureau, units::from_plan).expect("it stays closed"), 0);
        assert!(matches!(town.act(Role::Township, units::from_plan), Err(Refused::Denied { .. })));
        assert_eq!(town.act(Role::Township, units::lacking).expect("nothing to offer"), 0);
    });
}

/// All lines or none: each that is wrong is named; what is there is counted and left (H01).
#[test]
fn a_table_is_pasted_whole_or_not_at_all() {
    on_each(|town| {
        town.act(Role::Admin, units::from_plan).expect("the plan");
        let (root, bureau) = (town.county.units[0].clone(), town.county.units[1].clone());
        let count = || town.texts("select id from unit where county = $1 and kind = $2", "group").len();
        let before = count();
        let wrong = "公郎镇\t沙乐村\t一组\n公郎镇\t没有村\t二组\n\n天上\t沙乐村\t三组\n公郎\t沙乐";
        let told = said(town.add(&root, "group", wrong));
        for part in ["第2行：没有叫“没有村”的村", "第4行：没有叫“天上”的乡镇", "第5行：请写小组名称"]
        {
            assert!(told.contains(part), "{told}");
        }
        assert_eq!(count(), before, "nothing of it was made");
        let right = "公郎镇\t沙乐村\t一组\n公郎，沙乐，二组\n公郎镇人民政府 沙乐村民委员会 大平地组\n公郎镇\t沙乐村\t一组";
        assert_eq!(town.add(&root, "group", right).expect("they are made"), Added { made: 3, there: 1 });
        assert_eq!(town.add(&root, "group", right).expect("again"), Added { made: 0, there: 4 });
        assert_eq!(town.texts(POSTS, "大平地组"), ["group leads chain 村民小组长"]);

        let schools = "公郎镇中心完小，公郎镇，2153290001，寄宿\n公郎镇沙乐教学点 公郎镇\n新初级中学\t公郎镇\t3153290002\t初级中学\t否";
        assert_eq!(town.add(&bureau, "school", schools).expect("schools"), Added { made: 3, there: 0 });
        let kind = "select school.kind || case when school.boarding = 1 then ' 寄宿' else '' end || coalesce(' ' || unit.code, '')
             from school join unit on unit.county = school.county and unit.id = school.unit
             where school.county = $1 and unit.name = $2";
        assert_eq!(town.texts(kind, "公郎镇中心完小"), ["小学 寄宿 2153290001"]);
        assert_eq!(town.texts(kind, "公郎镇沙乐教学点"), ["教学点"]);
        assert_eq!(town.texts(kind, "新初级中学"), ["初级中学 3153290002"]);
        let same = said(town.add(&bureau, "school", "另一所小学，公郎镇，2153290001"));
        assert!(same.contains("第1行：这个代码或班号已经有单位在用"), "{same}");

        let school = town.id("公郎镇中心完小");
        assert_eq!(town.add(&school, "class", "三年级 1\n三年级 2\n初一 1").expect("classes").made, 3);
        let class = "select class.grade || '-' || class.number || '-' || class.school_year from class
             join unit on unit.county = class.county and unit.id = class.unit where class.county = $1 and unit.name = $2";
        assert_eq!(town.texts(class, "三年级（2）班").last().expect("the class"), "3-2-2026");
        assert_eq!(town.texts(POSTS, "七年级（1）班"), ["teacher serves chain 七年级（1）班班主任"]);
        assert!(said(town.add(&school, "class", "十年级 1")).contains("第1行：请写一到九年级"));
        assert!(said(town.add(&school, "group", "一组")).contains("这一级下面不能设这种单位"));
        assert!(said(town.add(&school, "class", "  \n ")).contains("请一行写一个"));
        let many = "一组\n".repeat(units::MOST + 1);
        assert!(said(town.add(&root, "group", &many)).contains("一次最多3000行"));
        let (root, table) = (root, "公郎镇\t沙乐村\t九组".to_owned());
        let asked = Table { parent: root, kind: "group".to_owned(), lines: table };
        assert!(matches!(
            town.act(Role::Head, move |desk| units::add(desk, &asked)),
            Err(Refused::Denied { .. })
        ));
    });
}

/// Nobody and nothing is left behind: units below, children, people in posts, and what waits for the unit.
#[test]
fn a_unit_is_closed_when_nothing_is_left() {
    on_each(|town| {
        town.act(Role::Admin, units::from_plan).expect("the plan");
        let unit = |name: &str| town.id(&format!("{name}单位"));
        assert!(said(town.close(&unit("P"))).contains("下面还有单位或孩子"));
        assert!(said(town.close(&unit("office"))).contains("段某某还在这个单位任职"));
        let village = town.id("沙乐村民委员会");
        town.add(&village, "group", "一组").expect("a group");
        assert!(said(town.close(&village)).contains("下面还有单位或孩子"));
        let group = town.id("一组");
        let given = group.clone();
        let assign = move |state: &'static str| {
            let (given, state) = (given.clone(), state.to_owned());
            town.db
                .write(move |tx| {
                    tx.execute(
                        "update finding set assigned_to = $2, state = $3
                         where county = $1 and id = (select min(id) from finding where county = $1)",
                        &params![COUNTY, &given, &state],
                    )
                    .map_err(Refused::from)
                })
                .expect("the finding is given to it");
        };
        assign("assigned");
        assert!(said(town.close(&group)).contains("还有1件事轮到这个单位办"));
        assign("decided");
        town.close(&group).expect("it is empty");
        assert!(town.texts(POSTS, "一组").is_empty(), "its posts are closed with it");
        town.close(&village).expect("and now the village is");
        assert!(matches!(town.close("nowhere"), Err(Refused::Denied { .. })));
    });
}
