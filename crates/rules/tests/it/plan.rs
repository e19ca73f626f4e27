//! What `Plan::load` says of a plan that somebody has edited: the file, the line, what is wrong.

use proptest::prelude::*;
use rules::plan::{Plan, PlanProblem};

use crate::nanjian::files;

/// The problems of Nanjian's plan after one replacement in one file.
fn broken(file: &str, old: &str, new: &str) -> Vec<PlanProblem> {
    let mut files = files();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(old), "{file} has no {old:?} to break");
    *text = text.replacen(old, new, 1);
    Plan::load(&files).err().unwrap_or_default()
}

/// The line of the first occurrence of `text` in a file of the plan.
fn line_of(file: &str, text: &str) -> usize {
    let files = files();
    let (before, _) = files[file].split_once(text).unwrap();
    before.matches('\n').count() + 1
}

fn check(file: &str, old: &str, new: &str, what: &str) {
    let problems = broken(file, old, new);
    let line = line_of(file, old);
    assert!(
        problems.iter().any(|p| p.file == file && p.line == line && p.what.contains(what)),
        "{file} line {line} {what}: {problems:#?}"
    );
    assert!(problems.iter().all(|problem| !problem.todo.is_empty()), "{problems:#?}");
}

/// Each mistake is found on its line.
/// 街天 stand in the plan only where somebody has written them down with their source; a wrong one is named.
#[test]
fn markets_are_read_and_none_is_invented() {
    let with = |market: &str| {
        let mut files = files();
        files.get_mut("calendar.toml").unwrap().push_str(market);
        Plan::load(&files)
    };
    assert!(with("").unwrap().calendar().markets().is_empty());
    let one = "[[market]]\ntownship = \"532926101\"\nname = \"东街\"\nfirst = \"2026-11-20\"\nevery = 5\nsource = \"低\"\n";
    let plan = with(one).unwrap();
    let [market] = plan.calendar().markets() else { panic!("one market") };
    assert_eq!((market.name.as_str(), market.every, market.source.as_str()), ("东街", 5, "低"));
    for wrong in
        [one.repeat(2), one.replace("= 5", "= 31"), one.replace("= 5", "= 0"), one.replace("101", "")]
    {
        let problems = with(&wrong).unwrap_err();
        assert!(problems.iter().any(|problem| problem.what.contains("街天“东街”")), "{problems:#?}");
    }
}

#[test]
fn mistakes_are_found_where_they_are() {
    for (file, old, new, what) in [
        ("plan.toml", "clause = \"五(二)\"", "clause = \"五(十三)\"", "没有条款 五(十三)"),
        ("plan.toml", "clause = \"四(二十一)\"", "clause = \"四(二十二)\"", "没有条款"),
        ("plan.toml", "field = \"id_kind\"", "field = \"shoe_size\"", "不认识的取值 shoe_size"),
        ("plan.toml", "standings = [\"absent\"]", "standings = [\"away\"]", "不认识的取值 away"),
        ("plan.toml", "reconcile = \"reconcile_platform\"", "reconcile = \"report\"", "不是若干天"),
        (
            "plan.toml",
            "reconcile = \"reconcile_platform\"",
            "reconcile = \"weekly\"",
            "没有 key = \"weekly\"",
        ),
        ("columns.toml", "key = \"platform_state\"", "key = \"platform_mood\"", "不认识的字段"),
        ("plan.toml", "turned_by = \"08-31\"", "turned_by = \"8月31日\"", "turned_by"),
        ("plan.toml", "issued = \"2024-04-30\"", "issued = \"2024-04-31\"", "[document]"),
        ("plan.toml", "kind = \"unseen\"", "kind = \"month\"", "不认识的取值 month"),
        ("plan.toml", "to = \"县民宗局\"", "to = \"县发改局\"", "县发改局不能接收"),
        ("plan.toml", "to = \"团县委\"", "to = \"县青年局\"", "没有登记的单位 县青年局"),
        ("plan.toml", "causes = [\"religion\"]", "causes = [\"belief\"]", "[[cause]] 里没有 belief"),
        ("plan.toml", "then = \"labour_letter\"", "then = \"letter\"", "[[request]] 里没有 letter"),
        ("plan.toml", "field = \"welfare\"", "field = \"mood\"", "不认识的取值 mood"),
        ("plan.toml", "before = \"order\"", "before = \"later\"", "不认识的取值 later"),
        ("plan.toml", "grade = \"by_age\"", "grade = \"by_wish\"", "不认识的取值 by_wish"),
        ("plan.toml", "percent = 99.5", "percent = \"99.5\"", "应为数字"),
        ("plan.toml", "percent = 98.5", "percent = 九十八", "英文双引号"),
        ("plan.toml", "unit = \"teaching_days\"", "unit = \"weeks\"", "weeks"),
        ("plan.toml", "kind = \"not_on_roll\"", "kind = \"lost\"", "lost"),
        ("plan.toml", "deadline = \"verify_school\"", "deadline = \"never\"", "never"),
        ("plan.toml", "lead = [\"各乡镇人民政府\"]", "lead = [\"各乡镇\"]", "没有登记的单位 各乡镇"),
        ("plan.toml", "effect = \"studying_elsewhere\"", "effect = \"forget\"", "forget"),
        ("plan.toml", "bulletins = 2", "bulletins = 0", "bulletins 应为1至12"),
        ("plan.toml", "within_months = 12", "within_months = 40", "within_months 应为1至36"),
        ("plan.toml", "findings = 2", "findings = 51", "findings 应为1至50"),
        ("plan.toml", "escalated = 1", "escalated = 0", "escalated 应为1至50"),
        ("plan.toml", "article = \"第五十三条\"", "article = \"五十三\"", "“五十三”不是条号"),
        ("plan.toml", "code = \"law52\"", "code = \"law51\"", "law51 写了两次"),
        ("plan.toml", "about = \"办学行为不规范\"", "about = \"升学率下降\"", "问责依据里写了"),
        ("plan.toml", "about = \"履行教育职责不到位\"", "about = \" \"", "about 是空的"),
        ("divisions.toml", "212 = \"沙乐村\"", "212 = \"沙乐\"", "沙乐"),
        ("columns.toml", "key = \"head_name\"", "key = \"head\"", "不认识的字段 head"),
        ("columns.toml", "\"户主姓名\"", "\"户口号\"", "户口号"),
    ] {
        check(file, old, new, what);
    }
}

/// Mistakes in whole pieces are found at the piece.
#[test]
fn mistakes_in_a_piece_are_found() {
    for (file, old, new, what) in [
        ("plan.toml", "[conference]", "[conferences]", "缺少 [conference]"),
        ("plan.toml", "every_months = 3", "", "缺少"),
        ("plan.toml", "[accountability]", "[answering]", "缺少 [accountability]"),
        ("plan.toml", "bulletins = 2\n", "", "缺少"),
        ("plan.toml", "asks_article = true", "asks_article = true\narticle = \"第八条\"", "只能有一个"),
        ("plan.toml", "days = 3", "days = 0", "days 不能是0"),
        ("plan.toml", "days = [30, 90, 180]", "days = [90, 30]", "由小到大"),
        ("plan.toml", "proof_days = 10", "proof_days = 0", "proof_days"),
        ("plan.toml", "called_percent = 90", "called_percent = 101", "百分数"),
        ("plan.toml", "policy_days = 180", "policy_days = 0", "天数不能是0"),
        ("plan.toml", "under_months = 12", "under_months = 2", "由小到大"),
        ("plan.toml", "key = \"verify_case\"", "key = \"verify_it\"", "没有 key = \"verify_case\" 的期限"),
        ("plan.toml", "[help_gate]", "[help_door]", "缺少 [help_gate]"),
        ("plan.toml", "most = 5", "most = 0", "most 不能是0"),
        ("plan.toml", "months = [4]", "months = [13]", "months"),
        ("plan.toml", "kind = \"needs_review\"", "kind = \"roll_only\"", "needs_review"),
        ("plan.toml", "kind = \"persuade\"", "kind = \"order\"", "四步"),
        ("plan.toml", "code = \"532926\"", "code = \"532925\"", "县代码"),
        ("divisions.toml", "code = \"532926103\"", "code = \"532925103\"", "公郎镇"),
        ("calendar.toml", "year = 2026", "year = 2025", "2025"),
        ("calendar.toml", "first = \"2026-10-01\"", "first = \"2026-10-09\"", "起止不对"),
        ("calendar.toml", "last = \"2026-07-17\"", "last = \"2026-09-17\"", "重叠"),
        ("calendar.toml", "school_year = 2026", "school_year = 2027", "2026-2027学年"),
        ("calendar.toml", "\"2026-10-10\"", "\"2026-10-05\"", "调休上班日"),
        ("columns.toml", "[poverty]", "[poor]", "缺少 [poverty]"),
        ("plan.toml", "[county]", "[county", "语法有误"),
    ] {
        let problems = broken(file, old, new);
        assert!(problems.iter().any(|p| p.file == file && p.what.contains(what)), "{old}: {problems:#?}");
    }
}

/// One go tells of all mistakes, in all files, in order.
#[test]
fn all_problems_in_one_go() {
    let mut files = files();
    for (file, old, new) in [
        ("plan.toml", "clause = \"五(二)\"", "clause = \"九\""),
        ("plan.toml", "percent = 98.5", "percent = 985"),
        ("calendar.toml", "year = 2024", "year = 2044"),
        ("columns.toml", "key = \"head_name\"", "key = \"head\""),
    ] {
        let text = files.get_mut(file).unwrap();
        *text = text.replacen(old, new, 1);
    }
    files.remove("divisions.toml");
    let problems = Plan::load(&files).unwrap_err();
    for file in ["plan.toml", "calendar.toml", "columns.toml", "divisions.toml"] {
        assert!(problems.iter().any(|problem| problem.file == file), "{file}: {problems:#?}");
    }
    assert!(problems.iter().filter(|problem| problem.file == "plan.toml").count() >= 2);
    assert!(problems.is_sorted());
    assert!(problems[0].to_string().contains("calendar.toml第"));
}

/// No plan at all is one problem per file, not a panic.
#[test]
fn nothing_to_load() {
    let problems = Plan::load(&std::collections::BTreeMap::new()).unwrap_err();
    assert_eq!(problems.len(), 4);
}

proptest! {
    #![proptest_config(crate::cases(32))]

    /// A file cut off after any line is a list of problems or a smaller plan, never a panic.
    #[test]
    fn a_cut_file_is_answered(which in 0..4_usize, lines in 0..900_usize) {
        let mut files = files();
        let text = files.values_mut().nth(which).unwrap();
        *text = text.lines().take(lines).collect::<Vec<_>>().join("\n");
        if let Err(problems) = Plan::load(&files) {
            prop_assert!(!problems.is_empty());
        }
    }
}
