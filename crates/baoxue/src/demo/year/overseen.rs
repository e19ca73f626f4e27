//! Bulletins and one file of accountability in the term before the demo begins: two of problems with the word of the township, one of praise, one that
//! waits for answers, and a file that is being put right; by the use cases themselves.

use casework::accountability::{self, Decision, NewFile};
use casework::bulletins::{self, NewBulletin, NewPoint};
use casework::db::DbError;
use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::Actor;
use rules::accountability::Measure;
use rules::bulletin::{Kind, Source};

use super::Year;
use super::council::Means;

/// A bulletin as the demo tells it: which, title, why, what is asked.
struct Told {
    kind: Kind,
    title: &'static str,
    opening: &'static str,
    ask: &'static str,
}

/// A point: of which unit, on which kind of record before others, in which words.
type Said<'a> = (&'a str, Source, &'static str);

impl Year {
    /// What was said of whom, and what came of it.
    pub(super) fn overseen(&self, means: &Means<'_>, people: [&Actor; 5]) -> Result<(), DbError> {
        let [director, office, police, township, head] = people;
        let unit = |actor: &Actor| actor.posts.first().map(|post| post.unit.clone()).unwrap_or_default();
        let (town, school, bureau) = (unit(township), unit(head), unit(police));
        let first = Told {
            kind: Kind::Problem,
            title: "关于第一学期开学以来控辍保学职责落实情况的通报",
            opening: "开学以来，督导委办公室对照方案逐条核对各单位的职责落实情况，现将记录不全的情况通报如下。",
            ask: "请有关单位一周内补齐落实证明，并说明今后怎么按期填报。",
        };
        let said =
            [(town.as_str(), Source::Duty, "应当由各乡镇落实的职责，系统里没有落实证明，查不到做了什么。")];
        if let Some(id) = self.drafted(means, (office, self.ago(34)), &first, &said)? {
            self.replied(
                means,
                (township, self.ago(31)),
                &id,
                "工作做了，纸质材料在镇教办，没有录进系统，这周补齐。",
            )?;
            self.issued(means, (director, office), &id, (self.ago(26), true))?;
        }
        let praise = Told {
            kind: Kind::Praise,
            title: "关于表扬按期办结联席会议任务单位的通报",
            opening: "上次联席会议议定的任务，有的单位按期办完、证明齐全，现予通报表扬，请各单位学习。",
            ask: "请各单位照这样一件一件办，办完及时报告，把证明留好。",
        };
        let said = [(bureau.as_str(), Source::Task, "接到任务后主动牵头，逐户查清去向，名单交得及时。")];
        if let Some(id) = self.drafted(means, (office, self.ago(24)), &praise, &said)? {
            self.replied(means, (police, self.ago(22)), &id, "")?;
            self.issued(means, (director, office), &id, (self.ago(20), true))?;
        }
        let second = Told {
            kind: Kind::Problem,
            title: "关于联席会议任务到期没有办结的通报",
            opening: "上次联席会议议定的任务，有的到了期限没有报告办完，现通报如下。",
            ask: "请有关单位三天内说明原因，定下办完的日子，由督导委办公室跟踪。",
        };
        let said = [(town.as_str(), Source::Task, "联席会议议定的任务到期没有报告，也没有说明原因。")];
        if let Some(id) = self.drafted(means, (office, self.ago(13)), &second, &said)? {
            self.replied(
                means,
                (township, self.ago(12)),
                &id,
                "走访已经开始，因为换了包保干部，比计划晚了。",
            )?;
            self.issued(means, (director, office), &id, (self.ago(11), false))?;
        }
        let open = Told {
            kind: Kind::Problem,
            title: "关于学校落实控辍保学职责情况的通报",
            opening: "责任督学本月核对学校的职责落实情况，拟对记录不全的学校通报，先征求学校意见。",
            ask: "请学校补齐记录，校长每周看一遍。",
        };
        let said = [(school.as_str(), Source::Duty, "应当由学校落实的职责，系统里没有落实证明。")];
        self.drafted(means, (office, self.ago(1)), &open, &said)?;
        // Who leads the township answers, not the deputy.
        let Some(mayor) = self.named("lx1") else { return Ok(()) };
        self.answered_for(means, [director, office, &mayor], &town)
    }

    /// The file of the unit that was named twice.
    fn answered_for(&self, means: &Means<'_>, people: [&Actor; 3], unit: &str) -> Result<(), DbError> {
        let [director, office, mayor] = people;
        let new = NewFile {
            unit: unit.to_owned(),
            origin: "bulletins".to_owned(),
            post: "分管副镇长".to_owned(),
            ground: "law53".to_owned(),
            article: String::new(),
            words: "一个学期里两次被通报，任务到期不报告、职责没有落实证明，上次通报以后没有改。".to_owned(),
        };
        let opened =
            self.acted(means, (office, self.ago(9), 10), move |desk| accountability::open(desk, &new))?;
        let Some(id) = opened else { return Ok(()) };
        let own = id.clone();
        self.acted(means, (mayor, self.ago(7), 15), move |desk| {
            accountability::state(
                desk,
                &own,
                "分管同志换了人，交接时漏了系统里的任务；现在专人每天看，月底前全部补齐。",
            )
        })?;
        let decision = Decision {
            measure: Measure::Talk.code().to_owned(),
            organ: "县人民政府教育督导委员会".to_owned(),
            words: "约谈镇分管负责人。到期的任务逐件办完，职责逐条填落实证明；以后每月自查一次。".to_owned(),
            mend_day: self.today.saturating_add(12.days()).to_string(),
        };
        self.acted(means, (director, self.ago(5), 9), move |desk| {
            accountability::decide(desk, &id, &decision)
        })
        .map(drop)
    }

    /// Drafted and sent; the id, `None` where nothing is on record to rest on.
    fn drafted(
        &self,
        means: &Means<'_>,
        (by, on): (&Actor, Date),
        told: &Told,
        said: &[Said<'_>],
    ) -> Result<Option<String>, DbError> {
        let new = NewBulletin {
            kind: Some(told.kind),
            title: told.title.to_owned(),
            opening: told.opening.to_owned(),
            ask: told.ask.to_owned(),
        };
        let said: Vec<(String, Source, &'static str)> =
            said.iter().map(|(unit, source, words)| ((*unit).to_owned(), *source, *words)).collect();
        self.acted(means, (by, on, 9), move |desk| {
            let id = bulletins::begin(desk, &new)?;
            for (unit, source, words) in &said {
                let offered = bulletins::offered(desk, &id, unit)?;
                let best = offered.iter().find(|one| one.source == *source).or(offered.first());
                let point = NewPoint {
                    unit: unit.clone(),
                    words: (*words).to_owned(),
                    evidence: best.iter().map(|one| one.key.clone()).collect(),
                };
                bulletins::add_point(desk, &id, &point)?;
            }
            bulletins::send(desk, &id)?;
            Ok(id)
        })
    }

    /// The unit's word; none: it agrees.
    fn replied(
        &self,
        means: &Means<'_>,
        (by, on): (&Actor, Date),
        id: &str,
        words: &'static str,
    ) -> Result<(), DbError> {
        let own = id.to_owned();
        self.acted(means, (by, on, 16), move |desk| bulletins::reply(desk, &own, 1, words.is_empty(), words))
            .map(drop)
    }

    /// Approved by the one, issued by the other, on the same day.
    fn issued(
        &self,
        means: &Means<'_>,
        (signs, issues): (&Actor, &Actor),
        id: &str,
        (on, public): (Date, bool),
    ) -> Result<(), DbError> {
        let own = id.to_owned();
        self.acted(means, (signs, on, 10), move |desk| bulletins::approve(desk, &own, public))?;
        let own = id.to_owned();
        self.acted(means, (issues, on, 16), move |desk| bulletins::issue(desk, &own)).map(drop)
    }
}
