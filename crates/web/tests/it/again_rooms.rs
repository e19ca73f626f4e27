//! Forms of season, ways, tips, figures and reach on things that are really there, made as they are made: a season with a notice, a study of a
//! closure, tips of the public, a snapshot of the night, a channel. `twice` and `hostile` send them as those of `again`.

use std::sync::Arc;

use axum::http::Method;
use casework::jobs::{Means, Runner};

use crate::again::Again;
use crate::app::{Ask, HERE, TestApp};

const fn again(path: &'static str, by: &'static str, form: &'static str, seen: &'static str) -> Again {
    Again { path, by, form, seen }
}

macro_rules! count {
    ($table:literal) => {
        concat!("select cast(count(*) as bigint) from ", $table, " where county = $1")
    };
    ($table:literal, $that:literal) => {
        concat!("select cast(count(*) as bigint) from ", $table, " where county = $1 and ", $that)
    };
}

/// The id of the tip with that text in the order in which they were told.
macro_rules! tip {
    ($before:literal, $nth:literal, $behind:literal) => {
        concat!(
            "/tips/",
            $before,
            "<select id from tip_off where county = $1 order by shape, id limit 1 offset ",
            $nth,
            ">/",
            $behind
        )
    };
}

macro_rules! notice {
    ($behind:literal) => {
        concat!(
            "/season/notices/<select id from season_notice where county = $1 order by number limit 1>/",
            $behind
        )
    };
}

macro_rules! study {
    ($school:literal, $behind:literal) => {
        concat!(
            "/ways/studies/<select id from closure_study where county = $1 and school = '",
            $school,
            "'>/",
            $behind
        )
    };
}

pub(crate) const ROOMS: &[Again] = &[
    // 五(八): the season; a sweep is entered from April to August, `casework season` shows it.
    again("/season/plan/h-SP", "bureau", "first=40&junior=0", count!("school_place")),
    again(
        notice!("fail"),
        "township",
        "why=nobody_home&day=2026-11-24",
        count!("season_step", "kind = 'failed'"),
    ),
    again(
        notice!("deliver"),
        "township",
        "mode=in_person&day=2026-11-24&signed=段某某",
        count!("season_step", "kind = 'delivered'"),
    ),
    again(notice!("answer"), "township", "answer=attend", count!("season_step", "kind = 'answered'")),
    // 四(四): ways and closures.
    again(
        "/ways/new",
        "bureau",
        "day=2026-11-23&source=村干部计时&lines=P1单位 P11单位 SP单位 20 1.5 步行",
        count!("way"),
    ),
    again("/ways/places", "bureau", "year=2026&source=总务处清点&lines=SP单位 40 2", count!("school_place")),
    again(
        "/ways/studies",
        "bureau",
        "school=TP单位&from=2027-09-01&why=生源减少，研究能不能并",
        count!("closure_study"),
    ),
    again(study!("h-SP", "reckon"), "bureau", "", count!("closure_study")),
    again(
        study!("h-SP", "step"),
        "bureau",
        "kind=argued&day=2026-11-23&number=纪要8号",
        count!("closure_step"),
    ),
    again(study!("h-SP", "hearing"), "bureau", "", count!("closure_study", "stage = 'hearing'")),
    again(study!("h-SP", "comment"), "planning", "words=请先建后撤", count!("closure_note")),
    again(
        study!("h-SP", "decide"),
        "director",
        "stage=kept&words=家长多数反对，保留学校",
        count!("closure_study", "stage = 'kept'"),
    ),
    again(
        study!("h-TP", "withdraw"),
        "bureau",
        "words=家长反对，先不研究",
        count!("closure_study", "stage = 'withdrawn'"),
    ),
    // 四(二十一): what the public told.
    again(tip!("", "0", "sort"), "bureau-leads", "do=take", count!("tip_off_event", "kind = 'take'")),
    again(
        tip!("", "1", "sort"),
        "bureau-leads",
        "do=hand&unit=h-P&words=请上门看看",
        count!("tip_off_event", "kind = 'hand'"),
    ),
    again(
        tip!("", "1", "report"),
        "township",
        "words=去过了，孩子在家，已经联系学校",
        count!("tip_off_event", "kind = 'report'"),
    ),
    again(
        tip!("", "2", "sort"),
        "bureau-leads",
        "do=close&found=helped&answer=已经联系学校，请带户口簿去办。",
        count!("tip_off_event", "kind = 'close'"),
    ),
    // 二, 五(七): figures.
    again("/figures/freeze", "bureau", "number=1&label=月报 2026-11", count!("figure_freeze")),
    again(
        "/figures/yearbook",
        "bureau",
        "figure=retention_yearbook&school_year=2026&part=985&whole=1000&source=2026年教育事业统计年报",
        count!("figure_entry"),
    ),
    again(
        "/figures/yearbook",
        "bureau",
        "figure=dropout_primary_yearbook&school_year=2026&before=1000&entered=120&resumed=2&moved_in=10&finished=110&suspended=3\
         &moved_out=12&dead=1&now=1001&source=2026年教育事业统计年报",
        count!("figure_entry"),
    ),
    again(
        "/cohorts/old-name",
        "bureau",
        "standing=moved_away&proof=2020年9月户口迁出，有转学证明",
        count!("cohort_fate"),
    ),
    // 六(三): channels.
    again(
        "/channels",
        "admin",
        "kind=webhook&name=州级平台&url=https://x.example/&secret=a-secret-that-both-of-them-know",
        count!("channel"),
    ),
    again(
        "/channels/<select id from channel where county = $1 order by made_at limit 1>/stop",
        "admin",
        "",
        count!("channel", "state = 'off'"),
    ),
];

fn sent(app: &TestApp, by: Option<&str>, path: &str, form: &str) -> (u16, String) {
    let token = by.map(|by| app.session(HERE, &format!("h-account-{by}")));
    let answer = app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, token.as_deref()) });
    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
}

#[track_caller]
fn done(app: &TestApp, by: &str, path: &str, form: &str) {
    let (status, page) = sent(app, Some(by), path, form);
    assert_eq!(status, 303, "{path}: {page}");
}

/// Makes what the forms are about, by the acts themselves where there are any.
pub(crate) fn give_rooms(app: &TestApp) {
    let child = app.here.child("own").expect("a child").to_owned();
    app.run(&[
        format!("update class_member set until_day = '2026-03-01' where county = '{HERE}' and child = '{child}'"),
        format!(
            "update child set standing = 'never', class = null, school = null, school_township = null, grade = null
             where county = '{HERE}' and id = '{child}'"
        ),
        "insert into cohort_name (county, id, year, grade, name, spelling, birth, school_name, import, made_at)
         values ($1, 'old-name', 2018, 1, '罗小满', 'luoxiaoman', '2012-03-04', '村小', '', '2026-11-20T08:00:00.000+08:00')"
            .to_owned(),
    ]);
    done(app, "bureau", "/season/open", "");
    done(app, "township", "/season/notices", "report=2026-12-24&bring=户口簿");
    Runner::new(Arc::new(app.app.clone()), web::registry()).expect("a runner").run_due();
    let means: Arc<dyn Means> = Arc::new(app.app.clone());
    casework::figures::renew(&means).expect("a snapshot");
    done(app, "bureau", "/ways/studies", "school=SP单位&from=2027-09-01&why=生源减少，研究能不能并");
    for text in [
        "村口那家的孩子开学以后没有去学校",
        "北街一家餐馆有个女孩在端盘子，上学的时间也在",
        "山上的组有个孩子想读书，家里不让去",
    ] {
        let (_, page) = {
            let answer = app.get("/tip", None);
            (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
        };
        let ticket = page.split("name=\"ticket\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let ticket = ticket.expect("a ticket");
        let form = format!("ticket={ticket}&kind=not_in_school&about=family&township=h-P&text={text}");
        assert_eq!(sent(app, None, "/tip", &form).0, 200, "{text}");
    }
}
