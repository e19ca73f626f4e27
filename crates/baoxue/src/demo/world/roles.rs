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
            ("teacher", "班主任", "看本班孩子的档案和责任人，报回交办给本班的核查"),
            ("head", "校长", "管本校名单，办转学、休学、复学，报回学籍有而不在校的核查"),
        ],
    ),
    (
        "乡镇和村",
        &[
            ("township", "南涧镇分管副镇长", "看全镇应在校未在校的孩子，把比对发现交办到村，管外出就读证明"),
            ("village", "村委会主任", "看本村孩子在不在校，逐户摸排，报回交办的核查"),
            ("group", "村民小组长", "看本组的孩子，打印摸排表逐户核对"),
            ("cadre", "包保干部", "看我结对的孩子，上门核实后报回结果"),
        ],
    ),
    (
        "县",
        &[
            ("director", "分管副县长（专班组长）", "看全县多少孩子没在校、比对核查到哪一步、谁超期没报"),
            ("bureau", "教体局控辍保学办公室", "上传名单，做四查三比对，逐条认定或交办核查，管学籍变动"),
            ("inspector", "责任督学", "看分管学校的孩子和比对核查进展"),
        ],
    ),
    (
        "成员单位",
        &[
            ("police", "县公安局", "上传户籍名单，看转请协助查找的孩子，报回结果"),
            ("civil", "县民政局", "上传孤儿、困境儿童名单，看转请协助的孩子"),
            ("labour", "县人社局", "看转请协助联系务工地的孩子"),
            ("justice", "县司法局", "看转请法律援助的孩子"),
            ("disabled", "县残联", "上传持证残疾儿童名单，看转请协助的孩子"),
            ("health", "县卫健局", "看转请医学鉴定的残疾、患病孩子"),
            ("religion", "县民宗局", "看转请协助核查的孩子"),
            ("agri", "县农业农村局", "上传脱贫户、监测户名单，看转请协助的孩子"),
            ("finance", "县财政局", "看转请落实资助的孩子"),
            ("planning", "县发改局", "看单位和责任链、公告；不看孩子"),
            ("market", "县市管局", "看转请核查用工的孩子"),
            ("culture", "县文旅局", "看转请协助查找的孩子"),
            ("youth", "团县委", "看转请结对帮扶的孩子"),
            ("women", "县妇联", "看转请关爱的留守、困境孩子"),
        ],
    ),
    (
        "系统",
        &[
            ("admin", "系统管理员", "管单位、账号重置和后台任务，看运行状况；看不到孩子"),
            ("security", "安全管理员", "设密码策略，看登录记录和在线人员，强制下线；看不到孩子"),
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
