//! The roles that a post may carry, on two lines of responsibility and in the departments. It decides nothing:
//! what a role may do stands in `policy`, what it may see in `field`.

use crate::codes::codes;

codes! {
    /// What somebody is on a post, 双线四级（五(一)）, the departments of 四, and the three separated powers.
    Role "南政办发〔2024〕6号三、四、五(一)；等保 GB/T 22239—2019 三权分立" {
        Director = "director" "县控辍保学专班" [],
        Bureau = "bureau" "县教体局" [],
        Township = "township" "乡镇人民政府" [],
        Village = "village" "村民委员会" [],
        Group = "group" "村民小组" [],
        Head = "head" "校长" [],
        Registrar = "registrar" "学籍员" [],
        Teacher = "teacher" "班主任" [],
        SubjectTeacher = "subject" "科任教师" [],
        Cadre = "cadre" "包保干部" [],
        Inspector = "inspector" "责任督学" [],
        Police = "police" "县公安局" [],
        Civil = "civil" "县民政局" [],
        Labour = "labour" "县人社局" [],
        Justice = "justice" "县司法局" [],
        Disabled = "disabled" "县残联" [],
        Health = "health" "县卫健局" [],
        Religion = "religion" "县民宗局" [],
        Agriculture = "agri" "县农业农村局" [],
        Finance = "finance" "县财政局" [],
        Planning = "planning" "县发改局" [],
        Market = "market" "县市管局" [],
        Culture = "culture" "县文旅局" [],
        Youth = "youth" "团县委" [],
        Women = "women" "县妇联" [],
        UnitAdmin = "unit_admin" "单位管理员" [],
        Admin = "admin" "系统管理员" [],
        Security = "security" "安全管理员" [],
        Auditor = "auditor" "审计管理员" [],
    }
}

impl Role {
    /// A member unit whose liaison person sees only children handed to the unit (四(五)–(十八)).
    #[must_use]
    pub const fn is_department(self) -> bool {
        matches!(
            self,
            Self::Police
                | Self::Civil
                | Self::Labour
                | Self::Justice
                | Self::Disabled
                | Self::Health
                | Self::Religion
                | Self::Agriculture
                | Self::Finance
                | Self::Planning
                | Self::Market
                | Self::Culture
                | Self::Youth
                | Self::Women
        )
    }

    /// One of the three separated powers, which never read a child's record.
    #[must_use]
    pub const fn is_separated_power(self) -> bool {
        matches!(self, Self::Admin | Self::Security | Self::Auditor)
    }

    /// Whether the role reaches beyond one's own class, so that signing in asks for a second factor.
    #[must_use]
    pub const fn needs_second_factor(self) -> bool {
        !matches!(self, Self::Teacher | Self::SubjectTeacher | Self::Group)
    }

    /// Whether one person may hold both: the three powers exclude each other and every working role.
    #[must_use]
    pub fn goes_with(self, other: Self) -> bool {
        self == other || !(self.is_separated_power() || other.is_separated_power())
    }

    /// Of the posts that somebody holds, the first that keeps them from one of this role; `None` where nothing does.
    /// Asked wherever a post is given: appointment, hand-over, invitation, first run (A14–A16).
    #[must_use]
    pub fn kept_from_by(self, held: &[Self]) -> Option<Self> {
        held.iter().copied().find(|held| !self.goes_with(*held))
    }
}
