//! The role accounts for the sign-in page of a demo: who each is and what can be done there, one line each. It makes
//! nobody; [`super::world`] does.

/// One role account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RoleLine {
    /// Heading under which the page shows it.
    pub(crate) group: &'static str,
    /// User name.
    pub(crate) username: &'static str,
    /// 角色.
    pub(crate) role: &'static str,
    /// What one can do here.
    pub(crate) line: &'static str,
}

/// Every role account, group by group.
pub(crate) fn roles() -> Vec<RoleLine> {
    GROUPS
        .iter()
        .flat_map(|(group, lines)| {
            lines.iter().map(|(username, role, line)| RoleLine { group, username, role, line })
        })
        .collect()
}

/// A heading, and its accounts as (user name, 角色, what one can do).
type Group = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

const GROUPS: &[Group] = &[
    (
        "学校",
        &[
            ("teacher", "班主任", "每天一分钟点名，看谁缺课第几天；联系家长、准假，看本班孩子的档案"),
            ("head", "校长", "看各班点了没有，核证疑似辍学并上报；办转学、休学、复学，填每月零报告"),
        ],
    ),
    (
        "乡镇和村",
        &[
            ("township", "南涧镇分管副镇长", "四步劝返和文书，分派包保人；把核查交到村，发入学通知书"),
            ("village", "村委会主任", "入户核实、逐户摸排，记走访，报回交办的核查"),
            ("group", "村民小组长", "看本组的孩子，打印摸排表一户一户核对"),
            ("cadre", "包保干部", "看我包的孩子，手机上记走访；没有信号也能记"),
        ],
    ),
    (
        "县",
        &[
            (
                "director",
                "分管副县长（专班组长）",
                "领导一页：多少人、在哪里、卡在谁手里；开联席会议，审定报告和通报",
            ),
            (
                "bureau",
                "教体局控辍保学办公室",
                "做四查三比对，核实、派单、督办；管点名、报告、入学季和学籍变动",
            ),
            ("inspector", "责任督学", "随机抽查学校和乡镇，记问题、看整改；看分管学校的孩子"),
        ],
    ),
    (
        "成员单位",
        &[
            ("police", "县公安局", "答复协查：户籍、出境、查无此人；上传户籍名单，办劝返移交"),
            ("civil", "县民政局", "答复孤儿、困境、留守儿童的协助；上传名单"),
            ("labour", "县人社局", "答复童工和务工地的协助"),
            ("justice", "县司法局", "答复法律援助的协助"),
            ("disabled", "县残联", "答复残疾孩子评估和安置的协助；上传持证名单"),
            ("health", "县卫健局", "答复医学鉴定、因病休学的协助"),
            ("religion", "县民宗局", "答复孩子入寺庙等宗教场所的协助"),
            ("agri", "县农业农村局", "答复脱贫户、监测户孩子的协助；上传名单"),
            ("finance", "县财政局", "答复资助、经费的协助"),
            ("planning", "县发改局", "看上学路程的数字，对撤并研究写意见；看不到孩子"),
            ("market", "县市管局", "答复用工单位检查的协助"),
            ("culture", "县文旅局", "答复网吧、娱乐场所等协助查找的请求"),
            ("youth", "团县委", "答复结对帮扶的协助"),
            ("women", "县妇联", "答复关爱留守、困境孩子的协助"),
        ],
    ),
    (
        "系统",
        &[
            ("admin", "系统管理员", "管账号、通知渠道和定时任务，看运行状况；看不到孩子"),
            ("security", "安全管理员", "设密码规则，看登录记录和在线人员，强制下线；看不到孩子"),
            ("auditor", "审计管理员", "查谁在什么时候看过、改过什么；看不到孩子"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/demo.md tells people what the sign-in page tells them.
    #[test]
    fn the_page_says_what_the_documentation_says() {
        let page = include_str!("../../../../../docs/demo.md");
        let (mut told, mut group) = (String::new(), "");
        for line in roles() {
            if line.group != group {
                group = line.group;
                told.push_str(&format!("\n### {group}\n\n"));
            }
            told.push_str(&format!("- `{}` {}：{}\n", line.username, line.role, line.line));
        }
        assert!(page.ends_with(&told), "{told}");
        // contracts.md, HTTP: 26 role accounts.
        assert_eq!(roles().len(), 26);
    }
}
