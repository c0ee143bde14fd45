//! Secrets that are given to customers: nobody can guess one, or tell the next from the last.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// A source of secrets.
#[derive(Debug)]
pub(crate) struct Secrets {
    /// Keys that the operating system drew for this process: two, which are 256 bits.
    keys: [RandomState; 2],
    count: AtomicU64,
}

impl Secrets {
    /// From the operating system.
    pub(crate) fn drawn() -> Secrets {
        Secrets { keys: [RandomState::new(), RandomState::new()], count: AtomicU64::new(0) }
    }

    /// The next secret: the SHA-256 of numbers that only who knows the keys can compute.
    pub(crate) fn draw(&self) -> [u8; 32] {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut digest = Sha256::new();
        for key in &self.keys {
            for part in 0..4_u64 {
                digest.update(key.hash_one((count, part)).to_le_bytes());
            }
        }
        digest.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_the_same() {
        let (one, other) = (Secrets::drawn(), Secrets::drawn());
        let first = one.draw();
        assert_ne!(first, one.draw());
        assert_ne!(first, other.draw());
    }
}
