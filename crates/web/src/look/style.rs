//! The living style page: every part in every state, with invented data. It must not read anything; what it shows is
//! made here, so that it cannot show a real child.

use askama::Template;

use super::{
    Choice, CompareRow, Crumb, Empty, Errors, Filter, FilterField, FilterKind, Head, Link, MenuGroup,
    MenuItem, Moment, Pager, Post, Shell, Stat, StateKind, Step, StepState, Tab, Target, Tone, filters,
};

/// The page as HTML. It depends on nothing, so it is the same at every call.
#[must_use]
pub fn style_page() -> String {
    // The template writes into a string, which takes everything; there is no error to report.
    Style::new().render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "style.html")]
struct Style {
    shell: Shell,
    way: Vec<Crumb>,
    stats: Vec<Stat>,
    heads: [Head; 3],
    offices: [Head; 3],
    filter: Filter,
    pager: Pager,
    tabs: Vec<Tab>,
    steps: Vec<Step>,
    moments: Vec<Moment>,
    government: Vec<Post>,
    education: Vec<Post>,
    rows: Vec<CompareRow>,
    errors: Errors,
    fine: Errors,
    townships: Vec<Choice>,
    met: Vec<Choice>,
    helps: Vec<Choice>,
    empty: Empty,
    tones: [(&'static str, Tone); 5],
    icons: Vec<&'static str>,
    today: &'static str,
    long_name: &'static str,
}

impl Style {
    fn new() -> Self {
        let mut errors = Errors::new();
        errors.add("met", "请选择见到了谁。没有见到人，选“家中无人”。");
        errors.add("said", "请写一句家长或孩子的原话。");
        Self {
            shell: shell(),
            way: vec![
                Crumb { label: "个案".to_owned(), href: Some("/cases".to_owned()) },
                Crumb { label: "2026-0047".to_owned(), href: None },
            ],
            stats: stats(),
            heads: [
                Head::text("孩子").sorted("/style?order=name", ""),
                Head::text("下一步"),
                Head::text("期限").sorted("/style?order=-due", "ascending"),
            ],
            offices: [Head::text("单位"), Head::number("在办"), Head::number("超期")],
            filter: filter(),
            pager: Pager {
                first: None,
                prev: Some("/style?before=a".to_owned()),
                next: Some("/style?after=b".to_owned()),
                shown: 50,
                total: Some(1234),
                unit: "人",
            },
            tabs: [
                ("经过", None, true),
                ("文书", Some(4), false),
                ("帮助", Some(2), false),
                ("考勤", None, false),
            ]
            .into_iter()
            .map(|(label, count, current)| Tab {
                label: label.to_owned(),
                href: "/style".to_owned(),
                count,
                current,
            })
            .collect(),
            steps: steps(),
            moments: moments(),
            government: posts([
                ("县", Some("杨副县长"), ""),
                ("乡镇", Some("李镇长"), "包保 周正国"),
                ("村委会", None, "请公郎镇指定"),
                ("村民小组", Some("三组 罗组长"), ""),
            ]),
            education: posts([
                ("教体局", Some("基教股 张股长"), ""),
                ("学校", Some("公郎中学 段校长"), ""),
                ("班级", Some("八（2）班 马老师"), ""),
                ("科任", Some("数学 何老师"), "等 6 人"),
            ]),
            rows: rows(),
            errors,
            fine: Errors::new(),
            townships: ["南涧镇", "公郎镇", "无量山镇", "宝华镇"]
                .map(|name| Choice::new(name, name, "公郎镇"))
                .to_vec(),
            met: vec![
                Choice::new("none", "家中无人", "").hint("留下联系卡，拍门牌"),
                Choice::new("moved", "搬走了", ""),
                Choice::new("kin", "见到祖辈或亲友", ""),
                Choice::new("parent", "见到父母", ""),
                Choice::new("child", "见到孩子本人", ""),
            ],
            helps: vec![
                Choice::new("board", "寄宿生活补助", "board"),
                Choice::new("lesson", "学业补习", ""),
                Choice::new("law", "法律援助", ""),
            ],
            empty: Empty {
                why: "没有符合筛选条件的孩子".to_owned(),
                what_to_do: "“公郎镇”里没有待核证的个案。去掉一个条件再看。".to_owned(),
                act: Some(Link::new("去掉全部条件", "/style")),
            },
            tones: [
                ("超期 2 天", Tone::Late),
                ("今天到期", Tone::Due),
                ("在校", Tone::Good),
                ("还剩 5 天", Tone::Plain),
                ("轮到我", Tone::Act),
            ],
            icons: icons(),
            today: "2026-11-24",
            long_name: "阿卜杜热合曼·买买提吐尔逊·<script>alert(1)</script>\u{202e}{{7*7}}",
        }
    }
}

/// The names of the icons, in the order of the sprite.
fn icons() -> Vec<&'static str> {
    include_str!("../../assets/icons.svg")
        .split("<symbol id=\"")
        .skip(1)
        .filter_map(|part| part.split_once('"'))
        .map(|(name, _)| name)
        .collect()
}

fn shell() -> Shell {
    let item = |label, href, icon, count, current| MenuItem { label, href, icon, count, current };
    let mut menu = vec![
        item("今天", "/", "today", Some(7), true),
        item("个案", "/cases", "case", None, false),
        item("比对核查", "/compare", "compare", Some(2), false),
        item("台账", "/ledger", "list", None, false),
        item("考勤", "/registers", "register", None, false),
        item("招生入学", "/enrolment", "enrol", None, false),
        item("安置与观察", "/placements", "house", Some(0), false),
        item("报告", "/reports", "chart", None, false),
        item("督导通报", "/oversight", "bulletin", None, false),
        item("设置", "/settings", "settings", None, false),
    ];
    let rest = menu.split_off(7);
    Shell {
        groups: vec![MenuGroup { label: "督导和系统", items: rest }],
        unit: "南涧县教育体育局".to_owned(),
        person: "沙玉梅".to_owned(),
        role: "教管股".to_owned(),
        bottom: menu.iter().take(4).cloned().collect(),
        menu,
        unread: 3,
        demo: true,
        today: "11月24日 星期二".to_owned(),
    }
}

fn stats() -> Vec<Stat> {
    let stat = |label: &str, value: &str, unit, note: &str, tone| Stat {
        label: label.to_owned(),
        value: value.to_owned(),
        unit,
        note: note.to_owned(),
        href: Some("/style".to_owned()),
        tone,
        target: None,
    };
    vec![
        stat("应在校未在校", "11", "人", "比上周少 3 人", Tone::Plain),
        stat("等我确认劝返主体", "2", "人", "最早一件已超 1 个工作日", Tone::Late),
        Stat {
            target: Some(Target { done: 9971, of: 10000, tone: Tone::Good }),
            ..stat("小学入学率（目标 99.5%）", "99.71", "%", "20,143 人中 20,085 人", Tone::Plain)
        },
        Stat {
            href: None,
            target: Some(Target { done: 9823, of: 10000, tone: Tone::Due }),
            ..stat("九年巩固率（目标 98.5%）", "98.23", "%", "还差 0.27 个百分点", Tone::Plain)
        },
    ]
}

fn filter() -> Filter {
    let field = |name, label, kind, without: Option<&str>| FilterField {
        name,
        label,
        kind,
        without: without.map(str::to_owned),
    };
    let choices = |all: [&str; 4], now: &str| {
        FilterKind::Choice(
            all.into_iter()
                .map(|name| Choice::new(if name == "全部" { "" } else { name }, name, now))
                .collect(),
        )
    };
    Filter {
        action: "/style".to_owned(),
        fields: vec![
            field("q", "姓名", FilterKind::Text { value: String::new(), example: "姓名、拼音或编号" }, None),
            field(
                "township",
                "乡镇",
                choices(["全部", "南涧镇", "公郎镇", "无量山镇"], "公郎镇"),
                Some("/style?step=verify"),
            ),
            field(
                "step",
                "步骤",
                choices(["全部", "核证", "派单", "劝返"], "核证"),
                Some("/style?township=公郎镇"),
            ),
            field("since", "此日以后", FilterKind::Day(String::new()), None),
        ],
        keep: vec![("order".to_owned(), "due".to_owned())],
    }
}

fn steps() -> Vec<Step> {
    [
        ("疑似", "11-16", StepState::Done),
        ("核证", "11-17", StepState::Done),
        ("派单", "11-18", StepState::Done),
        ("宣传教育", "2 次", StepState::Done),
        ("责令改正", "", StepState::Here),
        ("行政处罚", "须法律依据", StepState::Ahead),
        ("执行或诉讼", "", StepState::Off),
        ("复学安置", "", StepState::Ahead),
        ("观察", "180 天", StepState::Ahead),
    ]
    .into_iter()
    .map(|(label, note, state)| Step { label: label.to_owned(), note: note.to_owned(), state })
    .collect()
}

fn moments() -> Vec<Moment> {
    let moment = |at: &str, when: &str, what: &str, who: &str, text: &str| Moment {
        at: at.to_owned(),
        when: when.to_owned(),
        what: what.to_owned(),
        who: who.to_owned(),
        text: text.to_owned(),
        ..Moment::default()
    };
    vec![
        moment(
            "2026-11-21T10:20:00+08:00",
            "11-21 10:20",
            "入户劝返（第 2 次）",
            "周正国、镇司法所 2 人",
            "见到外祖母，母亲电话接通。母亲称孩子在昆明帮姨妈看店，春节后回。孩子本人愿意读书，怕跟不上。",
        ),
        Moment {
            papers: vec![Link::new("南劝〔2026〕47号", "/style")],
            tag: "当日签收".to_owned(),
            tone: Tone::Good,
            ..moment("2026-11-18T15:02:00+08:00", "11-18 15:02", "下发劝返指令", "县教育体育局", "")
        },
        moment(
            "2026-11-17T17:40:00+08:00",
            "11-17 17:40",
            "校长核证上报",
            "公郎中学 段校长",
            "教体局、公郎镇同时收到。",
        ),
        Moment {
            tag: "五（九）".to_owned(),
            ..moment("2026-11-16", "11-16 08:05", "旷课第 3 个上课日", "", "自动列入疑似辍学台账。")
        },
    ]
}

fn posts(all: [(&'static str, Option<&str>, &str); 4]) -> Vec<Post> {
    all.into_iter()
        .map(|(level, who, note)| Post { level, who: who.map(str::to_owned), note: note.to_owned() })
        .collect()
}

fn rows() -> Vec<CompareRow> {
    [
        ("姓名", "李晓明", "李小明", false, "同音"),
        ("性别", "女", "女", true, ""),
        ("出生日期", "2013年4月3日", "2013年4月3日", true, ""),
        ("身份证号", "539999********0011", "539999********0019", false, "末位不同"),
        ("监护人", "李建国", "", false, "学籍未填"),
    ]
    .into_iter()
    .map(|(label, left, right, same, note)| CompareRow {
        label: label.to_owned(),
        left: left.to_owned(),
        right: right.to_owned(),
        same,
        note: note.to_owned(),
    })
    .collect()
}
