//! What is under way for one subscription: a bounded queue, in order per thing, and its position.
//!
//! No I/O and no clock: what to call next, what a call's end means, how far all is settled.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use snapshots::Lsn;
use workflow::id::TenantId;
use workflow::subscription::Subscription;
use workflow::time::Time;

use super::call::Call;
use super::schedule::{Schedule, Tried};
use crate::limits::{CALLS_AT_ONCE_MAX, CALLS_WAITING_BYTES_MAX, CALLS_WAITING_MAX};

/// What is under way for one subscription.
pub(super) struct Target {
    pub(super) tenant: TenantId,
    pub(super) subscription: Arc<Subscription>,
    /// Whether the record that made the subscription was passed: calls begin after it.
    pub(super) has_begun: bool,
    /// All up to this record were looked at.
    pub(super) read: Lsn,
    calls: VecDeque<Pending>,
    /// Of the bodies of these calls.
    bytes: usize,
    next_number: u64,
    running: usize,
    /// The target has trouble: nothing goes out before this, and then one call to try it.
    pause: Option<Time>,
    /// What is known of calls that failed before a restart.
    remembered: BTreeMap<String, Tried>,
}

struct Pending {
    number: u64,
    lsn: Lsn,
    call: Call,
    tried: Tried,
    due: Time,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waits,
    Runs,
    Settled,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was taken.
    Taken,
    /// It was not; perhaps the next is.
    Failed {
        /// Whether the target has trouble, so that others would fail too.
        is_slow: bool,
        /// What the target asked for.
        retry_after: Option<std::time::Duration>,
    },
}

/// A call that may be made now.
pub(super) struct Ready {
    pub(super) number: u64,
    pub(super) call: Call,
    /// Which attempt this is, from 1.
    pub(super) attempt: u32,
}

impl Target {
    /// A target whose calls begin after a place; `has_begun` if it was settled up to there before.
    pub(super) fn new(
        tenant: TenantId,
        subscription: Arc<Subscription>,
        (read, has_begun): (Lsn, bool),
        remembered: BTreeMap<String, Tried>,
    ) -> Target {
        Target {
            tenant,
            subscription,
            has_begun,
            read,
            calls: VecDeque::new(),
            bytes: 0,
            next_number: 0,
            running: 0,
            pause: None,
            remembered,
        }
    }

    /// Whether it takes more calls. One that is paused stays where it is.
    pub(super) fn has_room(&self) -> bool {
        self.calls.len() < CALLS_WAITING_MAX
            && self.bytes < CALLS_WAITING_BYTES_MAX
            && !self.subscription.is_paused
    }

    /// Takes in what became of the subscription. If all after a record is to be told again, that
    /// begins now: calls under way end, but what they come to does not count.
    pub(super) fn follow(&mut self, subscription: Arc<Subscription>) {
        if subscription.replay.times > self.subscription.replay.times {
            self.calls.clear();
            self.remembered.clear();
            (self.bytes, self.pause) = (0, None);
            (self.read, self.has_begun) = (Lsn(subscription.replay.after), true);
        }
        self.subscription = subscription;
    }

    /// How many calls are not settled.
    pub(super) fn waiting(&self) -> usize {
        self.calls.iter().filter(|it| it.stage != Stage::Settled).count()
    }

    /// Takes in the calls of the next record.
    pub(super) fn offer(&mut self, lsn: Lsn, calls: Vec<Call>) {
        assert!(lsn > self.read, "records are offered once and in order");
        self.read = lsn;
        for call in calls {
            let tried = self.remembered.remove(&call.id).unwrap_or_default();
            let (number, due, stage) = (self.next_number, Time(0), Stage::Waits);
            self.next_number += 1;
            self.bytes += call.body.len();
            self.calls.push_back(Pending { number, lsn, call, tried, due, stage });
        }
    }

    /// The next call to make: it is due, nothing about the same thing is before it, and the
    /// target may be called.
    pub(super) fn take_ready(&mut self, now: Time) -> Option<Ready> {
        let running_max = if self.pause.is_some() { 1 } else { CALLS_AT_ONCE_MAX };
        if self.subscription.is_paused
            || self.running >= running_max
            || self.pause.is_some_and(|until| until > now)
        {
            return None;
        }
        let at = self.first_ready(now)?;
        self.running += 1;
        let pending = &mut self.calls[at];
        pending.stage = Stage::Runs;
        let (number, attempt) = (pending.number, pending.tried.times + 1);
        Some(Ready { number, call: pending.call.clone(), attempt })
    }

    fn first_ready(&self, now: Time) -> Option<usize> {
        let is_first = |at: usize, about| {
            let before = self.calls.iter().take(at);
            !before.clone().any(|it| it.stage != Stage::Settled && it.call.about == about)
        };
        let mut all = self.calls.iter().enumerate();
        let ready = all.find(|(at, it)| {
            it.stage == Stage::Waits && it.due <= now && is_first(*at, it.call.about)
        });
        ready.map(|(at, _)| at)
    }

    /// When the next call may be made, if none may now for the time only.
    pub(super) fn next_due(&self) -> Option<Time> {
        if self.subscription.is_paused {
            return None;
        }
        let waiting = self.calls.iter().filter(|it| it.stage == Stage::Waits);
        let due = waiting.map(|it| it.due).min()?;
        Some(due.max(self.pause.unwrap_or(Time(0))))
    }

    /// The id of a call, and which attempt of it is under way.
    pub(super) fn attempt(&self, number: u64) -> Option<(&str, u32)> {
        let pending = self.calls.iter().find(|it| it.number == number)?;
        Some((&pending.call.id, pending.tried.times + 1))
    }

    /// A call has ended; tells whether it was given up.
    pub(super) fn ended(
        &mut self,
        number: u64,
        end: End,
        now: Time,
        schedule: &Schedule,
        chance: u64,
    ) -> bool {
        self.running -= 1;
        let encoding = self.subscription.wish.encoding;
        let Some(pending) = self.calls.iter_mut().find(|it| it.number == number) else {
            return false;
        };
        let mut is_given_up = false;
        match end {
            End::Taken => {
                pending.stage = Stage::Settled;
                self.pause = None;
            }
            End::Failed { is_slow, retry_after } => {
                if pending.tried.times == 0 {
                    pending.tried.first = now;
                }
                pending.tried.times += 1;
                match schedule.next(pending.tried, now, encoding, retry_after, chance) {
                    Some(due) => {
                        (pending.due, pending.stage) = (due, Stage::Waits);
                        if is_slow {
                            self.pause = Some(self.pause.map_or(due, |until| until.max(due)));
                        }
                    }
                    None => {
                        pending.stage = Stage::Settled;
                        is_given_up = true;
                    }
                }
            }
        }
        while let Some(settled) = self.calls.pop_front_if(|it| it.stage == Stage::Settled) {
            self.bytes -= settled.call.body.len();
        }
        is_given_up
    }

    /// All up to this record is settled.
    pub(super) fn position(&self) -> Lsn {
        self.calls.front().map_or(self.read, |first| first.lsn.before())
    }

    /// The calls that failed and will be made again, by their ids.
    pub(super) fn tried(&self) -> BTreeMap<String, Tried> {
        let failed = self.calls.iter().filter(|it| it.stage != Stage::Settled);
        let failed = failed.filter(|it| it.tried.times > 0);
        let mut tried = self.remembered.clone();
        tried.extend(failed.map(|it| (it.call.id.clone(), it.tried)));
        tried
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use workflow::id::{OrderId, SubscriptionId};
    use workflow::subscription::{self, Encoding, Secret, Wish};

    use super::*;
    use crate::feed::Subject;

    const SLOW: End = End::Failed { is_slow: true, retry_after: None };
    const FAILED: End = End::Failed { is_slow: false, retry_after: None };

    fn target() -> Target {
        let wish = Wish {
            name: "x".into(),
            event: "*".into(),
            url: "https://shop.example.com/".into(),
            headers: Vec::new(),
            encoding: Encoding::Fft,
            contexts: Vec::new(),
            secret: Secret([0; 32]),
            also: Vec::new(),
            after: None,
        };
        let id = SubscriptionId::of(Time(1), 1);
        let subscription = Subscription::new(id, wish, Time(1));
        let tenant = TenantId::parse("default").unwrap();
        Target::new(tenant, Arc::new(subscription), (Lsn(0), true), BTreeMap::new())
    }

    fn call(id: &str, order: u64) -> Call {
        let about = Subject::Order(OrderId::of(Time(1), order));
        let (content_type, body) = ("application/json", Bytes::new());
        Call { id: id.into(), about, content_type, body }
    }

    fn ready(target: &mut Target, now: Time) -> Vec<(u64, String)> {
        let mut ready = Vec::new();
        while let Some(next) = target.take_ready(now) {
            ready.push((next.number, next.call.id));
        }
        ready
    }

    fn names(ready: &[(u64, String)]) -> Vec<&str> {
        ready.iter().map(|(_, id)| id.as_str()).collect()
    }

    #[test]
    fn calls_about_one_order_go_one_after_the_other() {
        let (mut target, schedule) = (target(), Schedule::default());
        target.offer(Lsn(1), vec![call("a1", 1), call("b1", 2)]);
        target.offer(Lsn(2), vec![call("a2", 1)]);
        let first = ready(&mut target, Time(0));
        assert_eq!(names(&first), ["a1", "b1"]);
        assert!(!target.ended(first[0].0, FAILED, Time(0), &schedule, 0));
        target.ended(first[1].0, End::Taken, Time(0), &schedule, 0);
        assert_eq!(target.position(), Lsn(0), "a1 is not settled");
        assert!(ready(&mut target, Time(4_999)).is_empty());
        let again = ready(&mut target, Time(5_000));
        assert_eq!(names(&again), ["a1"]);
        target.ended(again[0].0, End::Taken, Time(5_000), &schedule, 0);
        assert_eq!(target.position(), Lsn(1));
        let last = ready(&mut target, Time(5_000));
        target.ended(last[0].0, End::Taken, Time(5_000), &schedule, 0);
        assert_eq!((target.position(), target.waiting()), (Lsn(2), 0));
    }

    #[test]
    fn one_that_fails_does_not_hold_up_another_order() {
        let (mut target, schedule) = (target(), Schedule::default());
        target.offer(Lsn(1), vec![call("a1", 1)]);
        let first = ready(&mut target, Time(0));
        target.ended(first[0].0, FAILED, Time(0), &schedule, 0);
        target.offer(Lsn(2), vec![call("b1", 2)]);
        assert_eq!(names(&ready(&mut target, Time(1))), ["b1"]);
    }

    #[test]
    fn a_target_in_trouble_gets_one_call_until_it_takes_one() {
        let (mut target, schedule) = (target(), Schedule::default());
        target.offer(Lsn(1), (0..4).map(|n| call(&format!("c{n}"), n)).collect());
        for (number, _) in ready(&mut target, Time(0)) {
            target.ended(number, SLOW, Time(0), &schedule, 0);
        }
        assert_eq!(target.next_due(), Some(Time(5_000)));
        assert!(ready(&mut target, Time(4_999)).is_empty());
        let probe = ready(&mut target, Time(5_000));
        assert_eq!(probe.len(), 1);
        target.ended(probe[0].0, End::Taken, Time(5_000), &schedule, 0);
        assert_eq!(ready(&mut target, Time(5_000)).len(), 3);
    }

    #[test]
    fn a_call_that_fails_for_too_long_is_dropped() {
        let mut target = target();
        let give_up_after = Duration::from_secs(10);
        let schedule = Schedule { delays: vec![Duration::from_secs(6)], give_up_after };
        target.offer(Lsn(1), vec![call("a1", 1)]);
        let first = ready(&mut target, Time(0));
        assert!(!target.ended(first[0].0, FAILED, Time(0), &schedule, 0));
        assert_eq!(target.tried()["a1"], Tried { times: 1, first: Time(0) });
        let again = ready(&mut target, Time(6_000));
        assert!(target.ended(again[0].0, FAILED, Time(6_000), &schedule, 0));
        assert_eq!((target.position(), target.tried().len()), (Lsn(1), 0));
    }

    fn changed(target: &Target, event: &subscription::Event) -> Arc<Subscription> {
        let mut now = target.subscription.as_ref().clone();
        subscription::apply(&mut now, event);
        Arc::new(now)
    }

    #[test]
    fn one_that_is_paused_keeps_its_calls_and_takes_no_more() {
        let mut target = target();
        target.offer(Lsn(1), vec![call("a1", 1)]);
        target.follow(changed(&target, &subscription::Event::Paused));
        assert!(ready(&mut target, Time(0)).is_empty() && !target.has_room());
        assert_eq!((target.next_due(), target.position()), (None, Lsn(0)));
        target.follow(changed(&target, &subscription::Event::Resumed));
        assert_eq!(names(&ready(&mut target, Time(0))), ["a1"]);
    }

    /// What was under way when all is told again does not settle what is told then.
    #[test]
    fn a_replay_begins_after_its_record() {
        let (mut target, schedule) = (target(), Schedule::default());
        target.offer(Lsn(7), vec![call("a1", 1), call("b1", 2)]);
        let before = ready(&mut target, Time(0));
        target.follow(changed(&target, &subscription::Event::Replayed { after: 3 }));
        assert_eq!((target.position(), target.read, target.waiting()), (Lsn(3), Lsn(3), 0));
        target.offer(Lsn(7), vec![call("a1", 1)]);
        for (number, _) in before {
            assert!(!target.ended(number, End::Taken, Time(0), &schedule, 0));
        }
        assert_eq!(target.position(), Lsn(6), "a1 is to be told again");
        let again = ready(&mut target, Time(0));
        target.ended(again[0].0, End::Taken, Time(0), &schedule, 0);
        assert_eq!(target.position(), Lsn(7));
        // The same state of the subscription, learned again, begins nothing.
        target.follow(target.subscription.clone());
        assert_eq!(target.position(), Lsn(7));
    }

    #[test]
    fn a_queue_is_bounded() {
        let mut target = target();
        for lsn in 1..=CALLS_WAITING_MAX as u64 {
            assert!(target.has_room());
            target.offer(Lsn(lsn), vec![call("a", lsn)]);
        }
        assert!(!target.has_room());
    }

    #[test]
    fn large_bodies_fill_a_queue_sooner() {
        let mut target = target();
        let body = Bytes::from(vec![b'x'; CALLS_WAITING_BYTES_MAX / 2]);
        target.offer(Lsn(1), vec![Call { body: body.clone(), ..call("a", 1) }]);
        assert!(target.has_room());
        target.offer(Lsn(2), vec![Call { body, ..call("b", 2) }]);
        assert!(!target.has_room());
        for (number, _) in ready(&mut target, Time(0)) {
            target.ended(number, End::Taken, Time(0), &Schedule::default(), 0);
        }
        assert!(target.has_room());
    }
}
