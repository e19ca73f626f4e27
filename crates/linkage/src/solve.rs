//! One child, one best row: chances under the rule that a row on the right belongs to one child at
//! most and the other way round. Messages pass along the edges (belief propagation for matchings,
//! exact where the graph is a tree, as it nearly always is here); twins who each have a row of
//! their own push one another off the other's row.

use rayon::prelude::*;

/// Edges of one side: for each position, which edges touch it.
struct Side {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Side {
    fn new(count: usize, ends: impl Iterator<Item = u32> + Clone) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for end in ends.clone() {
            if let Some(slot) = starts.get_mut(end as usize + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut edges = vec![0_u32; sum as usize];
        for (edge, end) in ends.enumerate() {
            if let Some(at) = next.get_mut(end as usize) {
                if let Some(slot) = edges.get_mut(*at as usize) {
                    *slot = u32::try_from(edge).unwrap_or(u32::MAX);
                }
                *at += 1;
            }
        }
        Self { starts, edges }
    }

    fn of(&self, position: usize) -> &[u32] {
        let bound = |at: usize| self.starts.get(at).map_or(0, |&start| start as usize);
        self.edges.get(bound(position)..bound(position + 1)).unwrap_or_default()
    }

    fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

/// Rounds of messages after which nothing moves by a thousandth: chains of rivals are short.
pub(crate) const ROUNDS: usize = 8;

/// The graph of candidates.
pub(crate) struct Graph {
    left: Side,
    right: Side,
}

impl Graph {
    /// A graph over positions below `left` and `right`; `edges` gives both ends of each edge.
    pub(crate) fn new(left: usize, right: usize, edges: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        Self {
            left: Side::new(left, edges.clone().map(|(left, _)| left)),
            right: Side::new(right, edges.map(|(_, right)| right)),
        }
    }

    /// Edges at a position on the left.
    pub(crate) fn at_left(&self, position: usize) -> &[u32] {
        self.left.of(position)
    }

    /// The chance of each edge, given the odds of each pair against both rows staying alone.
    pub(crate) fn chances(&self, odds: &[f32], rounds: usize) -> Vec<f32> {
        // The message from an end of an edge: how free that end would be without this edge.
        let mut from_left = vec![1.0_f32; odds.len()];
        let mut from_right = vec![1.0_f32; odds.len()];
        for _ in 0..rounds {
            from_left = send(odds, &self.left, &from_right);
            from_right = send(odds, &self.right, &from_left);
        }
        odds.par_iter()
            .zip(from_left.par_iter().zip(&from_right))
            .map(|(odds, (a, b))| {
                let pull = odds * a * b;
                pull / (1.0 + pull)
            })
            .collect()
    }
}

fn send(odds: &[f32], side: &Side, received: &[f32]) -> Vec<f32> {
    let pull = |edge: u32| {
        let at = edge as usize;
        odds.get(at).copied().unwrap_or_default() * received.get(at).copied().unwrap_or_default()
    };
    let pieces: Vec<Vec<(u32, f32)>> = (0..side.count().div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            let mut sent = Vec::new();
            for position in piece * PIECE..((piece + 1) * PIECE).min(side.count()) {
                let touching = side.of(position);
                let all: f32 = touching.iter().map(|&edge| pull(edge)).sum();
                sent.extend(touching.iter().map(|&edge| {
                    // Taking one pull off the sum loses precision when it is nearly all of it;
                    // adding up the others does not.
                    let own = pull(edge);
                    let others = if own * 2.0 < all {
                        all - own
                    } else {
                        touching.iter().filter(|&&other| other != edge).map(|&other| pull(other)).sum()
                    };
                    (edge, 1.0 / (1.0 + others))
                }));
            }
            sent
        })
        .collect();
    let mut messages = vec![1.0; odds.len()];
    for (edge, message) in pieces.into_iter().flatten() {
        if let Some(slot) = messages.get_mut(edge as usize) {
            *slot = message;
        }
    }
    messages
}

const PIECE: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(u32, u32, f32)], expected: &[f32]) {
        let graph = Graph::new(4, 4, edges.iter().map(|&(left, right, _)| (left, right)));
        let odds: Vec<f32> = edges.iter().map(|&(_, _, odds)| odds).collect();
        for (chance, expected) in graph.chances(&odds, ROUNDS).iter().zip(expected) {
            assert!((chance - expected).abs() < 0.01, "{chance} instead of {expected} in {edges:?}");
        }
    }

    #[test]
    fn a_lone_pair_keeps_its_odds() {
        check(&[(0, 0, 9.0)], &[0.9]);
    }

    #[test]
    fn two_rows_for_one_child_share_the_chance() {
        check(&[(0, 0, 100.0), (0, 1, 100.0)], &[100.0 / 201.0, 100.0 / 201.0]);
    }

    /// Twins: each row fits both, but one of the two pairings is far better.
    #[test]
    fn twins_are_kept_apart() {
        check(&[(0, 0, 1e6), (0, 1, 1e3), (1, 0, 1e3), (1, 1, 1e5)], &[1.0, 0.0, 0.0, 1.0]);
    }

    /// A lost twin does not take the row of the one who is there.
    #[test]
    fn a_lost_twin_stays_lost() {
        check(&[(0, 0, 1e6), (1, 0, 1e3)], &[1.0, 0.0]);
    }
}
