//! The two trees down to the village groups, with everybody whose post does not depend on a child: county, task
//! force, departments, bureau, townships, villages, groups, cadres. It must not look at children.

use rules::plan::Plan;

use super::Story;
use super::model::{Post, Slot, Unit, UnitKind};
use super::staffing::{Fill, Roster, post};
use crate::synth::places::{County, Village};

/// Member units of 四(五)–(十八): user name and the plan's name.
pub(super) const DEPARTMENTS: [(&str, &str); 14] = [
    ("religion", "县民宗局"),
    ("planning", "县发改局"),
    ("police", "县公安局"),
    ("civil", "县民政局"),
    ("justice", "县司法局"),
    ("finance", "县财政局"),
    ("labour", "县人社局"),
    ("health", "县卫健局"),
    ("market", "县市管局"),
    ("agri", "县农业农村局"),
    ("youth", "团县委"),
    ("women", "县妇联"),
    ("disabled", "县残联"),
    ("culture", "县文旅局"),
];

/// Key of the bureau's unit.
pub(super) const BUREAU: &str = "bureau";
/// Key of the inspectorate's unit.
pub(super) const INSPECTORATE: &str = "inspectorate";
/// Key of the task force's unit.
const TASK_FORCE: &str = "task-force";

/// Groups of a village at least and at most.
const GROUPS: (usize, usize) = (4, 14);

/// Village groups by name: the hamlets, or streets, in which its families live.
pub(super) fn groups(village: &Village) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for hamlet in &village.hamlets {
        if names.len() < GROUPS.1 && !names.iter().any(|name| name == hamlet) {
            names.push((*hamlet).to_owned());
        }
    }
    let numerals = ["一组", "二组", "三组", "四组"];
    names.extend(numerals.iter().take(GROUPS.0.saturating_sub(names.len())).map(|name| (*name).to_owned()));
    names
}

/// Key of the group in which a house of that hamlet lies; a hamlet too many belongs to one of the others.
pub(super) fn group_key(village: &Village, hamlet: &str) -> String {
    let names = groups(village);
    let found = names.iter().position(|name| name == hamlet);
    let index = found.unwrap_or_else(|| hamlet.bytes().map(usize::from).sum::<usize>() % names.len().max(1));
    format!("{}-{:02}", village.code, index + 1)
}

/// How many cadres a village has; the same answer each time.
pub(super) fn cadres(village: &Village, children: usize) -> usize {
    (3 + children * village.weight / 40_000 + usize::from(village.is_town())).min(10)
}

/// Codes of the townships, in the order of the county's indices.
pub(super) fn township_codes(plan: &Plan) -> Vec<String> {
    plan.divisions().townships().map(|(_, township)| township.code.clone()).collect()
}

/// Everything above the schools and the villages' groups.
pub(super) fn raise(
    plan: &Plan,
    county: &County,
    children: usize,
    story: &Story,
    roster: &mut Roster,
) -> Vec<Unit> {
    let mut units = vec![unit(&county.code, UnitKind::County, format!("{}人民政府", county.short), None)];
    let root = county.code.as_str();
    let mut under = |key: &str, kind, name: &str, parent: &str| {
        units.push(unit(key, kind, name.to_owned(), Some(parent)));
    };
    under(TASK_FORCE, UnitKind::TaskForce, "县控辍保学工作专班", root);
    under(INSPECTORATE, UnitKind::Inspectorate, "县人民政府教育督导委员会办公室", root);
    under(BUREAU, UnitKind::Bureau, "县教体局", root);
    under("bureau-basic", UnitKind::Section, "基础教育股（控辍保学办公室）", BUREAU);
    under("bureau-aid", UnitKind::Section, "学生资助管理中心", BUREAU);
    under("bureau-it", UnitKind::Section, "教育信息中心", BUREAU);
    for (key, name) in DEPARTMENTS {
        under(key, UnitKind::Department, name, root);
    }
    county_posts(root, roster);
    for (index, (code, name)) in township_codes(plan).iter().zip(&county.townships).enumerate() {
        units.push(Unit {
            township: Some(code.clone()),
            ..unit(code, UnitKind::Township, format!("{name}人民政府"), Some(root))
        });
        township_posts(code, name, index + 1, roster);
    }
    let townships = township_codes(plan);
    let (mut v, mut g, mut c) = (0, 0, 0);
    for village in &county.villages {
        let Some(township) = townships.get(village.township) else { continue };
        village_units(village, township, &mut units);
        v += 1;
        let own = village.code == story.village;
        let username = if own { "village".to_owned() } else { format!("v{v}") };
        let title = if village.is_town() { "社区居民委员会主任" } else { "村民委员会主任" };
        let head = Post {
            leads: true,
            slot: Some(Slot::Village),
            ..post(&village.code, "head", "village", title.to_owned())
        };
        roster.fill_with_account(head, if own { Fill::Always } else { Fill::MayLapse }, &username);
        for number in 1..=groups(village).len() {
            let key = format!("{}-{number:02}", village.code);
            g += 1;
            let own = key == story.group;
            let username = if own { "group".to_owned() } else { format!("g{g}") };
            let head = Post {
                leads: true,
                slot: Some(Slot::Group),
                ..post(&key, "head", "group", "村民小组长".to_owned())
            };
            roster.fill_with_account(head, if own { Fill::Always } else { Fill::MayLapse }, &username);
        }
        for number in 1..=cadres(village, children) {
            c += 1;
            let key = format!("cadre{number}");
            let title = match number {
                1 => "驻村第一书记",
                2 => "驻村工作队员",
                3 => "乡镇挂钩干部",
                _ => roster.pick(&["驻村工作队员", "乡镇挂钩干部", "村（社区）干部"]),
            };
            let cadre = post(&village.code, &key, "cadre", title.to_owned());
            let own = cadre.key == story.cadre;
            let username = if own { "cadre".to_owned() } else { format!("c{c}") };
            // The first two of each village stay, so that no village is without.
            let fill = if own || number < 3 { Fill::Always } else { Fill::Usual };
            roster.fill_with_account(cadre, fill, &username);
        }
    }
    units
}

fn village_units(village: &Village, township: &str, units: &mut Vec<Unit>) {
    let town = village.is_town();
    let name = if town {
        format!("{}社区居民委员会", village.core())
    } else {
        format!("{}村民委员会", village.name)
    };
    let of = |key: &str, kind, name, parent: &str| Unit {
        township: Some(township.to_owned()),
        ..unit(key, kind, name, Some(parent))
    };
    units.push(of(&village.code, UnitKind::Village, name, township));
    for (index, name) in groups(village).iter().enumerate() {
        let kind = if town { "居民小组" } else { "村民小组" };
        let name = if name.ends_with('组') { name.clone() } else { format!("{name}{kind}") };
        units.push(of(&format!("{}-{:02}", village.code, index + 1), UnitKind::Group, name, &village.code));
    }
}

fn county_posts(root: &str, roster: &mut Roster) {
    let titled = |unit: &str, what: &str, role, title: &str| post(unit, what, role, title.to_owned());
    let director =
        Post { leads: true, ..titled(TASK_FORCE, "head", "director", "分管副县长（专班组长）") };
    if let Some(vice) = roster.fill_with_account(director, Fill::Always, "director") {
        // The county government's own post answers for the children: the same person.
        let vice_head =
            Post { slot: Some(Slot::County), ..titled(root, "vice", "director", "分管副县长") };
        roster.fill(vice_head, Fill::By(vice));
    }
    let chief = Post { leads: true, ..titled(BUREAU, "head", "bureau", "县教体局局长") };
    if let Some(chief) = roster.fill(chief, Fill::Always) {
        roster.fill(titled(TASK_FORCE, "deputy", "director", "专班副组长"), Fill::By(chief.clone()));
        roster.account("lb", &chief);
    }
    let duty = Post {
        slot: Some(Slot::Bureau),
        ..titled(BUREAU, "basic", "bureau", "基础教育股股长（控辍保学办公室主任）")
    };
    roster.fill_with_account(duty, Fill::Always, "bureau");
    roster.fill_with_account(titled(BUREAU, "roll", "bureau", "学籍管理员"), Fill::Always, "b2");
    roster.fill_with_account(titled(BUREAU, "aid", "bureau", "学生资助专干"), Fill::Usual, "b3");
    roster.fill_with_account(titled(BUREAU, "admin", "unit_admin", "单位管理员"), Fill::Always, "ub");
    let chief = Post { leads: true, ..titled(INSPECTORATE, "head", "inspector", "督导办主任") };
    roster.fill_with_account(chief, Fill::Always, "li");
    let admin = titled(INSPECTORATE, "admin", "unit_admin", "单位管理员");
    roster.fill_with_account(admin, Fill::Always, "ui");
    let admin = titled(TASK_FORCE, "admin", "unit_admin", "单位管理员");
    roster.fill_with_account(admin, Fill::Always, "ut");
    for (what, title) in [("admin", "系统管理员"), ("security", "安全管理员"), ("auditor", "审计管理员")]
    {
        roster.fill_with_account(titled("bureau-it", what, what, title), Fill::Always, what);
    }
    for (key, name) in DEPARTMENTS {
        let chief = Post { leads: true, ..titled(key, "head", key, &format!("{name}分管负责人")) };
        roster.fill_with_account(chief, Fill::Always, &format!("l{key}"));
        roster.fill_with_account(titled(key, "liaison", key, &format!("{name}联络员")), Fill::Always, key);
        let admin = titled(key, "admin", "unit_admin", "单位管理员");
        roster.fill_with_account(admin, Fill::Always, &format!("u{key}"));
    }
}

fn township_posts(code: &str, name: &str, number: usize, roster: &mut Roster) {
    let kind = if name.ends_with('乡') { "乡" } else { "镇" };
    let chief = Post { leads: true, ..post(code, "head", "township", format!("{kind}长")) };
    roster.fill_with_account(chief, Fill::Always, &format!("lx{number}"));
    let deputy = Post {
        slot: Some(Slot::Township),
        ..post(code, "deputy", "township", format!("分管副{kind}长"))
    };
    let username = if number == 1 { "township".to_owned() } else { format!("d{number}") };
    roster.fill_with_account(deputy, Fill::Always, &username);
    let officer = post(code, "officer", "township", "控辍保学专干".to_owned());
    roster.fill_with_account(officer, Fill::Always, &format!("x{number}"));
    let admin = post(code, "admin", "unit_admin", "单位管理员".to_owned());
    roster.fill_with_account(admin, Fill::Always, &format!("ux{number}"));
}

/// A unit without any particulars.
pub(super) fn unit(key: &str, kind: UnitKind, name: String, parent: Option<&str>) -> Unit {
    Unit {
        key: key.to_owned(),
        kind,
        name,
        parent: parent.map(str::to_owned),
        township: None,
        class: None,
        school_kind: None,
    }
}
