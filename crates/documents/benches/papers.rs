//! How fast a paper is set as PDF and DOCX, a 卷宗 of sixty pages is bound (issue 5: 150 ms, 2 s), and a
//! print run of notices is made (issue 6: 20,000 in 60 s, in portions of 500).

#![expect(clippy::expect_used, reason = "a benchmark may stop at the first surprise")]

use criterion::{Criterion, criterion_group, criterion_main};
use documents::paper::notice::{Notice, Run};
use documents::paper::{Block, Bundle, Form, Paper, Press};
use std::hint::black_box;

/// Three pages with a table, a QR code and lines to sign, as an order to correct has them.
fn paper(at: usize) -> Paper {
    let sentence =
        "李小明自2026年11月23日起没有正当理由未到校，已入户劝返两次，见到家长一次，给予资助和补课。";
    let pairs =
        |count: usize| (0..count).map(|row| (format!("项目{row}"), "东镇上村十二号".to_owned())).collect();
    let squares =
        (0..37).map(|y| (0..37).map(|x| if (x * 7 + y * 11) % 3 == 0 { '1' } else { '0' }).collect());
    let mut body = vec![Block::Pairs { rows: pairs(12) }];
    for heading in ["一、事实", "二、不改正的后果", "三、您的权利"] {
        body.push(Block::Heading { text: heading.to_owned() });
        body.extend((0..5).map(|_| Block::Text { text: sentence.repeat(2) }));
    }
    body.push(Block::Pairs { rows: pairs(3) });
    Paper {
        organ: "东镇人民政府".to_owned(),
        mark: "含未成年人个人信息，不得外传".to_owned(),
        number: format!("东镇人民政府责改〔2026〕{at}号"),
        title: "责令送被监护人接受义务教育通知书".to_owned(),
        to: vec!["李大山（父亲）".to_owned()],
        body,
        signed: "东镇人民政府".to_owned(),
        date: "2026年11月24日".to_owned(),
        printed: ("东镇人民政府".to_owned(), "2026年11月24日".to_owned()),
        squares: squares.collect(),
        check: "https://baoxue.example/check/0123456789abcdef0123456789abcdef".to_owned(),
        ..Paper::default()
    }
}

/// A portion of a print run, as a township has it: every family, address and square another.
fn portion(many: usize) -> Run {
    let notice = |at: usize| Notice {
        number: format!("东镇人民政府入学〔2026〕{at}号"),
        title: "义务教育入学通知书".to_owned(),
        to: format!("李大山{}（父亲）", at % 97),
        child: format!("李小明{}", at % 89),
        asked: format!(
            "您的被监护人李小明{}应当接受义务教育。依据《中华人民共和国义务教育法》第十一条、第十三条，请按下列要求送其到校。",
            at % 89
        ),
        rows: [
            ("孩子", "男，2020年5月4日出生"),
            ("住址", "东镇上村三组"),
            ("报到学校", "东镇中心小学一年级"),
            ("报到日期", "2026年8月31日"),
        ]
        .map(|(what, value)| (what.to_owned(), format!("{value}{}", at % 7)))
        .to_vec(),
        date: "2026年6月15日".to_owned(),
        address: format!("https://baoxue.example/f/{at:032x}"),
        squares: (0..33)
            .map(|y| {
                (0..33).map(|x| if (x * 7 + y * 11 + at).is_multiple_of(3) { '1' } else { '0' }).collect()
            })
            .collect(),
    };
    let right = |name: &str| {
        (name.to_owned(), "孩子因身体状况不能按时入学或者需要休学的，监护人可以提出申请，由乡镇人民政府或者县教育行政部门批准。（义务教育法第十一条）".to_owned())
    };
    Run {
        organ: "东镇人民政府".to_owned(),
        mark: "含未成年人个人信息，不得外传".to_owned(),
        rights: ["延缓入学、休学", "随迁就读", "资助"].map(right).to_vec(),
        bring: "户口簿、预防接种证".to_owned(),
        scan: "扫码看说明、答复".to_owned(),
        notices: (1..=many).map(notice).collect(),
        side: 0,
    }
}

fn papers(criterion: &mut Criterion) {
    let press = Press::default();
    let one = paper(1);
    let mut group = criterion.benchmark_group("papers");
    group.sample_size(10);
    for form in [Form::Pdf, Form::Docx] {
        press.make(&one, form).expect("the fonts are looked up");
        group.bench_function(form.code(), |bencher| {
            bencher.iter(|| black_box(press.make(&one, form).expect("a paper")));
        });
    }
    let bundle = Bundle {
        organ: "东镇人民政府".to_owned(),
        number: "南涧控辍个案〔2026〕1号".to_owned(),
        title: "控辍保学个案卷宗".to_owned(),
        about: vec![("案由".to_owned(), "没有接受义务教育".to_owned())],
        papers: (1..=20).map(paper).collect(),
        ..Bundle::default()
    };
    group.bench_function("bundle of 20", |bencher| {
        bencher.iter(|| black_box(press.bind(&bundle).expect("a bundle")));
    });
    let run = portion(500);
    group.bench_function("500 notices", |bencher| {
        bencher.iter(|| black_box(press.notices(&run).expect("a portion of a print run")));
    });
    group.finish();
}

criterion_group!(benches, papers);
criterion_main!(benches);
