//! The facts of a written report, kept sealed beside it in the transaction that makes it: what is corrected, moved or
//! learned later does not change a paper that was signed before.

use rules::age::Grade;
use rules::attendance::{Answered, Outcome, Reason, Way};
use rules::codes::{IdKind, Sex};
use serde::{Deserialize, Serialize};

use super::spelled;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Contacts that a report cites at most.
const CONTACTS: i64 = 30;

/// What was known of the child at that moment. Texts as people read them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    /// 发文字号: the school may be called otherwise later.
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) sex: String,
    pub(crate) birth: String,
    pub(crate) id_kind: String,
    pub(crate) id_number: String,
    pub(crate) student_number: String,
    pub(crate) home: String,
    pub(crate) address: String,
    pub(crate) school: String,
    pub(crate) class: String,
    pub(crate) guardians: Vec<Guardian>,
    /// What the clock says, and since when.
    pub(crate) away: u16,
    pub(crate) away_since: String,
    pub(crate) said: String,
    pub(crate) contacts: Vec<Contact>,
    /// The head who verified.
    pub(crate) head: String,
    /// Each receiver with what it must do and until when, as it is stored.
    pub(crate) to: Vec<Receiver>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Guardian {
    pub(crate) name: String,
    pub(crate) relation: String,
    pub(crate) phone: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Contact {
    pub(crate) at: String,
    pub(crate) way: String,
    pub(crate) by: String,
    /// Reached or not, who answered, why the child is away, when it was promised back.
    pub(crate) result: String,
    /// What the family said.
    pub(crate) note: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Receiver {
    pub(crate) unit: String,
    pub(crate) name: String,
    pub(crate) task: String,
    pub(crate) due: String,
}

impl Facts {
    /// Takes them now, for a child that the act in hand is about: no right is asked again.
    pub(crate) fn now(desk: &mut Desk<'_, '_>, child: &str) -> Result<Self, Refused> {
        let (mut facts, sealed) = known(desk, child)?;
        let [number, student, address] = sealed;
        facts.id_number = desk.open("child", "id_number", child, number.as_deref())?;
        facts.student_number = desk.open("child", "student_number", child, student.as_deref())?;
        facts.address = desk.open("child", "address", child, address.as_deref())?;
        facts.guardians = guardians(desk, child)?;
        let of = crate::attendance::of_child(desk, child)?;
        facts.away = of.clock.away;
        facts.away_since = of.clock.since.map(spelled).unwrap_or_default();
        facts.said = of.said.unwrap_or_default();
        // What was tried since the absence began; a family that was asked before that was asked about something else.
        let from = of.clock.since.map(|day| day.to_string()).unwrap_or_default();
        facts.contacts = contacts(desk, child, &from)?;
        facts.head.clone_from(&desk.actor().name);
        Ok(facts)
    }

    /// As they are stored: sealed for the report's row.
    pub(crate) fn sealed(&self, desk: &Desk<'_, '_>, report: &str) -> Result<Vec<u8>, Refused> {
        let text = serde_json::to_string(self).map_err(|error| Refused::Fault(format!("facts: {error}")))?;
        Ok(desk.seal("report", "facts", report, &text))
    }

    /// Opens what was stored; `None` for a report from before facts were kept.
    pub(crate) fn opened(
        desk: &Desk<'_, '_>,
        report: &str,
        sealed: Option<&[u8]>,
    ) -> Result<Option<Self>, Refused> {
        if sealed.is_none() {
            return Ok(None);
        }
        let text = desk.open("report", "facts", report, sealed)?;
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| Refused::Fault(format!("facts of a report: {error}")))
    }
}

type SealedOfChild = [Option<Vec<u8>>; 3];

fn known(desk: &mut Desk<'_, '_>, child: &str) -> Result<(Facts, SealedOfChild), Refused> {
    Ok(desk.tx.one(
        "select child.name, child.sex, child.birth, child.id_kind, child.grade, coalesce(township.name, ''),
                coalesce(village.name, ''), coalesce(part.name, ''), coalesce(school.name, ''),
                coalesce(class.name, ''), child.id_sealed, child.student_sealed, child.address_sealed
         from child
         left join unit township on township.county = child.county and township.id = child.township
         left join unit village on village.county = child.county and village.id = child.village
         left join unit part on part.county = child.county and part.id = child.village_group
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         where child.county = $1 and child.id = $2",
        &params![desk.county(), child],
        |row| {
            let text = |at| row.get::<String>(at);
            let grade = row.get::<Option<i64>>(4)?.and_then(|grade| i8::try_from(grade).ok());
            let (grade, class) = (grade.and_then(Grade::new).map_or("", Grade::label), text(9)?);
            let facts = Facts {
                name: text(0)?,
                sex: Sex::from_code(&text(1)?).map_or("", Sex::label).to_owned(),
                birth: row.get::<jiff::civil::Date>(2).map(spelled)?,
                id_kind: IdKind::from_code(&text(3)?).map_or("", IdKind::label).to_owned(),
                home: [text(5)?, text(6)?, text(7)?].concat(),
                school: text(8)?,
                class: if class.is_empty() { grade.to_owned() } else { class },
                ..Facts::default()
            };
            Ok((facts, [row.get(10)?, row.get(11)?, row.get(12)?]))
        },
    )?)
}

fn guardians(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<Guardian>, Refused> {
    let rows = desk.tx.query(
        "select id, name, relation, phone_sealed from guardian
         where county = $1 and child = $2 and until_at is null order by sort, id limit 4",
        &params![desk.county(), child],
        |row| {
            let guardian = Guardian { name: row.get(1)?, relation: row.get(2)?, phone: String::new() };
            Ok((row.get::<String>(0)?, guardian, row.get::<Option<Vec<u8>>>(3)?))
        },
    )?;
    rows.into_iter()
        .map(|(id, guardian, phone)| {
            Ok(Guardian { phone: desk.open("guardian", "phone", &id, phone.as_deref())?, ..guardian })
        })
        .collect()
}

fn contacts(desk: &mut Desk<'_, '_>, child: &str, from: &str) -> Result<Vec<Contact>, Refused> {
    let rows = desk.tx.query(
        "select contact.id, contact.at, coalesce(account.name, ''), contact.way, contact.outcome, contact.answered,
                contact.reason, contact.promised_day, contact.note_sealed
         from contact
         left join account on account.county = contact.county and account.id = contact.by_account
         where contact.county = $1 and contact.child = $2 and contact.day >= $3
         order by contact.at desc, contact.id desc limit $4",
        &params![desk.county(), child, from, CONTACTS],
        |row| {
            let text = |at| row.get::<String>(at);
            let mut result = vec![Outcome::from_code(&text(4)?).map_or("", Outcome::label).to_owned()];
            result.extend(Answered::from_code(&text(5)?).map(|who| who.label().to_owned()));
            result.extend(Reason::from_code(&text(6)?).map(|why| format!("原因：{}", why.label())));
            let promised = row.get::<Option<jiff::civil::Date>>(7)?;
            result.extend(promised.map(|day| format!("答应{}返校", spelled(day))));
            let contact = Contact {
                at: text(1)?,
                by: text(2)?,
                way: Way::from_code(&text(3)?).map_or("", Way::label).to_owned(),
                result: result.join("，"),
                note: String::new(),
            };
            Ok((text(0)?, contact, row.get::<Option<Vec<u8>>>(8)?))
        },
    )?;
    let mut contacts = Vec::with_capacity(rows.len());
    for (id, contact, note) in rows.into_iter().rev() {
        contacts.push(Contact { note: desk.open("contact", "note", &id, note.as_deref())?, ..contact });
    }
    Ok(contacts)
}
