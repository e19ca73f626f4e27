//! Counts for those who see no child (县发改局): no cell below five, and none that is what is left when the cells that are told are
//! taken from the whole (hazard F06, A08).

use super::FEW;

/// The whole and its parts, as far as they may be told; the parts have nobody in common and make up the whole. Nobody at all is told as
/// nought, which says it of every part.
#[must_use]
pub fn told(parts: &[u32]) -> (Option<u32>, Vec<Option<u32>>) {
    let whole: u32 = parts.iter().sum();
    if whole == 0 {
        return (Some(0), parts.iter().map(|_| Some(0)).collect());
    }
    if whole < FEW {
        return (None, parts.iter().map(|_| None).collect());
    }
    let mut shown: Vec<bool> = parts.iter().map(|part| *part >= FEW).collect();
    loop {
        let left: u32 = parts.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(part, _)| *part).sum();
        if left == 0 || left >= FEW {
            break;
        }
        let smallest =
            parts.iter().zip(&mut shown).filter(|(_, shown)| **shown).min_by_key(|(part, _)| **part);
        match smallest {
            Some((_, one)) => *one = false,
            None => break,
        }
    }
    (Some(whole), parts.iter().zip(shown).map(|(part, shown)| shown.then_some(*part)).collect())
}
