//! The closed list of actions, and for each which posts may do it and how far they reach. One table: the web's
//! routes, the queries' scopes, the buttons and the printed matrix are all read from it.
// long because: an action without its line in each of the four tables would be an action that one of them forgot.

use super::{Role, Standing, Tie};
use crate::codes::codes;

codes! {
    /// Everything that anybody can do in the program.
    Action "南政办发〔2024〕6号四、五；等保三权分立" {
        // one's own
        SeeToday = "see_today" "看今天要办的事" [],
        ManageOwnAccount = "manage_own_account" "管理自己的账号" [],
        ReadNotifications = "read_notifications" "看通知" [],
        Search = "search" "查找" [],
        // children
        ListChildren = "list_children" "看名单" [],
        ReadChild = "read_child" "看孩子档案" [],
        RevealField = "reveal_field" "显示完整信息" [],
        ExportChildren = "export_children" "导出名单" [],
        WriteChild = "write_child" "登记、更正孩子信息" [],
        TagChild = "tag_child" "登记特殊群体" [],
        RecordElsewhere = "record_elsewhere" "登记外出就读" [],
        MergeChildren = "merge_children" "合并、拆分档案" [],
        StartRollMove = "start_roll_move" "办理学籍变动" [],
        AnswerRollMove = "answer_roll_move" "答复学籍变动" [],
        ChangeClass = "change_class" "提出调班" [],
        SeeWhoLooked = "see_who_looked" "看谁查看过" [],
        BreakGlass = "break_glass" "申请紧急查看" [],
        ApproveBreakGlass = "approve_break_glass" "批准紧急查看" [],
        // units, chains, posts
        ReadUnits = "read_units" "看单位和责任链" [],
        WriteUnits = "write_units" "维护单位" [],
        AppointPost = "appoint_post" "任免岗位" [],
        HandOver = "hand_over" "工作交接" [],
        // accounts
        ReadAccounts = "read_accounts" "看账号" [],
        InviteAccount = "invite_account" "邀请账号" [],
        ApproveAccount = "approve_account" "批准账号" [],
        DisableAccount = "disable_account" "停用、恢复账号" [],
        ResetSignIn = "reset_sign_in" "重置登录" [],
        ExportAccounts = "export_accounts" "导出账号" [],
        EndSession = "end_session" "强制下线" [],
        SetSecurity = "set_security" "设置安全策略" [],
        // lists and comparison
        ReadImports = "read_imports" "看导入记录" [],
        ImportList = "import_list" "导入名单" [],
        UndoImport = "undo_import" "撤销导入" [],
        RunComparison = "run_comparison" "组织比对" [],
        ReadFindings = "read_findings" "看比对发现" [],
        DecideFinding = "decide_finding" "认定比对发现" [],
        AssignFinding = "assign_finding" "交办核查" [],
        ReportFinding = "report_finding" "报核查结果" [],
        ExportFindings = "export_findings" "导出比对发现" [],
        PrintDoorSheet = "print_door_sheet" "打印摸排表" [],
        KeepPlatformNumber = "keep_platform_number" "登记平台编号" [],
        ExportPlatform = "export_platform" "导出平台录入表" [],
        // attendance
        ReadRegister = "read_register" "看点名册" [],
        CallRegister = "call_register" "点名" [],
        SetRegister = "set_register" "设置点名时段" [],
        ReadAbsences = "read_absences" "看缺课" [],
        ReadSuspects = "read_suspects" "看疑似辍学台账" [],
        ReadWarnings = "read_warnings" "看早期提醒" [],
        NoteWarning = "note_warning" "登记已关注" [],
        LogContact = "log_contact" "登记联系家长" [],
        RecordVisit = "record_visit" "登记家访" [],
        VerifyReport = "verify_report" "核证并上报" [],
        ReceiveReport = "receive_report" "签收疑似辍学报告" [],
        MakePaper = "make_paper" "制作文书" [],
        RecordLeave = "record_leave" "登记请假" [],
        ApproveLeave = "approve_leave" "批准请假" [],
        SetSchoolDays = "set_school_days" "登记校历变动" [],
        DrawSample = "draw_sample" "抽取抽样考勤" [],
        CountSample = "count_sample" "清点抽样考勤" [],
        ImportAttendance = "import_attendance" "导入省系统考勤" [],
        ReconcileAttendance = "reconcile_attendance" "核对省系统考勤" [],
        // the case
        ReadCase = "read_case" "看个案" [],
        OpenCase = "open_case" "立案" [],
        DecideCase = "decide_case" "核实、下发指令、安置" [],
        AnswerOrder = "answer_order" "签收、退回劝返指令" [],
        WorkCase = "work_case" "登记劝返、帮扶" [],
        TakeStep = "take_step" "办理四步法" [],
        AskCase = "ask_case" "登记返校、提请复核" [],
        AgreeCase = "agree_case" "复核个案" [],
        ProveReturn = "prove_return" "出具复学证明" [],
        // what the departments do (四(五)–(十八))
        AskRequest = "ask_request" "转请部门协助" [],
        ReadRequests = "read_requests" "看协助请求" [],
        AnswerRequest = "answer_request" "答复协助请求" [],
        CountRequests = "count_requests" "看各单位协助情况" [],
        CountWorks = "count_works" "看措施成效" [],
        // the figures and the leader's page (二; 五(七))
        ReadFigures = "read_figures" "看指标" [],
        FreezeFigures = "freeze_figures" "更新、冻结指标" [],
        WriteYearbook = "write_yearbook" "登记年报数" [],
        ExportFigures = "export_figures" "导出指标名单" [],
        SeeLeader = "see_leader" "看领导一页" [],
        // the conference and who does what (五(二); 四)
        ReadConference = "read_conference" "看联席会议" [],
        CallConference = "call_conference" "召集联席会议" [],
        KeepConference = "keep_conference" "定议程、记纪要" [],
        ReadTasks = "read_tasks" "看会议任务和职责清单" [],
        ReportTask = "report_task" "报告任务、职责落实" [],
        AcceptTask = "accept_task" "验收会议任务" [],
        ReadLibrary = "read_library" "看方案库" [],
        WriteLibrary = "write_library" "登记方案" [],
        // inspection and assessment (五(十二); 四(四); 六(四))
        ReadRegular = "read_regular" "看常态化报告" [],
        WriteRegular = "write_regular" "起草、报送常态化报告" [],
        ReviewRegular = "review_regular" "审核常态化报告" [],
        RecheckRegular = "recheck_regular" "复核学校报告、进校入户调研" [],
        ReadInspections = "read_inspections" "看督导检查" [],
        Inspect = "inspect" "督导检查、复查整改" [],
        Rectify = "rectify" "报告整改" [],
        SignResult = "sign_result" "起草、审核公布督导结果" [],
        ReadAssessments = "read_assessments" "看年度考核" [],
        AssessTownship = "assess_township" "考核乡镇" [],
        AssessHead = "assess_head" "考核校长" [],
        ReplyAssessment = "reply_assessment" "对考核提出意见" [],
        // bulletins and accountability (五(七), 六(四))
        ReadBulletins = "read_bulletins" "看通报" [],
        DraftBulletin = "draft_bulletin" "起草、印发通报" [],
        SignBulletin = "sign_bulletin" "审核通报" [],
        ReplyBulletin = "reply_bulletin" "答复拟通报的内容" [],
        ReadAccountability = "read_accountability" "看问责" [],
        KeepAccountability = "keep_accountability" "问责立案、复查" [],
        DecideAccountability = "decide_accountability" "登记问责决定" [],
        StateAccountability = "state_accountability" "问责陈述、报告整改" [],
        ReadLessons = "read_lessons" "看送教上门记录" [],
        RecordLesson = "record_lesson" "登记送教上门" [],
        PairChild = "pair_child" "结对包保" [],
        ReadWays = "read_ways" "看上学路程" [],
        RecordWay = "record_way" "登记上学路程、学位床位" [],
        ReadClosures = "read_closures" "看校点撤并研究" [],
        StudyClosure = "study_closure" "研究校点撤并" [],
        CommentClosure = "comment_closure" "提撤并意见" [],
        DecideClosure = "decide_closure" "决定校点撤并" [],
        // 招生入学季 (五(八))
        ReadSeason = "read_season" "看招生入学季" [],
        SweepSeason = "sweep_season" "登记入学排查" [],
        PlanSeason = "plan_season" "编制招生计划" [],
        MakeNotices = "make_notices" "制作入学通知书" [],
        DeliverNotice = "deliver_notice" "登记通知书送达" [],
        RecordLeaver = "record_leaver" "登记毕业去向" [],
        AskDeferral = "ask_deferral" "受理延缓入学申请" [],
        DecideDeferral = "decide_deferral" "审批延缓入学" [],
        // 新学年 (义务教育法第二条; 五(八)(九))
        ReadTurnover = "read_turnover" "看新学年编班" [],
        TurnYear = "turn_year" "新学年编班、新生报到" [],
        KeepPhone = "keep_phone" "开通离线手机" [],
        // what is reported apart (未成年人保护法 11)
        RaiseSign = "raise_sign" "转交保护线索" [],
        ReadSafeguarding = "read_safeguarding" "看保护线索" [],
        AnswerSafeguarding = "answer_safeguarding" "签收保护线索" [],
        // the public (四(二十)(二十一))
        PublicWord = "public_word" "群众提交" [],
        ReadTips = "read_tips" "看群众举报、求助" [],
        SortTips = "sort_tips" "分拣、答复群众举报、求助" [],
        AnswerTip = "answer_tip" "报群众举报、求助办理情况" [],
        SeeReporter = "see_reporter" "看举报人" [],
        ServeFamily = "serve_family" "给家长查看码、办家长回复" [],
        KeepWords = "keep_words" "维护家长页的彝语、白语" [],
        KeepOffice = "keep_office" "登记单位办公电话" [],
        // audit
        ReadAudit = "read_audit" "看操作记录" [],
        ExportAudit = "export_audit" "导出操作记录" [],
        SealAudit = "seal_audit" "封存操作记录" [],
        ReadSignIns = "read_sign_ins" "看登录记录" [],
        // running it
        ReadHealth = "read_health" "看运行状况" [],
        RunJob = "run_job" "运行定时任务" [],
        ReadCodes = "read_codes" "看代码表" [],
        WriteCodes = "write_codes" "维护代码表" [],
        ReadNotices = "read_notices" "看公告" [],
        PublishNotice = "publish_notice" "发布公告" [],
        ExportList = "export_list" "导出清单" [],
        // reaching people outside of it
        KeepChannels = "keep_channels" "维护通知渠道" [],
        EnableChannel = "enable_channel" "启用通知渠道" [],
        ReadOutbox = "read_outbox" "看外发记录" [],
        KeepKeys = "keep_keys" "维护接口密钥" [],
        ApproveKey = "approve_key" "批准接口密钥" [],
        KeepSignOn = "keep_sign_on" "登记统一登录平台" [],
        EnableSignOn = "enable_sign_on" "启用统一登录平台" [],
    }
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// What belongs to the person alone.
    Own,
    /// A child or a finding about one.
    Child,
    /// A unit or what belongs to it.
    Unit,
    /// The installation as a whole.
    County,
}

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Children tied to the post's unit, or to the account, where [`super::sight`] shows the role their name.
    Children,
    /// The post's own unit.
    OwnUnit,
    /// The post's unit and everything below it.
    UnitsBelow,
    /// The whole county.
    County,
}

impl Action {
    /// What the action is done to.
    #[must_use]
    pub const fn object(self) -> Object {
        match self {
            Self::SeeToday | Self::ManageOwnAccount | Self::ReadNotifications | Self::Search => Object::Own,
            Self::ListChildren
            | Self::ReadChild
            | Self::RevealField
            | Self::ExportChildren
            | Self::WriteChild
            | Self::TagChild
            | Self::RecordElsewhere
            | Self::MergeChildren
            | Self::StartRollMove
            | Self::AnswerRollMove
            | Self::ChangeClass
            | Self::SeeWhoLooked
            | Self::ReadFindings
            | Self::DecideFinding
            | Self::AssignFinding
            | Self::ReportFinding
            | Self::ExportFindings
            | Self::PrintDoorSheet
            | Self::KeepPlatformNumber
            | Self::ExportPlatform
            | Self::ReadAbsences
            | Self::ReadSuspects
            | Self::ReadWarnings
            | Self::NoteWarning
            | Self::LogContact
            | Self::RecordVisit
            | Self::VerifyReport
            | Self::ReceiveReport
            | Self::MakePaper
            | Self::RaiseSign
            | Self::RecordLeave
            | Self::ApproveLeave
            | Self::ReadCase
            | Self::OpenCase
            | Self::DecideCase
            | Self::AnswerOrder
            | Self::WorkCase
            | Self::TakeStep
            | Self::AskCase
            | Self::AgreeCase
            | Self::ProveReturn
            | Self::AskRequest
            | Self::ReadRequests
            | Self::CountWorks
            | Self::ExportFigures
            | Self::SeeLeader
            | Self::ReadLessons
            | Self::RecordLesson
            | Self::ReadSeason
            | Self::DeliverNotice
            | Self::RecordLeaver
            | Self::AskDeferral
            | Self::DecideDeferral
            | Self::ServeFamily
            | Self::PairChild => Object::Child,
            Self::ReadUnits
            | Self::WriteUnits
            | Self::KeepOffice
            | Self::AppointPost
            | Self::HandOver
            | Self::ReadAccounts
            | Self::InviteAccount
            | Self::ApproveAccount
            | Self::DisableAccount
            | Self::ResetSignIn
            | Self::ExportAccounts
            | Self::EndSession
            | Self::ReadImports
            | Self::ImportList
            | Self::UndoImport
            | Self::ReadRegister
            | Self::CallRegister
            | Self::SetRegister
            | Self::SetSchoolDays
            | Self::DrawSample
            | Self::CountSample
            | Self::ImportAttendance
            | Self::ReconcileAttendance
            | Self::ReadSafeguarding
            | Self::AnswerSafeguarding
            | Self::AnswerRequest
            | Self::ReadWays
            | Self::RecordWay
            | Self::ReadClosures
            | Self::StudyClosure
            | Self::CommentClosure
            | Self::DecideClosure
            | Self::SweepSeason
            | Self::ReadTurnover
            | Self::TurnYear
            | Self::MakeNotices
            | Self::ReadTips
            | Self::SortTips
            | Self::AnswerTip
            | Self::SeeReporter
            | Self::KeepPhone
            | Self::ReadTasks
            | Self::ReportTask
            | Self::ReadLibrary
            | Self::WriteLibrary
            | Self::ReadRegular
            | Self::WriteRegular
            | Self::ReadInspections
            | Self::Inspect
            | Self::Rectify
            | Self::ReadAssessments
            | Self::ReplyAssessment
            | Self::ReadBulletins
            | Self::DraftBulletin
            | Self::SignBulletin
            | Self::ReplyBulletin
            | Self::ReadAccountability
            | Self::KeepAccountability
            | Self::DecideAccountability
            | Self::StateAccountability
            | Self::ExportList => Object::Unit,
            Self::RunComparison
            | Self::PlanSeason
            | Self::PublicWord
            | Self::CountRequests
            | Self::ReadFigures
            | Self::FreezeFigures
            | Self::WriteYearbook
            | Self::ReadConference
            | Self::CallConference
            | Self::KeepConference
            | Self::AcceptTask
            | Self::ReviewRegular
            | Self::RecheckRegular
            | Self::SignResult
            | Self::AssessTownship
            | Self::AssessHead
            | Self::BreakGlass
            | Self::ApproveBreakGlass
            | Self::SetSecurity
            | Self::ReadAudit
            | Self::ExportAudit
            | Self::SealAudit
            | Self::ReadSignIns
            | Self::ReadHealth
            | Self::RunJob
            | Self::ReadCodes
            | Self::WriteCodes
            | Self::ReadNotices
            | Self::PublishNotice
            | Self::KeepWords
            | Self::KeepChannels
            | Self::EnableChannel
            | Self::ReadOutbox
            | Self::KeepKeys
            | Self::ApproveKey
            | Self::KeepSignOn
            | Self::EnableSignOn => Object::County,
        }
    }

    /// Whether one must prove oneself again, shortly before: what leaves the house, shows a sealed field whole, or cannot
    /// be taken back.
    #[must_use]
    pub const fn needs_step_up(self) -> bool {
        matches!(
            self,
            Self::ExportChildren
                | Self::RevealField
                | Self::ExportFindings
                | Self::ExportAudit
                | Self::ExportAccounts
                | Self::ExportPlatform
                | Self::ExportFigures
                | Self::ExportList
                | Self::MakePaper
                | Self::SealAudit
                | Self::MergeChildren
                | Self::SetSecurity
                | Self::ApproveBreakGlass
                | Self::SeeReporter
                | Self::ResetSignIn
                | Self::KeepChannels
                | Self::EnableChannel
                | Self::KeepKeys
                | Self::ApproveKey
                | Self::KeepSignOn
                | Self::EnableSignOn
        )
    }

    /// Whether it can be done to a child by this tie. A break-glass (紧急查看) covers reading alone; a township in which a
    /// child only goes to school reads what both work with, and writes nothing of another's (五(十); hazard A03).
    #[must_use]
    pub const fn works_by(self, tie: Tie) -> bool {
        match tie {
            Tie::Emergency => matches!(self, Self::ReadChild | Self::RevealField),
            Tie::SchoolTownship => !matches!(
                self,
                Self::WriteChild
                    | Self::TagChild
                    | Self::RecordElsewhere
                    | Self::PrintDoorSheet
                    | Self::NoteWarning
                    | Self::KeepPlatformNumber
                    | Self::ExportPlatform
                    | Self::ServeFamily
                    | Self::PairChild
                    | Self::ReadSeason
                    | Self::DeliverNotice
                    | Self::RecordLeaver
                    | Self::AskDeferral
                    | Self::DecideDeferral
            ),
            _ => true,
        }
    }

    /// Whether a post of `role` may do it, and how far. Deny by default.
    #[must_use]
    pub fn policy(self, role: Role, standing: Standing) -> Option<Reach> {
        use Reach::{Children, County, OwnUnit, UnitsBelow};
        use Role as R;
        let leads = standing == Standing::Leads;
        let allowed = |roles: &[Role], reach| roles.contains(&role).then_some(reach);
        match self {
            Self::SeeToday | Self::ManageOwnAccount | Self::ReadNotifications | Self::Search => Some(OwnUnit),
            Self::ListChildren => (!matches!(role, R::UnitAdmin | R::Planning) && !role.is_separated_power())
                .then_some(Children),
            // A separated power reaches a child through an approved break-glass alone (A14): no other tie shows it.
            Self::ReadChild | Self::RevealField => {
                (!matches!(role, R::UnitAdmin | R::Planning)).then_some(Children)
            }
            Self::ExportChildren => {
                allowed(&[R::Director, R::Bureau, R::Township, R::Head, R::Registrar], Children)
            }
            Self::WriteChild => {
                allowed(&[R::Bureau, R::Township, R::Village, R::Head, R::Registrar], Children)
            }
            Self::TagChild => allowed(
                &[R::Bureau, R::Township, R::Head, R::Registrar, R::Civil, R::Disabled, R::Agriculture],
                Children,
            ),
            Self::RecordElsewhere => allowed(&[R::Bureau, R::Township, R::Village], Children),
            Self::MergeChildren => allowed(&[R::Bureau], Children),
            Self::StartRollMove => allowed(&[R::Bureau, R::Head, R::Registrar], Children),
            // A class teacher answers what concerns the class: 调班. Changes of the roll are tied to schools.
            Self::AnswerRollMove => allowed(&[R::Bureau, R::Head, R::Registrar, R::Teacher], Children),
            Self::ChangeClass => allowed(&[R::Head, R::Registrar, R::Teacher], Children),
            Self::SeeWhoLooked => allowed(&[R::Director, R::Bureau, R::Head, R::Township], Children),
            Self::BreakGlass => allowed(
                &[R::Director, R::Bureau, R::Township, R::Head, R::Police, R::Civil, R::Admin],
                County,
            ),
            Self::ApproveBreakGlass => match role {
                R::Security => Some(County),
                R::Director | R::Bureau if leads => Some(County),
                _ => None,
            },
            Self::ReadUnits => match role {
                R::Director | R::Bureau | R::Inspector | R::Admin | R::Security | R::Auditor => Some(County),
                _ => Some(UnitsBelow),
            },
            Self::WriteUnits => allowed(&[R::Bureau, R::Admin], County),
            // 四(十四): what an office is reached by its own administrator keeps; the bureau and the county's where there is none.
            Self::KeepOffice => match role {
                R::Bureau | R::Admin => Some(County),
                R::UnitAdmin => Some(UnitsBelow),
                _ => None,
            },
            Self::AppointPost | Self::HandOver => match role {
                R::UnitAdmin => Some(UnitsBelow),
                R::Director | R::Bureau | R::Township | R::Head if leads => Some(UnitsBelow),
                _ => None,
            },
            Self::ReadAccounts => match role {
                R::Admin | R::Security | R::Auditor => Some(County),
                R::UnitAdmin => Some(UnitsBelow),
                _ if leads && !matches!(role, R::Teacher | R::Group | R::Village) => Some(UnitsBelow),
                _ => None,
            },
            // 四(十四)：各部门管理员自主维护账号信息。
            Self::InviteAccount => allowed(&[R::UnitAdmin], UnitsBelow),
            Self::ApproveAccount => {
                (leads && !role.is_separated_power() && role != R::UnitAdmin).then_some(UnitsBelow)
            }
            Self::DisableAccount => match role {
                R::UnitAdmin => Some(UnitsBelow),
                R::Security => Some(County),
                _ => None,
            },
            Self::ResetSignIn => match role {
                R::UnitAdmin => Some(UnitsBelow),
                R::Admin => Some(County),
                _ => None,
            },
            Self::ExportAccounts => match role {
                R::UnitAdmin => Some(UnitsBelow),
                R::Security | R::Auditor => Some(County),
                _ => None,
            },
            Self::EndSession => match role {
                R::UnitAdmin => Some(UnitsBelow),
                R::Security => Some(County),
                _ => None,
            },
            Self::SetSecurity => allowed(&[R::Security], County),
            Self::ReadImports | Self::ImportList | Self::UndoImport => match role {
                R::Bureau => Some(County),
                R::Township | R::Head | R::Registrar => Some(OwnUnit),
                R::Police | R::Civil | R::Disabled | R::Agriculture => Some(OwnUnit),
                R::Director if self == Self::ReadImports => Some(County),
                _ => None,
            },
            Self::RunComparison => allowed(&[R::Bureau], County),
            Self::ReadFindings => allowed(
                &[
                    R::Director,
                    R::Bureau,
                    R::Township,
                    R::Village,
                    R::Head,
                    R::Registrar,
                    R::Teacher,
                    R::Cadre,
                    R::Inspector,
                    R::Police,
                ],
                Children,
            ),
            Self::DecideFinding => allowed(&[R::Bureau], Children),
            Self::AssignFinding => allowed(&[R::Bureau, R::Township], Children),
            Self::ReportFinding => allowed(
                &[R::Township, R::Village, R::Head, R::Registrar, R::Teacher, R::Cadre, R::Police],
                Children,
            ),
            Self::ExportFindings => allowed(&[R::Director, R::Bureau, R::Township, R::Head], Children),
            Self::PrintDoorSheet => {
                allowed(&[R::Bureau, R::Township, R::Village, R::Group, R::Cadre], Children)
            }
            // 学校核证后第一时间录入（五(九)）；没有学校的孩子由户籍地乡镇录入（五(八)）。
            Self::KeepPlatformNumber | Self::ExportPlatform => {
                allowed(&[R::Bureau, R::Township, R::Head, R::Registrar], Children)
            }
            // 五(九): the class is called by its teacher, and by the head for a teacher who is away.
            Self::ReadRegister => match role {
                R::Director | R::Bureau => Some(County),
                R::Head | R::Registrar | R::Inspector => Some(UnitsBelow),
                R::Teacher => Some(OwnUnit),
                _ => None,
            },
            Self::CallRegister => match role {
                R::Head => Some(UnitsBelow),
                R::Teacher => Some(OwnUnit),
                _ => None,
            },
            Self::SetRegister => match role {
                R::Bureau => Some(County),
                R::Head => Some(UnitsBelow),
                _ => None,
            },
            // 四(十九)：学校及时联系家长；没有学校的孩子归户籍地乡镇（五(八)）。
            Self::ReadWarnings => {
                allowed(&[R::Director, R::Bureau, R::Township, R::Head, R::Teacher], Children)
            }
            Self::NoteWarning => allowed(&[R::Township, R::Head, R::Teacher], Children),
            Self::LogContact | Self::RecordLeave => allowed(&[R::Head, R::Teacher], Children),
            // 密切接触未成年人的单位及其工作人员: whoever calls or visits (未成年人保护法 11).
            Self::RecordVisit | Self::RaiseSign => {
                allowed(&[R::Township, R::Village, R::Head, R::Teacher, R::Cadre], Children)
            }
            // 公安、民政、教育 by the persons that they name, who lead there, and the child's head; nobody else, however high.
            Self::ReadSafeguarding | Self::AnswerSafeguarding => match role {
                R::Head => Some(OwnUnit),
                R::Bureau | R::Police | R::Civil if leads => Some(OwnUnit),
                _ => None,
            },
            // 校长是第一道关口；教体局和乡镇各自签收（五(九)）。
            Self::VerifyReport | Self::ApproveLeave => allowed(&[R::Head], Children),
            Self::ReceiveReport => allowed(&[R::Bureau, R::Township], Children),
            // What it shows of the child follows from the reader; a village or a cadre reads the report on its page.
            Self::MakePaper => {
                allowed(&[R::Director, R::Bureau, R::Township, R::Head, R::Registrar], Children)
            }
            // A second person, from outside the school that is counted.
            Self::DrawSample | Self::CountSample => match role {
                R::Bureau => Some(County),
                R::Inspector => Some(OwnUnit),
                _ => None,
            },
            Self::ImportAttendance => match role {
                R::Bureau => Some(County),
                R::Head | R::Registrar => Some(UnitsBelow),
                _ => None,
            },
            // Which of the two is right is the head's to say, as every correction of the school is.
            Self::ReconcileAttendance => allowed(&[R::Head], UnitsBelow),
            Self::SetSchoolDays => match role {
                R::Bureau => Some(County),
                R::Head => Some(UnitsBelow),
                _ => None,
            },
            // Before the third day it is the school's affair; from then on both lines know (五(九)).
            Self::ReadAbsences => {
                allowed(&[R::Director, R::Bureau, R::Head, R::Registrar, R::Teacher, R::Inspector], Children)
            }
            // Whose turn it is in a case, its own table says (rules::case); here is who may at all.
            Self::DecideCase => allowed(&[R::Bureau], Children),
            Self::AnswerOrder => allowed(&[R::Township], Children),
            // 义务教育法第五十八条：当地乡镇人民政府或者县教育行政部门。
            Self::TakeStep => allowed(&[R::Bureau, R::Township], Children),
            // 复学证明 says what the receiving school's own register shows: its head, and nobody for it (五(十一)).
            Self::ProveReturn => allowed(&[R::Head], Children),
            Self::OpenCase | Self::AskCase => allowed(&[R::Bureau, R::Township, R::Head], Children),
            Self::WorkCase => {
                allowed(&[R::Bureau, R::Township, R::Village, R::Cadre, R::Head, R::Teacher], Children)
            }
            // 五(二)(六)：教体局、乡镇、学校请成员单位协助；被请的单位只看请它的（hazard A10）。
            Self::AskRequest => allowed(&[R::Bureau, R::Township, R::Head], Children),
            Self::ReadRequests => match role {
                R::Director | R::Bureau | R::Township | R::Head => Some(Children),
                role if role.is_department() && role != R::Planning => Some(Children),
                _ => None,
            },
            Self::AnswerRequest => (role.is_department() && role != R::Planning).then_some(OwnUnit),
            Self::CountRequests => allowed(&[R::Director, R::Bureau], County),
            // 五(七)：专班、教体局看全县，乡镇领导看本乡镇；数字不涉及具体的孩子。
            Self::CountWorks => match role {
                R::Director | R::Bureau => Some(Children),
                R::Township if leads => Some(Children),
                _ => None,
            },
            // 二：指标人人要对得上。乡镇、学校看自己的和全县的，成员单位看冻结的、隐去小数的；名单各按自己的范围。
            Self::ReadFigures => match role {
                R::Director | R::Bureau | R::Inspector | R::Township | R::Head => Some(County),
                role if role.is_department() => Some(County),
                _ => None,
            },
            Self::FreezeFigures => allowed(&[R::Director, R::Bureau], County),
            Self::WriteYearbook => allowed(&[R::Bureau], County),
            Self::ExportFigures => allowed(&[R::Director, R::Bureau], Children),
            // 四(一)：领导看全县，乡镇领导看本乡镇。
            Self::SeeLeader => match role {
                R::Director | R::Bureau => Some(Children),
                R::Township if leads => Some(Children),
                _ => None,
            },
            // 五(二)：专班组长或副组长召集；专班办公室设在教体局（三）；成员单位看议程和纪要。
            Self::ReadConference => match role {
                R::Director | R::Bureau | R::Township | R::Inspector => Some(County),
                role if role.is_department() => Some(County),
                _ => None,
            },
            Self::CallConference => allowed(&[R::Director], County),
            Self::KeepConference | Self::AcceptTask => allowed(&[R::Director, R::Bureau], County),
            // 四：每个单位看自己的任务和职责，自己报告；专班、教体局看全县。
            Self::ReadTasks | Self::ReportTask => match role {
                R::Director | R::Bureau if self == Self::ReadTasks => Some(County),
                R::Director | R::Bureau | R::Township | R::Inspector | R::Head | R::Village => Some(OwnUnit),
                role if role.is_department() => Some(OwnUnit),
                _ => None,
            },
            // 一县一案、一校一案（五(二)(十一)）：各写各的；县里的都看得到。
            Self::ReadLibrary => match role {
                R::Director | R::Bureau => Some(County),
                R::Inspector if leads => Some(County),
                R::Inspector | R::Township | R::Head => Some(OwnUnit),
                _ => None,
            },
            Self::WriteLibrary => allowed(&[R::Bureau, R::Township, R::Head], OwnUnit),
            // 教基厅函〔2024〕15号：学校报月报告，县里复核、审核；督导室看全县，责任督学看挂牌的学校。哪一种由谁写，rules::regular 定。
            Self::ReadRegular => match role {
                R::Director | R::Bureau => Some(County),
                R::Inspector if leads => Some(County),
                R::Inspector | R::Head | R::Registrar => Some(OwnUnit),
                _ => None,
            },
            Self::WriteRegular => match role {
                R::Bureau => Some(County),
                R::Head | R::Registrar => Some(OwnUnit),
                _ => None,
            },
            Self::ReviewRegular => allowed(&[R::Director, R::Bureau], County),
            Self::RecheckRegular => allowed(&[R::Bureau], County),
            // 五(十二)：督导办查全县，责任督学查挂牌的学校；被查的单位只看自己的。
            Self::ReadInspections => match role {
                R::Director | R::Bureau => Some(County),
                R::Inspector if leads => Some(County),
                R::Inspector | R::Township | R::Head => Some(OwnUnit),
                _ => None,
            },
            Self::Inspect => match role {
                R::Inspector if leads => Some(County),
                R::Inspector => Some(OwnUnit),
                _ => None,
            },
            Self::Rectify => allowed(&[R::Township, R::Head], OwnUnit),
            Self::SignResult => match role {
                R::Director => Some(County),
                R::Inspector if leads => Some(County),
                _ => None,
            },
            // 督导室考核乡镇（五(十二)），教体局考核校长（四(四)）；被考核的看自己的，可以提出意见。
            Self::ReadAssessments => match role {
                R::Director | R::Bureau => Some(County),
                R::Inspector if leads => Some(County),
                R::Township | R::Head => Some(OwnUnit),
                _ => None,
            },
            Self::AssessTownship => (role == R::Inspector && leads).then_some(County),
            Self::AssessHead => allowed(&[R::Bureau], County),
            Self::ReplyAssessment => allowed(&[R::Township, R::Head], OwnUnit),
            // 五(七)：乡镇、教体局、督导委办公室各发各的；被通报的单位印发以前先看到自己的那几条。
            Self::ReadBulletins => match role {
                R::Director | R::Bureau => Some(County),
                R::Inspector if leads => Some(County),
                R::Inspector | R::Township | R::Head | R::Village => Some(OwnUnit),
                role if role.is_department() => Some(OwnUnit),
                _ => None,
            },
            Self::DraftBulletin => match role {
                R::Bureau | R::Township => Some(OwnUnit),
                R::Inspector if leads => Some(OwnUnit),
                _ => None,
            },
            Self::SignBulletin => match role {
                R::Director => Some(County),
                R::Bureau | R::Township | R::Inspector if leads => Some(OwnUnit),
                _ => None,
            },
            Self::ReplyBulletin => match role {
                R::Bureau | R::Township | R::Head | R::Village => Some(OwnUnit),
                role if role.is_department() => Some(OwnUnit),
                _ => None,
            },
            // 问责：督导委办公室办，有权机关的决定由另一个人登记；单位只有负责人看得到自己的。
            Self::ReadAccountability | Self::StateAccountability => match role {
                R::Director | R::Inspector if leads && self == Self::ReadAccountability => Some(County),
                R::Head => Some(OwnUnit),
                R::Bureau | R::Township | R::Village if leads => Some(OwnUnit),
                role if role.is_department() && leads => Some(OwnUnit),
                _ => None,
            },
            Self::KeepAccountability => (role == R::Inspector && leads).then_some(County),
            Self::DecideAccountability => match role {
                R::Director | R::Inspector if leads => Some(County),
                _ => None,
            },
            // 残疾人教育条例第十七条：送教的是学校，管的是县教育部门。
            Self::ReadLessons => allowed(&[R::Director, R::Bureau, R::Head, R::Teacher], Children),
            Self::RecordLesson => allowed(&[R::Head, R::Teacher], Children),
            // 五(六)：各乡镇制定结对包保名单。
            Self::PairChild => allowed(&[R::Township], Children),
            // 五(八)：乡镇排查、发通知书，县里统筹计划；村组上门送达；学校看自己的毕业生去了哪里。
            Self::ReadSeason => {
                allowed(&[R::Director, R::Bureau, R::Township, R::Village, R::Group, R::Head], Children)
            }
            Self::SweepSeason => allowed(&[R::Township, R::Village, R::Group], UnitsBelow),
            Self::PlanSeason => allowed(&[R::Bureau], County),
            Self::MakeNotices => allowed(&[R::Township], OwnUnit),
            Self::DeliverNotice => allowed(&[R::Township, R::Village, R::Group], Children),
            Self::RecordLeaver => allowed(&[R::Township, R::Head], Children),
            // 义务教育法第十一条：监护人申请，乡镇人民政府或者县教育行政部门批准。
            Self::AskDeferral => allowed(&[R::Township], Children),
            Self::DecideDeferral => allowed(&[R::Bureau, R::Township], Children),
            // 学校编自己的班，教体局看全县，也替没有账号的小校编。
            Self::ReadTurnover => match role {
                R::Director | R::Bureau => Some(County),
                R::Head | R::Registrar => Some(OwnUnit),
                _ => None,
            },
            Self::TurnYear => match role {
                R::Bureau => Some(County),
                R::Head | R::Registrar => Some(OwnUnit),
                _ => None,
            },
            // Who calls a class, or goes to families, where there is no network; what it holds follows from each part of it.
            Self::KeepPhone => allowed(&[R::Head, R::Teacher, R::Township, R::Village, R::Cadre], OwnUnit),
            // 四(四)(六)：教体局和发改局看布局，乡镇、村、学校看自己的孩子怎么来；发改局看不到孩子，只看数字。
            Self::ReadWays => match role {
                R::Director | R::Bureau | R::Planning => Some(County),
                R::Township | R::Village | R::Head | R::Teacher => Some(OwnUnit),
                _ => None,
            },
            // The township of the homes measures, the head of the school too, for it alone; places and beds the head and 教体局.
            Self::RecordWay => match role {
                R::Bureau => Some(County),
                R::Township => Some(UnitsBelow),
                R::Head => Some(OwnUnit),
                _ => None,
            },
            Self::ReadClosures => match role {
                R::Director | R::Bureau | R::Planning => Some(County),
                R::Township => Some(OwnUnit),
                _ => None,
            },
            Self::StudyClosure => allowed(&[R::Bureau], County),
            Self::CommentClosure => match role {
                R::Bureau | R::Planning => Some(County),
                R::Township => Some(OwnUnit),
                _ => None,
            },
            // A second person: that it is another than who drafted it, the act sees to.
            Self::DecideClosure => allowed(&[R::Director, R::Bureau], County),
            // Whoever has no account writes it; nobody who has one does.
            Self::PublicWord => None,
            // 四(二十一)：县教体局分拣，反映教体局的由县专班；交办的单位看交办的。写的人由两处的负责人才看得到（F05）。
            Self::ReadTips | Self::AnswerTip => match role {
                R::Director | R::Bureau | R::Township | R::Head => Some(OwnUnit),
                role if role.is_department() && role != R::Planning => Some(OwnUnit),
                _ => None,
            },
            Self::SortTips => match role {
                R::Director | R::Bureau | R::Township | R::Head => Some(OwnUnit),
                R::Civil if leads => Some(OwnUnit),
                _ => None,
            },
            Self::SeeReporter => match role {
                R::Director | R::Bureau if leads => Some(OwnUnit),
                _ => None,
            },
            // 送达文书的、联系家长的：教体局、乡镇、学校。
            Self::ServeFamily => allowed(&[R::Bureau, R::Township, R::Head], Children),
            // 六(三)
            Self::KeepWords => allowed(&[R::Bureau], County),
            // Nobody whose unit is measured by it (五(七)(十二)).
            Self::AgreeCase => allowed(&[R::Director, R::Bureau], Children),
            Self::ReadSuspects | Self::ReadCase => allowed(
                &[
                    R::Director,
                    R::Bureau,
                    R::Township,
                    R::Village,
                    R::Head,
                    R::Registrar,
                    R::Teacher,
                    R::Cadre,
                    R::Inspector,
                ],
                Children,
            ),
            Self::ReadAudit | Self::ExportAudit | Self::SealAudit => allowed(&[R::Auditor], County),
            Self::ReadSignIns => allowed(&[R::Auditor, R::Security], County),
            Self::ReadHealth => allowed(&[R::Admin, R::Security], County),
            Self::RunJob => allowed(&[R::Admin], County),
            Self::ReadCodes | Self::ReadNotices => Some(County),
            Self::WriteCodes => allowed(&[R::Bureau], County),
            Self::PublishNotice => allowed(&[R::Director, R::Bureau, R::Admin], County),
            // 三权分立: the one enters a channel, the other opens it; the record of what left is the auditor's too.
            Self::KeepChannels | Self::KeepSignOn => allowed(&[R::Admin], County),
            Self::EnableChannel | Self::EnableSignOn => allowed(&[R::Security], County),
            // 安全管理员登记，用数据的单位之外的负责人批准：一个人发不出密钥。
            Self::KeepKeys => allowed(&[R::Security], County),
            Self::ApproveKey => match role {
                R::Security => Some(County),
                R::Director | R::Bureau if leads => Some(County),
                _ => None,
            },
            Self::ReadOutbox => allowed(&[R::Admin, R::Auditor], County),
            // Of a page whose own right one has: the export asks for both. The three powers take out what is theirs by
            // the right of the page itself, so that they share nothing more.
            Self::ExportList => match role {
                R::Director | R::Bureau => Some(County),
                R::UnitAdmin => Some(UnitsBelow),
                R::Township | R::Head if leads => Some(UnitsBelow),
                _ => None,
            },
        }
    }
}
