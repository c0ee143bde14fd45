//! Random numbers for ids. The core takes them as arguments.
//!
//! Within one millisecond each number is larger than the one before, as RFC 9562 (6.2, method 2)
//! proposes for uuids of version 7: so ids are in the order of their commands, and whoever is the
//! newest by id is the newest in fact.

use std::hash::{BuildHasher, RandomState};

use workflow::time::Time;

/// Bits of a number that go into an id.
const ID_BITS: u32 = 58;
/// A first number of a millisecond leaves the upper half to those that follow.
const FIRST_MASK: u64 = (1 << (ID_BITS - 1)) - 1;
/// How far the next number may be, so that nobody can foresee it.
const STEP_MASK: u64 = (1 << 32) - 1;

/// A row of random numbers.
#[derive(Debug)]
pub struct Random {
    source: Source,
    last: (Time, u64),
}

#[derive(Debug)]
enum Source {
    /// Keys that the operating system drew, and how often they were used.
    Drawn(RandomState, u64),
    /// The state of a generator that is the same for the same seed.
    Seeded(u64),
}

impl Random {
    /// From the operating system.
    pub fn drawn() -> Random {
        Random { source: Source::Drawn(RandomState::new(), 0), last: (Time::default(), 0) }
    }

    /// The same row for the same seed, for tests and simulations.
    pub fn seeded(seed: u64) -> Random {
        Random { source: Source::Seeded(seed), last: (Time::default(), 0) }
    }

    /// A row of its own, from the same chance or from this seed.
    pub fn split(&mut self) -> Random {
        match &mut self.source {
            Source::Drawn(..) => Random::drawn(),
            source @ Source::Seeded(_) => Random::seeded(source.next()),
        }
    }

    /// The number of a command at `now`, larger than all others of that millisecond.
    pub fn draw(&mut self, now: Time) -> u64 {
        let drawn = self.source.next();
        let number = match self.last {
            (at, last) if at == now => last + 1 + (drawn & STEP_MASK),
            _ => drawn & FIRST_MASK,
        };
        self.last = (now, number);
        number
    }
}

impl Source {
    fn next(&mut self) -> u64 {
        match self {
            Source::Drawn(keys, count) => {
                *count += 1;
                keys.hash_one(*count)
            }
            Source::Seeded(state) => {
                // SplitMix64 (Steele, Lea, Flood 2014).
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                z ^ (z >> 31)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use workflow::id::OrderId;

    use super::*;

    #[test]
    fn ids_are_in_the_order_of_their_commands() {
        for mut random in [Random::drawn(), Random::seeded(3)] {
            let times = (0..20_000).map(|count| Time(1_768_212_000_000 + count / 5_000));
            let ids: Vec<OrderId> = times.map(|at| OrderId::of(at, random.draw(at))).collect();
            assert!(ids.is_sorted_by(|one, next| one < next));
        }
    }
}
