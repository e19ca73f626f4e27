//! The four regular reports of the year before the demo begins (教基厅函〔2024〕15号), by the use cases themselves: schools' months, of the last month one
//! late, one sent back, some owing; the quarter with its drawn visits, the term, last year's assessment. Every word is invented.

use std::sync::Arc;

use casework::db::{Db, DbError};
use casework::desk::Desk;
use casework::keys::Keys;
use casework::refused::Refused;
use casework::regular::{self, Words};
use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Actor, Role};
use rules::plan::Plan;
use rules::regular::{Act, Found, Kind, Period, Place, Recheck, ended, visits_in};

use super::Year;
use super::council::Means;
use super::followed::holders;

/// Schools whose months are told; a large county's others owe theirs.
const SCHOOLS: usize = 40;
/// Months that they have behind them.
const MONTHS: usize = 10;

/// Drafts and hands in.
fn handed_in(
    desk: &mut Desk<'_, '_>,
    kind: Kind,
    unit: &str,
    period: &str,
    words: &Words,
) -> Result<String, Refused> {
    let id = regular::begin(desk, kind, unit, period)?;
    match regular::submit(desk, &id, words, kind == Kind::SchoolMonth) {
        Err(Refused::Rule { .. }) => regular::submit(desk, &id, words, false)?,
        done => done?,
    }
    Ok(id)
}

fn school_words() -> Words {
    Words {
        situation: "每天早晚点名，没到校的当天联系家长；请假的都有假条；家访有记录。".to_owned(),
        problems: "有的家长在外务工，电话不好打通，要请村干部一起找。".to_owned(),
        next: "继续每天点名，周末前把请假的再核对一遍。".to_owned(),
    }
}

fn county_words(kind: Kind) -> Words {
    let (situation, problems, next) = match kind {
        Kind::CountyQuarter => (
            "逐校看了月报告，和点名册、个案对了一遍；秋季开学进校入户，看了点名册、请假条和家访记录。",
            "个别学校的联系记录没有当天登记；家长外出务工的，联系费时间。",
            "把没有当天登记的学校再看一次；请乡镇把外出务工家庭的联系方式补齐。",
        ),
        Kind::PrefectureTerm => (
            "本学期召开了联席会议，议定事项逐件验收；对重点乡镇和学校做了专项督导。",
            "部门之间查找去向的时间还长。",
            "下学期把协助请求的答复时间列入会议任务。",
        ),
        Kind::ProvinceYear | Kind::SchoolMonth => (
            "全学年按月报告、按季复核、按学期调研；入学季逐户排查，通知书送达到户。",
            "九年巩固率按人计算要等到系统启用满八年，目前用年报的数。",
            "下学年起，把返校以后的跟踪和送教上门一并列入复核。",
        ),
    };
    Words { situation: situation.to_owned(), problems: problems.to_owned(), next: next.to_owned() }
}

impl Year {
    /// The reports that were made until now.
    pub(super) fn reported(&mut self, db: &Db, (keys, plan): (&Keys, &Arc<Plan>)) -> Result<(), DbError> {
        let means = Means { db, keys, plan };
        let (Some(bureau), Some(director), Some(head)) =
            (self.named("bureau"), self.named("director"), self.named("head"))
        else {
            return Ok(());
        };
        let own = head.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
        let actors = Arc::clone(&self.actors);
        let heads: Vec<(String, Actor)> = holders(&actors, Role::Head)
            .into_iter()
            .filter(|(unit, _)| **unit != *own)
            .map(|(unit, actor)| (unit.to_string(), (*actor).clone()))
            .take(SCHOOLS)
            .collect();
        let months = ended(Kind::SchoolMonth, self.today, MONTHS, plan.calendar());
        for (back, month) in (0_usize..).zip(&months).collect::<Vec<_>>().into_iter().rev() {
            // The role account has its last month still to write.
            if back > 0 {
                self.school_month(&means, (&head, &own), month, (&bureau, 3))?;
            }
            for (at, (unit, head)) in heads.iter().enumerate() {
                // Of the last month the third school is late, the fourth has it back, the fifth owes it.
                let fate = if back == 0 { at } else { usize::MAX };
                match fate {
                    4 => {}
                    3 => self.sent_back(&means, (head, unit), month, &bureau)?,
                    2 => self.school_month(&means, (head, unit), month, (&bureau, 9))?,
                    _ => {
                        let days = 2 + i64::try_from(at % 3).unwrap_or(0);
                        self.school_month(&means, (head, unit), month, (&bureau, days))?;
                    }
                }
            }
        }
        self.of_the_county(&means, &bureau, &director)
    }

    fn school_month(
        &self,
        means: &Means<'_>,
        (head, unit): (&Actor, &str),
        month: &Period,
        (bureau, days): (&Actor, i64),
    ) -> Result<(), DbError> {
        let (on, code, unit) = (month.last.saturating_add(days.days()), month.code.clone(), unit.to_owned());
        if on >= self.today {
            return Ok(());
        }
        let sent = self.acted(means, (head, on, 16), move |desk| {
            handed_in(desk, Kind::SchoolMonth, &unit, &code, &school_words())
        })?;
        let Some(id) = sent else { return Ok(()) };
        let looked = on.saturating_add(1.days());
        if looked < self.today {
            self.acted(means, (bureau, looked, 10), move |desk| regular::review(desk, &id, Act::Accept, ""))?;
        }
        Ok(())
    }

    fn sent_back(
        &self,
        means: &Means<'_>,
        (head, unit): (&Actor, &str),
        month: &Period,
        bureau: &Actor,
    ) -> Result<(), DbError> {
        let (on, code, unit) = (month.last.saturating_add(4.days()), month.code.clone(), unit.to_owned());
        let sent = self.acted(means, (head, on, 15), move |desk| {
            let words = Words { situation: "每天点名。".to_owned(), ..Words::default() };
            handed_in(desk, Kind::SchoolMonth, &unit, &code, &words)
        })?;
        let Some(id) = sent else { return Ok(()) };
        self.acted(means, (bureau, on.saturating_add(2.days()), 11), move |desk| {
            regular::review(desk, &id, Act::Return, "请写明家访和联系的情况，还有什么问题")
        })
        .map(drop)
    }

    /// Term, year and quarter, in the order in which they were made.
    fn of_the_county(&self, means: &Means<'_>, bureau: &Actor, director: &Actor) -> Result<(), DbError> {
        let past = |kind, back| ended(kind, self.today, 2, means.plan.calendar()).into_iter().nth(back);
        for (kind, back, days) in [
            (Kind::CountyQuarter, 1, 7),
            (Kind::PrefectureTerm, 0, 12),
            (Kind::ProvinceYear, 0, 18),
            (Kind::CountyQuarter, 0, 7),
        ] {
            let Some(period) = past(kind, back) else { continue };
            if kind == Kind::CountyQuarter {
                self.visits(means, bureau, &period)?;
                self.rechecked(means, bureau, &period)?;
            }
            let on = Self::working(period.last.saturating_add(days.days()));
            if on >= self.today {
                continue;
            }
            let (county, code) = (self.county.clone(), period.code);
            let sent = self.acted(means, (bureau, on, 15), move |desk| {
                handed_in(desk, kind, &county, &code, &county_words(kind))
            })?;
            let Some(id) = sent else { continue };
            let looked = on.saturating_add(3.days());
            self.acted(means, (director, looked, 9), move |desk| {
                regular::review(desk, &id, Act::Accept, "")
            })?;
        }
        Ok(())
    }

    /// 进校入户 of the quarter's term.
    fn visits(&self, means: &Means<'_>, bureau: &Actor, quarter: &Period) -> Result<(), DbError> {
        if !visits_in(quarter, means.plan.calendar()) {
            return Ok(());
        }
        let on = |days: i64| -> Date { quarter.last.saturating_sub(days.days()) };
        let code = quarter.code.clone();
        self.acted(means, (bureau, on(12), 9), move |desk| regular::draw(desk, &code))?;
        let (code, went) = (quarter.code.clone(), on(6).to_string());
        self.acted(means, (bureau, on(5), 16), move |desk| {
            let drawn = regular::sample(desk, &code)?;
            for (at, ticket) in drawn.tickets.iter().enumerate() {
                let (found, words) = match (ticket.place, at % 7) {
                    (Place::School, 1) => (Found::Problem, "点名册齐全，联系记录有几天没有当天登记"),
                    (Place::School, _) => (Found::Fine, "看了点名册、请假条和家访记录，和班级名册一致"),
                    (Place::Home, 5) => (Found::Away, "家里没有人，邻居说家长去赶街，学校说孩子在校"),
                    (Place::Home, _) => (Found::Fine, "家长在家，孩子在校，知道有困难找谁"),
                };
                regular::visited(desk, &code, (Some(ticket.place), &ticket.id), (&went, Some(found), words))?;
            }
            Ok(())
        })
        .map(drop)
    }

    /// The recheck of the quarter's reports.
    fn rechecked(&self, means: &Means<'_>, bureau: &Actor, quarter: &Period) -> Result<(), DbError> {
        let code = quarter.last.strftime("%Y-%m").to_string();
        let on = quarter.last.saturating_add(7.days());
        if on >= self.today {
            return Ok(());
        }
        self.acted(means, (bureau, on, 10), move |desk| {
            let Some(board) = regular::board(desk, &code)? else { return Ok(()) };
            for (at, line) in board.lines.iter().enumerate() {
                let Some((id, rules::regular::Stand::Frozen)) = &line.report else { continue };
                let (result, words) = if at == 1 {
                    (Recheck::Deviation, "进校看到联系记录有几天没有当天登记，请补上并写明")
                } else {
                    (Recheck::Confirmed, "")
                };
                regular::recheck(desk, id, Some(result), words)?;
            }
            Ok(())
        })
        .map(drop)
    }
}
