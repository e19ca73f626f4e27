//! Office Open XML workbooks.

use crate::build::{Xlsx, inline, plain_rows};
use crate::check;
use documents::table::Format;

const CHILD: &str = "李小明|539999201504030011";

/// E09
#[test]
fn every_kind_of_cell() {
    let mut book = Xlsx::of(
        &(inline(&["姓名", "身份证件号", "学籍号", "出生日期", "联系电话"])
            + "<row r=\"5\"><c r=\"A5\" t=\"s\"><v>0</v></c><c r=\"B5\"><v>5.39999201504030011E17</v></c>\
               <c r=\"C5\" t=\"b\"><v>1</v></c><c r=\"D5\" s=\"1\"><v>42097</v></c><c r=\"E5\"><v>13800000000</v></c></row>\
               <row r=\"6\" hidden=\"1\"><c r=\"A6\" t=\"str\"><f>A5&amp;\"x\"</f><v>王&amp;小_x000D_红</v></c>\
               <c r=\"B6\" t=\"e\"><v>#SPILL!</v></c><c r=\"D6\" s=\"2\"><v>42097.5</v></c><c r=\"E6\"><v>-0</v></c></row>\
               <row><c t=\"s\"><v>1</v></c><c><f>1+1</f><v>2</v></c><c t=\"d\"><v>2015-04-03T00:00:00</v></c></row>"),
    );
    book.strings = "<si><r><rPr><b/></rPr><t>李</t></r><r><t xml:space=\"preserve\">小明 </t></r><rPh sb=\"0\" eb=\"1\"><t>り</t></rPh></si>\
                    <si><t><![CDATA[杨<小]]>&#x6885;</t></si>"
        .to_owned();
    book.formats =
        "<numFmts><numFmt numFmtId=\"176\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/></numFmts>\
                    <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
                    <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"176\"/></cellXfs>"
            .to_owned();
    let expected = [
        "李小明|5.399992015040300E+17|是|2015-04-03||13800000000".replace("0300E", "03E"),
        "王&小\r红|||2015-04-03||0".to_owned(),
        "杨<小梅|2|2015-04-03".to_owned(),
    ];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let read = check(book.bytes(), &expected);
    assert_eq!(read.header.format, Format::Xlsx);
    assert_eq!(read.lines, [5, 6, 7]);
    book.properties = "<workbookPr date1904=\"1\"/>";
    book.sheets[0].2 = inline(&["姓名", "身份证件号", "出生日期"])
        + "<row><c t=\"s\"><v>0</v></c><c><v>1</v></c><c s=\"1\"><v>40635</v></c></row>";
    check(book.bytes(), &["李小明|1||2015-04-03"]);
}

/// E09
#[test]
fn the_best_sheet_is_chosen_and_others_are_named() {
    let mut book = Xlsx::of("<row><c t=\"inlineStr\"><is><t>填表说明：姓名必填</t></is></c></row>");
    book.sheets.push(("隐藏", "hidden", plain_rows()));
    book.sheets.push(("名单", "visible", plain_rows()));
    book.sheets.push(("空表", "visible", inline(&["姓名", "身份证件号", "出生日期"])));
    let read = check(book.bytes(), &[CHILD]);
    assert_eq!(read.header.sheet, "名单");
    assert_eq!(read.header.other_sheets, ["隐藏"]);
    book.sheets.remove(2);
    assert_eq!(check(book.bytes(), &[CHILD]).header.sheet, "隐藏");
}

/// E09
#[test]
fn prefixes_comments_and_other_folders() {
    let mut book = Xlsx::of("");
    book.more.push((
        "xl/worksheets/sheet0.xml",
        "<?xml version='1.0'?><x:worksheet xmlns:x='m'><x:dimension ref='A1:XFD1048576'/><x:sheetData><!-- <row> --><x:row r='1'>\
         <x:c r='B1' t='inlineStr'><x:is><x:t>身份证件号</x:t></x:is></x:c><x:c r='A1' t='inlineStr'><x:is><x:t>姓名</x:t></x:is></x:c></x:row>\
         <x:row r='1048576'><x:c r='A1048576' t='inlineStr'><x:is><x:t>李小明</x:t></x:is></x:c><x:c r='XFD1048576' t='inlineStr'><x:is>\
         <x:t>远</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"
            .as_bytes()
            .to_vec(),
    ));
    assert_eq!(check(book.bytes(), &["李小明"]).lines, [1_048_576]);
}
