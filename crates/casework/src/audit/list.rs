//! 看操作记录: the record as the auditor reads it, by person, act, outcome and day, and its export. The auditor sees
//! who did what to which file, never what stands in it.

use rules::access::{Action, Role, Subject};
use rules::purpose::ListPurpose;

use super::chain::{self, HeadSeal};
use super::mark::{self, MarkVerdict};
use super::{FileVerdict, Vault, monthly};
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
use crate::params;
use crate::refused::Refused;

/// What is looked for; an empty text is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// User name or name, whole.
    pub person: String,
    /// What was done.
    pub action: Option<Action>,
    /// `done` or `refused`.
    pub outcome: String,
    /// The day, `2026-11-24`.
    pub day: String,
    /// Where the page before ended: [`Page::next`].
    pub before: String,
}

/// A line of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Id.
    pub id: String,
    /// When.
    pub at: String,
    /// Who; empty where the account is gone.
    pub name: String,
    /// User name.
    pub username: String,
    /// As what, in words; empty for work on one's own account.
    pub role: String,
    /// What, in words.
    pub action: String,
    /// Whether it was refused.
    pub refused: bool,
    /// What it was done to, in words.
    pub kind: String,
    /// Id of that.
    pub subject: String,
    /// Why, where the act asks for a reason.
    pub purpose: String,
    /// What happened.
    pub detail: String,
    /// Number of its seal; empty while it waits for it.
    pub seal: String,
}

/// A page of lines, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The lines.
    pub lines: Vec<Line>,
    /// What goes into [`Filter::before`] for the next page.
    pub next: Option<String>,
    /// The last seal.
    pub seal: HeadSeal,
    /// Lines that wait for their seal.
    pub unsealed: u64,
    /// Months that were sealed for good, newest first, two years of them.
    pub months: Vec<Month>,
    /// How the record stands to its watermark.
    pub mark: MarkVerdict,
}

/// A month that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// `2026-11`.
    pub month: String,
    /// Number of its last seal.
    pub last_number: u64,
    /// When it was sealed.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What came of holding its file in the vault against the record; `None` where no file lies there.
    pub file: Option<FileVerdict>,
}

/// A page of `limit` lines.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn page(desk: &mut Desk<'_, '_>, vault: &Vault, filter: &Filter, limit: usize) -> Result<Page, Refused> {
    desk.require(Action::ReadAudit, &Subject::Nothing, ("audit", ""))?;
    let county = desk.county();
    let mut lines = lines(desk, filter, limit + 1)?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = if more { lines.last().map(|line| format!("{} {}", line.at, line.id)) } else { None };
    let mut months = desk.tx.query(
        "select m.month, m.last_number, m.sealed_at,
                case m.by_account when 'program' then '自动' else coalesce(a.name, '') end from audit_month m
         left join account a on a.county = m.county and a.id = m.by_account
         where m.county = $1 order by m.month desc limit 24",
        &params![county],
        |row| {
            Ok(Month {
                month: row.get(0)?,
                last_number: chain::unsigned(row.get(1)?),
                at: row.get(2)?,
                by: row.get(3)?,
                file: None,
            })
        },
    )?;
    for month in &mut months {
        month.file = monthly::kept(desk.tx, desk.keys, vault, county, &month.month)?;
    }
    let mark = mark::verify_mark(desk.tx, desk.keys, county, mark::mark(vault)?.as_deref())?;
    Ok(Page {
        lines,
        next,
        seal: chain::head(desk.tx, county)?,
        unsealed: chain::unsealed(desk.tx, county)?,
        months,
        mark,
    })
}

/// The lines that the filter matches, newest first, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, filter: &Filter, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "操作记录",
        kind: "audit",
        action: Action::ExportAudit,
        columns: &[
            ("时间", 20.0),
            ("姓名", 12.0),
            ("用户名", 14.0),
            ("角色", 16.0),
            ("操作", 18.0),
            ("结果", 8.0),
            ("对象", 12.0),
            ("对象编号", 38.0),
            ("原因", 20.0),
            ("说明", 40.0),
            ("封存号", 12.0),
        ],
    };
    let mut filter = Filter { before: String::new(), ..filter.clone() };
    exports::make(desk, SHAPE, purpose, |desk| {
        let found = lines(desk, &filter, PIECE)?;
        if let Some(last) = found.last() {
            filter.before = format!("{} {}", last.at, last.id);
        }
        let cells = |line: Line| {
            vec![
                exports::moment(&line.at),
                line.name,
                line.username,
                line.role,
                line.action,
                if line.refused { "拒绝" } else { "完成" }.to_owned(),
                line.kind,
                line.subject,
                line.purpose,
                line.detail,
                line.seal,
            ]
        };
        Ok(found.into_iter().map(cells).collect())
    })
}

/// What the filter asks for, as a predicate over `l`.
fn matching<'v>(county: &'v str, filter: &'v Filter) -> (String, Vec<Value<'v>>) {
    let mut params = params![county].to_vec();
    let mut wanted = String::from("l.county = $1");
    let mut with = |value: Value<'v>, predicate: &dyn Fn(usize) -> String| {
        params.push(value);
        wanted.push_str(&predicate(params.len()));
    };
    let person = filter.person.trim();
    if !person.is_empty() {
        with(Value::from(person), &|at| {
            format!(
                " and l.account in (select id from account where county = $1 and (username = ${at} or name = ${at}))"
            )
        });
    }
    if let Some(action) = filter.action {
        with(Value::from(action.code()), &|at| format!(" and l.action = ${at}"));
    }
    if !filter.outcome.is_empty() {
        with(Value::from(filter.outcome.as_str()), &|at| format!(" and l.outcome = ${at}"));
    }
    if !filter.day.is_empty() {
        with(Value::from(filter.day.as_str()), &|at| format!(" and l.at >= ${at}"));
        // The whole day: its moments begin with the day and a T.
        with(Value::from(format!("{}U", filter.day)), &|at| format!(" and l.at < ${at}"));
    }
    if let Some((moment, id)) = filter.before.split_once(' ') {
        with(Value::from(moment), &|at| format!(" and l.at <= ${at} and (l.at < ${at}"));
        with(Value::from(id), &|at| format!(" or l.id < ${at})"));
    }
    (wanted, params)
}

fn lines(desk: &mut Desk<'_, '_>, filter: &Filter, limit: usize) -> Result<Vec<Line>, Refused> {
    let (wanted, mut params) = matching(desk.county(), filter);
    params.push(Value::from(limit));
    let sql = format!(
        "select l.id, l.at, case l.account when 'program' then '定时任务' when 'operator' then '命令行'
                                     else coalesce(a.name, '接口密钥：' || k.name, '') end, coalesce(a.username, ''), l.role, l.action, l.outcome,
                l.subject_kind, l.subject, l.purpose, l.detail, s.number
         from (select l.* from audit l where {wanted} order by l.at desc, l.id desc limit ${}) l
         left join account a on a.county = l.county and a.id = l.account
         left join api_key k on k.county = l.county and l.account = 'key.' || k.id
         left join audit_seal s on s.county = l.county and s.audit = l.id
         order by l.at desc, l.id desc",
        params.len()
    );
    Ok(desk.tx.query(&sql, &params, line)?)
}

fn line(row: &Row<'_>) -> Result<Line, DbError> {
    let (role, action): (String, String) = (row.get(4)?, row.get(5)?);
    let kind: String = row.get(7)?;
    Ok(Line {
        id: row.get(0)?,
        at: row.get(1)?,
        name: row.get(2)?,
        username: row.get(3)?,
        role: Role::from_code(&role).map_or(role, |role| role.label().to_owned()),
        action: Action::from_code(&action).map_or(action, |action| action.label().to_owned()),
        refused: row.get::<String>(6)? == "refused",
        kind: kind_label(&kind).map_or(kind, str::to_owned),
        subject: row.get(8)?,
        purpose: row.get(9)?,
        detail: row.get(10)?,
        seal: row.get::<Option<i64>>(11)?.map_or_else(String::new, |number| number.to_string()),
    })
}

/// What people call a kind of subject; what is not listed shows as it is stored.
fn kind_label(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "account" => "账号",
        "audit" => "操作记录",
        "break_glass" => "紧急查看",
        "campaign" => "比对行动",
        "campaign_list" => "比对名单",
        "child" => "孩子",
        "children" => "孩子名单",
        "class" => "班级",
        "code" => "代码",
        "comparison" => "名单比对",
        "finding" => "比对发现",
        "hand_over" => "工作交接",
        "health" => "运行状况",
        "household" => "户",
        "import" => "导入",
        "invitation" => "邀请",
        "job" | "schedule" => "定时任务",
        "key" => "密钥",
        "leave" => "请假",
        "list" => "名单",
        "month" => "月份",
        "notice" => "公告",
        "platform" => "上级平台",
        "platform_difference" => "平台核对",
        "post" => "岗位",
        "province" => "省系统考勤",
        "report" => "疑似辍学报告",
        "roll_move" => "学籍变动",
        "route" => "页面",
        "safeguard" => "保护线索",
        "sample" => "抽样考勤",
        "security" | "setting" => "安全设置",
        "session" => "登录",
        "sign_in" => "登录记录",
        "unit" => "单位",
        "watermark" => "封存水位",
        _ => return None,
    })
}
