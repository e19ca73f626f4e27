//! Pictures for the demo county, drawn by number: nothing was photographed, nobody is in them, and nothing leads to a place. A road with a shop, and a
//! kitchen door.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use documents::picture;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;

/// A box of the picture: from, to (right and below not in it), colour.
type Part = ([u32; 2], [u32; 2], [u8; 3]);

const SHOP: [Part; 9] = [
    ([0, 330], [640, 480], [166, 158, 146]),
    ([0, 360], [640, 372], [196, 190, 178]),
    ([150, 150], [470, 340], [221, 208, 184]),
    ([130, 118], [490, 156], [139, 76, 60]),
    ([190, 166], [430, 200], [188, 48, 42]),
    ([190, 220], [270, 340], [96, 74, 58]),
    ([300, 224], [420, 300], [150, 178, 190]),
    ([358, 224], [362, 300], [96, 74, 58]),
    ([300, 260], [420, 264], [96, 74, 58]),
];

const DOOR: [Part; 7] = [
    ([0, 0], [640, 480], [206, 196, 178]),
    ([0, 400], [640, 480], [134, 122, 108]),
    ([90, 90], [300, 400], [110, 80, 60]),
    ([104, 104], [286, 400], [64, 54, 48]),
    ([370, 120], [580, 250], [150, 178, 190]),
    ([472, 120], [478, 250], [96, 74, 58]),
    ([380, 300], [570, 400], [150, 140, 126]),
];

/// The hills behind the road, by where they begin.
fn hill(x: u32) -> u32 {
    let (far, near) = (x.abs_diff(180), x.abs_diff(520));
    (90 + far / 3).min(120 + near / 4)
}

fn colour(parts: &[Part], open: bool, (x, y): (u32, u32)) -> [u8; 3] {
    let inside = |part: &&Part| {
        let ([left, top], [right, bottom], _) = part;
        (*left..*right).contains(&x) && (*top..*bottom).contains(&y)
    };
    let own = parts.iter().rev().find(inside).map(|(_, _, colour)| *colour);
    let behind = if !open || y > hill(x) { [118, 142, 108] } else { [190, 208, 222] };
    // A grain, so that it looks like no poster.
    let grain = u8::try_from((x * 7 + y * 13 + x * y % 11) % 9).unwrap_or(0);
    own.unwrap_or(behind).map(|part| part.saturating_sub(grain))
}

fn jpeg(parts: &[Part], open: bool) -> Option<String> {
    let made = picture::drawn((WIDTH, HEIGHT), |x, y| colour(parts, open, (x, y)));
    made.ok().map(|made| STANDARD.encode(made))
}

/// A shop by a road, and a kitchen's door, as the form of the public sends them.
pub(super) fn pictures() -> Vec<String> {
    [jpeg(&SHOP, true), jpeg(&DOOR, false)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    /// Both can be drawn, are small, and are what the form of the public takes.
    #[test]
    fn both_are_small_pictures() {
        let all = super::pictures();
        assert_eq!(all.len(), 2);
        for one in all {
            assert!(one.starts_with("/9j/") && one.len() < 300_000, "{}", one.len());
        }
    }
}
