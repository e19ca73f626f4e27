//! The table of papers: one entry for each, in the words of the laws that it rests on. Nothing here decides.
// long because: one entry for each paper, and a second file would only cut the table in two.

use super::rights as r;
use super::{After, Clock, FieldKind as K, From, PaperField, PaperKind, PaperRule, Takes, To};
use crate::access::Action;
use crate::case::period::Period as P;
use crate::case::state::State as S;
use crate::plan::LegalStepKind as L;

const fn field(key: &'static str, label: &'static str, hint: &'static str, kind: K) -> PaperField {
    PaperField { key, label, hint, kind, required: true, preset: "" }
}

const fn line(key: &'static str, label: &'static str, hint: &'static str) -> PaperField {
    field(key, label, hint, K::Line)
}

const fn text(key: &'static str, label: &'static str, hint: &'static str) -> PaperField {
    field(key, label, hint, K::Text)
}

const fn maybe(field: PaperField) -> PaperField {
    PaperField { required: false, ..field }
}

const fn preset(field: PaperField, preset: &'static str) -> PaperField {
    PaperField { preset, ..field }
}

/// 事实: filled in from the case, and may be mended.
const FACTS: PaperField = text("facts", "事实", "没有到校的起止、劝返和帮扶情况，可以改");
const OFFICERS: PaperField =
    field("officers", "执法人员及执法证号", "至少两人：李某某（证号）、王某某（证号）", K::Names(2));
/// 彝族等不通晓汉字的家长: what was said in which language, and by whom.
const TRANSLATION: PaperField =
    maybe(line("translation", "口头翻译", "用什么语言、谁翻译的；附双语附页的写明"));

const OPEN: &[S] = &[S::Confirmed, S::Dispatched, S::Accepted, S::Persuading, S::Paused];
const WORKING: &[S] = &[S::Accepted, S::Persuading, S::Paused];
const PERSUADING: &[S] = &[S::Persuading];

/// 申请执行 rests on a decision: a penalty, or the order itself.
const DECISION: &[PaperKind] = &[PaperKind::PenaltyDecision, PaperKind::OrderToCorrect];

const ENFORCED: Clock = Clock {
    what: "申请法院强制执行（先催告）",
    from: From::Served,
    wait: &[P::Sue],
    within: &[P::Sue, P::Enforce],
};
const REVIEWED: Clock = until("申请行政复议", &[P::Review]);
const SUED: Clock = until("提起行政诉讼", &[P::Sue]);

const fn until(what: &'static str, within: &'static [P]) -> Clock {
    Clock { what, from: From::Served, wait: &[], within }
}

const fn made(any: &'static [PaperKind]) -> After {
    After { any, how: From::Made, wait: &[], within: &[] }
}

const fn served(any: &'static [PaperKind]) -> After {
    After { any, how: From::Served, wait: &[], within: &[] }
}

const BASE: PaperRule = PaperRule {
    kind: PaperKind::EnrolNotice,
    mark: "",
    step: None,
    takes: Takes::Never,
    states: OPEN,
    articles: &[],
    to: To::Family,
    by: Action::TakeStep,
    outside: false,
    opening: "",
    fields: &[],
    rights: &[],
    signers: &[],
    after: &[],
    clocks: &[],
    gated: false,
    stamped: true,
};

static ENROL_NOTICE: PaperRule = PaperRule {
    kind: PaperKind::EnrolNotice,
    mark: "入学",
    articles: &["义务教育法第十一条、第十三条", "南政办发〔2024〕6号五(八)"],
    opening: "您的被监护人{child}应当接受义务教育。依据{articles}，请按下列要求送其到校：",
    fields: &[
        line("report_to", "报到学校", "学校名称、年级"),
        field("report_on", "报到日期", "最迟哪天到校", K::Future),
        line("materials", "携带材料", "如：户口簿、预防接种证"),
        text("aid", "资助政策", "两免一补、营养改善、寄宿生补助等"),
        TRANSLATION,
    ],
    rights: &[r::DEFERRAL, r::MIGRANT, r::AID_AT_SCHOOL],
    signers: &["送达人", "监护人签收"],
    ..BASE
};

static PRIVACY_NOTICE: PaperRule = PaperRule {
    kind: PaperKind::PrivacyNotice,
    mark: "信告",
    states: &[
        S::Suspected,
        S::Confirmed,
        S::Dispatched,
        S::Accepted,
        S::Persuading,
        S::Paused,
        S::Returned,
        S::Placed,
        S::Observing,
    ],
    articles: &["个人信息保护法第十七条、第三十条、第三十五条", "未成年人网络保护条例第三十四条"],
    opening: "为保障{child}接受义务教育，{organ}依照法定职责处理您和孩子的个人信息。依据{articles}，现告知如下：",
    fields: &[
        preset(
            text("purpose", "处理目的和方式", "为什么、怎样处理"),
            "核实孩子是否在校、劝返复学、安置和跟踪；由有职责的工作人员登记、查阅，不作其他用途。",
        ),
        preset(
            text("kinds", "个人信息的种类", "处理哪些；敏感的写明必要性"),
            "姓名、身份证件号、住址、电话、家庭关系、就学和出勤情况；必要时包括健康、残疾等敏感个人信息，用于延缓入学、安置和资助。",
        ),
        preset(line("keep", "保存期限", "到什么时候"), "到孩子完成义务教育后，按档案管理规定保存"),
        preset(line("contact", "联系方式", "向谁行使权利：部门、电话"), "{organ}教育工作办公室"),
        TRANSLATION,
    ],
    rights: &[r::OWN_DATA],
    signers: &["告知人", "被告知人签收"],
    ..BASE
};

static PERSUASION_RECORD: PaperRule = PaperRule {
    kind: PaperKind::PersuasionRecord,
    mark: "劝返",
    step: Some(L::Persuade),
    takes: Takes::Made,
    states: &[S::Persuading, S::Paused],
    articles: &["义务教育法第十三条、第五十八条", "未成年人保护法第十九条、第二十八条"],
    to: To::File,
    opening: "依据{articles}，对{child}的监护人开展宣传教育和劝返，记录如下：",
    fields: &[
        field("on", "劝返日期", "哪天去的", K::Past),
        line("place", "地点", "在哪里见的"),
        field("persuaders", "劝返人", "至少两人，写单位和姓名", K::Names(2)),
        line("present", "在场人", "家长、孩子、村组干部等"),
        text("parents", "家长的意见", "家长怎么说"),
        text("child_said", "孩子本人的意见", "孩子自己怎么说；没见到的写明为什么"),
        text("cause", "未到校的原因", "为什么没有上学"),
        text("agreed", "商定的办法", "帮扶、返校安排"),
        maybe(line("promised", "答应返校的日期", "没有答应的不填")),
        maybe(line("refused", "拒签情况和见证人", "监护人拒绝签字的，写明情况和见证人")),
        maybe(line("recorded", "照片、录音", "有的写存放在哪里")),
        TRANSLATION,
    ],
    rights: &[r::AID_AT_SCHOOL, r::DEFERRAL, r::PLACES, r::LEGAL_AID, r::COMPLAINT, r::CHILD_HEARD],
    signers: &["劝返人（两人以上）", "监护人", "学生", "见证人"],
    stamped: false,
    ..BASE
};

static LEGAL_AID: PaperRule = PaperRule {
    kind: PaperKind::LegalAid,
    mark: "法援",
    states: WORKING,
    articles: &["法律援助法第三十五条、第四十二条、第四十三条"],
    opening: "依据{articles}，现告知您可以依法申请法律援助：",
    fields: &[
        line("centre", "法律援助机构", "名称、地址"),
        preset(line("phone", "电话", "机构电话"), "12348"),
        preset(
            text("scope", "可以申请的事项", "范围"),
            "请求行政复议、行政诉讼、民事诉讼中的代理和法律咨询、代拟法律文书，以法律援助机构审查为准。",
        ),
        preset(line("materials", "申请材料", "带什么去"), "身份证件、经济困难状况说明、与申请事项有关的材料"),
        TRANSLATION,
    ],
    rights: &[r::LEGAL_AID, r::AID_TIME],
    signers: &["告知人", "被告知人签收"],
    ..BASE
};

/// 主送机关 of a letter.
const TO_ORGAN: PaperField =
    line("to_organ", "主送机关", "对方县（市、区）教育行政部门或者乡镇人民政府的全称，跨省的写明省");
/// By when an answer is asked for.
const REPLY: PaperField = field("until", "请在哪天以前复函", "法律没有规定，写合理的日期", K::Future);
const CONTACT: PaperField = line("contact", "联系人、电话", "我方经办人和电话");

static ASSIST_LETTER: PaperRule = PaperRule {
    kind: PaperKind::AssistLetter,
    mark: "协查",
    articles: &["义务教育法第十二条、第十三条", "南政办发〔2024〕6号四(十一)、五(四)(十)"],
    to: To::Office,
    outside: true,
    opening: "我县控辍保学工作中核查的适龄儿童少年{child}，现在可能在贵地，还没有核实到就读情况。依据{articles}，请协助查找、核实和劝返：",
    fields: &[
        TO_ORGAN,
        line("place", "在贵地的地址或者线索", "住处、工地、亲属、学校；不知道的写“不明”"),
        FACTS,
        preset(
            text("asked", "请协助的事项", "一行一项"),
            "一、查找该学生，核实是否在校就读。\n二、在校的，请提供就读学校和学籍证明；不在校的，请协助劝返，或者就近安排入学。\n三、发现用人单位招用未满十六周岁未成年人的，请转当地人力资源社会保障部门查处。",
        ),
        REPLY,
        CONTACT,
        maybe(line("attached", "附件", "如：书面报告、劝返记录")),
    ],
    signers: &["经办人", "签发人"],
    ..BASE
};

static TRANSFER_LETTER: PaperRule = PaperRule {
    kind: PaperKind::TransferLetter,
    mark: "移交",
    articles: &["义务教育法第十二条、第十三条", "南政办发〔2024〕6号五(四)(十)"],
    to: To::Office,
    outside: true,
    opening: "{child}的户籍、居住或者就读在贵地，依据{articles}，现将其失学辍学情况移交贵单位，请接收办理并复函：",
    fields: &[
        TO_ORGAN,
        text("why", "移交的理由", "户籍、居住、就读各在哪里，怎么核实的"),
        FACTS,
        line("attached", "移交的材料", "如：书面报告、劝返记录、就读证明，各几页"),
        REPLY,
        CONTACT,
    ],
    signers: &["移交人", "签发人", "接收人（签字后退回一份）"],
    ..BASE
};

static ORDER_TO_CORRECT: PaperRule = PaperRule {
    kind: PaperKind::OrderToCorrect,
    mark: "责改",
    step: Some(L::Order),
    takes: Takes::Served,
    states: PERSUADING,
    articles: &["义务教育法第五条、第十一条、第五十八条", "未成年人保护法第十七条第五项、第八十三条"],
    opening: "经查，您作为{child}的监护人，没有送其按规定接受义务教育。依据{articles}，现责令您改正，在{until}以前送{child}到{send_to}接受义务教育。",
    fields: &[
        FACTS,
        line("send_to", "送到哪所学校", "学校名称"),
        field("until", "改正期限", "最迟哪天到校", K::Future),
        preset(
            text("consequence", "不改正的后果", "会怎样"),
            "逾期不改正又没有正当理由的，本机关将依法采取进一步措施，包括催告后申请人民法院强制执行，或者以监护人责任纠纷提起诉讼。",
        ),
        OFFICERS,
        TRANSLATION,
    ],
    rights: &[r::STATEMENT, r::REVIEW, r::SUIT, r::LEGAL_AID, r::DEFERRAL],
    signers: &["送达人", "监护人签收"],
    clocks: &[REVIEWED, SUED, ENFORCED],
    ..BASE
};

static FILING: PaperRule = PaperRule {
    kind: PaperKind::Filing,
    mark: "立",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第五十四条、第六十条"],
    to: To::File,
    opening: "{child}的监护人经责令改正仍未送其接受义务教育，依据{articles}，提请立案。",
    fields: &[
        line("source", "案件来源", "如：责令改正期满未改正"),
        FACTS,
        text("evidence", "证据目录", "责令改正通知书、送达回证、点名册、劝返记录等，一行一项"),
        OFFICERS,
        text("opinion", "承办人意见", "是否立案、为什么"),
    ],
    signers: &["承办人", "承办机构负责人", "机关负责人审批"],
    clocks: &[Clock { what: "作出处罚决定", from: From::Made, wait: &[], within: &[P::DecidePenalty] }],
    stamped: false,
    ..BASE
};

static INTERVIEW: PaperRule = PaperRule {
    kind: PaperKind::Interview,
    mark: "询",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第四十二条、第五十五条"],
    to: To::File,
    opening: "执法人员已向{guardian}出示执法证件，告知其依法享有的权利。依据{articles}，询问记录如下：",
    fields: &[
        line("when", "询问时间", "某月某日某时到某时"),
        line("place", "地点", "在哪里"),
        OFFICERS,
        text("asked", "询问和回答", "一问一答，照实记"),
        TRANSLATION,
    ],
    rights: &[r::RECUSAL],
    signers: &["被询问人（逐页签名）", "询问人", "记录人"],
    after: &[made(&[PaperKind::Filing])],
    stamped: false,
    ..BASE
};

static LEGAL_REVIEW: PaperRule = PaperRule {
    kind: PaperKind::LegalReview,
    mark: "法审",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第五十八条"],
    to: To::File,
    opening: "依据{articles}，对拟作出的处罚决定进行法制审核，意见如下：",
    fields: &[
        line("basis", "处罚依据条文", "法律、行政法规、地方性法规的名称和条文"),
        line("delegation", "授权决定文号", "乡镇处罚的，写省里交给乡镇的决定；县级机关写“县级机关”"),
        text("opinion", "审核意见", "主体、事实、证据、依据、程序、裁量是否合法适当"),
        line("reviewer", "审核人", "不能是承办人；写姓名和法律职业资格"),
    ],
    signers: &["法制审核人员", "机关负责人"],
    after: &[made(&[PaperKind::Filing])],
    stamped: false,
    ..BASE
};

static PRIOR_NOTICE: PaperRule = PaperRule {
    kind: PaperKind::PriorNotice,
    mark: "罚告",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第四十四条、第四十五条、第六十三条"],
    opening: "本机关拟对您作出行政处罚。依据{articles}，现将拟作出处罚的内容及事实、理由、依据告知如下：",
    fields: &[
        text("proposed", "拟处罚内容", "种类、幅度"),
        FACTS,
        text("reason", "理由", "为什么处罚、怎样裁量"),
        line("basis", "处罚依据", "法律、行政法规、地方性法规的名称和条文"),
        OFFICERS,
        TRANSLATION,
    ],
    rights: &[r::STATEMENT, r::HEARING, r::RECUSAL, r::LEGAL_AID],
    signers: &["送达人", "当事人签收"],
    after: &[made(&[PaperKind::Filing])],
    clocks: &[
        until("当事人要求听证", &[P::AskHearing]),
        Clock { what: "作出处罚决定", from: From::Served, wait: &[P::AskHearing], within: &[] },
    ],
    gated: true,
    ..BASE
};

static HEARING_NOTICE: PaperRule = PaperRule {
    kind: PaperKind::HearingNotice,
    mark: "听告",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第六十四条"],
    opening: "您要求听证的申请已经收到。依据{articles}，现通知您参加听证：",
    fields: &[
        field("hearing_on", "听证日期", "通知七个工作日以后", K::After(P::TellHearing)),
        line("hearing_at", "时间、地点", "几点、在哪里"),
        line("chair", "主持人", "不能是本案调查人员；写姓名和职务"),
        line("public", "是否公开", "涉及孩子隐私的不公开"),
        TRANSLATION,
    ],
    rights: &[r::AT_HEARING, r::LEGAL_AID],
    signers: &["送达人", "当事人签收"],
    after: &[served(&[PaperKind::PriorNotice])],
    clocks: &[Clock { what: "举行听证", from: From::Served, wait: &[P::TellHearing], within: &[] }],
    gated: true,
    ..BASE
};

static HEARING_RECORD: PaperRule = PaperRule {
    kind: PaperKind::HearingRecord,
    mark: "听录",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第六十四条、第六十五条"],
    to: To::File,
    opening: "依据{articles}，就拟对{guardian}作出的行政处罚举行听证，记录如下：",
    fields: &[
        field("on", "听证日期", "哪天举行的", K::Past),
        line("chair", "主持人、记录人", "姓名"),
        line("present", "参加人", "当事人、代理人、调查人员、翻译"),
        text("heard", "申辩和质证", "各方说了什么、出示了什么证据"),
        text("opinion", "主持人意见", "事实、证据、依据是否成立"),
        TRANSLATION,
    ],
    rights: &[r::AT_HEARING],
    signers: &["当事人或者代理人（核对无误后签字）", "调查人员", "主持人", "记录人"],
    after: &[served(&[PaperKind::HearingNotice])],
    gated: true,
    stamped: false,
    ..BASE
};

static DISCUSSION: PaperRule = PaperRule {
    kind: PaperKind::Discussion,
    mark: "讨",
    step: Some(L::Penalty),
    states: PERSUADING,
    articles: &["行政处罚法第五十七条"],
    to: To::File,
    opening: "依据{articles}，对拟作出的处罚决定集体讨论，记录如下：",
    fields: &[
        field("on", "讨论日期", "哪天讨论的", K::Past),
        field("present", "参加人", "机关负责人等，至少两人", K::Names(2)),
        text("said", "讨论情况", "各人的意见"),
        text("decided", "讨论决定", "结论"),
    ],
    signers: &["参加人", "记录人"],
    after: &[made(&[PaperKind::Filing])],
    stamped: false,
    ..BASE
};

static PENALTY_DECISION: PaperRule = PaperRule {
    kind: PaperKind::PenaltyDecision,
    mark: "罚决",
    step: Some(L::Penalty),
    takes: Takes::Served,
    states: PERSUADING,
    articles: &["行政处罚法第五十七条、第五十九条、第六十一条"],
    opening: "本机关对{guardian}没有送被监护人接受义务教育一案调查终结，听取了陈述申辩。依据{basis}和{articles}，现决定如下：",
    fields: &[
        FACTS,
        text("evidence", "证据", "证明以上事实的证据"),
        text("heard", "陈述、申辩和听证", "当事人怎么说、是否采纳、为什么"),
        text("penalty", "处罚的种类", "种类、幅度；罚款写金额"),
        line("basis", "处罚依据", "法律、行政法规、地方性法规的名称和条文"),
        text("perform", "履行方式和期限", "罚款写：自收到之日起十五日内到指定银行缴纳"),
        preset(
            text("consequence", "不履行的后果", "加处、申请执行"),
            "到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款，加处不超过罚款本数；逾期不申请复议、不起诉又不履行的，依法申请人民法院强制执行。",
        ),
        OFFICERS,
        TRANSLATION,
    ],
    rights: &[r::REVIEW, r::SUIT, r::DEFER_FINE, r::NO_STAY, r::LEGAL_AID],
    signers: &["送达人", "当事人签收"],
    after: &[
        After { any: &[PaperKind::Filing], how: From::Made, wait: &[], within: &[P::DecidePenalty] },
        made(&[PaperKind::LegalReview]),
        After { any: &[PaperKind::PriorNotice], how: From::Served, wait: &[P::AskHearing], within: &[] },
    ],
    clocks: &[
        Clock { what: "送达处罚决定书", from: From::Made, wait: &[], within: &[P::ServePenalty] },
        until("缴纳罚款", &[P::PayFine]),
        REVIEWED,
        SUED,
        ENFORCED,
    ],
    gated: true,
    ..BASE
};

static DEMAND: PaperRule = PaperRule {
    kind: PaperKind::Demand,
    mark: "催",
    step: Some(L::Court),
    states: PERSUADING,
    articles: &["行政强制法第三十五条、第五十四条"],
    opening: "本机关作出的{decision}已经依法送达，您至今没有履行。依据{articles}，现催告您履行：",
    fields: &[
        line("decision", "没有履行的决定", "文书名称和文号"),
        text("perform", "应当履行的内容和方式", "做什么、怎么做"),
        field("until", "履行期限", "送达十个工作日以后", K::After(P::Demand)),
        maybe(line("money", "金钱给付", "有的写金额和缴纳方式")),
        OFFICERS,
        TRANSLATION,
    ],
    rights: &[r::STATEMENT, r::LEGAL_AID],
    signers: &["送达人", "当事人签收"],
    after: &[served(DECISION)],
    clocks: &[Clock {
        what: "申请法院强制执行", from: From::Served, wait: &[P::Demand], within: &[]
    }],
    ..BASE
};

static ENFORCEMENT: PaperRule = PaperRule {
    kind: PaperKind::Enforcement,
    mark: "申执",
    step: Some(L::Court),
    takes: Takes::Made,
    states: PERSUADING,
    articles: &["行政强制法第五十三条、第五十四条、第五十五条"],
    to: To::Court,
    opening: "申请人{organ}作出的{decision}已经送达，被申请人{guardian}在法定期限内不申请行政复议、不提起行政诉讼又不履行，经催告仍不履行。依据{articles}，申请贵院强制执行。",
    fields: &[
        line("decision", "申请执行的决定", "文书名称和文号"),
        text("request", "申请事项", "请法院裁定执行什么"),
        FACTS,
        text("heard", "当事人的意见和催告情况", "怎么说的、什么时候催告的"),
        text("object", "执行标的情况", "执行什么"),
        line("attached", "附件", "决定书、送达回证、催告书等"),
        line("head", "行政机关负责人", "由负责人签名"),
    ],
    signers: &["行政机关负责人（签名）"],
    after: &[
        After { any: DECISION, how: From::Served, wait: &[P::Sue], within: &[P::Sue, P::Enforce] },
        After { any: &[PaperKind::Demand], how: From::Served, wait: &[P::Demand], within: &[] },
    ],
    clocks: &[Clock { what: "法院受理", from: From::Made, wait: &[], within: &[P::CourtTakes] }],
    ..BASE
};

static COMPLAINT: PaperRule = PaperRule {
    kind: PaperKind::Complaint,
    mark: "民诉",
    step: Some(L::Court),
    takes: Takes::Made,
    states: PERSUADING,
    articles: &["民事诉讼法第一百二十二条、第一百二十三条、第一百二十四条"],
    to: To::Court,
    opening: "原告{organ}因与被告{guardian}监护人责任纠纷一案，依据{articles}，向贵院提起诉讼。",
    fields: &[
        line("head", "法定代表人", "姓名、职务"),
        line("contact", "原告的住所、电话", "机关地址、联系电话"),
        preset(
            text("request", "诉讼请求", "一行一项"),
            "一、判令被告依法履行监护职责，送被监护人到校接受义务教育。\n二、本案诉讼费由被告承担。",
        ),
        FACTS,
        text("evidence", "证据和证据来源、证人", "一行一项；证人写姓名和住所"),
        line("copies", "副本份数", "按被告人数"),
        TRANSLATION,
    ],
    signers: &["法定代表人（签名）"],
    clocks: &[Clock { what: "法院决定立案", from: From::Made, wait: &[], within: &[P::FileSuit] }],
    ..BASE
};

static LEAVE: PaperRule = PaperRule {
    kind: PaperKind::Leave,
    mark: "缓休",
    states: &[S::Confirmed, S::Accepted, S::Persuading, S::Paused],
    articles: &["义务教育法第十一条"],
    to: To::File,
    opening: "{child}的监护人{guardian}因孩子身体状况，依据{articles}提出申请：",
    fields: &[
        line("what", "申请事项", "延缓入学，或者休学"),
        text("reason", "事由（身体状况）", "什么病、为什么不能上学"),
        line("proof", "医疗证明", "医院、日期、编号"),
        field("from", "申请日期", "监护人哪天申请的", K::Past),
        field("until", "期限到", "到期自动回到台账", K::Future),
        field("back_on", "入学、复学日", "期满后哪天到校", K::Future),
        text("opinion", "审批意见", "批准不批准、理由"),
    ],
    rights: &[r::DEFERRAL, r::REFUSED_LEAVE, r::CHILD_HEARD],
    signers: &["申请人（监护人）", "经办人", "审批人"],
    ..BASE
};

static PLACEMENT: PaperRule = PaperRule {
    kind: PaperKind::Placement,
    mark: "安置",
    states: &[S::Returned, S::Placed],
    articles: &["义务教育法第十三条、第十九条", "南政办发〔2024〕6号五(十一)"],
    to: To::File,
    opening: "依据{articles}，对返校学生{child}制定一人一方案：",
    fields: &[
        line("form", "安置形式", "随班就读、普职融合、集中教育、单独教学、特教学校、送教上门"),
        line("class", "编入年级、班级", "学校、年级、班"),
        text("courses", "课程和补课", "补什么、谁来补"),
        line("helpers", "帮扶人", "姓名、职务"),
        line("visits", "回访频次", "如：返校后第1、2、4、12周"),
        text("child_said", "学生的意见", "孩子自己怎么说"),
    ],
    rights: &[r::CHILD_HEARD, r::AID_AT_SCHOOL],
    signers: &["学校", "乡镇人民政府", "监护人", "学生"],
    ..BASE
};

static RETURN_PROOF: PaperRule = PaperRule {
    kind: PaperKind::ReturnProof,
    mark: "复学",
    states: &[S::Returned, S::Placed, S::Observing],
    articles: &["南政办发〔2024〕6号五(十一)"],
    to: To::File,
    by: Action::ProveReturn,
    opening: "兹证明{child}已经返校就读，情况如下：",
    fields: &[
        line("school_now", "就读学校、班级", "学校、年级、班"),
        field("on", "到校日期", "哪天到校的", K::Past),
        line("teacher", "班主任", "姓名、电话"),
        text("now", "到校后的情况", "出勤、学习、生活"),
    ],
    signers: &["班主任", "校长"],
    ..BASE
};

static FOLLOW_UP: PaperRule = PaperRule {
    kind: PaperKind::FollowUp,
    mark: "回访",
    states: &[S::Returned, S::Placed, S::Observing],
    articles: &["南政办发〔2024〕6号五(十一)", "未成年人保护法第十九条"],
    to: To::File,
    opening: "{child}返校后，依据{articles}回访，记录如下：",
    fields: &[
        field("on", "回访日期", "哪天去的", K::Past),
        field("visitors", "回访人", "单位和姓名", K::Names(1)),
        text("now", "在校情况", "出勤、学习、生活、补课"),
        text("child_said", "学生的意见", "孩子自己怎么说"),
        maybe(text("trouble", "发现的困难", "有的写怎么办、谁来办")),
        line("next", "下次回访", "哪天、谁去"),
    ],
    signers: &["回访人", "班主任"],
    stamped: false,
    ..BASE
};

/// Its fields are those of the mode (`rules::case::service`); who may serve what, and when it counts, is decided there.
static SERVICE_RECEIPT: PaperRule = PaperRule {
    kind: PaperKind::ServiceReceipt,
    mark: "送达",
    states: &[],
    articles: &["民事诉讼法第八十七条至第九十五条", "行政处罚法第六十一条"],
    to: To::File,
    opening: "{organ}依据{articles}送达下列文书：",
    fields: &[
        field("on", "送达日期", "回证上的日期；公告写公告那天", K::Past),
        field("servers", "送达人", "谁去送的", K::Names(1)),
        line("place", "送达地点", "在哪里；邮寄、电子、公告的写地址、号码、媒体"),
        maybe(line("signed", "签收人", "本人、同住成年家属、代收单位；写和受送达人的关系")),
        maybe(line("why_refused", "拒收事由", "留置送达的写")),
        maybe(line("witness", "见证人", "留置送达：村（居）委会等基层组织代表，写姓名和职务")),
        maybe(text("tried", "试过哪些方式", "公告送达的写：哪天用什么方式、结果怎样")),
        TRANSLATION,
    ],
    signers: &["受送达人或者代收人", "见证人", "送达人"],
    stamped: false,
    ..BASE
};

/// What holds of a kind of paper.
#[must_use]
pub fn rule(kind: PaperKind) -> &'static PaperRule {
    match kind {
        PaperKind::EnrolNotice => &ENROL_NOTICE,
        PaperKind::PrivacyNotice => &PRIVACY_NOTICE,
        PaperKind::PersuasionRecord => &PERSUASION_RECORD,
        PaperKind::LegalAid => &LEGAL_AID,
        PaperKind::AssistLetter => &ASSIST_LETTER,
        PaperKind::TransferLetter => &TRANSFER_LETTER,
        PaperKind::OrderToCorrect => &ORDER_TO_CORRECT,
        PaperKind::Filing => &FILING,
        PaperKind::Interview => &INTERVIEW,
        PaperKind::LegalReview => &LEGAL_REVIEW,
        PaperKind::PriorNotice => &PRIOR_NOTICE,
        PaperKind::HearingNotice => &HEARING_NOTICE,
        PaperKind::HearingRecord => &HEARING_RECORD,
        PaperKind::Discussion => &DISCUSSION,
        PaperKind::PenaltyDecision => &PENALTY_DECISION,
        PaperKind::Demand => &DEMAND,
        PaperKind::Enforcement => &ENFORCEMENT,
        PaperKind::Complaint => &COMPLAINT,
        PaperKind::Leave => &LEAVE,
        PaperKind::Placement => &PLACEMENT,
        PaperKind::ReturnProof => &RETURN_PROOF,
        PaperKind::FollowUp => &FOLLOW_UP,
        PaperKind::ServiceReceipt => &SERVICE_RECEIPT,
    }
}
