//! The one integration-test binary of `baoxue`: what must hold for the whole workspace or the whole program.
//! What a single room can show by itself is tested in that room.

// `cfg(test)` is always true here; it tells clippy that these modules are tests, where `expect` is welcome.
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod clauses;
#[cfg(test)]
mod command;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod demo_dates;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod directions;
#[cfg(test)]
mod hazards;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod no_ranking;
#[cfg(test)]
mod odd_input;
#[cfg(test)]
mod offices;
#[cfg(test)]
mod scanned;
#[cfg(test)]
mod sealed;
#[cfg(test)]
mod served;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod years;
