//! Papers of the demo's cases: the record of a visit, an order to correct with its seal and its service; by the use cases themselves, as the
//! township would have made them.

use std::collections::BTreeMap;

use casework::cases;
use casework::desk::Desk;
use casework::papers::case::{
    Filled, Serving, blank, make_paper, one_paper, serve_paper, shelf, stamp_paper,
};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::case::paper::PaperKind;
use rules::case::service::Mode;

/// What a township makes.
#[derive(Clone, Copy)]
pub(super) enum Paper {
    /// 宣传教育（劝返）记录 of the visit on that day.
    Record(Date),
    /// 责令送被监护人接受义务教育通知书 with that term, sealed.
    Order(Date),
    /// Its service on that day.
    Serve(Date),
}

/// Makes it in the open case of the child; nothing where there is none.
pub(super) fn made(desk: &mut Desk<'_, '_>, child: &str, paper: Paper) -> Result<(), Refused> {
    let Some(open) = cases::case_of(desk, child)?.into_iter().find(|one| one.ended.is_none()) else {
        return Ok(());
    };
    match paper {
        Paper::Record(on) => {
            let on = on.to_string();
            let said = [
                ("on", on.as_str()),
                ("place", "家里"),
                ("persuaders", "乡镇干部普某某、村委会副主任李某某"),
                ("present", "祖母、孩子、村民小组长"),
                ("parents", "父母在外务工，电话里说让孩子自己定；祖母愿意送"),
                ("child_said", "数学跟不上，怕同学笑，想和表姐一起上学"),
                ("cause", "功课跟不上，家里没有大人管"),
                ("agreed", "周末由志愿者补课，班主任每周联系一次，下周一送孩子到校"),
                ("translation", "用彝语讲了一遍，村民小组长翻译"),
            ];
            fill(desk, &open.id, PaperKind::PersuasionRecord, &said).map(drop)
        }
        Paper::Order(until) => {
            let until = until.to_string();
            let said = [("until", until.as_str()), ("officers", "普某某（53999901）、李某某（53999902）")];
            match fill(desk, &open.id, PaperKind::OrderToCorrect, &said)? {
                Some(order) => stamp_paper(desk, &order),
                None => Ok(()),
            }
        }
        Paper::Serve(on) => serve(desk, &open.id, on),
    }
}

/// A paper with what its form knows already; none where nobody is registered whom it could name.
fn fill(
    desk: &mut Desk<'_, '_>,
    case: &str,
    kind: PaperKind,
    said: &[(&str, &str)],
) -> Result<Option<String>, Refused> {
    let form = blank(desk, case, kind)?;
    let Some((guardian, _)) = form.guardians.first().cloned() else { return Ok(None) };
    let mut values: BTreeMap<String, String> =
        form.asked.into_iter().map(|asked| (asked.field.key.to_owned(), asked.value)).collect();
    values.extend(said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    // A child without a school is sent to the one that its township names.
    values
        .entry("send_to".to_owned())
        .and_modify(|school| {
            if school.is_empty() {
                "户籍地的乡镇学校".clone_into(school);
            }
        })
        .or_default();
    make_paper(desk, case, &Filled { kind, guardian, values }).map(Some)
}

fn serve(desk: &mut Desk<'_, '_>, case: &str, on: Date) -> Result<(), Refused> {
    let papers = shelf(desk, case)?.papers;
    let waits =
        papers.into_iter().find(|paper| paper.kind == PaperKind::OrderToCorrect && paper.served.is_none());
    let Some(order) = waits else { return Ok(()) };
    let Some((guardian, _)) = one_paper(desk, &order.id)?.guardians.first().cloned() else { return Ok(()) };
    let on = on.to_string();
    let said =
        [("on", on.as_str()), ("servers", "普某某、李某某"), ("place", "家里"), ("signed", "监护人本人")];
    let values = said.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect();
    let told = Serving { mode: Mode::InPerson, guardian, filmed: false, agreed: false, values };
    serve_paper(desk, &order.id, &told).map(drop)
}
