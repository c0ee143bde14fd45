//! What a phase of load came to: how many, how fast, and what went wrong.
//!
//! Only answers within the measured part count in the figures; everything counts in the errors.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use hyper::StatusCode;

/// Kinds of errors that are told apart in a report; the rest are only counted.
const KINDS_KEPT: usize = 16;

/// The longest latency that is told apart, in microseconds: a minute.
const LATENCY_US_MAX: u64 = 60_000_000;

/// The counts of one thread or phase.
#[derive(Debug)]
pub(super) struct Tally {
    /// Latencies of promises in microseconds.
    pub(super) promises: Histogram<u64>,
    /// Latencies of actions in microseconds.
    pub(super) actions: Histogram<u64>,
    /// Promises answered within the measured part.
    pub(super) promises_measured: u64,
    /// Actions answered within the measured part.
    pub(super) actions_measured: u64,
    /// How long the measured part was.
    pub(super) measured: Duration,
    /// Promises sent.
    pub(super) sent: u64,
    /// Promises acknowledged with all they asked for.
    pub(super) held: u64,
    /// Promises that came back with less than they asked for.
    pub(super) sold_out: u64,
    /// Confirms acknowledged.
    pub(super) confirmed: u64,
    /// Cancels acknowledged.
    pub(super) cancelled: u64,
    /// Requests turned away with 429 or 503 in an open loop.
    pub(super) shed: u64,
    /// Requests that got a wrong answer or none.
    pub(super) errors: u64,
    /// The same by kind, with the words of the first of each kind.
    pub(super) kinds: BTreeMap<String, (u64, String)>,
    /// Requests of an open loop that were due but waited for a connection until it was over.
    pub(super) unsent: u64,
    /// The most requests that waited for a connection at once.
    pub(super) backlog_max: u64,
    /// The most connections that were open.
    pub(super) connections_max: u64,
}

impl Tally {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            promises: latencies(),
            actions: latencies(),
            promises_measured: 0,
            actions_measured: 0,
            measured: Duration::ZERO,
            sent: 0,
            held: 0,
            sold_out: 0,
            confirmed: 0,
            cancelled: 0,
            shed: 0,
            errors: 0,
            kinds: BTreeMap::new(),
            unsent: 0,
            backlog_max: 0,
            connections_max: 0,
        }
    }

    /// Counts an error; `words` is asked only for the first of its kind.
    pub(super) fn error(&mut self, kind: String, words: impl FnOnce() -> String) {
        self.errors += 1;
        if let Some((times, _)) = self.kinds.get_mut(&kind) {
            *times += 1;
        } else if self.kinds.len() < KINDS_KEPT {
            self.kinds.insert(kind, (1, words()));
        }
    }

    /// Answers per second within the measured part.
    pub(super) fn promises_per_second(&self) -> f64 {
        self.promises_measured as f64 / self.measured.as_secs_f64().max(1e-9)
    }

    /// The same for promises and actions together.
    pub(super) fn requests_per_second(&self) -> f64 {
        let requests = self.promises_measured + self.actions_measured;
        requests as f64 / self.measured.as_secs_f64().max(1e-9)
    }

    /// Adds another thread of the same phase, which ran at the same time.
    pub(super) fn beside(&mut self, other: Self) {
        self.measured = self.measured.max(other.measured);
        self.connections_max += other.connections_max;
        self.backlog_max += other.backlog_max;
        self.add(other);
    }

    /// Adds another phase, which ran at another time.
    pub(super) fn after(&mut self, other: Self) {
        self.measured += other.measured;
        self.connections_max = self.connections_max.max(other.connections_max);
        self.backlog_max = self.backlog_max.max(other.backlog_max);
        self.add(other);
    }

    fn add(&mut self, other: Self) {
        // Both sides have the same bounds, which is all that adding could fail for.
        let _ = self.promises.add(&other.promises);
        let _ = self.actions.add(&other.actions);
        self.promises_measured += other.promises_measured;
        self.actions_measured += other.actions_measured;
        self.sent += other.sent;
        self.held += other.held;
        self.sold_out += other.sold_out;
        self.confirmed += other.confirmed;
        self.cancelled += other.cancelled;
        self.shed += other.shed;
        self.unsent += other.unsent;
        self.errors_of(other);
    }

    /// Adds only what went wrong.
    pub(super) fn errors_of(&mut self, other: Self) {
        self.errors += other.errors;
        for (kind, (times, words)) in other.kinds {
            self.kinds.entry(kind).or_insert((0, words)).0 += times;
        }
    }
}

/// The `quantile` of latencies in milliseconds; 0 when there are none.
pub(super) fn quantile_ms(latencies: &Histogram<u64>, quantile: f64) -> f64 {
    if latencies.is_empty() { 0.0 } else { latencies.value_at_quantile(quantile) as f64 / 1_000.0 }
}

/// Counts a latency; one beyond the longest counts as the longest.
pub(super) fn record(latencies: &mut Histogram<u64>, latency: Duration) {
    let latency_us = u64::try_from(latency.as_micros()).unwrap_or(LATENCY_US_MAX);
    latencies.saturating_record(latency_us.clamp(1, LATENCY_US_MAX));
}

/// Whether a server that answers so is overloaded and has done nothing.
pub(super) fn is_shed(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn latencies() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LATENCY_US_MAX, 3).expect("1 to a minute at 3 digits are bounds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_share_their_time_and_phases_add_it() {
        let tally = |count| {
            let mut tally = Tally::new();
            tally.promises_measured = count;
            tally.measured = Duration::from_secs(2);
            record(&mut tally.promises, Duration::from_millis(count));
            tally
        };
        let mut threads = tally(10);
        threads.beside(tally(30));
        assert_eq!(threads.promises_per_second(), 20.0);
        let mut phases = tally(10);
        phases.after(tally(30));
        assert_eq!(phases.promises_per_second(), 10.0);
        assert_eq!(phases.promises.len(), 2);
    }

    #[test]
    fn latencies_are_read_in_milliseconds_and_never_lost() {
        let mut all = latencies();
        assert_eq!(quantile_ms(&all, 0.5), 0.0);
        record(&mut all, Duration::from_micros(1_500));
        assert!((quantile_ms(&all, 0.5) - 1.5).abs() < 0.01);
        record(&mut all, Duration::from_secs(3_600));
        assert!((quantile_ms(&all, 1.0) - 60_000.0).abs() < 100.0);
    }
}
