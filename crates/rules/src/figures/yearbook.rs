//! 年报推算的辍学率: what is left over when everybody who came and left for a known reason is counted (domain §4). It finds nobody, and says so.

use super::Rate;

/// What a form asks for, in the order of [`Terms`].
pub const TERMS: [&str; 9] =
    ["上年在校", "招生", "复学", "转入", "毕业结业", "休学", "转出", "死亡", "本年在校"];

/// The numbers of 学生变动表 of one school year, of 小学, of 初中, or of both together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// 上年在校.
    pub before: u64,
    /// 招生.
    pub entered: u64,
    /// 复学.
    pub resumed: u64,
    /// 转入.
    pub moved_in: u64,
    /// 毕业结业.
    pub finished: u64,
    /// 休学.
    pub suspended: u64,
    /// 转出.
    pub moved_out: u64,
    /// 死亡.
    pub dead: u64,
    /// 本年在校.
    pub now: u64,
}

/// Why numbers make no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsound {
    /// Nobody was in school the year before.
    Nobody,
    /// More are there than can be: so many too many.
    TooMany(u64),
}

impl Terms {
    /// From the numbers in the order of [`TERMS`].
    #[must_use]
    pub const fn of(numbers: [u64; 9]) -> Self {
        let [before, entered, resumed, moved_in, finished, suspended, moved_out, dead, now] = numbers;
        Self { before, entered, resumed, moved_in, finished, suspended, moved_out, dead, now }
    }

    /// The rate: who is missing without a reason, of those of the year before.
    ///
    /// # Errors
    /// [`Unsound`]: a negative number of dropouts is a mistake in the yearbook, and no nought.
    pub fn rate(&self) -> Result<Rate, Unsound> {
        let sum = |numbers: &[u64]| numbers.iter().fold(0_u64, |sum, number| sum.saturating_add(*number));
        let there = sum(&[self.before, self.entered, self.resumed, self.moved_in]);
        let gone = sum(&[self.finished, self.suspended, self.moved_out, self.dead, self.now]);
        if self.before == 0 {
            return Err(Unsound::Nobody);
        }
        match there.checked_sub(gone) {
            Some(part) => Ok(Rate { part, whole: self.before }),
            None => Err(Unsound::TooMany(gone - there)),
        }
    }

    /// Both stages together: each of the nine numbers of one and the other. Who finishes 小学 and enters 初中 stands in both sums and takes no part in
    /// what is left over.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            before: self.before.saturating_add(other.before),
            entered: self.entered.saturating_add(other.entered),
            resumed: self.resumed.saturating_add(other.resumed),
            moved_in: self.moved_in.saturating_add(other.moved_in),
            finished: self.finished.saturating_add(other.finished),
            suspended: self.suspended.saturating_add(other.suspended),
            moved_out: self.moved_out.saturating_add(other.moved_out),
            dead: self.dead.saturating_add(other.dead),
            now: self.now.saturating_add(other.now),
        }
    }

    /// As it is stored and read: the nine numbers with ` ` between.
    #[must_use]
    pub fn written(&self) -> String {
        let Self { before, entered, resumed, moved_in, finished, suspended, moved_out, dead, now } = self;
        format!("{before} {entered} {resumed} {moved_in} {finished} {suspended} {moved_out} {dead} {now}")
    }

    /// Reads what [`Terms::written`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let numbers: Vec<u64> = text.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(Self::of(numbers.try_into().ok()?))
    }

    /// In words: 上年在校1000＋招生……－本年在校990.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { before, entered, resumed, moved_in, finished, suspended, moved_out, dead, now } = self;
        format!(
            "上年在校{before}＋招生{entered}＋复学{resumed}＋转入{moved_in}－毕业结业{finished}－休学{suspended}－转出{moved_out}－死亡{dead}－本年在校{now}"
        )
    }
}
