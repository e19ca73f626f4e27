//! Pictures as people hand them in: a photograph, a scanner's PNG, a WebP. All become the one form that is kept and printed, a small JPEG without
//! anything beside the picture. How large one may be is decided before anything of it is decoded (hazards E05, E08).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

/// Bytes of a picture as it is handed in, at most.
pub const MOST: usize = 8 * 1024 * 1024;

/// Pixels of a picture as it is handed in, at most.
const PIXELS: u64 = 24_000_000;

/// Memory that decoding may take, in bytes.
const MEMORY: u64 = 160 * 1024 * 1024;

/// Pixels of the longer side of what is kept.
pub(crate) const SIDE: u32 = 1_600;

/// Pixels of a side of a JPEG that is left as it is.
const AS_IT_IS: u32 = 2_000;

/// Why something is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPicture {
    /// Neither JPEG nor PNG nor WebP.
    Unknown,
    /// Too many bytes or pixels.
    Large,
    /// It begins like one and cannot be read.
    Broken,
}

/// What a picture is by its first bytes, whatever its name says.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// The picture as a JPEG of at most `most` bytes. One that is so already is left as it is, to the byte.
///
/// # Errors
/// [`NoPicture`].
pub fn small_jpeg(bytes: Vec<u8>, most: usize) -> Result<Vec<u8>, NoPicture> {
    if bytes.len() > MOST {
        return Err(NoPicture::Large);
    }
    let format = format(&bytes).ok_or(NoPicture::Unknown)?;
    let reader = || ImageReader::with_format(Cursor::new(bytes.as_slice()), format);
    let (width, height) = reader().into_dimensions().map_err(|_| NoPicture::Broken)?;
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(NoPicture::Large);
    }
    if format == ImageFormat::Jpeg && bytes.len() <= most && width.max(height) <= AS_IT_IS {
        return Ok(bytes);
    }
    let mut reader = reader();
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| NoPicture::Broken)?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NoPicture::Broken)?;
    if width.max(height) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(turned);
    printed(&on_white(&picture), most)
}

/// The page as a JPEG of at most `most` bytes, as good as that lets it be.
pub(crate) fn printed(page: &RgbImage, most: usize) -> Result<Vec<u8>, NoPicture> {
    for quality in [80, 65, 50, 35, 20] {
        let mut out = Vec::new();
        JpegEncoder::new_with_quality(&mut out, quality).encode_image(page).map_err(|_| NoPicture::Broken)?;
        if out.len() <= most {
            return Ok(out);
        }
    }
    Err(NoPicture::Large)
}

/// A picture that is drawn by number, as a JPEG: of width and height, with a colour for each pixel.
///
/// # Errors
/// [`NoPicture::Large`] for more than can be handed in.
pub fn drawn(
    (width, height): (u32, u32),
    colour: impl Fn(u32, u32) -> [u8; 3],
) -> Result<Vec<u8>, NoPicture> {
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(NoPicture::Large);
    }
    let page = RgbImage::from_fn(width, height, |x, y| Rgb(colour(x, y)));
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 80).encode_image(&page).map_err(|_| NoPicture::Broken)?;
    Ok(out)
}

/// What shows through is the paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let from = picture.to_rgba8();
    let mut page = RgbImage::new(from.width(), from.height());
    for (to, from) in page.pixels_mut().zip(from.pixels()) {
        let [red, green, blue, seen] = from.0;
        let over = |colour: u8| {
            let mixed = (u32::from(colour) * u32::from(seen) + 255 * (255 - u32::from(seen))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Rgba};

    const JPEG: &[u8] = include_bytes!("../tests/it/scan.jpg");

    fn made(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let page = ImageBuffer::from_fn(width, height, |x, y| {
            let seen = if x < width / 2 { 0 } else { 255 };
            Rgba([u8::try_from(x % 251).unwrap_or(0), u8::try_from(y % 251).unwrap_or(0), 40, seen])
        });
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(page).write_to(&mut out, format).expect("written");
        out.into_inner()
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        assert_eq!(format(jpeg), Some(ImageFormat::Jpeg));
        ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg).into_dimensions().expect("a size")
    }

    /// A scanner's PNG and a WebP become a JPEG that is kept and printed like any other; what shows through is white.
    #[test]
    fn pictures_become_one_form() {
        assert_eq!(small_jpeg(JPEG.to_vec(), 400_000).expect("a JPEG"), JPEG, "left as it is");
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let small = small_jpeg(made(300, 200, format), 400_000).expect("a picture");
            assert_eq!(size(&small), (300, 200), "{format:?}");
            let read =
                image::load_from_memory_with_format(&small, ImageFormat::Jpeg).expect("a picture").to_rgb8();
            assert!(read.get_pixel(20, 100).0.iter().all(|part| *part > 240), "{format:?}: white");
        }
        let large = small_jpeg(made(3_200, 1_000, ImageFormat::Png), 390_000).expect("a picture");
        assert_eq!(size(&large), (1_600, 500));
        assert!(large.len() <= 390_000);
    }

    /// A drawn picture is a JPEG of its size, and none is larger than what can be handed in.
    #[test]
    fn pictures_are_drawn() {
        let red = drawn((64, 48), |x, _| if x < 32 { [200, 0, 0] } else { [255, 255, 255] }).expect("drawn");
        assert_eq!(size(&red), (64, 48));
        assert_eq!(drawn((100_000, 1_000), |_, _| [0, 0, 0]), Err(NoPicture::Large));
    }

    /// E05, E08: known by its bytes, bounded before it is decoded, refused when it is cut off.
    #[test]
    fn what_is_no_picture() {
        let check =
            |bytes: Vec<u8>, expected| assert_eq!(small_jpeg(bytes, 400_000).expect_err("none"), expected);
        for none in [&b""[..], b"%PDF-1.7", b"GIF89a", b"BM", b"RIFF1234WAVE", b"<svg>", b"\xff\xd8"] {
            check(none.to_vec(), NoPicture::Unknown);
        }
        let png = made(40, 40, ImageFormat::Png);
        let cut = png.get(..png.len() / 2).expect("half").to_vec();
        check(cut, NoPicture::Broken);
        check(b"\x89PNG\r\n\x1a\n".to_vec(), NoPicture::Broken);
        // A head that says 60,000 by 60,000 is not believed.
        let mut huge = png;
        huge[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = crc32fast::hash(&huge[12..29]).to_be_bytes();
        huge[29..33].copy_from_slice(&crc);
        check(huge, NoPicture::Large);
        check(vec![0; MOST + 1], NoPicture::Large);
        assert_eq!(
            small_jpeg(made(600, 600, ImageFormat::Png), 100).expect_err("too small a bound"),
            NoPicture::Large
        );
    }
}
