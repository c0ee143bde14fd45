//! How many bad credentials a source has sent in this second.
//!
//! A table of a fixed size: a source has a place by its keyed hash, and whoever needs the place
//! takes it. So no flood of sources takes memory, and nobody can aim at another's place. Only bad
//! credentials are counted and only they are told, so a good client behind the same address
//! notices nothing.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use workflow::time::Time;

use crate::limits::{BAD_CREDENTIALS_PER_SECOND_MAX, STRANGERS_MAX};
use crate::source::Source;

/// The sources of bad credentials. A place holds 32 bits of a source's hash, 20 of the second,
/// and 12 of a count.
#[derive(Debug)]
pub(super) struct Strangers {
    places: Box<[AtomicU64]>,
    keys: RandomState,
}

const COUNT_BITS: u32 = 12;
const SECOND_BITS: u32 = 20;

impl Strangers {
    /// Counts a bad credential; whether its source has sent too many.
    pub(super) fn note(&self, from: IpAddr, now: Time) -> bool {
        let hash = self.keys.hash_one(Source::of(from));
        let second = (now.0.div_euclid(1_000) & ((1 << SECOND_BITS) - 1)).cast_unsigned();
        let fresh = ((hash >> 32) << 32) | (second << COUNT_BITS);
        let place = &self.places[hash as usize % self.places.len()];
        let mut count = 0;
        let counted = |held: u64| {
            let is_same = held >> COUNT_BITS == fresh >> COUNT_BITS;
            count = if is_same { (held & ((1 << COUNT_BITS) - 1)) + 1 } else { 1 };
            Some(fresh | count.min((1 << COUNT_BITS) - 1))
        };
        let _ = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted);
        count > BAD_CREDENTIALS_PER_SECOND_MAX
    }
}

impl Default for Strangers {
    fn default() -> Strangers {
        let places = (0..STRANGERS_MAX).map(|_| AtomicU64::new(0)).collect();
        Strangers { places, keys: RandomState::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_in_a_second_is_too_many() {
        let strangers = Strangers::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let now = Time(1_768_212_843_517);
        for _ in 0..BAD_CREDENTIALS_PER_SECOND_MAX {
            assert!(!strangers.note(one, now));
        }
        assert!(strangers.note(one, now));
        assert!(!strangers.note(one, Time(now.0 + 1_000)), "another second");
        assert!(!strangers.note(other, now), "another source");
        for _ in 0..10_000 {
            strangers.note(one, now); // a count does not run over into the second
        }
        assert!(strangers.note(one, now) && strangers.places.len() == STRANGERS_MAX);
    }
}
