//! Forms of the newer rooms on things that are really there: what is given before, who sends, what is sent, and what is counted. `twice` sends each
//! two times (H01), `hostile` puts a hostile text into each field (D01, D02); so that neither is answered by a page that is not there.

use casework::db::{DbError, Value};

use crate::app::{HERE, TestApp};

/// An act on a thing.
pub(crate) struct Again {
    /// The address, ids and all.
    pub(crate) path: &'static str,
    /// Account of who sends it, without the county's mark.
    pub(crate) by: &'static str,
    /// What is sent.
    pub(crate) form: &'static str,
    /// Counts what it leaves behind, with the county as `$1`.
    pub(crate) seen: &'static str,
}

const fn again(path: &'static str, by: &'static str, form: &'static str, seen: &'static str) -> Again {
    Again { path, by, form, seen }
}

/// The inspector leads the office; the things of each room, each in the state in which its act is done.
pub(crate) const GIVEN: &[&str] = &[
    "update post set standing = 'leads' where county = $1 and id = 'h-post-inspector'",
    "insert into meeting (county, id, year, number, matter, day, hour, place, state, called_by, called_at)
     values ($1, 'm-called', 2026, 901, '', '2026-11-24', '09:00', '会议室', 'called', 'x', '2026-11-20T08:00:00.000+08:00')",
    "insert into meeting (county, id, year, number, matter, day, hour, place, state, called_by, called_at)
     values ($1, 'm-fix', 2026, 902, '', '2026-11-24', '09:00', '会议室', 'called', 'x', '2026-11-20T08:00:00.000+08:00')",
    "insert into meeting (county, id, year, number, matter, day, hour, place, state, called_by, called_at, agenda)
     values ($1, 'm-fixed', 2026, 903, '', '2026-11-24', '09:00', '会议室', 'fixed', 'x', '2026-11-20T08:00:00.000+08:00', '{}')",
    "insert into meeting (county, id, year, number, matter, day, hour, place, state, called_by, called_at, held_day, chair, attended,
                          minutes, held_by, held_at)
     values ($1, 'm-held', 2026, 904, '', '2026-11-23', '09:00', '会议室', 'held', 'x', '2026-11-20T08:00:00.000+08:00',
             '2026-11-23', '组长', '各单位', '研究了工作', 'x', '2026-11-23T12:00:00.000+08:00')",
    "insert into meeting (county, id, year, number, matter, day, hour, place, state, called_by, called_at, held_day, chair, attended,
                          minutes, held_by, held_at)
     values ($1, 'm-close', 2026, 905, '', '2026-11-23', '09:00', '会议室', 'held', 'x', '2026-11-20T08:00:00.000+08:00',
             '2026-11-23', '组长', '各单位', '研究了工作', 'x', '2026-11-23T12:00:00.000+08:00')",
    "insert into meeting_task (county, id, meeting, seq, unit, words, proof, due_day, state, made_by, made_at, begun_at)
     values ($1, 'k-open', 'm-close', 1, 'h-police', '查清去向', '名单', '2026-12-20', 'open', 'x', '2026-11-20T08:00:00.000+08:00',
             '2026-11-20T08:00:00.000+08:00')",
    "insert into meeting_task (county, id, meeting, seq, unit, words, proof, due_day, state, made_by, made_at, begun_at)
     values ($1, 'k-reported', 'm-close', 2, 'h-police', '查清去向', '名单', '2026-12-20', 'reported', 'x',
             '2026-11-20T08:00:00.000+08:00', '2026-11-20T08:00:00.000+08:00')",
    "insert into meeting_task (county, id, meeting, seq, unit, words, proof, due_day, state, made_by, made_at, begun_at)
     values ($1, 'k-back', 'm-close', 3, 'h-police', '查清去向', '名单', '2026-12-20', 'reported', 'x',
             '2026-11-20T08:00:00.000+08:00', '2026-11-20T08:00:00.000+08:00')",
    "insert into inspection (county, id, kind, term, school, seed, wanted, by_account, at)
     values ($1, 'i-visit', 'visit', '2026-1', 'h-SP', 'ab', 1, 'x', '2026-11-20T08:00:00.000+08:00')",
    "insert into inspection_place (county, inspection, unit, place) values ($1, 'i-visit', 'h-SP', 'school')",
    "insert into inspection (county, id, kind, term, school, seed, wanted, by_account, at)
     values ($1, 'i-special', 'special', '2025-2', null, 'ab', 1, 'x', '2026-11-20T08:00:00.000+08:00')",
    "insert into inspection_place (county, inspection, unit, place) values ($1, 'i-special', 'h-SP', 'school')",
    "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
     values ($1, 'f-open', 'i-visit', 'h-P', 'x', '没有走访记录', '台账', '2026-11-01', 'open', 'x', '2026-10-01T08:00:00.000+08:00')",
    "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
     values ($1, 'f-also', 'i-visit', 'h-P', 'x', '没有台账', '台账', '2026-11-01', 'open', 'x', '2026-10-01T08:00:00.000+08:00')",
    "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
     values ($1, 'f-third', 'i-visit', 'h-P', 'x', '没有计划', '台账', '2026-11-02', 'open', 'x', '2026-10-01T08:00:00.000+08:00')",
    "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
     values ($1, 'f-reported', 'i-visit', 'h-P', 'x', '没有记录', '台账', '2026-12-01', 'reported', 'x', '2026-10-01T08:00:00.000+08:00')",
    "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
     values ($1, 'f-back', 'i-visit', 'h-P', 'x', '没有记录', '台账', '2026-12-01', 'reported', 'x', '2026-10-01T08:00:00.000+08:00')",
    "insert into inspection_result (county, id, inspection, title, words, by_account, at, refused_why)
     values ($1, 'r-one', 'i-special', '第二学期督导结果', '检查了学校，情况总体较好，问题正在整改。', 'x',
             '2026-11-20T08:00:00.000+08:00', '')",
    "insert into inspection_result (county, id, inspection, title, words, by_account, at, refused_why)
     values ($1, 'r-two', 'i-special', '第二学期督导结果', '检查了学校，情况总体较好，问题正在整改。', 'x',
             '2026-11-20T08:00:00.000+08:00', '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, public, word)
     values ($1, 'b-draft', 'h-bureau', 'bureau', 'problem', '第一学期情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'draft', 'x',
             '2026-11-20T08:00:00.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, public, word)
     values ($1, 'b-send', 'h-bureau', 'bureau', 'problem', '第二次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'draft', 'x',
             '2026-11-20T08:00:00.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, public, word)
     values ($1, 'b-drop', 'h-bureau', 'bureau', 'problem', '第三次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'draft', 'x',
             '2026-11-20T08:00:00.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, sent_by, reply_due, public, word)
     values ($1, 'b-reply', 'h-bureau', 'bureau', 'problem', '第四次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'reply', 'x',
             '2026-11-20T08:00:00.000+08:00', 'x', '2026-12-20T23:59:59.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, sent_by, reply_due, public, word)
     values ($1, 'b-approve', 'h-bureau', 'bureau', 'problem', '第五次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'reply', 'x',
             '2026-11-20T08:00:00.000+08:00', 'x', '2026-11-20T23:59:59.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, sent_by, reply_due, public, word)
     values ($1, 'b-back', 'h-bureau', 'bureau', 'problem', '第六次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'reply', 'x',
             '2026-11-20T08:00:00.000+08:00', 'x', '2026-11-20T23:59:59.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, public, word)
     values ($1, 'b-issue', 'h-bureau', 'bureau', 'problem', '第七次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'approved', 'x',
             '2026-11-20T08:00:00.000+08:00', 0, '')",
    "insert into bulletin (county, id, issuer, by_kind, kind, title, opening, ask, state, made_by, made_at, public, word, issued_at)
     values ($1, 'b-issued', 'h-bureau', 'bureau', 'problem', '第八次情况通报', '现将本学期的情况通报如下。', '请一周内改好。', 'issued', 'x',
             '2026-11-20T08:00:00.000+08:00', 0, '通报〔2026〕9号', '2026-11-21T08:00:00.000+08:00')",
    "insert into bulletin_point (county, bulletin, seq, unit, words, state, by_account, at, reply, withdrawn_why)
     select county, id, 1, 'h-P', '走访没有记录。', 'waiting', 'x', made_at, '', '' from bulletin where county = $1 and id <> 'b-issue'",
    "insert into bulletin_point (county, bulletin, seq, unit, words, state, by_account, at, reply, withdrawn_why)
     select county, id, 2, 'h-P', '台账没有记。', 'waiting', 'x', made_at, '', '' from bulletin where county = $1",
    "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by, opened_at,
                                 statement_due, organ)
     values ($1, 'a-opened', 'h-P', '', 'bulletins', '被通报2次', 'law53', '第五十三条', 'opened', 2026, 901, '问责1号', 'x',
             '2026-11-20T08:00:00.000+08:00', '2026-12-20T23:59:59.000+08:00', '')",
    "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by, opened_at,
                                 statement_due, organ)
     values ($1, 'a-silent', 'h-TP', '', 'bulletins', '被通报2次', 'law53', '第五十三条', 'opened', 2026, 902, '问责2号', 'x',
             '2026-11-10T08:00:00.000+08:00', '2026-11-20T23:59:59.000+08:00', '')",
    "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by, opened_at,
                                 statement_due, organ)
     values ($1, 'a-heard', 'h-Q', '', 'bulletins', '被通报2次', 'law53', '第五十三条', 'heard', 2026, 903, '问责3号', 'x',
             '2026-11-10T08:00:00.000+08:00', '2026-11-20T23:59:59.000+08:00', '')",
    "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by, opened_at,
                                 statement_due, organ, measure, mend_day)
     values ($1, 'a-decided', 'h-P', '', 'escalated', '被通报2次', 'law53', '第五十三条', 'decided', 2026, 904, '问责4号', 'x',
             '2026-11-10T08:00:00.000+08:00', '2026-11-20T23:59:59.000+08:00', '县政府', 'mend', '2026-12-20')",
    "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by, opened_at,
                                 statement_due, organ, measure, mend_day)
     values ($1, 'a-accept', 'h-Q', '', 'escalated', '被通报2次', 'law53', '第五十三条', 'reported', 2026, 905, '问责5号', 'x',
             '2026-11-10T08:00:00.000+08:00', '2026-11-20T23:59:59.000+08:00', '县政府', 'mend', '2026-12-20')",
    "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by, opened_at,
                                 statement_due, organ, measure, mend_day)
     values ($1, 'a-back', 'h-Q', '', 'findings', '被通报2次', 'law53', '第五十三条', 'reported', 2026, 906, '问责6号', 'x',
             '2026-11-10T08:00:00.000+08:00', '2026-11-20T23:59:59.000+08:00', '县政府', 'mend', '2026-12-20')",
];

macro_rules! count {
    ($table:literal) => {
        concat!("select cast(count(*) as bigint) from ", $table, " where county = $1")
    };
    ($table:literal, $that:literal) => {
        concat!("select cast(count(*) as bigint) from ", $table, " where county = $1 and ", $that)
    };
}

pub(crate) const AGAIN: &[Again] = &[
    again(
        "/conference",
        "director-leads",
        "day=2026-11-26&hour=10:00&place=会议室&matter=专题研究",
        count!("meeting"),
    ),
    again("/conference/m-called/items", "bureau", "unit=h-P&words=研究走访", count!("meeting_item")),
    again("/conference/m-fix/fix", "bureau", "", count!("meeting", "state = 'fixed'")),
    again(
        "/conference/m-fixed/hold",
        "bureau",
        "day=2026-11-24&chair=组长&attended=各单位&minutes=研究了第一季度的控辍保学工作",
        count!("meeting", "state = 'held'"),
    ),
    again(
        "/conference/m-held/decisions",
        "bureau",
        "unit=h-police&words=查清去向&proof=名单&due=2026-12-20",
        count!("meeting_task"),
    ),
    again("/conference/m-close/close", "director-leads", "", count!("meeting", "closed_at is not null")),
    again("/tasks/k-open/report", "police", "words=已经全部查清", count!("meeting_task_act")),
    again("/tasks/k-reported/accept", "bureau", "", count!("meeting_task_act")),
    again("/tasks/k-back/back", "bureau", "why=还缺名单", count!("meeting_task_act")),
    again("/duties/五(八)", "township", "unit=h-P&words=通知书都发了&on=", count!("duty_proof")),
    again("/library", "township", "unit=h-P&title=镇实施方案&words=镇长负责", count!("plan_version")),
    again("/inspections", "inspector", "kind=visit&school=h-TP&wanted=1", count!("inspection")),
    again(
        "/inspections/i-visit/places/h-SP",
        "inspector",
        "seen-called_daily=good",
        count!("inspection_answer"),
    ),
    again(
        "/inspections/i-visit/places/h-SP/findings",
        "inspector",
        "item=called_daily&words=星期一没有点名&evidence=点名册&due=2026-12-10",
        count!("inspection_finding"),
    ),
    again(
        "/inspections/findings/f-third/report",
        "township",
        "words=已经补齐记录",
        count!("inspection_finding_act"),
    ),
    again(
        "/inspections/findings/f-reported/close",
        "inspector",
        "seen=看过了都有",
        count!("inspection_finding_act"),
    ),
    again("/inspections/findings/f-back/back", "inspector", "why=还差两页", count!("inspection_finding_act")),
    again(
        "/inspections/i-special/result",
        "inspector",
        "title=第二学期督导结果&words=检查了学校，情况总体较好，有的问题正在整改，督学逐个复查。",
        count!("inspection_result"),
    ),
    again(
        "/inspections/i-special/results/r-one/publish",
        "inspector",
        "",
        count!("inspection_result", "signed_at is not null"),
    ),
    again(
        "/inspections/i-special/results/r-two/refuse",
        "inspector",
        "why=写短些",
        count!("inspection_result", "refused_at is not null"),
    ),
    again(
        "/assessments/h-P/mark",
        "inspector",
        "item=t_plan&mark=met&words=方案更新过",
        count!("assessment"),
    ),
    again(
        "/bulletins",
        "bureau",
        "kind=problem&title=关于走访情况的通报&opening=现将走访的情况通报如下。&ask=请一周内改好。",
        count!("bulletin"),
    ),
    again(
        "/bulletins/b-draft/points",
        "bureau",
        "unit=h-P&words=走访记录缺得多。&evidence=finding:f-open",
        count!("bulletin_point"),
    ),
    again(
        "/bulletins/b-draft/points/1/withdraw",
        "bureau",
        "why=不成立",
        count!("bulletin_point", "state = 'withdrawn'"),
    ),
    again("/bulletins/b-send/send", "bureau", "", count!("bulletin", "state = 'reply'")),
    again("/bulletins/b-drop/drop", "bureau", "why=不成立", count!("bulletin", "state = 'dropped'")),
    again(
        "/bulletins/b-reply/points/1/reply",
        "township",
        "answer=object&words=记录在村里。",
        count!("bulletin_point", "replied_at is not null"),
    ),
    again(
        "/bulletins/b-approve/approve",
        "director-leads",
        "public=1",
        count!("bulletin", "approved_at is not null"),
    ),
    again("/bulletins/b-back/back", "director-leads", "why=写短些", count!("bulletin", "state = 'draft'")),
    again("/bulletins/b-issue/issue", "bureau", "", count!("bulletin", "number is not null")),
    again(
        "/bulletins/b-issued/amend",
        "bureau",
        "kind=correction&why=记录后来找到了，数写错了。",
        count!("bulletin"),
    ),
    again(
        "/accountability",
        "inspector",
        "about=findings/h-P&post=分管副镇长&ground=law53&article=&words=问题到期没有改",
        count!("accountability"),
    ),
    again(
        "/accountability/a-opened/state",
        "township-leads",
        "words=换了人，月底补齐",
        count!("accountability_act"),
    ),
    again("/accountability/a-silent/silent", "inspector", "", count!("accountability_act")),
    again(
        "/accountability/a-heard/decide",
        "director-leads",
        "measure=talk&organ=县人民政府&words=约谈分管负责人&mend_day=2026-12-20",
        count!("accountability", "measure is not null"),
    ),
    again("/accountability/a-decided/mend", "township-leads", "words=全部补齐", count!("accountability_act")),
    again("/accountability/a-accept/accept", "inspector", "seen=看过了都有", count!("accountability_act")),
    again("/accountability/a-back/back", "inspector", "why=还差两条", count!("accountability_act")),
];

impl Again {
    /// The address with its ids: what stands between `<` and `>` is asked of the storage.
    pub(crate) fn at(&self, app: &TestApp) -> String {
        let mut at = String::new();
        for (nth, part) in self.path.split(['<', '>']).enumerate() {
            if nth % 2 == 0 {
                at.push_str(part);
                continue;
            }
            let params = [Value::from(HERE)];
            let found: Result<Option<String>, DbError> =
                app.app.db().read(|tx| tx.optional(part, &params, |row| row.get::<String>(0)));
            // What an earlier act makes is not there where none is done.
            at.push_str(&found.expect("the id is read").unwrap_or_else(|| "missing".to_owned()));
        }
        at
    }

    /// A session of whoever sends it.
    pub(crate) fn token(&self, app: &TestApp) -> String {
        app.session(HERE, &format!("h-account-{}", self.by))
    }

    /// How many there are.
    pub(crate) fn counted(&self, app: &TestApp) -> i64 {
        let params = [Value::from(HERE)];
        let found: Result<i64, DbError> =
            app.app.db().read(|tx| tx.one(self.seen, &params, |row| row.get::<i64>(0)));
        found.expect("the rows are counted")
    }

    /// The route of the table that it is.
    pub(crate) fn row(&self) -> &'static str {
        let is = |path: &str| {
            let (own, of): (Vec<&str>, Vec<&str>) =
                (self.path.split('/').collect(), path.split('/').collect());
            own.len() == of.len() && own.iter().zip(&of).all(|(own, of)| of.starts_with('{') || own == of)
        };
        let rows = crate::matrix_rows::every_row().filter(|row| row.0 == "POST" && is(row.1));
        // A word of the path comes before a name.
        rows.min_by_key(|row| row.1.matches('{').count()).map_or("", |row| row.1)
    }
}

/// Everything that is given.
pub(crate) fn give(app: &TestApp) {
    app.run(&GIVEN.iter().map(|sql| (*sql).to_owned()).collect::<Vec<_>>());
}
