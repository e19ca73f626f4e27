//! The printed access matrix, `docs/access-matrix.md`: who may do what and how far, which fields are seen, and by which
//! right each route answers. It is made from the tables that the program decides by, and decides nothing itself.

use std::fmt::Write as _;

use rules::access::{Action, Field, Object, Reach, Role, Sight, Standing, Tie, sight};

use crate::pages;
use crate::route::Policy;

/// The whole page, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# 权限一览\n\n\
         本页由程序自己的权限表印出，请不要手改：`cargo run -p web --example access-matrix > docs/access-matrix.md`。\
         没有写“可以”的，一律不可以；不可以和不存在，看到的答复完全一样。\n\n",
    );
    actions(&mut page);
    fields(&mut page);
    routes(&mut page);
    page
}

/// A row of a table; writing to a text cannot fail.
fn row(page: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn head(page: &mut String, first: &[&str], rest: &[&'static str]) {
    let cells: Vec<String> = first.iter().chain(rest).map(|cell| (*cell).to_owned()).collect();
    let rule = vec!["---".to_owned(); cells.len()];
    row(page, cells);
    row(page, rule);
}

fn actions(page: &mut String) {
    page.push_str(
        "## 一、谁可以做什么\n\n\
         “孩子”：只对与本岗位有责任关系的孩子（见第二部分）；“本单位”：只在本单位；“及下级”：本单位和下级单位；\
         “全县”：全县范围。“（负责人）”：只有单位负责人。“再验”：办之前要再次验证身份。\n\n",
    );
    let powers: Vec<Role> = Role::ALL.iter().copied().filter(|role| !role.is_department()).collect();
    let departments: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.is_department()).collect();
    for (title, roles) in [("两条线和三权", powers), ("成员单位", departments)] {
        let _ = writeln!(page, "### {title}\n");
        let labels: Vec<&'static str> = roles.iter().map(|role| role.label()).collect();
        head(page, &["事项", "再验"], &labels);
        for &action in Action::ALL {
            let again = if action.needs_step_up() { "再验" } else { "" };
            let first = [action.label().to_owned(), again.to_owned()];
            row(page, first.into_iter().chain(roles.iter().map(|role| cell(action, *role))));
        }
        page.push('\n');
    }
}

fn cell(action: Action, role: Role) -> String {
    let say = |standing| action.policy(role, standing).map(|reach| reach_label(action, reach));
    match (say(Standing::Serves), say(Standing::Leads)) {
        (Some(serves), Some(leads)) if serves == leads => serves.to_owned(),
        (Some(serves), Some(leads)) => format!("{serves}，{leads}（负责人）"),
        (Some(serves), None) => format!("{serves}（负责人除外）"),
        (None, Some(leads)) => format!("{leads}（负责人）"),
        (None, None) => String::new(),
    }
}

const fn reach_label(action: Action, reach: Reach) -> &'static str {
    match (action.object(), reach) {
        (Object::Own, _) => "自己的",
        (_, Reach::Children) => "孩子",
        (_, Reach::OwnUnit) => "本单位",
        (_, Reach::UnitsBelow) => "及下级",
        (_, Reach::County) => "全县",
    }
}

fn fields(page: &mut String) {
    page.push_str(
        "## 二、通过什么关系，看到孩子的哪些信息\n\n\
         “看”：直接看到；“申请看”：先打码，说明理由后显示，并留下记录；“打码”：只看到打码的；空白：根本不出现。\
         没有列出的角色和关系，什么都看不到；“紧急查看”要另一人批准，最长四小时，只读，三权看不到涉案信息。\n\n",
    );
    let labels: Vec<&'static str> = Field::ALL.iter().map(|field| field.label()).collect();
    head(page, &["角色", "关系"], &labels);
    for &role in Role::ALL {
        for &tie in Tie::ALL {
            // Who may not read a child at all sees nothing, whatever tie there is.
            let reads = Action::ReadChild.policy(role, Standing::Leads).is_some();
            if !reads || Field::ALL.iter().all(|field| sight(role, tie, *field) == Sight::Absent) {
                continue;
            }
            let first = [role.label().to_owned(), tie.label().to_owned()];
            row(page, first.into_iter().chain(Field::ALL.iter().map(|field| sees(sight(role, tie, *field)))));
        }
    }
    page.push('\n');
}

fn sees(sight: Sight) -> String {
    match sight {
        Sight::Absent => "",
        Sight::Masked => "打码",
        Sight::OnRequest => "申请看",
        Sight::Clear => "看",
    }
    .to_owned()
}

fn routes(page: &mut String) {
    page.push_str(
        "## 三、每个地址按什么权限答复\n\n\
         程序按这一列先判断一次，办理时再对具体的孩子、单位判断一次。\n\n",
    );
    head(page, &["方法", "地址", "权限"], &[]);
    let mut routes: Vec<(&str, String, String)> = pages::routes()
        .iter()
        .map(|route| {
            let policy = match route.policy {
                Policy::Open => "任何人".to_owned(),
                Policy::SignedIn => "登录的人".to_owned(),
                Policy::Needs(action) => action.label().to_owned(),
            };
            (route.path, route.method.to_string(), policy)
        })
        .collect();
    routes.sort();
    for (path, method, policy) in routes {
        row(page, [method, format!("`{path}`"), policy]);
    }
}
