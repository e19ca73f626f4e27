//! Photographs and scanned pages of a 卷宗: which of them are printed. Decoded pictures are what takes memory, so that their pixels are
//! counted before one is looked at; what does not fit or is no picture says so on its page, and nothing fails for it.

use serde::Serialize;
use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage};

/// Pixels of all pictures of one 卷宗 at most: twenty photographs from a phone, seventy megabytes while they are set.
pub const PIXELS: u64 = 24_000_000;

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
    /// Why the picture is not there; empty where it is. Said by [`super::Press::bind`].
    pub lacking: String,
}

/// Takes the pictures that are printed out of their pages, in order; of the others an empty one.
pub(super) fn fitted(scans: &mut [Scan]) -> Vec<Bytes> {
    let mut left = PIXELS;
    let mut images = Vec::with_capacity(scans.len());
    for scan in scans {
        let image = Bytes::new(std::mem::take(&mut scan.image));
        let pixels = pixels(&image);
        let lacking = match pixels {
            Some(pixels) if pixels > left => MANY,
            // Whoever has bounded the bytes leaves it out.
            None if image.is_empty() => MANY,
            Some(_) if RasterImage::plain(image.clone(), ExchangeFormat::Jpg).is_ok() => "",
            _ => "图像打不开，请看原件",
        };
        if lacking.is_empty() {
            left -= pixels.unwrap_or_default();
            images.push(image);
        } else {
            scan.lacking = lacking.to_owned();
            images.push(Bytes::new(Vec::new()));
        }
    }
    images
}

/// How many pixels a JPEG has, by its frame; nothing of it is decoded.
fn pixels(bytes: &[u8]) -> Option<u64> {
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
            let &[_, _, _, h1, h0, w1, w0] = segment.first_chunk::<7>()?;
            let side = |high, low| u64::from(u16::from_be_bytes([high, low]));
            return Some(side(h1, h0) * side(w1, w0)).filter(|pixels| *pixels > 0);
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
        assert_eq!(pixels(PICTURE), Some(64 * 48));
        for none in [&b""[..], b"\xff\xd8", b"%PDF-1.7", &PICTURE[..40]] {
            assert_eq!(pixels(none), None);
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
            images.iter().map(|image| image.len()).collect::<Vec<_>>(),
            [PICTURE.len(), 0, 0, PICTURE.len()]
        );
        assert!(scans.iter().all(|scan| scan.image.is_empty()), "held once");
    }
}
