//! Papers: the same bytes again, hostile texts stay text, no PDF without a Chinese font, and what is wrong with a template
//! is said with its place (GB/T 9704; hazards L03, L07, D06).

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use documents::paper::{Block, Fonts, Form, OFFICIAL_DOCX, OFFICIAL_TYP, Paper, Press, Template, Unmade};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn paper() -> Paper {
    let pair = |what: &str, value: &str| (what.to_owned(), value.to_owned());
    Paper {
        organ: "东镇小学".to_owned(),
        mark: "含未成年人个人信息，不得外传".to_owned(),
        number: "东镇小学〔2026〕3号".to_owned(),
        issuer: "普校长".to_owned(),
        title: "东镇小学关于李小明疑似辍学情况的书面报告".to_owned(),
        to: vec!["教体局".to_owned(), "东镇人民政府".to_owned()],
        body: vec![
            Block::Heading { text: "一、学生基本情况".to_owned() },
            Block::Pairs { rows: vec![pair("姓名", "李小明"), pair("出生日期", "2017年5月4日")] },
            Block::Text { text: "已联系家长两次。".to_owned() },
            Block::Table {
                heads: vec!["时间".to_owned(), "结果".to_owned()],
                rows: vec![vec!["11月24日".to_owned(), "没人接".to_owned()]],
            },
        ],
        signed: "东镇小学".to_owned(),
        date: "2026年11月25日".to_owned(),
        note: String::new(),
        copies: vec!["县控辍保学工作专班".to_owned()],
        printed: ("东镇小学".to_owned(), "2026年11月25日".to_owned()),
        ..Paper::default()
    }
}

/// The text of a DOCX as a reader of XML takes it: paragraphs by line.
fn words(docx: &[u8]) -> String {
    let mut archive = ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut xml = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut text, mut inside) = (String::new(), false);
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(tag) => inside = tag.name().as_ref() == "w:t",
            Event::End(tag) if tag.name().as_ref() == "w:p" => text.push('\n'),
            Event::Text(part) if inside => text.push_str(&part.into_inner()),
            Event::GeneralRef(reference) if inside => {
                let sign = reference.resolve_char_ref().unwrap().map(String::from);
                let known = quick_xml::escape::resolve_xml_entity(&reference).map(str::to_owned);
                text.push_str(&sign.or(known).unwrap());
            }
            Event::Eof => return text,
            _ => {}
        }
    }
}

/// A template with other words in its document.
fn template(document: &str) -> Vec<u8> {
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    file.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    let whole = format!("<w:document xmlns:w=\"w\"><w:body>{document}</w:body></w:document>");
    file.write_all(whole.as_bytes()).unwrap();
    file.finish().unwrap().into_inner()
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    let (first, second) = (Press::default(), Press::default());
    for form in [Form::Pdf, Form::Docx] {
        let made = first.make(&paper(), form).unwrap();
        assert_eq!(made, first.make(&paper(), form).unwrap(), "again");
        assert_eq!(made, second.make(&paper(), form).unwrap(), "by another press");
        assert_eq!(made.sha256.len(), 64);
        let other = Paper { number: "东镇小学〔2026〕4号".to_owned(), ..paper() };
        assert_ne!(made.sha256, first.make(&other, form).unwrap().sha256);
    }
    assert!(first.make(&paper(), Form::Pdf).unwrap().bytes.starts_with(b"%PDF-"));
}

#[test]
fn a_docx_has_every_word_of_the_paper() {
    let made = Press::default().make(&paper(), Form::Docx).unwrap();
    let text = words(&made.bytes);
    for said in [
        "东镇小学〔2026〕3号",
        "签发人：普校长",
        "教体局、东镇人民政府：",
        "一、学生基本情况",
        "出生日期\n2017年5月4日\n",
        "时间\n结果\n11月24日\n没人接\n",
        "抄送：县控辍保学工作专班。",
        "2026年11月25日印发",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("{{"), "{text}");
    let lone = Paper { copies: vec![], issuer: String::new(), ..paper() };
    let text = words(&Press::default().make(&lone, Form::Docx).unwrap().bytes);
    assert!(!text.contains("抄送") && !text.contains("签发人") && !text.contains("附注"), "{text}");
}

/// What somebody typed is never markup, a placeholder, code of a template or a direction of writing.
#[test]
fn hostile_texts_stay_text() {
    let press = Press::default();
    for name in [
        "<w:p><w:r/></w:p>",
        "{{标题}}",
        "{{正文完}}",
        "a & b \" ' ]]>",
        "#read(\"/etc/passwd\")",
        "$x$ *b* _i_ `c` <l> @k // c",
        "\\u{41} \\",
        "&#x41;&lt;",
    ] {
        let own = || name.to_owned();
        let hostile = Paper {
            title: format!("关于{name}"),
            body: vec![
                Block::Heading { text: own() },
                Block::Text { text: own() },
                Block::Pairs { rows: vec![(own(), own())] },
                Block::Table { heads: vec!["栏".to_owned()], rows: vec![vec![own()]] },
            ],
            ..paper()
        };
        let text = words(&press.make(&hostile, Form::Docx).unwrap().bytes);
        assert_eq!(text.lines().filter(|line| *line == name).count(), 5, "{name}: {text}");
        assert!(text.contains(&hostile.title), "{name}: {text}");
        assert!(press.make(&hostile, Form::Pdf).is_ok(), "{name}");
    }
    let unseen = Paper { title: "李\u{202e}明\u{200b}花\u{0}\u{7}山".to_owned(), ..paper() };
    let docx = press.make(&unseen, Form::Docx).unwrap();
    assert!(words(&docx.bytes).contains("李□明□花□□山"), "{}", words(&docx.bytes));
    assert!(press.make(&unseen, Form::Pdf).is_ok());
}

/// No PDF without glyphs: the refusal says what to install, and DOCX is made all the same.
#[test]
fn without_a_chinese_font_there_is_no_pdf() {
    let folder = tempfile::tempdir().unwrap();
    let fonts = Fonts::of(vec![folder.path().to_owned(), PathBuf::from("/nowhere")]);
    let press = Press::new(OFFICIAL_TYP.to_owned(), OFFICIAL_DOCX.to_vec(), fonts);
    let why = press.make(&paper(), Form::Pdf).unwrap_err();
    assert!(matches!(&why, Unmade::NoFont(folders) if folders.len() == 2), "{why}");
    assert!(why.to_string().contains("fonts-noto-cjk"), "{why}");
    assert!(press.fonts().families().is_empty());
    assert!(press.make(&paper(), Form::Docx).is_ok());
}

/// L07, L01: a sign that the machine's fonts do not have is named, and is never a box in a signed paper.
#[test]
fn a_sign_that_no_font_has_is_named() {
    let rare = Paper { title: "李\u{e5f1}明".to_owned(), ..paper() };
    let why = Press::default().make(&rare, Form::Pdf).unwrap_err();
    assert_eq!(why, Unmade::NoGlyph("\u{e5f1}".to_owned()));
    for name in ["喆", "垚", "玥", "𠮷", "㛃"] {
        let common = Paper { title: name.to_owned(), ..paper() };
        assert!(Press::default().make(&common, Form::Pdf).is_ok(), "{name}");
    }
}

/// A template reaches nothing but the paper; what is wrong with one is said with its place.
#[test]
fn a_wrong_template_says_where() {
    for (typ, said) in [
        ("第一行\n#nothing()", "第 2 行"),
        ("#read(\"/etc/passwd\")", "第 1 行"),
        ("#import \"@preview/cetz:0.3.0\"", "第 1 行"),
        ("#let x = json(\"other.json\")", "第 1 行"),
    ] {
        let press = Press::new(typ.to_owned(), Vec::new(), Fonts::default());
        let why = press.make(&paper(), Form::Pdf).unwrap_err();
        assert!(matches!(&why, Unmade::Template(what) if what.contains(said)), "{typ}: {why}");
    }
    assert!(Template::read(b"PK nothing").is_err());
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    for (document, said) in [
        (paragraph("{{标题}}"), "没有单独成段"),
        (paragraph("{{正文完}}") + &paragraph("{{正文}}"), "前面"),
        (paragraph("{{正文}}") + &paragraph("{{正文完}}"), "{{小标题}}"),
        ("<w:p>".to_owned(), "DOCX"),
        ("<!DOCTYPE x><w:p/>".to_owned(), "DOCX"),
    ] {
        let why = Template::read(&template(&document)).unwrap().fill(&paper()).unwrap_err();
        assert!(why.to_string().contains(said), "{document}: {why}");
    }
}

/// WPS cuts a word into runs when somebody edits it; the placeholder is found nevertheless and takes the first run's looks.
#[test]
fn a_placeholder_may_be_cut_into_runs() {
    let cut = "<w:p><w:r><w:t>致{{标</w:t></w:r><w:proofErr/><w:r><w:rPr><w:b/></w:rPr><w:t>题}}</w:t></w:r><w:r><w:t>和{{编号}}。</w:t></w:r></w:p>\
               <w:p><w:r><w:t>{{正文}}</w:t></w:r></w:p><w:p><w:r><w:t>{{正文完}}</w:t></w:r></w:p>";
    let short = Paper { body: vec![], ..paper() };
    let filled = Template::read(&template(cut)).unwrap().fill(&short).unwrap();
    assert_eq!(words(&filled), format!("致{}和{}。\n", short.title, short.number));
}
