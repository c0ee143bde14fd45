//! A subscription: who wants to be told what, and where.
//!
//! The core keeps subscriptions with the tenant and tells nobody anything: whoever carries news
//! out reads them, and knows what the names of events mean.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{SubscriptionId, Version};
use crate::limits::SECRET_OVERLAP;
use crate::reply::StoredReply;
use crate::time::Time;

/// Who wants to be told what, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// When it was made: what happened before is not told.
    pub created: Time,
    /// What is wanted.
    pub wish: Wish,
    /// The reply of the last request that made or changed it under a key.
    pub reply: Option<Arc<StoredReply>>,
    /// Its version.
    pub version: Version,
    /// Whether nothing goes out until it is active again; nothing is lost meanwhile.
    pub is_paused: bool,
    /// The secret before this one, and until when calls are signed with both.
    pub before: Option<(Secret<[u8; 32]>, Time)>,
    /// Since when all is told again, if somebody asked for that.
    pub replay: Replay,
}

/// That all after a record is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Replay {
    /// How often that was asked for: whoever carries news out begins anew when it grows.
    pub times: u32,
    /// The LSN of the record, as it was asked for last.
    pub after: u64,
}

/// What is wanted of a subscription. It never changes, but for the secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wish {
    /// What people call it.
    pub name: SmolStr,
    /// The event, in one of the doors' words; `*` is every event.
    pub event: SmolStr,
    /// Where calls go: an address that was checked by the door.
    pub url: SmolStr,
    /// Headers of every call, which may hold a credential of the receiver.
    pub headers: Vec<(SmolStr, Secret<SmolStr>)>,
    /// How calls are written.
    pub encoding: Encoding,
    /// All must fit: what happens elsewhere is not told.
    pub contexts: Vec<Context>,
    /// What calls are signed with.
    pub secret: Secret<[u8; 32]>,
    /// Further events, besides the one above.
    pub also: Vec<SmolStr>,
    /// The LSN of the record that calls begin after; none means with what happens from now on.
    pub after: Option<u64>,
}

/// How calls are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// As fulfillmenttools does.
    #[default]
    Fft,
    /// As a CloudEvent in JSON.
    CloudEvents,
    /// As Standard Webhooks says.
    Standard,
    /// As PartsSource does.
    PartsSource,
}

/// A place that events must have happened at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Context {
    /// One of these locations, by id.
    Locations(Vec<SmolStr>),
    /// One of these groups of locations. There are none, so nothing fits.
    Groups(Vec<SmolStr>),
}

/// What is asked of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Calls go out, or wait.
    Activate(bool),
    /// Calls are signed with this from now on, and for a day with the old secret, too.
    Rotate(Secret<[u8; 32]>),
    /// All after the record with this LSN is told again.
    Replay(u64),
}

/// What became of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Calls wait from now on.
    Paused,
    /// Calls go out again.
    Resumed,
    /// Calls are signed with this, and until then with the old secret, too.
    Rotated {
        /// What they are signed with.
        secret: Secret<[u8; 32]>,
        /// Until when the old secret counts.
        until: Time,
    },
    /// All after the record with this LSN is told again.
    Replayed {
        /// The record's LSN.
        after: u64,
    },
}

impl Action {
    /// The action's name, as records, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Action::Activate(true) => "ResumeSubscription",
            Action::Activate(false) => "PauseSubscription",
            Action::Rotate(_) => "RotateSubscription",
            Action::Replay(_) => "ReplaySubscription",
        }
    }
}

impl Wish {
    /// All events that it is to.
    pub fn events(&self) -> impl Iterator<Item = &SmolStr> + Clone {
        std::iter::once(&self.event).chain(&self.also)
    }
}

impl Subscription {
    /// A subscription that was made now.
    pub fn new(id: SubscriptionId, wish: Wish, now: Time) -> Subscription {
        Subscription {
            id,
            created: now,
            wish,
            reply: None,
            version: Version::FIRST,
            is_paused: false,
            before: None,
            replay: Replay::default(),
        }
    }

    /// The secrets that calls are signed with at this time, the newest first.
    pub fn secrets(&self, now: Time) -> impl Iterator<Item = &[u8; 32]> {
        let before = self.before.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(&self.wish.secret.0).chain(before.map(|(secret, _)| &secret.0))
    }
}

/// What carries an action out; none if it is so already.
pub fn decide(subscription: &Subscription, action: Action, now: Time) -> Option<Event> {
    match action {
        Action::Activate(true) if subscription.is_paused => Some(Event::Resumed),
        Action::Activate(false) if !subscription.is_paused => Some(Event::Paused),
        Action::Activate(_) => None,
        Action::Rotate(secret) => Some(Event::Rotated { secret, until: now + SECRET_OVERLAP }),
        Action::Replay(after) => Some(Event::Replayed { after }),
    }
}

/// Makes an event true.
pub fn apply(subscription: &mut Subscription, event: &Event) {
    subscription.version = subscription.version.next();
    match event {
        Event::Paused => subscription.is_paused = true,
        Event::Resumed => subscription.is_paused = false,
        Event::Rotated { secret, until } => {
            let before = std::mem::replace(&mut subscription.wish.secret, secret.clone());
            subscription.before = Some((before, *until));
        }
        Event::Replayed { after } => {
            let times = subscription.replay.times + 1;
            subscription.replay = Replay { times, after: *after };
        }
    }
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Secret<T>(pub T);

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription() -> Subscription {
        let wish = Wish {
            name: "x".into(),
            event: "order.created".into(),
            url: "https://shop.example.com/".into(),
            headers: Vec::new(),
            encoding: Encoding::Standard,
            contexts: Vec::new(),
            secret: Secret([1; 32]),
            also: vec!["stock.created".into()],
            after: None,
        };
        Subscription::new(SubscriptionId::of(Time(1), 1), wish, Time(1))
    }

    fn play(subscription: &mut Subscription, action: Action, now: Time) -> Option<Event> {
        let event = decide(subscription, action, now)?;
        apply(subscription, &event);
        Some(event)
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret("hush")), "(secret)");
    }

    #[test]
    fn for_a_day_both_secrets_are_good() {
        let mut it = subscription();
        let signs = |it: &Subscription, now| it.secrets(now).map(|it| it[0]).collect::<Vec<u8>>();
        play(&mut it, Action::Rotate(Secret([2; 32])), Time(0));
        let day = Time(24 * 3_600_000);
        assert_eq!(signs(&it, Time(day.0 - 1)), [2, 1]);
        assert_eq!(signs(&it, day), [2]);
        play(&mut it, Action::Rotate(Secret([3; 32])), Time(1));
        assert_eq!(signs(&it, Time(1)), [3, 2], "the first is not good any more");
        assert_eq!(it.version, Version(3));
    }

    #[test]
    fn what_is_so_already_changes_nothing() {
        let mut it = subscription();
        assert_eq!(play(&mut it, Action::Activate(true), Time(1)), None);
        assert_eq!(play(&mut it, Action::Activate(false), Time(1)), Some(Event::Paused));
        assert_eq!(play(&mut it, Action::Activate(false), Time(1)), None);
        assert!(it.is_paused && it.version == Version(2));
        assert_eq!(play(&mut it, Action::Activate(true), Time(1)), Some(Event::Resumed));
    }

    #[test]
    fn each_replay_counts() {
        let mut it = subscription();
        for times in 1..3 {
            play(&mut it, Action::Replay(7), Time(1));
            assert_eq!(it.replay, Replay { times, after: 7 });
        }
    }
}
