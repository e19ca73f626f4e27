//! What conference and inspection left in the term before the demo begins: a meeting with three decisions, one of them undone; proofs and plans; a
//! special inspection with its published result, and a visit with a finding that is being put right; by the use cases themselves.

use std::sync::Arc;

use casework::conference::{self, Held, NewMeeting, NewVersion};
use casework::db::{Db, DbError};
use casework::desk::Desk;
use casework::inspections::{self, NewFinding, NewInspection, Ticked};
use casework::keys::Keys;
use casework::refused::Refused;
use casework::seed;
use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::Actor;
use rules::inspection::{Kind, Mark, Seen};
use rules::plan::Plan;

use super::followed::said;
use super::{Year, moment};

/// Schools that the special inspection draws.
const DRAWN: usize = 4;

/// By whom, when, with what.
pub(super) struct Means<'a> {
    pub(super) db: &'a Db,
    pub(super) keys: &'a Keys,
    pub(super) plan: &'a Arc<Plan>,
}

impl Year {
    /// Somebody's act on a day at an hour; `None` where it was refused: a county without schools has no inspection.
    pub(super) fn acted<T: Send + 'static>(
        &self,
        means: &Means<'_>,
        (by, day, hour): (&Actor, Date, i8),
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Option<T>, DbError> {
        let (keys, plan, by) = (means.keys.clone(), Arc::clone(means.plan), by.clone());
        let now = self.now.at_moment(moment(day, hour, 12, 0));
        means.db.write(move |tx| match seed::acted(tx, (&keys, &*plan, &now), &by, &mut act) {
            Ok(done) => Ok(Some(done)),
            Err(Refused::Storage(error)) => Err(error),
            Err(Refused::Fault(text)) => Err(said(Refused::Fault(text))),
            Err(_) => Ok(None),
        })
    }

    pub(super) fn named(&self, username: &str) -> Option<Actor> {
        let found = self.actors.values().find(|one| one.username == username);
        found.map(|one| one.actor.clone())
    }

    pub(super) fn ago(&self, days: i64) -> Date {
        Self::working(self.today.saturating_sub(days.days()))
    }

    /// Conference, proofs, plans and inspections.
    pub(super) fn council(&mut self, db: &Db, (keys, plan): (&Keys, &Arc<Plan>)) -> Result<(), DbError> {
        let means = Means { db, keys, plan };
        let names = ["director", "bureau", "police", "youth", "township", "head", "li", "inspector"];
        let [
            Some(director),
            Some(bureau),
            Some(police),
            Some(youth),
            Some(township),
            Some(head),
            Some(office),
            Some(inspector),
        ] = names.map(|name| self.named(name))
        else {
            return Ok(());
        };
        self.proofs(&means, [&bureau, &police, &township, &head])?;
        self.inspected(&means, [&director, &office, &inspector, &head, &township])?;
        self.met(&means, [&director, &bureau, &police, &youth, &township])?;
        self.overseen(&means, [&director, &office, &police, &township, &head])
    }

    /// The meeting of two months ago.
    fn met(&self, means: &Means<'_>, people: [&Actor; 5]) -> Result<(), DbError> {
        let [director, bureau, police, youth, township] = people;
        let on = self.ago(62);
        let new = NewMeeting {
            day: on.to_string(),
            hour: "09:00".to_owned(),
            place: "县政府三楼会议室".to_owned(),
            matter: String::new(),
        };
        let called =
            self.acted(means, (director, self.ago(68), 9), move |desk| conference::call(desk, &new))?;
        let Some(id) = called else { return Ok(()) };
        let own = id.clone();
        self.acted(means, (bureau, self.ago(65), 10), move |desk| conference::fix(desk, &own))?;
        let (own, held) = (
            id.clone(),
            Held {
                day: on.to_string(),
                chair: "分管副县长（专班组长）".to_owned(),
                attended: "教体局、公安局、民政局、人社局、残联、团县委，各乡镇分管领导".to_owned(),
                minutes: "通报了开学以来入学和劝返的情况。\n会议指出，个别乡镇走访不及时，部门之间转来转去，要一件一件定下来。\n会议要求，查不到去向的由公安牵头查，到期没有走访的乡镇说明原因。".to_owned(),
            },
        );
        self.acted(means, (bureau, on, 15), move |desk| conference::hold(desk, &own, &held))?;
        let unit = |actor: &Actor| actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
        let mut tasks = Vec::new();
        for (unit, words, proof, due) in [
            (unit(police), "查清举家外出、电话停机家庭的去向，名单交教体局", "查找结果清单", self.ago(40)),
            (unit(township), "到期没有走访的孩子逐户走访一遍，说明没有走访的原因", "走访记录", self.ago(14)),
            (
                unit(youth),
                "给返校的孩子每人安排一名志愿者，周末补课",
                "结对名单",
                self.today.saturating_add(12.days()),
            ),
        ] {
            let (own, due) = (id.clone(), due.to_string());
            tasks.push(self.acted(means, (bureau, on, 16), move |desk| {
                conference::decide(desk, &own, &unit, (words, proof), &due)
            })?);
        }
        let own = id;
        self.acted(means, (director, self.ago(60), 9), move |desk| conference::close(desk, &own))?;
        let Some(Some(task)) = tasks.into_iter().next() else { return Ok(()) };
        let own = task.clone();
        self.acted(means, (police, self.ago(44), 10), move |desk| {
            conference::report(desk, &own, "全部查清，结果清单已经交教体局基础教育股")
        })?;
        self.acted(means, (bureau, self.ago(43), 11), move |desk| conference::accept(desk, &task)).map(drop)
    }

    /// What units have entered for their duties, and the plans of the library.
    fn proofs(&self, means: &Means<'_>, people: [&Actor; 4]) -> Result<(), DbError> {
        let [bureau, police, township, head] = people;
        let unit = |actor: &Actor| actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
        for (by, clause, words, days) in [
            (bureau, "五(四)", "开学两周内做完四查三比对，发现逐条交办", 50),
            (bureau, "五(九)", "印发点名和报告的要求，各校培训一次", 48),
            (police, "四(七)", "每学期和教体局比对一次人口信息，名单已经交换", 52),
            (township, "五(六)", "结对名单已经印发，每月走访一次，有记录", 45),
            (township, "五(八)", "入学通知书发到户，回执收齐存档", 70),
            (head, "五(九)", "每天早晚点名，没到的当天联系，有记录", 20),
        ] {
            let unit = unit(by);
            let on = self.ago(days).to_string();
            self.acted(means, (by, self.ago(days), 14), move |desk| {
                conference::prove(desk, clause, &unit, words, &on)
            })?;
        }
        for (by, title, words, newer) in [
            (
                bureau,
                "南涧县义务教育控辍保学工作方案",
                "全县一案。目标、责任、措施、要求按南政办发〔2024〕6号执行，附各乡镇任务分解表。",
                Some("按本学年调整了任务分解表"),
            ),
            (
                township,
                "南涧镇控辍保学实施方案",
                "镇长任组长，分管副镇长具体抓；村委会每月摸排一次，包保干部每月走访一次。",
                Some("换了两名包保干部"),
            ),
            (
                head,
                "一校一方案",
                "校长是第一责任人；班主任每天点名、当天联系；返校的孩子一人一方案，编班、补课、谈心都有人负责。",
                None,
            ),
        ] {
            let new = NewVersion {
                unit: unit(by),
                title: title.to_owned(),
                words: words.to_owned(),
                ..NewVersion::default()
            };
            let put = self.acted(means, (by, self.ago(75), 10), move |desk| {
                conference::put_version(desk, &new, None)
            })?;
            if let (Some(document), Some(why)) = (put, newer) {
                let new = NewVersion {
                    document,
                    words: words.to_owned(),
                    why: why.to_owned(),
                    ..NewVersion::default()
                };
                self.acted(means, (by, self.ago(30), 10), move |desk| {
                    conference::put_version(desk, &new, None)
                })?;
            }
        }
        Ok(())
    }

    /// The special inspection of the term with its result, and the visit of the role account's school.
    fn inspected(&self, means: &Means<'_>, people: [&Actor; 5]) -> Result<(), DbError> {
        let [director, office, inspector, head, township] = people;
        let new = NewInspection { kind: Kind::Special, school: String::new(), wanted: DRAWN };
        let begun =
            self.acted(means, (office, self.ago(56), 9), move |desk| inspections::begin(desk, &new))?;
        if let Some(id) = begun {
            let own = id.clone();
            self.acted(means, (office, self.ago(52), 15), move |desk| fill(desk, &own))?;
            let own = id.clone();
            let drafted = self.acted(means, (office, self.ago(40), 10), move |desk| {
                let (title, words) = inspections::draft_of(desk, &own)?;
                inspections::propose(desk, &own, &title, &words)
            })?;
            if let Some(result) = drafted {
                self.acted(means, (director, self.ago(38), 9), move |desk| {
                    inspections::publish(desk, &id, &result)
                })?;
            }
        }
        let unit = |actor: &Actor| actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
        let new = NewInspection { kind: Kind::Visit, school: unit(head), wanted: 2 };
        let (school, due) = (unit(head), self.today.saturating_add(9.days()).to_string());
        let found = self.acted(means, (inspector, self.ago(12), 10), move |desk| {
            let id = inspections::begin(desk, &new)?;
            let seen = |item: &str, seen, words: &str| Ticked {
                item: item.to_owned(),
                seen,
                words: words.to_owned(),
            };
            let ticks = [
                seen("called_daily", Seen::Good, ""),
                seen("followed_up", Seen::Partly, "有几天联系了没有记"),
                seen("school_plan", Seen::Good, "方案在墙上，返校的孩子各有一页"),
            ];
            inspections::tick(desk, &id, &school, &ticks)?;
            let finding = NewFinding {
                item: "followed_up".to_owned(),
                words: "没到校的联系了，没有当天记录".to_owned(),
                evidence: "抽看两个班上月的联系记录".to_owned(),
                due: due.clone(),
            };
            inspections::find(desk, &id, &school, &finding)
        })?;
        if let Some(finding) = found {
            self.acted(means, (head, self.ago(3), 16), move |desk| {
                inspections::report(desk, &finding, "班主任统一用系统登记联系，教务处每天看一遍")
            })?;
        }
        let unit = unit(township);
        self.acted(means, (office, self.ago(5), 15), move |desk| {
            inspections::mark(desk, &unit, "t_plan", (Some(Mark::Met), "方案今年更新过，分工到人"))
        })
        .map(drop)
    }
}

/// Fills the checklist in at every place of an inspection, and enters what was found at the first school.
fn fill(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let file = inspections::inspection(desk, id)?;
    for (at, one) in (0_usize..).zip(&file.places) {
        let place = inspections::place(desk, id, &one.unit)?;
        let ticks: Vec<Ticked> = (0_usize..)
            .zip(&place.checks)
            .map(|(line, check)| match (at + line) % 9 {
                4 => Ticked {
                    item: check.code.clone(),
                    seen: Seen::Partly,
                    words: "做了，记录不全".to_owned(),
                },
                _ => Ticked { item: check.code.clone(), seen: Seen::Good, words: String::new() },
            })
            .collect();
        inspections::tick(desk, id, &one.unit, &ticks)?;
        let partly = ticks.iter().find(|tick| tick.seen == Seen::Partly).filter(|_| at < 3);
        if let Some(tick) = partly {
            let due = desk.now.day().saturating_add(30.days()).to_string();
            let new = NewFinding {
                item: tick.item.clone(),
                words: "工作做了，记录不全，查不到是谁、哪一天做的".to_owned(),
                evidence: "抽看本学期台账".to_owned(),
                due,
            };
            inspections::find(desk, id, &one.unit, &new)?;
        }
    }
    Ok(())
}
