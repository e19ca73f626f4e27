//! One mark-up event after the other from a part of a workbook, with nothing that can swell (E03): no document types,
//! no entities but the five of XML itself, no element longer than the limits.

use super::ReadError;
use super::package::Inflating;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::BufReader;

pub(crate) struct Xml {
    reader: Reader<BufReader<Inflating>>,
    buffer: Vec<u8>,
}

impl Xml {
    pub(crate) fn new(part: Inflating) -> Xml {
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, part));
        // Damage shows in the checksum; remembering the open elements would only cost memory.
        reader.config_mut().check_end_names = false;
        Xml { reader, buffer: Vec::with_capacity(1024) }
    }

    /// The next event; [`Event::Eof`] at the end.
    pub(crate) fn next(&mut self) -> Result<Event<'_>, ReadError> {
        self.buffer.clear();
        self.reader.get_mut().get_mut().mark();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::DocType(_)) => Err(ReadError::hostile()),
            Ok(event) => Ok(event),
            Err(error) => Err(unread(&error)),
        }
    }

    /// Reads on to the end of the part without looking, so that its checksum is compared.
    pub(crate) fn verify(&mut self) -> Result<(), ReadError> {
        self.reader.get_mut().get_mut().verify().map_err(|error| carried(&error))
    }
}

fn unread(error: &quick_xml::Error) -> ReadError {
    match error {
        quick_xml::Error::Io(error) => carried(error),
        _ => ReadError::damaged("表格内容的标记读不懂"),
    }
}

/// The error that [`Inflating`] put into an I/O error.
fn carried(error: &std::io::Error) -> ReadError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ReadError>());
    inner.cloned().unwrap_or_else(|| ReadError::disk(error))
}

/// The value of an attribute as written, by its name without prefix.
pub(crate) fn attribute<'e>(element: &'e BytesStart<'_>, name: &str) -> Option<std::borrow::Cow<'e, str>> {
    let mut all = element.attributes();
    all.with_checks(false)
        .flatten()
        .find(|found| found.key.local_name().as_ref() == name)
        .map(|found| found.value)
}

/// The same with the five entities and character references resolved.
pub(crate) fn unescaped(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let raw = attribute(element, name)?;
    Some(quick_xml::escape::unescape(&raw).map_or_else(|_| raw.to_string(), |text| text.into_owned()))
}

/// Adds the character that `&…;` stands for.
///
/// An entity that XML does not define could only come from a document type.
pub(crate) fn resolve(reference: &BytesRef<'_>, text: &mut String) -> Result<(), ReadError> {
    if reference.is_char_ref() {
        // A reference to no character says nothing; the rest of the value still does.
        text.extend(reference.resolve_char_ref().ok().flatten());
        return Ok(());
    }
    match quick_xml::escape::resolve_xml_entity(reference) {
        Some(character) => text.push_str(character),
        None => return Err(ReadError::hostile()),
    }
    Ok(())
}
