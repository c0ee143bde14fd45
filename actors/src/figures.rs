//! What a shard counts, for metrics, the console and tests.

/// A shard's figures at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Orders in memory.
    pub orders: usize,
    /// Promises with a deadline.
    pub open_promises: usize,
    /// Locations.
    pub locations: usize,
    /// Lots of stock.
    pub lots: usize,
    /// Reservations.
    pub reservations: u64,
    /// Mails with a time at which they go.
    pub mails_pending: usize,
    /// Those of them whose time has come.
    pub mails_due: usize,
    /// Commands that changed something, since the start.
    pub commands: u64,
    /// Commands that the rules refused, since the start.
    pub refused: u64,
    /// Promises that expired, since the start.
    pub expired: u64,
    /// How late they were released: promises by power of two of milliseconds, from below 1 ms.
    pub lateness: [u64; LATENESS_BUCKETS],
    /// All these milliseconds together.
    pub lateness_ms_sum: u64,
}

/// Below 1 ms, below 2 ms, below 4 ms, …; the last takes the rest.
pub const LATENESS_BUCKETS: usize = 16;

impl Figures {
    /// Adds another shard's figures.
    pub fn add(&mut self, other: &Figures) {
        self.orders += other.orders;
        self.open_promises += other.open_promises;
        self.locations += other.locations;
        self.lots += other.lots;
        self.reservations += other.reservations;
        self.mails_pending += other.mails_pending;
        self.mails_due += other.mails_due;
        self.commands += other.commands;
        self.refused += other.refused;
        self.expired += other.expired;
        for (sum, count) in self.lateness.iter_mut().zip(other.lateness) {
            *sum += count;
        }
        self.lateness_ms_sum = self.lateness_ms_sum.saturating_add(other.lateness_ms_sum);
    }

    /// Counts one release that came so many milliseconds after its deadline.
    pub(crate) fn released(&mut self, late_ms: u64) {
        let bucket = (u64::BITS - late_ms.leading_zeros()) as usize;
        self.lateness[bucket.min(LATENESS_BUCKETS - 1)] += 1;
        self.lateness_ms_sum = self.lateness_ms_sum.saturating_add(late_ms);
        self.expired += 1;
    }
}
