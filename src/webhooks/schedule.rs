//! When a call that failed is made again, and when it is given up.

use std::time::Duration;

use workflow::subscription::Encoding;
use workflow::time::{Millis, Time};

use crate::limits::{PARTSSOURCE_ATTEMPTS_MAX, RETRY_AFTER_MAX};

/// When a call that failed is made again.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// After the first failure, the second, …; the last one is for all that follow.
    pub delays: Vec<Duration>,
    /// A call is dropped so long after it first failed.
    pub give_up_after: Duration,
}

impl Default for Schedule {
    fn default() -> Schedule {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Schedule {
            delays: vec![
                Duration::from_secs(5),
                Duration::from_secs(30),
                minutes(2),
                minutes(10),
                minutes(60),
                minutes(3 * 60),
                minutes(6 * 60),
                minutes(12 * 60),
            ],
            give_up_after: minutes(7 * 24 * 60),
        }
    }
}

/// What has become of a call so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tried {
    /// How often it was made, and failed.
    pub(super) times: u32,
    /// When it first failed.
    pub(super) first: Time,
}

impl Schedule {
    /// When the call is made again; none if it is given up. `chance` spreads those that failed
    /// together over a tenth of the delay.
    pub(super) fn next(
        &self,
        tried: Tried,
        now: Time,
        encoding: Encoding,
        retry_after: Option<Duration>,
        chance: u64,
    ) -> Option<Time> {
        if encoding == Encoding::PartsSource && tried.times >= PARTSSOURCE_ATTEMPTS_MAX {
            return None;
        }
        let nth = tried.times.saturating_sub(1) as usize;
        let delay = self.delays.get(nth).or(self.delays.last()).copied().unwrap_or_default();
        let spread = delay.mul_f64(0.1 * (chance % 1_000) as f64 / 1_000.0);
        let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        let next = now + millis((delay + spread).max(asked));
        (next <= tried.first + millis(self.give_up_after)).then_some(next)
    }
}

fn millis(time: Duration) -> Millis {
    Millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(schedule: &Schedule, encoding: Encoding) -> Vec<u64> {
        let (mut now, mut tried) = (Time(0), Tried::default());
        let mut waits = Vec::new();
        loop {
            tried.times += 1;
            let Some(next) = schedule.next(tried, now, encoding, None, 0) else { return waits };
            waits.push(next.since(now).0 / 1_000);
            now = next;
        }
    }

    #[test]
    fn a_call_is_made_again_later_and_later_for_seven_days() {
        let waits = waits(&Schedule::default(), Encoding::Fft);
        assert_eq!(waits[..8], [5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200]);
        assert!(waits[8..].iter().all(|wait| *wait == 43_200));
        let all: u64 = waits.iter().sum();
        assert!((6 * 86_400..=7 * 86_400).contains(&all), "{all} s in all");
    }

    #[test]
    fn partssource_is_called_eight_times() {
        assert_eq!(waits(&Schedule::default(), Encoding::PartsSource).len(), 7);
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_but_not_for_ever() {
        let schedule = Schedule::default();
        let tried = Tried { times: 1, first: Time(0) };
        let next = |seconds| {
            let asked = Some(Duration::from_secs(seconds));
            schedule.next(tried, Time(0), Encoding::Fft, asked, 0).map(|at| at.0 / 1_000)
        };
        assert_eq!(next(1), Some(5));
        assert_eq!(next(60), Some(60));
        assert_eq!(next(u64::MAX), Some(43_200));
    }

    #[test]
    fn those_that_failed_together_come_back_apart() {
        let schedule = Schedule::default();
        let tried = Tried { times: 1, first: Time(0) };
        let next = |chance| schedule.next(tried, Time(0), Encoding::Fft, None, chance);
        assert_eq!(next(0), Some(Time(5_000)));
        assert_eq!(next(999), Some(Time(5_499)));
    }
}
