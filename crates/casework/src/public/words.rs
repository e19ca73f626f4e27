//! What the family's page says in 彝语, 白语 and other languages (六(三)): a text, a sound or both, entered by the county with who translated it, on which
//! day, and who read it through. The program brings no text of its own. A later entry holds; taken off is an entry, too.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rules::access::{Action, Subject};
use rules::family::Language;

use crate::desk::Desk;
use crate::files::{self, Stored};
use crate::jobs::Means;
use crate::ledger::plain;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::unnamed::{Known, unnamed};

/// Bytes of a sound at most: some minutes of speech.
pub const SOUND_BYTES: usize = 3 * 1024 * 1024;

/// A sound by its first bytes, stored and belonging to nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    stored: Stored,
    kind: &'static str,
}

/// What kind of sound the first bytes say: MP3, M4A, OGG or WAV; `None` for everything else, whatever its name.
fn kind(first: &[u8]) -> Option<&'static str> {
    match first {
        [b'I', b'D', b'3', ..] => Some("audio/mpeg"),
        // A frame of MPEG audio: eleven bits of sync, layer three.
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 == 0x02 => Some("audio/mpeg"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'M', b'4', b'A', _, ..]
        | [_, _, _, _, b'f', b't', b'y', b'p', b'm', b'p', b'4', _, ..]
        | [_, _, _, _, b'f', b't', b'y', b'p', b'i', b's', b'o', _, ..] => Some("audio/mp4"),
        [b'O', b'g', b'g', b'S', ..] => Some("audio/ogg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("audio/wav"),
        _ => None,
    }
}

/// Looks at the first bytes and the length of a sound, and only then stores it.
///
/// # Errors
/// [`Refused::Invalid`] for what is no sound, or too long; [`Refused::Fault`], [`Refused::Storage`].
pub fn take_sound(means: &dyn Means, path: &Path, name: &str) -> Result<Sound, Refused> {
    let fault = |error: std::io::Error| Refused::Fault(format!("a sound: {}", error.kind()));
    let file = File::open(path).map_err(fault)?;
    let length = file.metadata().map_err(fault)?.len();
    let mut first = Vec::new();
    file.take(12).read_to_end(&mut first).map_err(fault)?;
    let kind = kind(&first)
        .ok_or_else(|| Refused::field("file", "请选录音文件：mp3、m4a、ogg或者wav；别的请先另存成mp3"))?;
    if length > u64::try_from(SOUND_BYTES).unwrap_or(u64::MAX) {
        return Err(Refused::field("file", "录音超过3MB，请剪短，或者存成mp3再传"));
    }
    Ok(Sound { stored: files::store(means, path, name)?, kind })
}

/// What is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewWords {
    /// Code of [`Language`].
    pub language: String,
    /// The text; may be empty beside a sound.
    pub words: String,
    /// Who translated or spoke it.
    pub translator: String,
    /// On which day.
    pub day: String,
    /// Who read or heard it through: somebody else.
    pub reviewer: String,
    /// Whether the sound that is there stays.
    pub keep_sound: bool,
}

/// What stands on the page in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Which.
    pub language: Language,
    /// The text; empty where there is none.
    pub words: String,
    /// Whether there is a sound.
    pub has_sound: bool,
    /// Who stands for it, in words; empty for what lies in the plan's folder.
    pub by: String,
}

/// A language as the county's page of them shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Which.
    pub language: Language,
    /// What stands on the page; `None` where nothing does.
    pub now: Option<Spoken>,
    /// Who entered it, and when; empty for the plan's own and for nothing.
    pub entered: String,
}

struct Row {
    language: Language,
    words: String,
    file: Option<(String, String)>,
    by: String,
    entered: String,
    is_off: bool,
}

/// The last entry of each language.
fn last(desk: &mut Desk<'_, '_>) -> Result<Vec<Row>, Refused> {
    let rows = desk.tx.query(
        "select w.language, w.words, w.file, w.sound_kind, w.translator, w.translated_day, w.reviewer, w.is_off,
                coalesce(account.name, ''), w.at
         from family_word w left join account on account.county = w.county and account.id = w.by_account
         where w.county = $1 and not exists (
           select 1 from family_word later where later.county = w.county and later.language = w.language
             and (later.at, later.id) > (w.at, w.id))
         order by w.language",
        &params![desk.county()],
        |row| {
            let text = |at| row.get::<String>(at);
            let language = Language::from_code(&text(0)?);
            let file = row.get::<Option<String>>(2)?;
            let found = language.map(|language| {
                Ok::<_, crate::db::DbError>(Row {
                    language,
                    words: text(1)?,
                    file: file.map(|file| Ok::<_, crate::db::DbError>((file, text(3)?))).transpose()?,
                    by: format!("{}译，{}，{}审读", text(4)?, text(5)?, text(6)?),
                    entered: format!("{}，{}", text(8)?, text(9)?.get(..10).unwrap_or_default()),
                    is_off: row.get::<bool>(7)?,
                })
            });
            found.transpose()
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

/// What stands on the family's page: the county's entries, and of a language without one what lies in the plan's folder.
///
/// # Errors
/// [`Refused::Storage`].
pub fn spoken(desk: &mut Desk<'_, '_>) -> Result<Vec<Spoken>, Refused> {
    let rows = last(desk)?;
    let mut all = Vec::new();
    for language in Language::ALL {
        if let Some(row) = rows.iter().find(|row| row.language == *language) {
            if !row.is_off {
                all.push(Spoken {
                    language: *language,
                    words: row.words.clone(),
                    has_sound: row.file.is_some(),
                    by: row.by.clone(),
                });
            }
            continue;
        }
        let voice = desk.plan.voices().iter().find(|voice| voice.language == *language);
        all.extend(voice.map(|voice| Spoken {
            language: *language,
            words: voice.text.clone(),
            has_sound: voice.sound.is_some(),
            by: String::new(),
        }));
    }
    Ok(all)
}

/// Where the sound of a language lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// A stored file, and what kind of sound it is.
    Stored(String, String),
    /// The county entered nothing: what lies in the plan's folder counts, if anything does.
    Plan,
    /// Nowhere.
    Nothing,
}

/// The sound of a language, for everybody.
///
/// # Errors
/// [`Refused::Storage`].
pub fn sound(desk: &mut Desk<'_, '_>, language: &str) -> Result<Recorded, Refused> {
    let Some(asked) = Language::from_code(language) else { return Ok(Recorded::Nothing) };
    Ok(match last(desk)?.into_iter().find(|row| row.language == asked) {
        None => Recorded::Plan,
        Some(Row { file: Some((file, kind)), is_off: false, .. }) => Recorded::Stored(file, kind),
        Some(_) => Recorded::Nothing,
    })
}

/// The languages with what stands in each, for whoever keeps them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn slots(desk: &mut Desk<'_, '_>) -> Result<Vec<Slot>, Refused> {
    desk.require(Action::KeepWords, &Subject::Nothing, ("family_word", ""))?;
    let (now, rows) = (spoken(desk)?, last(desk)?);
    let slot = |language: &Language| Slot {
        language: *language,
        now: now.iter().find(|one| one.language == *language).cloned(),
        entered: rows
            .iter()
            .find(|row| row.language == *language)
            .map(|row| row.entered.clone())
            .unwrap_or_default(),
    };
    Ok(Language::ALL.iter().map(slot).collect())
}

/// Enters what stands in a language from now on.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn put_words(desk: &mut Desk<'_, '_>, new: &NewWords, sound: Option<&Sound>) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepWords, &Subject::Nothing, ("family_word", &new.language))?;
    let language =
        Language::from_code(&new.language).ok_or_else(|| Refused::field("language", "请选一种语言"))?;
    let before = last(desk)?.into_iter().find(|row| row.language == language && !row.is_off);
    let kept = before.as_ref().and_then(|row| row.file.clone()).filter(|_| new.keep_sound && sound.is_none());
    let mut wrong = Vec::new();
    for (field, text, todo) in [
        ("translator", &new.translator, "请写谁翻译、谁录的，2到30个字"),
        ("reviewer", &new.reviewer, "请写谁审读、听过，2到30个字"),
    ] {
        if !(2..=30).contains(&text.trim().chars().count()) || !plain(text.trim()) {
            wrong.push(Problem { field, text: todo.to_owned() });
        }
    }
    if wrong.is_empty() && new.translator.trim() == new.reviewer.trim() {
        wrong.push(Problem { field: "reviewer", text: "审读的要是另一个人".to_owned() });
    }
    let day = match new.day.trim().parse::<jiff::civil::Date>() {
        Ok(day) if day <= desk.now.day() => Some(day),
        _ => {
            wrong.push(Problem {
                field: "day", text: "请写哪一天译的，今天或者以前".to_owned()
            });
            None
        }
    };
    let words = new.words.trim().replace("\r\n", "\n");
    if words.is_empty() && sound.is_none() && kept.is_none() {
        wrong.push(Problem { field: "words", text: "文字和录音至少要有一样".to_owned() });
    }
    let (true, Some(day)) = (wrong.is_empty(), day) else { return Err(Refused::Invalid(wrong)) };
    if !words.is_empty() {
        unnamed(
            desk,
            ("words", "文字写2到3000个字，不能有看不见的符号"),
            &words,
            &(2..=3000),
            Known::Followed,
        )?;
    }
    if let Some(sound) = sound {
        files::keep(desk, &sound.stored)?;
    }
    let (file, kind) = match (sound, kept) {
        (Some(sound), _) => (Some(sound.stored.id.clone()), sound.kind.to_owned()),
        (None, Some((file, kind))) => (Some(file), kind),
        (None, None) => (None, String::new()),
    };
    put(desk, language, (&words, file.as_deref(), &kind), (&new.translator, day, &new.reviewer), false)?;
    let said = format!("家长页的{}", language.label());
    desk.record(Action::KeepWords, grant.post, ("family_word", language.code()), "", &said)
}

fn put(
    desk: &mut Desk<'_, '_>,
    language: Language,
    (words, file, kind): (&str, Option<&str>, &str),
    (translator, day, reviewer): (&str, jiff::civil::Date, &str),
    is_off: bool,
) -> Result<(), Refused> {
    desk.tx.execute(
        "insert into family_word (county, id, language, words, file, sound_kind, translator, translated_day, reviewer, is_off,
                                  by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            desk.county(),
            desk.now.id(),
            language.code(),
            words,
            file,
            kind,
            translator.trim(),
            day,
            reviewer.trim(),
            is_off,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// Takes a language off the page: what was entered stays in the storage.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn take_off(desk: &mut Desk<'_, '_>, language: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepWords, &Subject::Nothing, ("family_word", language))?;
    let missing = || Refused::denied(Action::KeepWords, "family_word", language);
    let language = Language::from_code(language).ok_or_else(missing)?;
    if !spoken(desk)?.iter().any(|one| one.language == language) {
        return Ok(());
    }
    let day = desk.now.day();
    put(desk, language, ("", None, ""), ("", day, ""), true)?;
    let said = format!("撤下家长页的{}", language.label());
    desk.record(Action::KeepWords, grant.post, ("family_word", language.code()), "", &said)
}

#[cfg(test)]
mod tests {
    use super::kind;

    /// E05, E06: a sound is known by its first bytes alone.
    #[test]
    fn sounds_by_their_first_bytes() {
        for (first, expected) in [
            (b"ID3\x04sound".as_slice(), Some("audio/mpeg")),
            (b"\xff\xfb\x90\x00", Some("audio/mpeg")),
            (b"\0\0\0\x20ftypM4A \0", Some("audio/mp4")),
            (b"OggS\0\x02", Some("audio/ogg")),
            (b"RIFF\x24\0\0\0WAVEfmt ", Some("audio/wav")),
            (b"RIFF\x24\0\0\0WEBPVP8 ", None),
            (b"\xff\xd8\xff\xe0", None),
            (b"<html>", None),
            (b"MZ", None),
            (b"", None),
        ] {
            assert_eq!(kind(first), expected, "{first:?}");
        }
    }
}
