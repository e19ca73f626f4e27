//! How fast a paper is set as PDF and DOCX, and a 卷宗 of sixty pages is bound (issue 5: 150 ms, 2 s).

#![expect(clippy::expect_used, reason = "a benchmark may stop at the first surprise")]

use criterion::{Criterion, criterion_group, criterion_main};
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
    group.finish();
}

criterion_group!(benches, papers);
criterion_main!(benches);
