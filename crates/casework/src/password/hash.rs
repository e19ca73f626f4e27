//! Argon2id behind a bounded gate: hashes, checks, and the same work for a user name that does not exist.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::{Accepted, Bounded, Busy, MAX_BYTES};

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// What the OWASP Password Storage Cheat Sheet gives as least for Argon2id: 19 MiB, two passes, one lane.
    pub const OWASP: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// The most that a stored hash may ask for: whoever can write the table must not be able to stop the machine.
    const CEILING: Self = Self { memory_kib: 256 * 1024, passes: 16, lanes: 8 };

    const fn within(self, most: Self) -> bool {
        self.memory_kib <= most.memory_kib && self.passes <= most.passes && self.lanes <= most.lanes
    }

    fn of(params: &Params) -> Self {
        Self { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() }
    }
}

/// The cost is outside of what Argon2 can do or this program allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostRefused(pub Cost);

impl fmt::Display for CostRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { memory_kib, passes, lanes } = self.0;
        let most = Cost::CEILING;
        write!(
            f,
            "密码散列的参数不能用（内存 {memory_kib} KiB、{passes} 遍、{lanes} 路） · 配置 · 内存应在每路 8 到 {} KiB 之间，\
             遍数 1 到 {}，路数 1 到 {}",
            most.memory_kib, most.passes, most.lanes
        )
    }
}

impl std::error::Error for CostRefused {}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Match,
    /// It is the password, hashed at another cost than today's: hash it anew and store that.
    MatchRehash,
    /// It is not.
    NoMatch,
}

/// Hashes and checks passwords. Clones share one gate, so that the memory in use is at most the gate's number times
/// [`Cost::memory_kib`], however many sign in at once.
#[derive(Debug, Clone)]
pub struct Hasher {
    cost: Cost,
    params: Params,
    gate: Bounded,
    /// A hash of today's cost that belongs to no password.
    dummy: Arc<PasswordHash>,
}

impl Hasher {
    /// Today's cost, and the gate through which each hash goes.
    ///
    /// # Errors
    /// [`CostRefused`].
    pub fn new(cost: Cost, gate: Bounded) -> Result<Self, CostRefused> {
        let refused = CostRefused(cost);
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|_| refused)?;
        if !cost.within(Cost::CEILING) {
            return Err(refused);
        }
        // 256 bits that were never hashed from anything.
        let dummy = format!(
            "$argon2id$v=19$m={},t={},p={}$YmFveHVlIGR1bW15IHNhbA${}",
            cost.memory_kib,
            cost.passes,
            cost.lanes,
            "A".repeat(43)
        );
        let dummy = Arc::new(PasswordHash::new(&dummy).map_err(|_| refused)?);
        Ok(Self { cost, params, gate, dummy })
    }

    /// The hash to be stored, as a PHC string. `salt`: 16 fresh random bytes.
    ///
    /// # Errors
    /// [`Busy`] if too many wait, or there is no memory.
    pub fn hash(&self, password: &Accepted, salt: [u8; 16]) -> Result<String, Busy> {
        let turn = self.gate.enter()?;
        let hash = self.argon2(self.params.clone()).hash_password_with_salt(password.as_bytes(), &salt);
        drop(turn);
        hash.map(|hash| hash.to_string()).map_err(|_| Busy)
    }

    /// Checks what somebody typed against the stored hash; `None` when there is no such user, or one who may not sign
    /// in by password. Then the same work is done, so that the time does not tell (hazard C08).
    ///
    /// # Errors
    /// [`Busy`] if too many wait.
    pub fn verify(&self, stored: Option<&str>, candidate: &str) -> Result<Verdict, Busy> {
        // The same for everybody: no password is as long.
        if candidate.len() > MAX_BYTES {
            return Ok(Verdict::NoMatch);
        }
        let known = stored.and_then(|phc| PasswordHash::new(phc).ok()).and_then(|hash| {
            let params = Params::try_from(&hash).ok()?;
            let usable = hash.algorithm == Algorithm::Argon2id.ident()
                && hash.version == Some(u32::from(Version::V0x13))
                && hash.salt.is_some()
                && hash.hash.is_some()
                && Cost::of(&params).within(Cost::CEILING);
            usable.then_some((hash, params))
        });
        let turn = self.gate.enter()?;
        let (hash, params) = match &known {
            Some((hash, params)) => (hash, params.clone()),
            None => (&*self.dummy, self.params.clone()),
        };
        let cost = Cost::of(&params);
        let same = self.argon2(params).verify_password(candidate.as_bytes(), hash).is_ok();
        drop(turn);
        Ok(match known {
            Some(_) if same && cost == self.cost => Verdict::Match,
            Some(_) if same => Verdict::MatchRehash,
            _ => Verdict::NoMatch,
        })
    }

    /// Whether the password is one of the earlier ones, given their stored hashes: as many as
    /// [`super::Policy::remembered`] says.
    ///
    /// # Errors
    /// [`Busy`] if too many wait.
    pub fn reused(&self, password: &Accepted, earlier: &[String]) -> Result<bool, Busy> {
        for stored in earlier {
            if self.verify(Some(stored), password.as_str())? != Verdict::NoMatch {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The gate, for the metrics.
    #[must_use]
    pub const fn gate(&self) -> &Bounded {
        &self.gate
    }

    fn argon2(&self, params: Params) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}
