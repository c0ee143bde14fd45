//! How many requests a credential may send: a rate, and a burst on top of it (GCRA).
//!
//! Off unless it is configured, and then it costs a look into a map. A credential is its tenant
//! and its principal, so that a renewed token does not double what its holder may.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actors::Clock;
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use smol_str::{SmolStr, format_smolstr};

use super::Caller;
use crate::limits::RATES_KEPT;

/// The rates of all credentials.
pub(super) struct Rates {
    limiter: Limiter,
    clock: Ticks,
    burst: u32,
    per_second: u32,
    checks: AtomicU32,
}

type Limiter = RateLimiter<SmolStr, DashMapStateStore<SmolStr>, Ticks, StateInformationMiddleware>;

/// What is left of a credential's rate, as answers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many at once.
    pub(crate) quota: u32,
    /// In so many seconds all of them are there again.
    pub(crate) window_s: u32,
    /// How many are left.
    pub(crate) left: u32,
    /// In so many seconds there are more.
    pub(crate) more_in_s: u32,
    /// Whether this request was one too many.
    pub(crate) is_over: bool,
}

/// Every so many checks it is seen whether credentials can be forgotten.
const TIDY_EVERY: u32 = 4_096;

/// Our clock, as the limiter reads it.
#[derive(Clone, Debug)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let millis = self.0.now().0.max(0).cast_unsigned();
        Nanos::from(Duration::from_millis(millis))
    }
}

impl Rates {
    /// So many in a second, and so many at once.
    pub(super) fn of(per_second: NonZeroU32, burst: NonZeroU32, clock: Clock) -> Rates {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let clock = Ticks(clock);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        let checks = AtomicU32::new(0);
        Rates { limiter, clock, burst: burst.get(), per_second: per_second.get(), checks }
    }

    /// Counts a request.
    pub(super) fn check(&self, caller: &Caller) -> Rate {
        let key = format_smolstr!("{}\n{}", caller.tenant, caller.principal);
        let checked = self.limiter.check_key(&key);
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIDY_EVERY)
            && self.limiter.len() > RATES_KEPT
        {
            self.limiter.retain_recent();
        }
        let rate = Rate {
            quota: self.burst,
            window_s: self.burst.div_ceil(self.per_second),
            left: 0,
            more_in_s: 1,
            is_over: false,
        };
        match checked {
            Ok(state) => Rate { left: StateSnapshot::remaining_burst_capacity(&state), ..rate },
            Err(until) => Rate { more_in_s: self.wait_s(&until), is_over: true, ..rate },
        }
    }

    /// In how many whole seconds a request is let in again.
    fn wait_s(&self, until: &NotUntil<Nanos>) -> u32 {
        let wait = until.wait_time_from(governor::clock::Clock::now(&self.clock));
        u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
    }
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} in a second, {} at once", self.per_second, self.burst)
    }
}

#[cfg(test)]
mod tests {
    use actors::Pace;
    use workflow::time::{Millis, Time};

    use super::*;

    fn number(of: u32) -> NonZeroU32 {
        NonZeroU32::new(of).unwrap()
    }

    #[test]
    fn a_burst_is_let_in_and_then_the_rate() {
        let mut pace = Pace::by_hand(Time(1_768_212_843_517));
        let rates = Rates::of(number(2), number(4), pace.clock());
        let caller = Caller::anonymous();
        let left: Vec<u32> = (0..4).map(|_| rates.check(&caller).left).collect();
        assert_eq!(left, [3, 2, 1, 0]);
        let over = rates.check(&caller);
        assert!(over.is_over && over.left == 0);
        assert_eq!((over.quota, over.window_s, over.more_in_s), (4, 2, 1));
        let other = caller.clone().named_by("another");
        assert!(!rates.check(&other).is_over, "another's rate is another's");
        assert!(pace.advance(Millis(500)));
        assert!(!rates.check(&caller).is_over);
        assert!(rates.check(&caller).is_over);
    }

    #[test]
    fn who_was_not_seen_for_long_is_forgotten() {
        let mut pace = Pace::by_hand(Time(1_768_212_843_517));
        let rates = Rates::of(number(10), number(10), pace.clock());
        for round in 0..4 {
            for name in 0..RATES_KEPT {
                let principal = format_smolstr!("{round}-{name}");
                rates.check(&Caller { principal, ..Caller::anonymous() });
            }
            assert!(pace.advance(Millis(60_000)));
        }
        for _ in 0..=TIDY_EVERY {
            rates.check(&Caller::anonymous());
        }
        assert!(rates.limiter.len() <= RATES_KEPT + 1, "{}", rates.limiter.len());
    }
}
