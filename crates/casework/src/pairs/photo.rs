//! A photograph from a visit: a JPEG of which only the picture is kept. Whatever else a camera writes into it (place, time, device,
//! a small copy) is left out, piece by piece, by a list of what a picture needs; what is not understood is refused whole (hazard E08).

use crate::refused::Refused;

/// Bytes of a photograph at most.
pub const MOST: usize = 400_000;

/// Pixels of a side at most: the phone makes it 1,280.
const SIDE: u16 = 2_000;

/// The picture without anything else.
///
/// # Errors
/// [`Refused::Invalid`] for what is no such picture, too large, or not understood.
pub fn clean(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    if bytes.len() > MOST {
        return Err(Refused::field("photo", "照片太大，请在页面上重新选，页面会自动缩小"));
    }
    picture(bytes).ok_or_else(|| {
        Refused::field("photo", "照片收不下：要由页面缩小成 JPEG。请重新选照片，或者不附照片先交")
    })
}

fn picture(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend([0xff, 0xd8]);
    let (mut framed, mut scanned) = (false, false);
    loop {
        rest = rest.strip_prefix(&[0xff])?;
        let (&marker, behind) = rest.split_first()?;
        // A marker may be filled up with more of the same.
        if marker == 0xff {
            continue;
        }
        rest = behind;
        if marker == 0xd9 {
            kept.extend([0xff, 0xd9]);
            return (framed && scanned).then_some(kept);
        }
        let (&[high, low], _) = rest.split_first_chunk::<2>()?;
        let size = usize::from(u16::from_be_bytes([high, low]));
        let (segment, behind) = rest.split_at_checked(size.max(2))?;
        rest = behind;
        match marker {
            // What programs and cameras write beside the picture, and remarks.
            0xe0..=0xef | 0xfe => continue,
            0xc0..=0xc2 => {
                if framed || !fits(segment) {
                    return None;
                }
                framed = true;
            }
            0xc4 | 0xdb | 0xdd => {}
            0xda if framed => scanned = true,
            _ => return None,
        }
        kept.extend([0xff, marker]);
        kept.extend(segment);
        if marker == 0xda {
            let end = scan(rest)?;
            let (data, behind) = rest.split_at_checked(end)?;
            kept.extend(data);
            rest = behind;
        }
    }
}

/// Whether a frame is a picture of eight bits, grey or in three colours, of a size that can be shown.
fn fits(segment: &[u8]) -> bool {
    let Some(&[_, _, bits, h1, h0, w1, w0, colours]) = segment.first_chunk::<8>() else { return false };
    let side = |high, low| (1..=SIDE).contains(&u16::from_be_bytes([high, low]));
    bits == 8 && matches!(colours, 1 | 3) && side(h1, h0) && side(w1, w0)
}

/// Where the data of a scan ends: at the next marker that is none of its own.
fn scan(rest: &[u8]) -> Option<usize> {
    rest.windows(2)
        .position(|pair| matches!(pair, [0xff, next] if !matches!(next, 0x00 | 0xd0..=0xd7 | 0xff)))
}

#[cfg(test)]
mod tests {
    use super::{MOST, clean};

    fn part(marker: u8, body: &[u8]) -> Vec<u8> {
        let size = u16::try_from(body.len() + 2).expect("a short part").to_be_bytes();
        [&[0xff, marker], size.as_slice(), body].concat()
    }

    fn frame(width: u16, height: u16, colours: u8) -> Vec<u8> {
        let [h1, h0] = height.to_be_bytes();
        let [w1, w0] = width.to_be_bytes();
        part(0xc0, &[8, h1, h0, w1, w0, colours, 1, 0x11, 0])
    }

    fn picture(with: &[Vec<u8>], frame: Vec<u8>) -> Vec<u8> {
        let scan = [part(0xda, &[1, 1, 0, 0, 63, 0]), vec![1, 0xff, 0x00, 2, 0xff, 0xd0, 3]].concat();
        let tables = [part(0xdb, &[0; 65]), part(0xc4, &[0; 17])].concat();
        [vec![0xff, 0xd8], with.concat(), tables, frame, scan, vec![0xff, 0xd9]].concat()
    }

    /// E08: place and device of a camera's file, remarks and what hangs behind the picture are gone; the picture is the same.
    #[test]
    fn only_the_picture_is_kept() {
        let plain = picture(&[], frame(1280, 960, 3));
        let with = [
            part(0xe0, b"JFIF\0\x01\x01"),
            part(0xe1, b"Exif\0\0GPSLatitude 25.04"),
            part(0xe1, b"http://ns.adobe.com/xap/1.0/\0<GPS>"),
            part(0xed, b"Photoshop 3.0\0"),
            part(0xfe, "某村某组".as_bytes()),
        ];
        let mut full = picture(&with, frame(1280, 960, 3));
        full.extend(b"MotionPhoto GPS");
        let kept = clean(&full).expect("a picture");
        assert_eq!(kept, plain);
        for said in [b"Exif".as_slice(), b"GPS", b"JFIF", b"Photoshop", "某村".as_bytes()] {
            assert!(!kept.windows(said.len()).any(|part| part == said));
        }
        assert_eq!(clean(&kept).expect("again"), kept);
    }

    /// E08: what is not understood is refused, wherever it is cut off.
    #[test]
    fn whatever_is_not_understood_is_refused() {
        let good = picture(&[], frame(100, 100, 3));
        for cut in 0..good.len() {
            assert!(clean(&good[..cut]).is_err(), "cut at {cut}");
        }
        for bad in [
            picture(&[], frame(50_000, 100, 3)),
            picture(&[], frame(100, 0, 3)),
            picture(&[], frame(100, 100, 4)),
            picture(&[part(0xc3, &[8, 0, 1, 0, 1, 1])], frame(100, 100, 3)),
            picture(&[part(0xcc, &[0])], frame(100, 100, 3)),
            picture(&[frame(10, 10, 1)], frame(100, 100, 3)),
            b"\x89PNG\r\n\x1a\n".to_vec(),
            b"RIFF....WEBP".to_vec(),
            Vec::new(),
            vec![0xff; 1000],
            [good, vec![0; MOST]].concat(),
        ] {
            assert!(clean(&bad).is_err());
        }
    }
}
