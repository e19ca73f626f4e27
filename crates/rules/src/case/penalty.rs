//! The gate before 行政处罚 (domain §0.1): 义务教育法 58 gives no fine, so a penalty needs a registered basis that may create one,
//! an organ that has the power, and a legal review by somebody else. Without them the step is refused and says why.

use super::refused::Refused;
use crate::codes::codes;

codes! {
    /// What kind of norm the basis is (行政处罚法第十条至第十六条).
    Norm "行政处罚法第十条至第十六条" {
        Law = "law" "法律" [],
        Regulation = "regulation" "行政法规" [],
        LocalRegulation = "local_regulation" "地方性法规" [],
        DepartmentRule = "department_rule" "部门规章" [],
        GovernmentRule = "government_rule" "地方政府规章" [],
        Document = "document" "规范性文件、工作方案" [],
    }
}

codes! {
    /// Which organ would decide.
    Organ "行政处罚法第二十三条、第二十四条" {
        County = "county" "县级行政机关" [],
        Township = "township" "乡镇人民政府" [],
    }
}

/// What a penalty rests on, as it was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PenaltyGround {
    /// What kind of norm.
    pub norm: Norm,
    /// Its name and article.
    pub article: String,
    /// Who decides.
    pub organ: Organ,
    /// Number of the decision that gives a township the power; empty for an organ of the county.
    pub delegation: String,
    /// Number or words of the legal review.
    pub review: String,
    /// Account of who registered it.
    pub registered_by: String,
    /// Account of who reviewed it.
    pub reviewed_by: String,
}

const TODO: &str = "请登记依据条文、授权决定文号和法制审核意见；没有的，写明理由跳过行政处罚，改为起诉";

/// Whether a penalty may be decided on this ground.
///
/// # Errors
/// [`Refused`] naming what is missing and the article of 行政处罚法.
pub fn gate(ground: Option<&PenaltyGround>) -> Result<(), Refused> {
    let Some(ground) = ground else {
        return Err(Refused::new(
            "没有登记处罚依据，不能作出行政处罚",
            "行政处罚法第三十八条；义务教育法第五十八条没有设定罚款",
            TODO,
        ));
    };
    if ground.norm == Norm::Document {
        return Err(Refused::new("规范性文件、工作方案不得设定行政处罚", "行政处罚法第十六条", TODO));
    }
    if ground.article.trim().is_empty() {
        return Err(Refused::new("没有写处罚依据的条文", "行政处罚法第三十八条", TODO));
    }
    if ground.organ == Organ::Township && ground.delegation.trim().is_empty() {
        return Err(Refused::new(
            "没有省里把处罚权交给乡镇的决定，乡镇不能作出处罚",
            "行政处罚法第二十三条、第二十四条",
            TODO,
        ));
    }
    if ground.review.trim().is_empty() {
        return Err(Refused::new("没有法制审核意见", "行政处罚法第五十八条", TODO));
    }
    if ground.reviewed_by == ground.registered_by || ground.reviewed_by.is_empty() {
        return Err(Refused::new(
            "法制审核不能由承办人自己做",
            "行政处罚法第五十八条",
            "请由另一名从事法制审核的人员审核",
        ));
    }
    Ok(())
}
