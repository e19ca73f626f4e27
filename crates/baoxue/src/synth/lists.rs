//! The lists by name and heading, and rows on their way to a file.

/// One of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum List {
    /// 户籍
    Household,
    /// 学籍
    Roll,
    /// 在校
    Present,
    /// 脱贫户·监测户
    Poverty,
    /// 残联
    Disability,
    /// 外出就读
    Elsewhere,
    /// 学校名录
    Schools,
    /// 真相: what the others blur
    Truth,
}

impl List {
    /// Every list, in the order in which they are written.
    pub(crate) const ALL: [Self; 8] = [
        Self::Household,
        Self::Roll,
        Self::Present,
        Self::Poverty,
        Self::Disability,
        Self::Elsewhere,
        Self::Schools,
        Self::Truth,
    ];

    /// Its file name without the ending.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::Roll => "roll",
            Self::Present => "present",
            Self::Poverty => "poverty",
            Self::Disability => "disability",
            Self::Elsewhere => "elsewhere",
            Self::Schools => "schools",
            Self::Truth => "truth",
        }
    }

    /// The name of its sheet in a workbook.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Household => "户籍",
            Self::Roll => "学籍",
            Self::Present => "在校",
            Self::Poverty => "脱贫户·监测户",
            Self::Disability => "残联",
            Self::Elsewhere => "外出就读",
            Self::Schools => "学校",
            Self::Truth => "真相",
        }
    }

    /// Its headings, as the offices write them.
    pub(crate) fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Household => &[
                "姓名",
                "公民身份号码",
                "性别",
                "出生日期",
                "民族",
                "户号",
                "户主姓名",
                "与户主关系",
                "户籍地址",
                "村码",
                "监护人姓名",
            ],
            Self::Roll => ROLL,
            Self::Present => &["学校标识码", "班级", "姓名", "学籍号", "身份证件号", "日期", "是否在校"],
            Self::Poverty => {
                &["户编号", "人编号", "姓名", "证件号码", "与户主关系", "在校生状况", "监测对象类型"]
            }
            Self::Disability => &["姓名", "残疾人证号", "残疾类别", "残疾等级", "监护人"],
            Self::Elsewhere => &[
                "姓名",
                "身份证件号",
                "性别",
                "出生日期",
                "户籍地址",
                "监护人姓名",
                "就读地",
                "就读学校",
                "年级",
                "就读证明",
                "有效期",
            ],
            Self::Schools => &["学校标识码", "学校名称", "办学类型", "报送在校名单"],
            Self::Truth => &[
                "person",
                "origin",
                "fate",
                "of_age",
                "findings",
                "household_rows",
                "roll_rows",
                "present_rows",
                "poverty_rows",
                "disability_rows",
                "elsewhere_rows",
                "slips",
                "name",
                "id",
                "sex",
                "birth",
                "village",
                "school",
                "sent_present",
            ],
        }
    }
}

/// The national roll system's template, with the 学籍号 that the system adds.
const ROLL: &[&str] = &[
    "学校标识码",
    "姓名",
    "性别",
    "出生日期",
    "出生地",
    "籍贯",
    "民族",
    "国籍/地区",
    "身份证件类型",
    "港澳台侨外",
    "健康状况",
    "政治面貌",
    "身份证件号",
    "户口性质",
    "户口所在地行政区划",
    "班级",
    "入学年月",
    "入学方式",
    "就读方式",
    "现住址",
    "通信地址",
    "家庭地址",
    "联系电话",
    "邮政编码",
    "是否独生子女",
    "是否受过学前教育",
    "是否留守儿童",
    "是否需要申请资助",
    "是否享受一补",
    "是否孤儿",
    "是否烈士或优抚子女",
    "上下学距离(公里)",
    "上下学交通方式",
    "是否需要乘坐校车",
    "曾用名",
    "身份证件有效期",
    "血型",
    "特长",
    "学籍号",
    "学籍辅号",
    "班内学号",
    "学生来源",
    "年级",
    "电子信箱",
    "主页地址",
    "残疾类型",
    "是否由政府购买学位",
    "随班就读",
    "成员1姓名",
    "成员1关系",
    "成员1关系说明",
    "成员1现住址",
    "成员1户口所在地",
    "成员1联系电话",
    "成员1是否监护人",
    "成员1身份证件类型",
    "成员1身份证件号",
    "成员1民族",
    "成员1工作单位",
    "成员1职务",
    "成员2姓名",
    "成员2关系",
    "成员2关系说明",
    "成员2现住址",
    "成员2户口所在地",
    "成员2联系电话",
    "成员2是否监护人",
    "成员2身份证件类型",
    "成员2身份证件号",
    "成员2民族",
    "成员2工作单位",
    "成员2职务",
    "是否进城务工人员随迁子女",
];

/// Rows of one list, kept in one piece of text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    text: String,
    cell_ends: Vec<usize>,
    row_ends: Vec<usize>,
}

impl Rows {
    /// Adds a row.
    pub(crate) fn add<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for cell in cells {
            self.text.push_str(cell);
            self.cell_ends.push(self.text.len());
        }
        self.row_ends.push(self.cell_ends.len());
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.row_ends.len()
    }

    /// The rows, each as its cells.
    pub(crate) fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        let (mut cell, mut start) = (0, 0);
        self.row_ends.iter().map(move |row_end| {
            let ends = self.cell_ends.get(cell..*row_end).unwrap_or_default();
            let mut from = start;
            cell = *row_end;
            start = ends.last().copied().unwrap_or(start);
            ends.iter().map(move |end| {
                let cell = self.text.get(from..*end).unwrap_or_default();
                from = *end;
                cell
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_as_they_went_in() {
        let mut rows = Rows::default();
        let all = [vec!["李晓明", "", "男"], vec![], vec!["", "", ""]];
        all.iter().for_each(|row| rows.add(row.iter().copied()));
        assert_eq!(rows.iter().map(Iterator::collect).collect::<Vec<Vec<&str>>>(), all);
        assert_eq!(rows.len(), 3);
    }

    /// contracts.md, the table of lists: the headings that other rooms and scripts count on.
    #[test]
    fn the_headings_are_those_of_the_contract() {
        let check = |list: List, contract: &str| {
            for heading in contract.split(", ") {
                assert!(list.headings().contains(&heading), "{list:?} has no {heading}");
            }
        };
        check(
            List::Household,
            "姓名, 公民身份号码, 性别, 出生日期, 民族, 户号, 户主姓名, 与户主关系, 户籍地址, 村码, 监护人姓名",
        );
        check(
            List::Roll,
            "学校标识码, 姓名, 性别, 出生日期, 民族, 身份证件类型, 身份证件号, 学籍号, 学籍辅号, 户口所在地行政区划, 现住址, 年级, \
             班级, 入学年月, 就读方式, 是否留守儿童, 残疾类型, 随班就读, 是否孤儿, 是否进城务工人员随迁子女, 成员1姓名, 成员1关系, \
             成员1联系电话, 成员1身份证件号, 成员2姓名, 成员2关系, 成员2联系电话, 成员2身份证件号",
        );
        check(List::Present, "学校标识码, 班级, 姓名, 学籍号, 身份证件号, 日期, 是否在校");
        check(List::Poverty, "户编号, 人编号, 姓名, 证件号码, 与户主关系, 在校生状况, 监测对象类型");
        check(List::Disability, "姓名, 残疾人证号, 残疾类别, 残疾等级, 监护人");
        for list in List::ALL {
            let headings = list.headings();
            assert!(
                headings.iter().all(|one| headings.iter().filter(|two| one == *two).count() == 1),
                "{list:?}"
            );
        }
    }
}
