//! The child herself, her home, those who look after her and her schooling, from the cells of a row. Nothing is guessed
//! (E09, E11); what is odd is noted with [`Cells`].

use rules::age::Grade;
use rules::codes::{FamilyRelation, IdKind, Sex, YesNo};
use rules::date::parse_month;
use rules::divisions::Place;
use rules::identity::{DisabilityCard, IdDocument, IdProblem, NumberProblem, StudentNumber};
use rules::plan::ListKind;

use super::cells::Cells;
use super::row::{Guardian, ListRow, RowProblem};
use super::written;

impl Cells<'_, '_> {
    /// The number, or the number as written where it is wrong, and a 残疾人证号 that stands in its place. A number that
    /// lost its last digits makes the row useless: nobody may guess them (E09), and without them the child would
    /// stand in the ledger twice.
    pub(super) fn identity(
        &mut self,
    ) -> Result<(Option<IdDocument>, String, Option<DisabilityCard>), RowProblem> {
        let (typed, student_no) = (self.get("id"), self.get("student_no"));
        let card = match self.get("card_no") {
            "" => DisabilityCard::parse(typed).ok(),
            card => {
                DisabilityCard::parse(card).map_err(|problem| self.keep("card_no", &problem.to_string())).ok()
            }
        };
        let inside = || StudentNumber::parse(student_no).ok().and_then(StudentNumber::citizen_id);
        let elsewhere = || card.map(DisabilityCard::citizen_id).or_else(inside).map(IdDocument::Citizen);
        let read = match IdKind::parse(self.get("id_kind")) {
            Some(kind) => IdDocument::parse_as(kind, typed),
            None => IdDocument::parse(typed),
        };
        let problem = match read {
            Ok(id) => return Ok((Some(id), String::new(), card)),
            Err(NumberProblem::Empty) => IdProblem::Empty.to_string(),
            Err(NumberProblem::Id(IdProblem::LostDigits)) => {
                return Err(RowProblem::of(self.heading("id"), &IdProblem::LostDigits.to_string()));
            }
            Err(NumberProblem::Id(problem)) => problem.to_string(),
            Err(problem) => problem.to_string(),
        };
        let empty = typed.is_empty();
        match elsewhere() {
            // The list gives the number in another column.
            Some(id) if empty || card.is_some_and(|card| DisabilityCard::parse(typed) == Ok(card)) => {
                return Ok((Some(id), String::new(), card));
            }
            _ if empty && self.may_lack_number(student_no) => {}
            _ => self.problem("id", &problem),
        }
        Ok((None, typed.to_owned(), card))
    }

    /// 学籍 without a number is lawful (J), and other lists may go by 学籍号 or 残疾人证号 alone (E11).
    fn may_lack_number(&self, student_no: &str) -> bool {
        !student_no.is_empty() || !matches!(self.reading.kind, ListKind::Household | ListKind::Roll)
    }

    pub(super) fn person(&mut self, row: &mut ListRow) {
        row.previous_name = self.text("previous_name");
        row.sex = self.coded("sex", Sex::parse).filter(|sex| matches!(sex, Sex::Male | Sex::Female));
        row.birth = self.date("birth");
        row.ethnicity = self.coded("ethnicity", rules::codes::Ethnicity::parse);
        row.phone = self.phone("phone");
        if row.birth.is_some_and(|birth| birth > self.reading.on) {
            self.keep("birth", "出生日期在今天以后。请对照户口簿核对");
            row.birth = None;
        }
        let Some(id) = row.id.and_then(IdDocument::citizen_id) else { return };
        if row.birth.is_some_and(|birth| birth != id.birth()) {
            self.problem("birth", "出生日期与身份证号里的不一致。请对照户口簿核对");
        }
        if row.sex.is_some_and(|sex| sex != id.sex()) {
            self.problem("sex", "性别与身份证号里的不一致。请对照户口簿核对");
        }
        row.birth = row.birth.or(Some(id.birth()).filter(|birth| *birth <= self.reading.on));
        row.sex = row.sex.or(Some(id.sex()));
    }

    pub(super) fn home(&mut self, row: &mut ListRow) {
        let divisions = self.reading.plan.divisions();
        let code = match self.get("village_code") {
            "" => self.get("hukou_code"),
            code => code,
        };
        let group = match self.get("group") {
            "" => self.get("hamlet"),
            group => group,
        };
        let parts = [self.get("township"), self.get("village"), group].concat();
        row.address = if self.get("address").is_empty() { parts.clone() } else { self.text("address") };
        row.group = group.to_owned();
        let exact = |place: &Place| place.village.is_some();
        let located = [code, &parts, self.get("address")].into_iter().filter_map(|text| {
            if text.is_empty() { None } else { divisions.by_code(text).or_else(|| divisions.locate(text)) }
        });
        let all: Vec<Place> = located.collect();
        // The first that says the village; else the first at all. A place of another county is no place here.
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        let here = code.is_empty() || !digits || code.starts_with(divisions.county_code());
        row.place = all.iter().find(|place| exact(place)).or(all.first()).copied().filter(|_| here);
        row.place_code = match row.place {
            Some(place) => divisions.code(place).to_owned(),
            None if digits && matches!(code.len(), 6 | 9 | 12 | 15) => code.to_owned(),
            None => String::new(),
        };
        row.head_name = written::name(self.get("head_name")).0;
        row.relation = self.coded("relation", FamilyRelation::parse);
    }

    pub(super) fn guardians(&mut self, row: &mut ListRow) {
        const COLUMNS: [(&str, Option<FamilyRelation>); 5] = [
            ("guardian", None),
            ("father", Some(FamilyRelation::Father)),
            ("mother", Some(FamilyRelation::Mother)),
            ("member1", None),
            ("member2", None),
        ];
        for (who, given) in COLUMNS {
            let key = |what: &str| format!("{who}_{what}");
            let (name, _) = written::name(self.get(&key("name")));
            if name.is_empty() {
                continue;
            }
            let guardian = Guardian {
                name,
                relation: given.or_else(|| self.coded(&key("relation"), FamilyRelation::parse)),
                phone: self.phone(&key("phone")),
                id: self.other_id(&key("id")),
                guards: self.yes(&key("guardian")).or((who == "guardian").then_some(true)),
            };
            match row.guardians.iter_mut().find(|known| known.name == guardian.name) {
                Some(known) => {
                    known.relation = known.relation.or(guardian.relation);
                    known.id = known.id.or(guardian.id);
                    known.guards = known.guards.or(guardian.guards);
                    if known.phone.is_empty() {
                        known.phone = guardian.phone;
                    }
                }
                None => row.guardians.push(guardian),
            }
        }
    }

    /// The number of somebody else in the row.
    fn other_id(&mut self, key: &str) -> Option<IdDocument> {
        let text = self.get(key);
        if text.is_empty() {
            return None;
        }
        let read = IdDocument::parse(text);
        read.map_err(|problem| {
            let words = match problem {
                NumberProblem::Id(problem) => problem.to_string(),
                problem => problem.to_string(),
            };
            self.keep(key, &words);
        })
        .ok()
    }

    pub(super) fn schooling(&mut self, row: &mut ListRow) {
        let student_no = self.get("student_no");
        if !student_no.is_empty() {
            row.student_no = StudentNumber::parse(student_no)
                .map_err(|problem| self.keep("student_no", &problem.to_string()))
                .ok();
        }
        row.aux_no = self.text("aux_no");
        row.school_code = self.text("school_code");
        row.school_name = self.text("school_name");
        if self.reading.kind != ListKind::Disability {
            row.grade_written = self.text("grade");
            row.grade = Grade::parse(&row.grade_written);
        }
        row.class = self.text("class");
        let entered = self.get("entered");
        if !entered.is_empty() {
            row.entered =
                parse_month(entered).map_err(|problem| self.keep("entered", &problem.to_string())).ok();
        }
        row.boarding = self.coded("boarding", boarding);
        row.status = self.coded("status", rules::codes::StudentStatus::parse);
        row.inclusive = self.coded("inclusive", rules::codes::InclusiveSchooling::parse);
    }
}

/// 就读方式; where the column is 是否寄宿生, its answer.
fn boarding(text: &str) -> Option<rules::codes::Boarding> {
    use rules::codes::Boarding;
    Boarding::parse(text).or_else(|| {
        YesNo::parse(text).map(|yes| if yes == YesNo::Yes { Boarding::Boarder } else { Boarding::Day })
    })
}
