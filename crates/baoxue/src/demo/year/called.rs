//! What the demo county has before it now: the figures of last week frozen as a report, the next meeting called on them with its agenda, and a file that
//! shows how far a task has come; by the use cases themselves. Every number in the file is invented, and nobody is named.

use std::sync::Arc;

use casework::audit::Vault;
use casework::conference::{self, NewMeeting, TaskShown};
use casework::db::{Db, DbError};
use casework::figures;
use casework::jobs;
use casework::keys::Keys;
use casework::now::Now;
use casework::refused::Refused;
use documents::paper::{Block, Form, Paper, Press};
use jiff::ToSpan;
use jiff::civil::Date;
use rules::plan::Plan;

use super::council::Means;
use super::followed::said;
use super::{Year, moment};

/// What the work of a night, and an upload, are done with.
struct Machine {
    db: Db,
    keys: Keys,
    plan: Arc<Plan>,
    vault: Vault,
    now: Now,
}

impl jobs::Means for Machine {
    fn db(&self) -> &Db {
        &self.db
    }
    fn keys(&self) -> &Keys {
        &self.keys
    }
    fn plan(&self) -> &Plan {
        &self.plan
    }
    fn vault(&self) -> &Vault {
        &self.vault
    }
    fn now(&self) -> Now {
        self.now.clone()
    }
}

/// 结对名单 without names: how many volunteers each school has.
fn list(day: Date) -> Paper {
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    Paper {
        title: "志愿者结对情况（编造）".to_owned(),
        body: vec![
            Block::Text {
                text: "返校的孩子每人安排一名志愿者，周末补课。各校已经安排的人数如下。".to_owned(),
            },
            Block::Table {
                heads: row(["学校", "志愿者", "补课时间"]),
                rows: vec![
                    row(["中心小学", "6人", "周六上午"]),
                    row(["第二中学", "8人", "周六、周日上午"]),
                    row(["民族中学", "5人", "周日下午"]),
                ],
            },
            Block::Text {
                text: "其余学校月底前安排好；名单在各校存档，不写进本表。".to_owned()
            },
        ],
        signed: "团县委".to_owned(),
        date: format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        ..Paper::default()
    }
}

impl Year {
    /// Freezes, calls, attaches.
    pub(super) fn called(
        &self,
        db: &Db,
        (keys, plan, vault): (&Keys, &Arc<Plan>, &Vault),
    ) -> Result<(), DbError> {
        let means = Means { db, keys, plan };
        let (Some(director), Some(bureau), Some(youth)) =
            (self.named("director"), self.named("bureau"), self.named("youth"))
        else {
            return Ok(());
        };
        let machine = |day: Date, hour: i8| Machine {
            db: db.clone(),
            keys: keys.clone(),
            plan: Arc::clone(plan),
            vault: vault.clone(),
            now: self.now.at_moment(moment(day, hour, 0, 0)),
        };
        let night: Arc<dyn jobs::Means> = Arc::new(machine(self.ago(9), 3));
        figures::renew(&night).map_err(said)?;
        let last = self.ago(9).first_of_month().saturating_sub(1.day());
        let label = format!("月报 {}", last.strftime("%Y-%m"));
        self.acted(&means, (&bureau, self.ago(8), 10), move |desk| {
            let snapshot = figures::snapshot(desk, None)?;
            let number = snapshot.map_or(0, |snapshot| snapshot.number);
            match figures::verify(desk, number)? {
                Some(verdict) => figures::freeze(desk, &verdict, &label),
                None => Ok(()),
            }
        })?;
        let new = NewMeeting {
            day: Self::working(self.today.saturating_add(6.days())).to_string(),
            hour: "14:30".to_owned(),
            place: "县政府三楼会议室".to_owned(),
            matter: String::new(),
        };
        let called =
            self.acted(&means, (&director, self.ago(3), 9), move |desk| conference::call(desk, &new))?;
        if let Some(id) = called {
            let own = id.clone();
            self.acted(&means, (&bureau, self.ago(2), 9), move |desk| {
                conference::add_item(desk, &own, "冬季返校、务工返乡的家庭怎样在年前走到")
            })?;
            self.acted(&means, (&bureau, self.ago(1), 10), move |desk| conference::fix(desk, &id))?;
        }
        self.attached(&means, &machine(self.ago(2), 16), &youth)
    }

    /// The file of a task that is not done yet.
    fn attached(
        &self,
        means: &Means<'_>,
        machine: &Machine,
        youth: &rules::access::Actor,
    ) -> Result<(), DbError> {
        let wrong = |what: String| said(Refused::Fault(format!("the demo's file of a task: {what}")));
        let day = self.ago(2);
        let tasks = self.acted(means, (youth, day, 15), |desk| conference::tasks(desk, TaskShown::Open))?;
        let Some(task) = tasks.unwrap_or_default().into_iter().next() else { return Ok(()) };
        let made = Press::default().make(&list(day), Form::Docx).map_err(|why| wrong(why.to_string()))?;
        let held = tempfile::NamedTempFile::new().map_err(|error| wrong(error.to_string()))?;
        std::fs::write(held.path(), &made.bytes).map_err(|error| wrong(error.to_string()))?;
        let file = conference::take_in(machine, held.path(), "志愿者结对情况.docx").map_err(said)?;
        self.acted(means, (youth, day, 16), move |desk| conference::attach_to_task(desk, &task.id, &file))
            .map(drop)
    }
}
