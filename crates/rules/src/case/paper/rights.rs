//! Rights that a paper must tell the family, each with its article. `{government}` is 县人民政府, `{court}` the county's court.

/// A right, as it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// In a word or two.
    pub name: &'static str,
    /// The sentence.
    pub text: &'static str,
    /// Its article.
    pub article: &'static str,
}

const fn right(name: &'static str, text: &'static str, article: &'static str) -> Right {
    Right { name, text, article }
}

pub(super) const STATEMENT: Right = right(
    "陈述、申辩",
    "您有权向本机关陈述意见、提出申辩，可以书面，也可以口头；本机关会记录并复核，不因此加重处理。",
    "行政处罚法第七条、第四十五条；行政强制法第八条、第三十六条",
);
pub(super) const REVIEW: Right = right(
    "行政复议",
    "对本通知不服的，可以自收到之日起六十日内向{government}申请行政复议。",
    "行政复议法第二十条、第二十四条",
);
pub(super) const SUIT: Right = right(
    "行政诉讼",
    "也可以自收到之日起六个月内依法直接向有管辖权的人民法院提起行政诉讼。",
    "行政诉讼法第四十六条",
);
pub(super) const NO_STAY: Right = right(
    "复议、诉讼期间",
    "复议、诉讼期间不停止执行，法律另有规定的除外；加处罚款的数额在复议、诉讼期间不予计算。",
    "行政处罚法第七十三条",
);
pub(super) const DEFER_FINE: Right =
    right("延期、分期缴纳", "经济困难的，可以申请暂缓或者分期缴纳罚款。", "行政处罚法第六十六条");
pub(super) const HEARING: Right = right(
    "听证",
    "符合听证条件的，可以自收到之日起五个工作日内要求听证；听证不收费。",
    "行政处罚法第六十三条、第六十四条",
);
pub(super) const AT_HEARING: Right = right(
    "听证中的权利",
    "可以亲自参加，也可以委托一至二人代理；可以申请主持人回避，可以申辩、质证。涉及孩子隐私的，听证不公开。",
    "行政处罚法第六十四条",
);
pub(super) const RECUSAL: Right = right(
    "出示证件、申请回避",
    "执法人员应当主动出示执法证件；您认为执法人员与本案有利害关系的，有权申请回避。",
    "行政处罚法第四十三条、第五十五条",
);
pub(super) const LEGAL_AID: Right = right(
    "法律援助",
    "经济困难的，可以向县法律援助中心申请法律援助，咨询电话12348。",
    "法律援助法第二十二条、第三十五条",
);
pub(super) const AID_TIME: Right = right(
    "审查和指派",
    "法律援助机构自收到申请之日起七日内审查，决定给予援助的，三日内指派人员；没有固定生活来源的未成年人，免于核查经济状况。",
    "法律援助法第四十二条、第四十三条",
);
pub(super) const DEFERRAL: Right = right(
    "延缓入学、休学",
    "孩子因身体状况不能按时入学或者需要休学的，监护人可以提出申请，由乡镇人民政府或者县教育行政部门批准。",
    "义务教育法第十一条",
);
pub(super) const REFUSED_LEAVE: Right = right(
    "不批准的救济",
    "申请没有批准的，可以依法申请行政复议或者提起行政诉讼。",
    "行政复议法第二十条；行政诉讼法第四十六条",
);
pub(super) const MIGRANT: Right =
    right("随迁就读", "随父母在外居住的孩子，可以在居住地平等接受义务教育。", "义务教育法第十二条");
pub(super) const AID_AT_SCHOOL: Right = right(
    "资助",
    "接受义务教育不收学费、杂费；家庭经济困难的，免费提供教科书并补助寄宿生生活费，可以向学校申请。",
    "义务教育法第二条、第四十四条",
);
pub(super) const PLACES: Right = right(
    "安置选择",
    "孩子有特殊困难的，可以商量随班就读、特殊教育学校、送教上门、职业学校融合等安置办法。",
    "义务教育法第十九条；南政办发〔2024〕6号五(十一)",
);
pub(super) const COMPLAINT: Right = right(
    "检举、控告",
    "对侵害孩子受教育权的行为，任何组织和个人都可以向有关国家机关检举、控告。",
    "义务教育法第九条",
);
pub(super) const CHILD_HEARD: Right =
    right("听取孩子意见", "作出和孩子权益有关的重大决定，应当听取孩子本人的意见。", "未成年人保护法第十九条");
pub(super) const OWN_DATA: Right = right(
    "查阅、复制、更正、删除",
    "您可以查阅、复制自己和孩子的个人信息，发现不准确、不完整的可以要求更正、补充，符合规定的可以要求删除，也可以要求解释处理规则；拒绝的会书面说明理由，您可以依法申诉、起诉。",
    "个人信息保护法第四十四条至第五十条；未成年人网络保护条例第三十四条",
);
