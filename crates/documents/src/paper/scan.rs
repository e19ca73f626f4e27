//! Photographs and scanned pages of a 卷宗: which of them are printed. None is decoded: typeset it stays the JPEG that it is, so that sixty pages take
//! no more memory and time than their bytes. What is too large or no picture says so on its page, and nothing fails for it.

use serde::Serialize;
use typst::foundations::Bytes;

/// Pixels of one picture at most: what a phone takes; whoever opens the 卷宗 decodes it.
const PIXELS: u64 = 24_000_000;

const MANY: &str = "图像较多，没有印入本卷，请在系统里看原件";

/// A page that is a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Scan {
    /// What it is: 走访照片, 送达回证（扫描件）.
    pub title: String,
    /// The number of what it belongs to; empty where it has none.
    pub number: String,
    /// Its day.
    pub date: String,
    /// A JPEG.
    #[serde(skip)]
    pub image: Vec<u8>,
    /// Which page of what was scanned it is, from 1; 0 or 1 for what has one.
    pub sheet: i64,
    /// Of how many.
    pub sheets: i64,
    /// Why the picture is not there; empty where it is. Said by [`super::Press::bind`].
    pub lacking: String,
}

/// Takes the pictures that are printed out of their pages, in order, each as a PDF of one page; of the others an empty one.
pub(super) fn fitted(scans: &mut [Scan]) -> Vec<Bytes> {
    let mut images = Vec::with_capacity(scans.len());
    for scan in scans {
        let image = std::mem::take(&mut scan.image);
        let lacking = match frame(&image) {
            Some(frame) if frame.pixels() > PIXELS => MANY,
            // Whoever has bounded the bytes leaves it out.
            None if image.is_empty() => MANY,
            Some(frame) => {
                images.push(Bytes::new(frame.page(&image)));
                continue;
            }
            None => "图像打不开，请看原件",
        };
        scan.lacking = lacking.to_owned();
        images.push(Bytes::new(Vec::new()));
    }
    images
}

/// What a JPEG says of itself in its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    wide: u16,
    high: u16,
    /// `DeviceGray` or `DeviceRGB`.
    colours: &'static str,
}

impl Frame {
    fn pixels(self) -> u64 {
        u64::from(self.wide) * u64::from(self.high)
    }

    /// A PDF whose one page is the picture, to the byte: typst copies it, where it would decode a JPEG and hold every pixel.
    fn page(self, jpeg: &[u8]) -> Vec<u8> {
        let Self { wide, high, colours } = self;
        let drawn = format!("{wide} 0 0 {high} 0 0 cm /I Do");
        let objects: [(String, &[u8]); 5] = [
            ("<< /Type /Catalog /Pages 2 0 R >>".to_owned(), b""),
            ("<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(), b""),
            (
                format!(
                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {high}] \
                     /Resources << /XObject << /I 4 0 R >> >> /Contents 5 0 R >>"
                ),
                b"",
            ),
            (
                format!(
                    "<< /Type /XObject /Subtype /Image /Width {wide} /Height {high} /ColorSpace /{colours} \
                     /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>",
                    jpeg.len()
                ),
                jpeg,
            ),
            (format!("<< /Length {} >>", drawn.len()), drawn.as_bytes()),
        ];
        let mut out = b"%PDF-1.4\n".to_vec();
        let mut places = String::from("0000000000 65535 f \n");
        for (at, (dict, stream)) in objects.iter().enumerate() {
            places.push_str(&format!("{:010} 00000 n \n", out.len()));
            out.extend(format!("{} 0 obj\n{dict}\n", at + 1).as_bytes());
            if !stream.is_empty() {
                out.extend(b"stream\n");
                out.extend(*stream);
                out.extend(b"\nendstream\n");
            }
            out.extend(b"endobj\n");
        }
        let start = out.len();
        out.extend(
            format!("xref\n0 6\n{places}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
                .as_bytes(),
        );
        out
    }
}

/// The frame of a JPEG; nothing of it is decoded.
fn frame(bytes: &[u8]) -> Option<Frame> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        rest = rest.strip_prefix(&[0xff])?;
        let (&marker, behind) = rest.split_first()?;
        if marker == 0xff {
            continue;
        }
        let (&[high, low], _) = behind.split_first_chunk::<2>()?;
        let (segment, after) =
            behind.split_at_checked(usize::from(u16::from_be_bytes([high, low])).max(2))?;
        if matches!(marker, 0xc0..=0xc2) {
            let &[_, _, _, h1, h0, w1, w0, parts] = segment.first_chunk::<8>()?;
            let colours = match parts {
                1 => "DeviceGray",
                3 => "DeviceRGB",
                _ => return None,
            };
            let frame =
                Frame { wide: u16::from_be_bytes([w1, w0]), high: u16::from_be_bytes([h1, h0]), colours };
            return Some(frame).filter(|frame| frame.pixels() > 0);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: &[u8] = include_bytes!("../../tests/it/scan.jpg");

    fn scan(image: &[u8]) -> Scan {
        Scan { title: "走访照片".to_owned(), image: image.to_vec(), ..Scan::default() }
    }

    /// The same picture that says to be larger.
    fn huge() -> Vec<u8> {
        let mut bytes = PICTURE.to_vec();
        let at = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
        bytes[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        bytes
    }

    /// Memory is bounded before anything is decoded, and what is no picture hinders nothing (hazards E05, E08).
    #[test]
    fn what_is_printed() {
        assert_eq!(frame(PICTURE).map(|frame| (frame.wide, frame.high)), Some((64, 48)));
        for none in [&b""[..], b"\xff\xd8", b"%PDF-1.7", &PICTURE[..40]] {
            assert_eq!(frame(none), None);
        }
        let mut scans = [scan(PICTURE), scan(&huge()), scan(b"no picture"), scan(PICTURE)];
        let images = fitted(&mut scans);
        let said: Vec<&str> = scans.iter().map(|scan| scan.lacking.as_str()).collect();
        assert!(
            said[0].is_empty()
                && said[1].contains("没有印入")
                && said[2].contains("打不开")
                && said[3].is_empty()
        );
        assert_eq!(
            images.iter().map(|image| image.len() > PICTURE.len()).collect::<Vec<_>>(),
            [true, false, false, true]
        );
        let kept = images[0].windows(PICTURE.len()).any(|part| part == PICTURE);
        assert!(kept && images[1].is_empty(), "the JPEG to the byte");
        assert!(scans.iter().all(|scan| scan.image.is_empty()), "held once");
    }
}
