//! Random numbers for ids. The core takes them as arguments.

use std::hash::{BuildHasher, RandomState};

/// A row of random numbers.
#[derive(Debug)]
pub enum Random {
    /// From keys that the operating system drew: nobody can foresee an id.
    Drawn {
        /// The keys.
        keys: RandomState,
        /// How many numbers were given out.
        count: u64,
    },
    /// The same row for the same seed, for tests and simulations.
    Seeded(u64),
}

impl Random {
    /// From the operating system.
    pub fn drawn() -> Random {
        Random::Drawn { keys: RandomState::new(), count: 0 }
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        match self {
            Random::Drawn { keys, count } => {
                *count += 1;
                keys.hash_one(*count)
            }
            Random::Seeded(state) => {
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
