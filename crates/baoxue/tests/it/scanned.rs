//! PDFs of strangers, read in the program's own second process (ADR 0039): a good one gives its pages; what swells, loops, nests without end, is cut
//! off, locked, or carries scripts and files is refused in words, nothing panics into the server, and the memory is bounded (hazards E05, E08).

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use documents::scanned::{NoScan, Reader, WORD};

const JPEG: &[u8] = include_bytes!("../../../documents/tests/it/scan.jpg");

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_baoxue"))
}

fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, NoScan> {
    Reader::Apart(program()).read(bytes.to_vec())
}

/// A file of these objects, the first of them the catalogue.
fn pdf(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.5\n".to_vec();
    let mut places = String::new();
    for (at, object) in objects.iter().enumerate() {
        writeln!(places, "{:010} 00000 n ", out.len()).unwrap();
        out.extend(format!("{} 0 obj\n", at + 1).as_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let (size, start) = (objects.len() + 1, out.len());
    out.extend(format!("xref\n0 {size}\n0000000000 65535 f \n{places}").as_bytes());
    out.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    out
}

fn text(object: &str) -> Vec<u8> {
    object.as_bytes().to_vec()
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<< {dict} /Length {} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

fn image() -> Vec<u8> {
    let dict = "/Type /XObject /Subtype /Image /Width 64 /Height 48 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode";
    stream(dict, JPEG)
}

const PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 4 0 R >> /Font << /F 6 0 R >> >> /Contents 5 0 R";

/// A page of this content, with a picture, a font that is not in the file, and what is added to catalogue and page.
fn one(content: Vec<u8>, catalogue: &str, page: &str) -> Vec<Vec<u8>> {
    vec![
        text(&format!("<< /Type /Catalog /Pages 2 0 R {catalogue} >>")),
        text("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        text(&format!("{PAGE} {page} >>")),
        image(),
        content,
        text("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    ]
}

const DRAWN: &[u8] = b"q 400 0 0 300 90 400 cm /I Do Q";

fn scan() -> Vec<u8> {
    pdf(&one(stream("", DRAWN), "", ""), "")
}

fn many(pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|_| "3 0 R ").collect();
    let mut objects = one(stream("", DRAWN), "", "");
    objects[1] = text(&format!("<< /Type /Pages /Kids [{kids}] /Count {pages} >>"));
    pdf(&objects, "")
}

/// A zlib stream of this many zeros, as small as it can be.
fn zeros(many: usize) -> Vec<u8> {
    let (mut out, mut held, mut count) = (vec![0x78, 0x01], 0_u32, 0);
    let mut put = |code: u32, length: u32| {
        for bit in (0..length).rev() {
            held |= (code >> bit & 1) << count;
            count += 1;
            if count == 8 {
                out.push(u8::try_from(held).unwrap());
                (held, count) = (0, 0);
            }
        }
    };
    put(0b110, 3);
    put(0b0011_0000, 8);
    (0..many / 258).for_each(|_| put(0b1100_0101 << 5, 13));
    put(0, 15);
    out
}

/// The process by itself: whether it came to an end of its own, what it said, and the memory it took at most, in KB.
fn alone(bytes: &[u8]) -> (bool, Vec<u8>, u64) {
    let mut given = tempfile::tempfile().unwrap();
    given.write_all(bytes).unwrap();
    given.rewind().unwrap();
    let mut child = Command::new(program())
        .arg(WORD)
        .env_clear()
        .stdin(Stdio::from(given))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Its answer is taken while it speaks: a full pipe would have it wait for us.
    let mut out = child.stdout.take().unwrap();
    let listens = std::thread::spawn(move || {
        let mut told = Vec::new();
        out.read_to_end(&mut told).unwrap();
        told
    });
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let ended = loop {
        let said = fs::read_to_string(&status).unwrap_or_default();
        let peak = said.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(peak.unwrap_or_default());
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    };
    (ended.success(), listens.join().unwrap(), most)
}

/// Pages of a scanner, in order, as JPEG of a page's size with what is drawn on them.
#[test]
fn pages_of_a_scanner() {
    let pages = read(&many(3)).expect("three pages");
    assert_eq!(pages.len(), 3);
    for page in &pages {
        assert!(page.starts_with(&[0xff, 0xd8, 0xff]) && page.len() < 390_000);
        let frame = page.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
        let side = |at: usize| u16::from_be_bytes([page[frame + at], page[frame + at + 1]]);
        assert_eq!((side(5), side(7) / 10), (1600, 113));
    }
    let blank = read(&pdf(&one(stream("", b""), "", ""), "")).expect("a blank page").remove(0);
    assert!(pages[0].len() > blank.len() + 500, "the picture is on it");
    let turned = read(&pdf(&one(stream("", DRAWN), "", "/Rotate 90"), "")).expect("turned").remove(0);
    let frame = turned.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    assert_eq!(
        turned[frame + 5..frame + 9],
        [&[0x04][..], &turned[frame + 6..frame + 7], &[0x06, 0x40]].concat()
    );
    // Words that a scanner has read lie under its picture and are not seen; words that are seen need their font.
    let under = [DRAWN, b" BT 3 Tr /F 12 Tf 100 700 Td (hidden) Tj ET"].concat();
    assert_eq!(read(&pdf(&one(stream("", &under), "", ""), "")).map(|pages| pages.len()), Ok(1));
    let seen = [DRAWN, b" BT /F 12 Tf 100 700 Td (seen) Tj ET"].concat();
    assert_eq!(read(&pdf(&one(stream("", &seen), "", ""), "")), Err(NoScan::Font));
}

/// What is refused, each with its words.
#[test]
fn refused_in_words() {
    let check = |bytes: &[u8], expected: NoScan| assert_eq!(read(bytes), Err(expected));
    let with = |catalogue: &str, page: &str| pdf(&one(stream("", DRAWN), catalogue, page), "");
    check(b"", NoScan::Unknown);
    check(b"\xff\xd8\xff", NoScan::Unknown);
    check(&[b"%PDF-1.7".as_slice(), &vec![0; 9 * 1024 * 1024]].concat(), NoScan::Large);
    check(&many(41), NoScan::Pages);
    check(&many(10_000), NoScan::Pages);
    let lock = "/Encrypt << /Filter /Standard /V 1 /R 2 /O (12345678901234567890123456789012) /U (12345678901234567890123456789012) /P -4 >> /ID [(a) (a)]";
    check(&pdf(&one(stream("", DRAWN), "", ""), lock), NoScan::Locked);
    for script in [
        "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "/OpenAction << /S /Launch /F (cmd.exe) >>",
        "/Names << /JavaScript << /Names [] >> >>",
        "/AcroForm << /XFA (x) >>",
        "/OpenAction << /S /SubmitForm /F (http://127.0.0.1) >>",
    ] {
        check(&with(script, ""), NoScan::Script);
    }
    check(&with("", "/AA << /O << /S /JavaScript /JS (1) >> >>"), NoScan::Script);
    check(&with("/Names << /EmbeddedFiles << /Names [] >> >>", ""), NoScan::Attached);
    check(
        &with("", "/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] >>]"),
        NoScan::Attached,
    );
    let mut file = one(stream("", DRAWN), "", "");
    file.push(stream("/Type /EmbeddedFile", b"MZ"));
    check(&pdf(&file, ""), NoScan::Attached);
    for wrong in [
        NoScan::Large,
        NoScan::Pages,
        NoScan::Locked,
        NoScan::Script,
        NoScan::Attached,
        NoScan::Font,
        NoScan::Broken,
    ] {
        assert!(wrong.said().contains("请") && wrong.said().contains("PDF"));
    }
}

/// E05: what swells takes no more than the process may have, and the server's own memory nothing.
#[test]
fn memory_is_bounded() {
    // A third more than the process may take.
    let packed = &*zeros(700_000_000);
    let wide = "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode";
    let mut image = one(stream("", DRAWN), "", "");
    image[3] = stream(wide, packed);
    let twice = stream("/Filter [/FlateDecode /FlateDecode]", packed);
    for bytes in [
        pdf(&one(stream("/Filter /FlateDecode", packed), "", ""), ""),
        pdf(&one(twice, "", ""), ""),
        pdf(&image, ""),
        many(10_000),
    ] {
        let (_, told, most) = alone(&bytes);
        assert!(told.first() != Some(&0), "no pages come of it");
        assert!(most < 640 * 1024, "{most} KB");
    }
    let (good, told, most) = alone(&many(4));
    assert!(good && told.first() == Some(&0) && most < 300 * 1024, "four good pages: {most} KB");
}

/// E08: references in a ring, nesting without end, and files that are cut off or gnawed at come to an end.
#[test]
fn nothing_goes_on_for_ever() {
    let drawn = || stream("", DRAWN);
    let mut rings = Vec::new();
    let mut ring = one(drawn(), "", "");
    ring[1] = text("<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>");
    rings.push(ring);
    let mut ring = one(drawn(), "", "");
    ring[2] = text("3 0 R");
    rings.push(ring);
    let mut ring = one(drawn(), "", "");
    ring[3] = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /I 4 0 R >> >>",
        b"/I Do /I Do",
    );
    rings.push(ring);
    let mut ring = one(drawn(), "", "");
    ring[4] = text("<< /Length 5 0 R >>\nstream\nq Q\nendstream");
    rings.push(ring);
    let mut ring = one(drawn(), "", "");
    ring[4] = text("[5 0 R 5 0 R]");
    rings.push(ring);
    for ring in rings {
        // Pages or a refusal: an end.
        let _ = read(&pdf(&ring, ""));
    }
    let mut deep = one(drawn(), "", "");
    deep[3] = [vec![b'['; 3_000_000], vec![b']'; 3_000_000]].concat();
    assert!(read(&pdf(&deep, "")).is_err());
    let mut deep = one(drawn(), "", "");
    deep[1] = text("<< /Type /Pages /Kids [7 0 R] /Count 1 >>");
    let chain = |next: usize| text(&format!("<< /Type /Pages /Kids [{next} 0 R] /Count 1 >>"));
    deep.extend((8..40_000).map(chain));
    assert!(read(&pdf(&deep, "")).is_err());

    let whole = scan();
    for at in (0..whole.len()).step_by(whole.len() / 24) {
        let (_, told, _) = alone(&whole[..at]);
        assert!(told.len() < 4_000_000);
    }
    let mut next = 7_u32;
    let mut drawn = || {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(next >> 8).unwrap()
    };
    for _ in 0..40 {
        let mut gnawed = whole.clone();
        for _ in 0..12 {
            let at = drawn() % gnawed.len();
            gnawed[at] = u8::try_from(drawn() % 256).unwrap();
        }
        if let Ok(pages) = read(&gnawed) {
            assert!(pages.iter().all(|page| page.starts_with(&[0xff, 0xd8])));
        }
    }
}
