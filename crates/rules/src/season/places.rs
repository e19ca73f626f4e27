//! 每年5月的招生入学计划: places against children, said in words; nothing is ranked.

/// Places and who is expected for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places {
    /// Planned places; `None` where nothing was planned.
    pub planned: Option<u32>,
    /// Children expected.
    pub expected: u32,
}

impl Places {
    /// How many are lacking.
    #[must_use]
    pub fn lacking(self) -> u32 {
        self.expected.saturating_sub(self.planned.unwrap_or(0))
    }
}

/// In words.
#[must_use]
pub fn said(places: Places) -> String {
    match (places.planned, places.expected) {
        (None, 0) => "没有要安排的孩子".to_owned(),
        (None, expected) => format!("{expected}名孩子，还没有计划"),
        (Some(planned), expected) if planned < expected => {
            format!("计划{planned}个学位，孩子{expected}名，还差{}个", expected.saturating_sub(planned))
        }
        (Some(planned), expected) if planned == expected => format!("计划{planned}个，刚好够"),
        (Some(planned), expected) => {
            format!("计划{planned}个学位，孩子{expected}名，多{}个", planned.saturating_sub(expected))
        }
    }
}
