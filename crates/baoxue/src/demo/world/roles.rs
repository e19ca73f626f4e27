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
            ("teacher", "班主任", "给本班点名，看谁缺了第几天，打电话记下原因"),
            ("head", "校长", "看今天哪些班点了名，核证满3天未到校的名单并书面上报"),
        ],
    ),
    (
        "乡镇和村",
        &[
            ("township", "南涧镇分管副镇长", "接收劝返指令，安排结对包保，按四步法办理和送达文书"),
            ("village", "村委会主任", "看本村适龄孩子在不在校，上门核实，上报新情况"),
            ("group", "村民小组长", "看本组的孩子，发现没上学的马上报告"),
            ("cadre", "包保干部", "看我结对的孩子和下次入户时间，一分钟记完一次家访"),
        ],
    ),
    (
        "县",
        &[
            ("director", "分管副县长（专班组长）", "一页看清多少人、在哪里、该谁办、拖了几天，召集联席会议"),
            ("bureau", "教体局控辍保学办公室", "做四查三比对，确认劝返主体，下发指令，审核销号"),
            ("inspector", "责任督学", "按清单督导分管的学校，记下问题，看整改"),
        ],
    ),
    (
        "成员单位",
        &[
            ("police", "县公安局", "比对户籍，协助查找去向，办理无户籍孩子落户"),
            ("civil", "县民政局", "落实孤儿、留守和困境儿童的监护和救助"),
            ("labour", "县人社局", "查处使用童工，联系外出务工地"),
            ("justice", "县司法局", "给家庭安排法律援助，审核四步法文书"),
            ("disabled", "县残联", "核对残疾孩子名单，参加入学评估"),
            ("health", "县卫健局", "给残疾、患病孩子做医学鉴定"),
            ("religion", "县民宗局", "核查入寺入教的孩子，协助劝返"),
            ("agri", "县农业农村局", "核对脱贫户和监测户，对接政府救助平台"),
            ("finance", "县财政局", "看经费保障事项，回复转请"),
            ("planning", "县发改局", "看学校布局和上学远的情况，回复转请"),
            ("market", "县市管局", "联合检查用工，整治校园周边"),
            ("culture", "县文旅局", "查处接纳未成年人的网吧和娱乐场所"),
            ("youth", "团县委", "给孩子安排结对帮扶和心理辅导"),
            ("women", "县妇联", "关爱留守和困境孩子，做家庭教育指导"),
        ],
    ),
    (
        "系统",
        &[
            ("admin", "系统管理员", "设置单位、校历和方案，看运行情况；看不到孩子"),
            ("security", "安全管理员", "审批账号和权限，处理锁定；看不到孩子"),
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
