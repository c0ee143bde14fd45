//! A beat finer than the runtime's timer, whose millisecond would be most of a promise's latency.
//!
//! A thread that sleeps to absolute instants and wakes the generator; it costs one wake-up of the
//! runtime per beat, so beats are never closer than [`PERIOD_MIN`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The shortest time between two beats; an open loop's requests leave at most this much late, and
/// the delay counts as latency.
const PERIOD_MIN: Duration = Duration::from_micros(200);

/// The longest, so that the end of a slow load is noticed.
const PERIOD_MAX: Duration = Duration::from_millis(50);

/// Beats until it is dropped.
#[derive(Debug)]
pub(super) struct Pulse {
    beat: Arc<Notify>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Pulse {
    /// Beats from `start` on, every `gap` or as near to that as allowed.
    pub(super) fn start(start: Instant, gap: Duration) -> Self {
        let period = gap.clamp(PERIOD_MIN, PERIOD_MAX);
        let (beat, over) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (sound, stop) = (beat.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            let mut next = start;
            while !stop.load(Ordering::Relaxed) {
                // Beats that were slept through are not made up for.
                next = (next + period).max(Instant::now());
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
                sound.notify_one();
            }
        });
        Self { beat, over, thread: Some(thread) }
    }

    /// The next beat.
    pub(super) async fn beat(&self) {
        self.beat.notified().await;
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It only sleeps, and ends at the next beat.
            let _ = thread.join();
        }
    }
}
