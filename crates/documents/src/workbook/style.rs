//! The formats that sheets and pages share: one look for every workbook.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// Found on every office machine in China; LibreOffice on Linux puts its own Chinese font in its place.
const FONT: &str = "微软雅黑";
const LINE: Color = Color::RGB(0x00BF_C6D1);

pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) subtitle: Format,
    pub(super) heading: Format,
    pub(super) text: Format,
    pub(super) wrapped: Format,
    pub(super) number: Format,
    pub(super) date: Format,
    pub(super) percent: Format,
    /// For whole columns: what is typed in later stays text.
    pub(super) typed: Format,
    pub(super) chapter: Format,
    pub(super) paragraph: Format,
    pub(super) note: Format,
    pub(super) figure: Format,
}

impl Styles {
    pub(super) fn new() -> Styles {
        let base = Format::new().set_font_name(FONT).set_font_size(10).set_align(FormatAlign::VerticalCenter);
        let boxed = base.clone().set_border(FormatBorder::Thin).set_border_color(LINE);
        let flowing = base.clone().set_text_wrap().set_align(FormatAlign::Top);
        Styles {
            title: base.clone().set_font_size(16).set_bold(),
            subtitle: base.clone().set_font_color(Color::RGB(0x0059_6273)),
            heading: boxed
                .clone()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0x00E6_F0FF)),
            text: boxed.clone().set_num_format("@"),
            wrapped: boxed.clone().set_num_format("@").set_text_wrap(),
            number: boxed.clone().set_align(FormatAlign::Center),
            date: boxed.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
            percent: boxed.clone().set_num_format("0.0%").set_align(FormatAlign::Center),
            typed: base.clone().set_num_format("@"),
            chapter: base.set_font_size(12).set_bold().set_font_color(Color::RGB(0x0016_77FF)),
            paragraph: flowing.clone(),
            note: flowing.set_font_color(Color::RGB(0x0059_6273)),
            figure: boxed.set_align(FormatAlign::Center).set_num_format("@"),
        }
    }
}
