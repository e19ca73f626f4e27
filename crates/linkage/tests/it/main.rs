//! The matcher through its public face: invariants as properties, the situations that a county
//! knows as tables, extreme lists, and floors under its quality. No clock: how fast it is stands in
//! `benches/`.

#[cfg(test)]
mod county;
#[cfg(test)]
mod extremes;
#[cfg(test)]
mod floors;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod situations;

/// Properties are tried on the same inputs every time, so that a failure is never a matter of luck.
#[cfg(test)]
fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(532_926),
        failure_persistence: None,
        max_shrink_iters: 64,
        ..proptest::test_runner::Config::default()
    }
}
