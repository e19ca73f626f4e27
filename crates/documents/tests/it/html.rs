//! Web pages under the name of .xls.

use crate::{check, read_named};
use documents::table::{Format, Kind};
use encoding_rs::GB18030;

/// E04, E09
#[test]
fn pages_with_a_table() {
    let page = "<html><head><meta charset=gb2312><style>td{mso-number-format:'\\@'}</style><title>名单<table></title></head>\
        <body><table border=1><tr><td colspan=2>南涧县学籍名单</td></tr>\
        <tr><th>姓&nbsp;名</th><th>身份证件号</th></tr>\
        <tr><td>李小明<td x:str>539999201504030011</tr>\
        <tr><td>王&lt;小&gt;红</td><td>\n   2\n</td></tr></table></body></html>";
    let expected = ["李小明|539999201504030011", "王<小>红|2"];
    let read = check(page, &expected);
    assert_eq!(read.header.format, Format::Html);
    assert_eq!(read.lines, [3, 4]);
    check(GB18030.encode(page).0, &expected);
    check(format!("\u{feff}{page}"), &expected);
}

/// E09
#[test]
fn cells_that_reach_over_others() {
    check(
        "<table><tr><td rowspan=2>姓名</td><td rowspan=2>身份证件号</td><td colspan=2>成员1</td></tr>\
         <tr><td>姓名</td><td>联系电话</td></tr>\
         <tr><td>李小明</td><td>1</td><td>李大山</td><td>138</td></tr></table>",
        &["李小明|1|||李大山|138"],
    );
    check(
        "<table><tr><td>村</td><td>姓名</td><td>身份证件号</td></tr><tr><td rowspan=2>安定</td><td>李小明</td><td>1</td></tr>\
         <tr><td>王小红</td><td>2</td></tr><tr><td>新</td><td>杨小梅</td><td>3</td></tr></table>",
        &["李小明|1", "王小红|2", "杨小梅|3"],
    );
}

/// E09
#[test]
fn the_list_among_other_tables() {
    check(
        "<table><tr><td>菜单</td><td><table><tr><td>首页</td></tr></table></td></tr></table>\
         <table><tr><td>姓名</td><td>学籍号</td></tr><tr><td>李小明</td><td>G1<script>if (a<b) {}</script></td></tr></table>",
        &["李小明||G1"],
    );
}

/// E04
#[test]
fn a_page_without_a_table_asks_to_log_in_again() {
    let error = read_named("名单.xls", b"<html><body>please log in</body></html>").map(|_| ()).unwrap_err();
    assert_eq!(error.kind, Kind::Empty);
    assert!(error.what.contains("登录"));
}
