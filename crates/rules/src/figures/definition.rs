//! What each figure is, in words: numerator, denominator, what stands apart, where the formula comes from and how sure that is, and why
//! another system's figure may differ. A page shows it beside every number.

use super::Figure;

/// Version of the definitions: it goes up with any change of what counts, and stands in every snapshot.
pub const VERSION: i64 = 3;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Higher.
    More,
    /// Lower.
    Less,
}

/// How sure it is that the formula is the one that others mean by the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sureness {
    /// A published national formula.
    Published,
    /// Common in counties; no document for all of them.
    Common,
    /// The system's own, to run the work by.
    Own,
}

impl Sureness {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Published => "国家公开的算式",
            Self::Common => "各县通行，没有统一文件",
            Self::Own => "本系统的管理指标",
        }
    }
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// In the numerator.
    pub numerator: &'static str,
    /// In the denominator.
    pub denominator: &'static str,
    /// In the denominator, told apart; empty for nothing.
    pub apart: &'static str,
    /// Those whose names the number opens.
    pub listed: &'static str,
    /// Where the formula comes from.
    pub source: &'static str,
    /// How sure that is.
    pub sureness: Sureness,
    /// Why another system's figure may differ.
    pub differs: &'static str,
    /// Which way is better.
    pub better: Better,
    /// Key of the plan's target; empty for none.
    pub target: &'static str,
    /// What is counted: 名, 件.
    pub unit: &'static str,
}

const APART: &str = "休学、延缓入学的孩子，留在分母里，单列，不算入学";
const LEDGER: &str = "本系统按台账里的孩子逐个算，包括户籍在本县和在本县就读的；统计年报按学校上报的人数算，户籍和就读地不在一处的，两边会不同。";

impl Figure {
    /// What it is.
    #[must_use]
    pub const fn definition(self) -> Definition {
        let of_children = Definition {
            numerator: "",
            denominator: "",
            apart: APART,
            listed: "没有在学的",
            source: "",
            sureness: Sureness::Published,
            differs: LEDGER,
            better: Better::More,
            target: "",
            unit: "名",
        };
        let in_time = Definition {
            apart: "",
            listed: "没有按期的",
            sureness: Sureness::Own,
            differs: "这是本系统自己的管理指标，其他系统没有同名的数。",
            unit: "件",
            ..of_children
        };
        match self {
            Self::Enrolment => Definition {
                numerator: "在学的小学学龄儿童：在本县学籍上、有就读证明在外地就读、提前完成小学的",
                denominator: "小学学龄儿童：按计划的入学年龄应在一至六年级的孩子，不计死亡、出境、户籍迁出的",
                source: "小学学龄儿童净入学率：已入学的小学学龄儿童数÷校内外小学学龄儿童总数",
                target: "enrolment_rate",
                ..of_children
            },
            Self::Entry => Definition {
                numerator: "其中已入学的",
                denominator: "按计划的入学年龄本学年应入一年级的孩子",
                source: "各县的新生入学率；方案的“小学入学率”没有写口径，所以两种都算",
                sureness: Sureness::Common,
                differs: "有的县只算本县户籍的新生，有的县按招生计划数算。",
                ..of_children
            },
            Self::InSchool => Definition {
                numerator: "其中在学的",
                denominator: "全部适龄儿童少年（满6周岁入学，到满16周岁），不计死亡、出境、户籍迁出的",
                source: "义务教育法第二条、第十一条；地图和分乡镇的人数用它",
                sureness: Sureness::Own,
                differs: "学籍系统只有有学籍的孩子，没有学籍的不在它的分母里。",
                ..of_children
            },
            Self::Retention => Definition {
                numerator: "其中还在学或已完成义务教育的，包括有证明在外地就读的",
                denominator: "八个学年前在本县一年级花名册上的孩子，逐个有名，不计死亡、出境、户籍迁出的；台账里没有、去向不明的，留在分母里",
                source: "县级校正口径，按当年一年级的名单逐个算",
                sureness: Sureness::Common,
                differs: "年报口径是九年级在校人数除以当年一年级人数，转入的算进分子，所以流入多的县会超过100%；按人算不会。",
                target: "retention_rate",
                ..of_children
            },
            Self::Yearbook => Definition {
                numerator: "九年级在校学生数，从年报登记",
                denominator: "这一届入小学一年级时的学生数，从当年年报登记",
                apart: "",
                listed: "",
                source: "国家统计公报：初中毕业班学生数÷该年级入小学一年级时的学生数",
                differs: "转入的算进分子、转出的仍在分母，所以可以超过100%，也没有名单可看；要看名单请看“按人”的一行。",
                target: "retention_rate",
                ..of_children
            },
            Self::Junior => Definition {
                numerator: "其中还在学或已完成义务教育的，包括有证明在外地就读的",
                denominator: "两个学年前在本县七年级花名册上的孩子，逐个有名，不计死亡、出境、户籍迁出的；台账里没有、去向不明的，留在分母里",
                source: "优质均衡督导评估的“初中三年巩固率”，按当年七年级的名单逐个算",
                sureness: Sureness::Common,
                differs: "年报口径是九年级在校人数除以当年七年级人数，转入的算进分子；按人算不会超过100%。方案没有给这个指标定目标。",
                ..of_children
            },
            Self::JuniorYearbook => Definition {
                numerator: "九年级在校学生数，从年报登记",
                denominator: "这一届入七年级时的学生数，从当年年报登记",
                apart: "",
                listed: "",
                source: "优质均衡督导评估的“初中三年巩固率”，按年报的两个数算",
                sureness: Sureness::Common,
                differs: "有的县再加减转入、转出、死亡的人数；这里只用年报的两个数。要看名单请看“按人”的一行。",
                ..of_children
            },
            Self::DropoutYearbook | Self::DropoutPrimaryYearbook | Self::DropoutJuniorYearbook => {
                yearbook(self, of_children)
            }
            Self::Dropout | Self::DropoutPrimary | Self::DropoutJunior => dropout(self, of_children),
            Self::Disability => Definition {
                numerator: "其中在学的：随班就读、特教班、特教学校、有学籍的送教上门",
                denominator: "适龄的残疾儿童少年：残联持证和经专家委员会评估登记的",
                apart: "延缓入学、休学的，留在分母里，单列，不算入学",
                source: "特殊教育发展提升行动计划的口径",
                sureness: Sureness::Common,
                differs: "残联按持证人数算，没有办证的不在它的分母里。",
                ..of_children
            },
            Self::Return => Definition {
                numerator: "其中点名册已证实返校的、跟踪期满销号的、转到外地就读学籍已接的",
                denominator: "本学年内应劝返的孩子：学年初还在办的和本学年新立案的；核实不是辍学的不算",
                apart: "延缓入学、休学的，和满16周岁没有返校的，留在分母里，单列",
                listed: "还没有返校的",
                source: "复学率：期内已复学人数÷期内应劝返人数",
                sureness: Sureness::Common,
                differs: "学校报告返校、点名册还没有证实的，本系统不算返校，别的系统可能已经算。",
                ..of_children
            },
            Self::Found => Definition {
                numerator: "其中第3天过后一天内列入疑似台账的",
                denominator: "本学年无正当理由缺课满三个上课日的",
                listed: "列入晚了的",
                source: "五(九)：满3天无正当理由未到校的，第一时间登记",
                ..in_time
            },
            Self::Reported => Definition {
                numerator: "其中学校按期书面报告的",
                denominator: "本学年满三天列入台账、报告期限已到或已报告的；期限前返校的不算",
                source: "五(九)：校长核证、查清去向，书面报告；期限见方案",
                ..in_time
            },
            Self::Kept => Definition {
                numerator: "其中按期办的",
                denominator: "本学年到期或已办的：个案每一环、报告的签收、部门协助的答复；保密的协助不算",
                source: "五(七)(九)(十)(十一)：每一环的期限见方案",
                ..in_time
            },
        }
    }
}

/// 辍学率 by names, whole and of one stage.
const fn dropout(figure: Figure, of_children: Definition) -> Definition {
    let whole = Definition {
        numerator: "当天处在辍学状态、还没有返校的适龄学生",
        denominator: "在本县学校学籍上的学生和已辍学的学生",
        apart: "休学的学生，留在分母里，单列，不算辍学",
        listed: "辍学和休学的",
        source: "年辍学率：学年内辍学学生数÷在校学生数；辍学数是净数，返校的已减去",
        differs: "年报推算的辍学率由人数加减得来，找不到人；学校报来还没有核实的，本系统从满三天起就列入。",
        better: Better::Less,
        ..of_children
    };
    match figure {
        Figure::DropoutPrimary => Definition {
            numerator: "其中小学段的：当天处在辍学状态、还没有返校，学籍在一至六年级的；学籍上没有年级的，按年龄应在一至六年级的",
            denominator: "一至六年级学籍上的学生和小学段已辍学的学生",
            source: "年辍学率分学段算：小学段辍学学生数÷小学在校学生数；小学、初中两段合起来就是“辍学率”",
            differs: "年报的小学辍学率由人数加减得来，找不到人；毕业了没有升初中的，算在初中段。",
            ..whole
        },
        Figure::DropoutJunior => Definition {
            numerator: "其中初中段的：当天处在辍学状态、还没有返校，学籍在七至九年级的；学籍上没有年级的，按年龄应在七年级以上的",
            denominator: "七至九年级学籍上的学生和初中段已辍学的学生",
            source: "年辍学率分学段算：初中段辍学学生数÷初中在校学生数；小学、初中两段合起来就是“辍学率”",
            differs: "年报的初中辍学率由人数加减得来，找不到人；小学毕业没有升初中、在新学校没有学籍的，年报不算，这里按年龄算。",
            ..whole
        },
        _ => whole,
    }
}

/// 辍学率 as the yearbook's numbers leave it over, whole and of one stage.
const fn yearbook(figure: Figure, of_children: Definition) -> Definition {
    let whole = Definition {
        numerator: "年报推算的减少数：上年在校＋招生＋复学＋转入－毕业结业－休学－转出－死亡－本年在校",
        denominator: "上年在校学生数，小学和初中合计",
        apart: "",
        listed: "",
        source: "各县按年报学生变动表推算；小学、初中都登记了的，合计由两段相加，没有都登记的，用登记的合计",
        sureness: Sureness::Common,
        differs: "由人数加减得来，找不到人；漏报一次转学就多一个“辍学”，多报一次就少一个。要看名单请看“辍学率”的一行。",
        better: Better::Less,
        ..of_children
    };
    match figure {
        Figure::DropoutPrimaryYearbook => Definition {
            numerator: "年报推算的小学减少数：小学的上年在校＋招生＋复学＋转入－毕业结业－休学－转出－死亡－本年在校",
            denominator: "小学上年在校学生数",
            source: "各县按年报学生变动表（小学）推算；国家的年报表也按小学、初中分列",
            differs: "由人数加减得来，找不到人。六年级毕业的全部减去，没有升初中的看不出来。要看名单请看“小学辍学率”的一行。",
            ..whole
        },
        Figure::DropoutJuniorYearbook => Definition {
            numerator: "年报推算的初中减少数：初中的上年在校＋招生＋复学＋转入－毕业结业－休学－转出－死亡－本年在校",
            denominator: "初中上年在校学生数",
            source: "各县按年报学生变动表（初中）推算；国家的年报表也按小学、初中分列",
            differs: "由人数加减得来，找不到人。没有升初中的不在招生里，也看不出来。要看名单请看“初中辍学率”的一行。",
            ..whole
        },
        _ => whole,
    }
}
