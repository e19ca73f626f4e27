//! What the public of the demo county has told and asked, in each state, and a family that has answered by its code: by the use cases
//! themselves, this morning. Nobody real is written about.

use casework::db::{Db, Tx};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::now::Now;
use casework::public::family::{self, Answering, Giving};
use casework::public::tips::{self, Filter, Sent, Shown, take};
use casework::public::{ticket, visitor};
use casework::refused::Refused;
use casework::{params, seed};
use rules::plan::Plan;
use rules::tip_off::Kind;

use super::drawn::pictures;
use crate::failure::Failure;

/// What is told: kind, whom it is about, place, text.
const TOLD: [(&str, &str, &str, &str); 6] = [
    (
        "not_in_school",
        "family",
        "集镇旁边",
        "有一家的男孩开学以后一直没有去学校，天天在集镇上闲逛，大概十二三岁。",
    ),
    ("labour", "employer", "县城北街", "北街一家餐馆有个女孩在端盘子，看样子不到十六岁，上学的时间也在。"),
    ("kept_away", "family", "山上的组", "爷爷说女孩子读书没有用，不让孙女去学校，孩子自己想去。"),
    ("other_tip", "unsaid", "", "本店开业大酬宾，全场五折，欢迎新老顾客光临选购。"),
    ("money", "", "河边的组", "孩子父亲生病住院，家里拿不出住校的生活费，想问问有没有补助。"),
    ("place", "", "", "我们从外县搬来，孩子要转学，学校说没有学位，不知道该找谁。"),
];

/// Writes them.
pub(super) fn write(db: &Db, keys: &Keys, now: &Now, plan: &Plan) -> Result<(), Failure> {
    let (keys, now, plan) = (keys.clone(), now.clone(), plan.clone());
    let done: Result<(), Refused> = db.write(move |tx| told(tx, &keys, &now, &plan));
    done.map_err(|refused| Failure::machine(refused.to_string(), "演示县的群众举报、求助", "请告诉开发者"))
}

fn told(tx: &mut Tx<'_>, keys: &Keys, now: &Now, plan: &Plan) -> Result<(), Refused> {
    let county = plan.county().code.clone();
    let everybody = seed::actors(tx, &county)?;
    let named = |name: &str| {
        let one = everybody.values().find(|one| one.username == name && one.active);
        one.map(|one| SignedIn { actor: one.actor.clone(), confirmed: Some(now.timestamp()) })
    };
    let (Some(bureau), Some(township)) = (named("bureau"), named("township")) else { return Ok(()) };
    let home = township.actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
    let nobody = visitor(&county);
    // Numbers that nobody can have: they begin with a nought.
    let office = bureau.actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
    for (unit, phone) in [(&home, "0872-0000101"), (&office, "0872-0000001")] {
        casework::units::set_phone(&mut Desk { tx, who: &bureau, now, keys, plan }, unit, phone)?;
    }
    for (kind, about, place, text) in TOLD {
        let mut desk = Desk { tx, who: &nobody, now, keys, plan };
        let errand = Kind::from_code(kind).unwrap_or(Kind::OtherTip).errand();
        let sent = Sent {
            ticket: ticket(keys, now, errand.code()),
            kind: kind.to_owned(),
            about: about.to_owned(),
            township: home.clone(),
            place: place.to_owned(),
            text: text.to_owned(),
            name: if kind == "labour" { "热心群众".to_owned() } else { String::new() },
            phone: if kind == "labour" { "13900000000".to_owned() } else { String::new() },
            source: "127.0.0.1".to_owned(),
            photos: if matches!(kind, "not_in_school" | "labour") { pictures() } else { Vec::new() },
            ..Sent::default()
        };
        take(&mut desk, errand, &sent)?;
    }
    let mut desk = Desk { tx, who: &bureau, now, keys, plan };
    let (lines, _) = tips::tips(&mut desk, Shown::Received, &Filter::default())?;
    for line in lines {
        match line.kind {
            Kind::Labour => tips::take_up(&mut desk, &line.id)?,
            Kind::KeptAway => tips::hand(&mut desk, &line.id, &home, "请上门看看孩子，问问她自己怎么想")?,
            Kind::OtherTip => tips::refuse(&mut desk, &line.id, "flood", "")?,
            Kind::Place => {
                let answer = "已经和接收学校联系，请带户口簿或者居住证到县教体局基教股办理，当天能办。";
                tips::close(&mut desk, &line.id, "helped", answer)?;
            }
            _ => {}
        }
    }
    answered(tx, keys, now, plan, (&township, &nobody))
}

/// A family of the township with an open case: it was given a code, and has answered.
fn answered(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    plan: &Plan,
    (township, nobody): (&SignedIn, &SignedIn),
) -> Result<(), Refused> {
    let county = plan.county().code.as_str();
    let unit = township.actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
    let child = tx.optional(
        "select child.id from child_case c
         join child on child.county = c.county and child.id = c.child
         where c.county = $1 and c.ended_at is null and child.township = $2
           and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id
                          and tie.unit = $2 and tie.tie = 'home_township')
         order by child.spelling, child.id limit 1",
        &params![county, &unit],
        |row| row.get::<String>(0),
    )?;
    let Some(child) = child else { return Ok(()) };
    let giving = Giving {
        ticket: ticket(keys, now, &format!("family {child}")),
        reason: "persuade".to_owned(),
        by_day: now.day().saturating_add(jiff::ToSpan::days(7)).to_string(),
    };
    let code = family::give(&mut Desk { tx, who: township, now, keys, plan }, &child, &giving)?;
    let said = Answering {
        ticket: ticket(keys, now, "family answer"),
        kind: "help".to_owned(),
        day: String::new(),
        words: "家里没有人接送，路太远，能不能住校".to_owned(),
    };
    family::answer(&mut Desk { tx, who: nobody, now, keys, plan }, &code, &said)?;
    Ok(())
}
