//! Whom and what a paper is about: child, guardian, unit, and in words what was done so far. Taken when the paper is made, and kept in it.

use jiff::civil::Date;
use rules::access::{Post, Role};
use rules::case::Open;
use rules::identity::CitizenId;
use rules::plan::LegalStepKind;

use super::super::{Facts, spelled};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A guardian as a paper names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Guardian {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) relation: String,
    pub(super) sex: String,
    pub(super) birth: String,
    pub(super) id_number: String,
    pub(super) phone: String,
}

/// The guardians of a child, in order.
pub(super) fn guardians(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<Guardian>, Refused> {
    let rows = desk.tx.query(
        "select id, name, relation, phone_sealed, id_sealed from guardian
         where county = $1 and child = $2 and until_at is null order by sort, id limit 6",
        &params![desk.county(), child],
        |row| {
            let one =
                Guardian { id: row.get(0)?, name: row.get(1)?, relation: row.get(2)?, ..Guardian::default() };
            Ok((one, row.get::<Option<Vec<u8>>>(3)?, row.get::<Option<Vec<u8>>>(4)?))
        },
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for (one, phone, number) in rows {
        let phone = desk.open("guardian", "phone", &one.id, phone.as_deref())?;
        let id_number = desk.open("guardian", "id_number", &one.id, number.as_deref())?;
        // A valid number says sex and birth; of another nothing is guessed.
        let (sex, birth) = match CitizenId::parse(&id_number) {
            Ok(number) => (number.sex().label().to_owned(), spelled(number.birth())),
            Err(_) => (String::new(), String::new()),
        };
        all.push(Guardian { sex, birth, id_number, phone, ..one });
    }
    Ok(all)
}

impl Guardian {
    /// `杨某某（父亲）`.
    pub(super) fn titled(&self) -> String {
        if self.relation.is_empty() {
            self.name.clone()
        } else {
            format!("{}（{}）", self.name, self.relation)
        }
    }
}

/// The organ that a post makes papers for: a township as 人民政府.
pub(super) fn organ(desk: &mut Desk<'_, '_>, post: &Post) -> Result<String, Refused> {
    let name = desk.tx.optional(
        "select name from unit where county = $1 and id = $2",
        &params![desk.county(), &post.unit],
        |row| row.get::<String>(0),
    )?;
    let name = name.unwrap_or_default();
    let county = &desk.plan.county().name;
    Ok(match post.role {
        Role::Township if !name.ends_with("人民政府") => format!("{name}人民政府"),
        Role::Bureau if !name.starts_with(county.as_str()) => {
            format!("{county}{}", name.trim_start_matches('县'))
        }
        _ => name,
    })
}

/// What was done so far, in sentences.
pub(super) fn story(
    desk: &mut Desk<'_, '_>,
    case: &str,
    facts: &Facts,
    open: &Open,
) -> Result<String, Refused> {
    let done = desk.tx.query(
        "select kind, on_day, flag, code from case_event
         where county = $1 and case_id = $2 and kind in ('visit', 'help') order by seq",
        &params![desk.county(), case],
        |row| {
            let day = row.get::<Option<Date>>(1)?;
            Ok((row.get::<String>(0)?, day, row.get::<bool>(2)?, row.get::<String>(3)?))
        },
    )?;
    let mut said = vec![if facts.away == 0 {
        format!("{}没有正当理由不接受义务教育，{}立案。", facts.name, spelled(open.opened.date()))
    } else {
        let since = &facts.away_since;
        format!("{}自{since}起没有正当理由未到校，至今连续{}个上课日。", facts.name, facts.away)
    }];
    let visits: Vec<_> = done.iter().filter(|(kind, ..)| kind == "visit").collect();
    if let Some((_, Some(last), ..)) = visits.last() {
        let met = visits.iter().filter(|(_, _, met, _)| *met).count();
        said.push(format!(
            "已入户劝返{}次，见到家长或孩子{met}次，最近一次为{}。",
            visits.len(),
            spelled(*last)
        ));
    }
    let helps = &desk.plan.case().helps;
    let mut helped: Vec<&str> = Vec::new();
    for (kind, _, _, code) in &done {
        let label =
            helps.iter().find(|help| kind == "help" && help.code == *code).map(|help| help.label.as_str());
        helped.extend(label.filter(|label| !helped.contains(label)));
    }
    if !helped.is_empty() {
        said.push(format!("已给予帮扶：{}。", helped.join("、")));
    }
    for step in LegalStepKind::ALL {
        let taken = open.ladder.taken().filter(|taken| taken.step == *step).last();
        if let Some(taken) = taken {
            let term = taken.until.map(|until| format!("，期限到{}", spelled(until))).unwrap_or_default();
            said.push(format!("{}已{}{term}。", spelled(taken.on), step.label()));
        }
    }
    said.push("至今没有返校。".to_owned());
    Ok(said.concat())
}
