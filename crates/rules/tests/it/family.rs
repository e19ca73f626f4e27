//! The family's page, 四(二十)，六(三): a child is called so that nobody is named, and each sentence of the law has its article.

use rules::family::{Answer, LAWS, OBJECT, Reason, called};

#[test]
fn nobody_is_named() {
    for (name, expected) in [
        ("李小明", "李某某，2014年生"),
        ("李明", "李某某，2014年生"),
        ("欧阳小明", "欧阳某某，2014年生"),
        ("阿依古丽·买买提", "阿某某，2014年生"),
        (" 张三 ", "张某某，2014年生"),
    ] {
        assert_eq!(called(name, 2014), expected);
    }
}

/// 义务教育法 5、11、58；行政处罚法 7: the sentences that a family must know, with their articles.
#[test]
fn each_sentence_has_its_article() {
    for law in LAWS.iter().chain(&OBJECT) {
        assert!(law.article.contains("法第") && law.text.ends_with('。'), "{law:?}");
    }
    for article in ["第五条", "第十一条", "第五十八条"] {
        assert!(LAWS.iter().any(|law| law.article.contains(article)), "{article}");
    }
    assert!(Reason::ALL.iter().all(|reason| reason.says().chars().count() > 10));
    assert!(Answer::Object.words().contains("为什么") && Answer::Bring.words().is_empty());
}
