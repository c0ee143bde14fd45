//! What the writer did, counted, for metrics and the console.
//!
//! Plain atomics: the writer adds, anybody reads, nobody waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many buckets the durations have. Bucket `i` counts those below `2^i` µs that no earlier one
/// counts; the last also counts everything longer, which begins at half a minute.
pub const SYNC_BUCKETS: usize = 26;

/// What was written since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Batches that became durable, marks not counted.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of them, with their frames.
    pub bytes: u64,
    /// How many batches took less than `2^i` µs to write and sync, and not less than `2^(i-1)`.
    pub sync_micros: [u64; SYNC_BUCKETS],
    /// The sum of all these durations.
    pub sync_micros_sum: u64,
}

impl Figures {
    /// Adds another journal's figures.
    pub fn add(&mut self, other: &Figures) {
        self.batches += other.batches;
        self.records += other.records;
        self.bytes += other.bytes;
        for (sum, count) in self.sync_micros.iter_mut().zip(other.sync_micros) {
            *sum += count;
        }
        self.sync_micros_sum += other.sync_micros_sum;
    }
}

/// The live counters.
#[derive(Debug, Default)]
pub(super) struct Counters {
    batches: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
    sync_micros: [AtomicU64; SYNC_BUCKETS],
    sync_micros_sum: AtomicU64,
}

impl Counters {
    /// Counts a batch that became durable.
    pub(super) fn add(&self, records: usize, bytes: u64, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(records as u64, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.sync_micros[bucket(micros)].fetch_add(1, Ordering::Relaxed);
        self.sync_micros_sum.fetch_add(micros, Ordering::Relaxed);
    }

    /// A copy of them.
    pub(super) fn figures(&self) -> Figures {
        Figures {
            batches: self.batches.load(Ordering::Relaxed),
            records: self.records.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            sync_micros: std::array::from_fn(|i| self.sync_micros[i].load(Ordering::Relaxed)),
            sync_micros_sum: self.sync_micros_sum.load(Ordering::Relaxed),
        }
    }
}

fn bucket(micros: u64) -> usize {
    let bits = (u64::BITS - micros.leading_zeros()) as usize;
    bits.min(SYNC_BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_below_the_power_of_two_above_it() {
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(1), 1);
        assert_eq!(bucket(255), 8);
        assert_eq!(bucket(256), 9);
        assert_eq!(bucket(u64::MAX), SYNC_BUCKETS - 1);
    }
}
