//! The forms of a case, one for each move that the reader may make now: which fields, in what words. The order is that of the work; the
//! first one is the page's act.

use casework::cases::CaseFile;
use rules::case::pause::{Leave, Rests};
use rules::case::{Act, Exemption, Kind};
use rules::plan::{LegalStepKind, Plan};

use crate::look::Choice;

/// A field that is chosen.
pub(super) struct Pick {
    pub(super) label: &'static str,
    choices: Vec<Choice>,
}

impl Pick {
    /// What can be chosen.
    pub(super) fn all(&self) -> &[Choice] {
        &self.choices
    }
}

/// A form.
#[derive(Default)]
pub(super) struct Entry {
    /// Tells one form of the page from another.
    pub(super) key: &'static str,
    pub(super) kind: &'static str,
    /// The end of its address.
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    pub(super) hint: &'static str,
    pub(super) button: &'static str,
    /// A fixed code: what is asked.
    pub(super) fixed: &'static str,
    /// A fixed detail.
    pub(super) detail: &'static str,
    pub(super) on: &'static str,
    pub(super) until: &'static str,
    pub(super) until_required: bool,
    pub(super) unit: Option<Pick>,
    pub(super) code: Option<Pick>,
    pub(super) details: Option<Pick>,
    /// Yes or no: what it says when ticked.
    pub(super) flag: &'static str,
    pub(super) words: &'static str,
    pub(super) words_hint: &'static str,
    /// Whether it is the page's one clear act.
    pub(super) first: bool,
}

impl Entry {
    /// Whether there is nothing to fill in.
    pub(super) const fn is_bare(&self) -> bool {
        let picks = self.unit.is_some() || self.code.is_some() || self.details.is_some();
        let typed = [self.on, self.until, self.flag, self.words];
        let [on, until, flag, words] = typed;
        !picks && on.is_empty() && until.is_empty() && flag.is_empty() && words.is_empty()
    }
}

/// The end of the address by the right that a move needs.
pub(super) const fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::Confirm | Kind::Clear | Kind::Dispatch | Kind::Recall | Kind::Place => "decide",
        Kind::Receive | Kind::SendBack => "order",
        Kind::Visit | Kind::Help => "work",
        Kind::Step | Kind::Skip => "step",
        Kind::Agree | Kind::Refuse => "answer",
        Kind::Return
        | Kind::NotBack
        | Kind::Ask
        | Kind::Relapse
        | Kind::Prove
        | Kind::Check
        | Kind::Resume => "ask",
    }
}

/// Which form is the page's act, by what has to be done.
fn first(act: Act) -> &'static str {
    match act {
        Act::Verify => "confirm",
        Act::Dispatch => "dispatch",
        Act::Receive => "receive",
        Act::FirstVisit | Act::Visit | Act::CheckTerm => "visit",
        Act::Review => "return",
        Act::Place => "place",
        Act::AskClose => "close-stayed",
        Act::Answer => "agree",
        Act::Prove | Act::Watch => "",
    }
}

/// The forms of the page, the first act before the others.
pub(super) fn entries(plan: &Plan, file: &CaseFile, now: impl Fn(&str, &str) -> String) -> Vec<Entry> {
    let mut all: Vec<Entry> = file.allowed.iter().flat_map(|kind| of(plan, file, *kind, &now)).collect();
    let act = Act::ALL.iter().find(|act| act.label() == file.line.act).copied();
    if let (true, Some(act)) = (file.is_mine, act) {
        for entry in &mut all {
            entry.first = entry.key == first(act);
        }
        all.sort_by_key(|entry| !entry.first);
    }
    all
}

fn pick<'a>(
    label: &'static str,
    all: impl IntoIterator<Item = (&'a str, &'a str)>,
    now: &str,
) -> Option<Pick> {
    let none = std::iter::once(Choice::new("", "请选择", now));
    let choices = none.chain(all.into_iter().map(|(code, words)| Choice::new(code, words, now))).collect();
    Some(Pick { label, choices })
}

fn of(plan: &Plan, file: &CaseFile, kind: Kind, now: &impl Fn(&str, &str) -> String) -> Vec<Entry> {
    let base = Entry {
        key: kind.code(),
        kind: kind.code(),
        path: path(kind),
        title: kind.label(),
        ..Entry::default()
    };
    let steps = || LegalStepKind::ALL.iter().map(|step| (step.code(), step.label()));
    let units = |all: &'_ [(String, String)]| -> Vec<(String, String)> { all.to_vec() };
    let one = match kind {
        Kind::Confirm => Entry {
            button: "确认，确实没有上学",
            words: "怎么核实的",
            words_hint: "谁、什么时候、看到听到什么",
            ..base
        },
        Kind::Clear => {
            Entry {
                button: "排除", words: "怎么核实的", words_hint: "如：已在外县就读，附就读证明", ..base
            }
        }
        Kind::Dispatch => {
            let own = file.persuader.as_ref().map_or("", |rule| rule.unit.as_str());
            let towns = units(&file.townships);
            let chosen = now(base.key, "unit");
            let chosen = if chosen.is_empty() { own } else { chosen.as_str() };
            let unit = pick("劝返主体", towns.iter().map(|(id, name)| (id.as_str(), name.as_str())), chosen);
            Entry {
                button: "下发劝返指令",
                hint: "按户籍地规则确定，下发后由乡镇签收（五(十)）",
                unit,
                ..base
            }
        }
        Kind::Receive => Entry { button: "签收", hint: "签收后按期入户（五(六)）", ..base },
        Kind::SendBack => {
            Entry {
                button: "退回", words: "为什么退回", words_hint: "如：户籍已迁出本乡", ..base
            }
        }
        Kind::Recall => Entry { button: "收回", words: "为什么收回", ..base },
        Kind::Visit => Entry {
            button: "保存",
            on: "哪天去的",
            flag: "见到了家长或孩子",
            words: "情况",
            words_hint: "见到谁、怎么说、下一步；没见到的写去了哪里、问了谁",
            ..base
        },
        Kind::Help => {
            let helps = plan.case().helps.iter().map(|help| (help.code.as_str(), help.label.as_str()));
            Entry {
                button: "保存",
                hint: "责令改正之前，要先给过帮扶；家长不接受的也照实记（五(三)）",
                code: pick("帮扶", helps, &now(base.key, "code")),
                on: "哪天",
                words: "帮了什么、家长怎么说",
                ..base
            }
        }
        Kind::Step => Entry {
            button: "登记",
            hint: "按顺序办；送达的填送达回证上的日期。行政处罚要先登记依据、授权和法制审核",
            code: pick("哪一步", steps(), &now(base.key, "code")),
            on: "哪天办的（送达日）",
            until: "期限到哪天",
            words: "怎么办的",
            ..base
        },
        Kind::Skip => Entry {
            button: "跳过这一步",
            hint: "可以只用其中部分步骤，要写明理由（五(三)）",
            code: pick("跳过哪一步", steps(), &now(base.key, "code")),
            words: "为什么跳过",
            ..base
        },
        Kind::Return => {
            let schools = units(&file.schools);
            let all = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
            Entry {
                button: "登记返校",
                hint: "返校以接收班级的点名册为准",
                unit: pick("回到哪所学校", all, &now(base.key, "unit")),
                on: "哪天到校的",
                ..base
            }
        }
        Kind::NotBack => Entry { button: "登记没有返校", words: "什么情况", ..base },
        Kind::Place => {
            let schools = units(&file.schools);
            let all = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
            let kinds = plan.placements().iter().map(|one| (one.code.as_str(), one.label.as_str()));
            Entry {
                button: "安置",
                code: pick("安置方式", kinds, &now(base.key, "code")),
                unit: pick("接收学校", all, &now(base.key, "unit")),
                on: "哪天起",
                words: "一人一方案",
                words_hint: "编入哪个班、补什么课、谁来帮、多久看一次",
                ..base
            }
        }
        Kind::Agree => Entry { button: "同意", ..base },
        Kind::Refuse => Entry { button: "不同意", words: "为什么不同意", ..base },
        Kind::Relapse => return Vec::new(),
        Kind::Ask => return asks(file, &base, now),
        Kind::Prove | Kind::Check | Kind::Resume => return Vec::new(),
    };
    vec![one]
}

/// What can be asked for: each its own form.
fn asks(file: &CaseFile, base: &Entry, now: &impl Fn(&str, &str) -> String) -> Vec<Entry> {
    use rules::case::State;
    let ask = |key, title, button, fixed| Entry {
        key,
        title,
        button,
        fixed,
        kind: base.kind,
        path: base.path,
        words: "理由和证明材料",
        ..Entry::default()
    };
    let mut all = Vec::new();
    if file.line.state == State::Observing {
        all.push(Entry {
            detail: "stayed",
            ..ask("close-stayed", "申请销号：跟踪期满", "申请销号", "close")
        });
    }
    let towns = &file.townships;
    if file.line.state == State::Confirmed && file.allowed.contains(&Kind::Dispatch) && towns.len() > 1 {
        let all_towns = towns.iter().map(|(id, name)| (id.as_str(), name.as_str()));
        all.push(Entry {
            unit: pick("交给哪个乡镇", all_towns, &now("ask-order", "unit")),
            hint: "不按户籍地规则的，要写明理由，由另一个人复核",
            ..ask("ask-order", "提请不按规则确定劝返主体", "提请复核", "order")
        });
    }
    if matches!(file.line.state, State::Confirmed | State::Accepted | State::Persuading | State::Paused) {
        let kinds: Vec<(String, String)> = Rests::ALL
            .iter()
            .flat_map(|rests| Leave::ALL.iter().map(move |leave| (rests, leave)))
            .map(|(rests, leave)| {
                (
                    format!("{} {}", rests.code(), leave.code()),
                    format!("{}（{}）", leave.label(), rests.label()),
                )
            })
            .collect();
        let choices = kinds.iter().map(|(code, words)| (code.as_str(), words.as_str()));
        all.push(Entry {
            details: pick("办什么", choices, &now("ask-pause", "detail")),
            until: "到哪天",
            until_required: true,
            flag: "监护人已经申请（法定的必须申请）",
            hint: "只是挂起，不销号；到期自动回到台账（五(十)，义务教育法第十一条）",
            ..ask("ask-pause", "申请延缓入学、休学", "提请批准", "pause")
        });
    }
    let why = Exemption::ALL.iter().map(|why| (why.code(), why.label()));
    all.push(Entry {
        details: pick("什么情形", why, &now("close-exempt", "detail")),
        hint: "要有证明材料，由另一个单位复核",
        ..ask("close-exempt", "申请销号：例外情形", "申请销号", "close")
    });
    all
}
