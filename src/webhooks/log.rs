//! The newest attempts to call, for whoever asks what came of them.
//!
//! In memory only: how far a subscription is settled is kept elsewhere, and for good.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use serde::Serialize;
use workflow::id::SubscriptionId;
use workflow::time::Time;

/// Attempts that are kept of one subscription.
const ATTEMPTS_KEPT: usize = 100;

/// The newest attempts of every subscription.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<BTreeMap<SubscriptionId, VecDeque<Attempt>>>);

/// One attempt to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// The event's id, the same for every attempt.
    pub(crate) event: String,
    /// Which attempt it was, from 1.
    pub(crate) attempt: u32,
    /// When it began.
    pub(crate) at: Time,
    /// What the receiver answered; none if no answer came.
    pub(crate) status: Option<u16>,
    /// What came of it.
    pub(crate) outcome: CallOutcome,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallOutcome {
    /// It was taken.
    Taken,
    /// It is made again.
    Failed,
    /// It is not made again.
    GivenUp,
}

impl Log {
    pub(super) fn note(&self, id: SubscriptionId, attempt: Attempt) {
        let mut all = self.0.lock();
        let own = all.entry(id).or_default();
        own.truncate(ATTEMPTS_KEPT - 1);
        own.push_front(attempt);
    }

    /// Forgets those that are not wanted any more.
    pub(super) fn retain(&self, is_known: impl Fn(&SubscriptionId) -> bool) {
        self.0.lock().retain(|id, _| is_known(id));
    }

    pub(super) fn of(&self, id: SubscriptionId) -> Vec<Attempt> {
        self.0.lock().get(&id).map_or_else(Vec::new, |own| own.iter().cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_come_first_and_are_few() {
        let (log, id) = (Log::default(), SubscriptionId::of(Time(1), 1));
        let attempt = |attempt| {
            let (event, at, status) = ("evt_1_0".to_owned(), Time(1), None);
            Attempt { event, attempt, at, status, outcome: CallOutcome::Failed }
        };
        for number in 0..=200 {
            log.note(id, attempt(number));
        }
        let kept: Vec<u32> = log.of(id).iter().map(|it| it.attempt).collect();
        assert_eq!((kept.len(), kept[0], kept[99]), (ATTEMPTS_KEPT, 200, 101));
        log.retain(|_| false);
        assert!(log.of(id).is_empty());
    }
}
