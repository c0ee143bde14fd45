//! Where Certus gets its time. The only file that reads the computer's clock.
//!
//! Record time never goes back, restarts included (P5). When the computer's clock steps back, the
//! last value is held. When it leaps ahead of the monotonic clock by more than a minute, it is not
//! believed: time goes on by the monotonic clock, and a warning says so, so that no wrong clock
//! expires every promise at once, until an operator accepts it. Time while the process was down
//! counts as passed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use workflow::time::{Millis, Time};

/// How far the computer's clock may leap ahead of the monotonic clock and still be believed.
const LEAP_MAX: Millis = Millis::minutes(1);

/// Where a shard gets its time.
#[derive(Clone, Debug)]
pub enum Pace {
    /// From the computer.
    RealTime {
        /// The last time that was given out, for clocks to see.
        last: Arc<AtomicI64>,
        /// A time that was believed, and the monotonic clock then.
        believed: (Time, Instant),
        /// Whether the computer's clock is not believed now.
        alarmed: bool,
    },
    /// From whoever moves it: it stands still until told to advance.
    ByHand {
        /// The time, for clocks to see.
        now: Arc<AtomicI64>,
    },
}

/// How a clock stands, for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockView {
    /// The time that records get.
    pub now: Time,
    /// What the computer's clock says.
    pub computer: Time,
    /// Whether it is believed; if not, it has leapt ahead, and time goes on without it.
    pub is_believed: bool,
    /// Whether time stands still until it is moved; then there is no other clock.
    pub is_by_hand: bool,
}

/// The time for those who decide nothing that is recorded: whether a credential has ended. It is
/// never behind the last record, and a computer's clock that leaps is believed here: it ends
/// credentials early at worst.
#[derive(Clone, Debug)]
pub struct Clock {
    last: Arc<AtomicI64>,
    is_real: bool,
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> Time {
        let last = Time(self.last.load(Ordering::Relaxed));
        if self.is_real { last.max(read_clocks().0) } else { last }
    }
}

impl Pace {
    /// The computer's time.
    pub fn real() -> Pace {
        let (now, monotonic) = read_clocks();
        let last = Arc::new(AtomicI64::new(now.0));
        Pace::RealTime { last, believed: (now, monotonic), alarmed: false }
    }

    /// A time that stands still at `now`.
    pub fn by_hand(now: Time) -> Pace {
        Pace::ByHand { now: Arc::new(AtomicI64::new(now.0)) }
    }

    /// Never gives out a time before `earliest`: the last record's, after a restart.
    pub fn not_before(&mut self, earliest: Time) {
        match self {
            Pace::RealTime { last, .. } | Pace::ByHand { now: last } => {
                last.fetch_max(earliest.0, Ordering::Relaxed);
            }
        }
    }

    /// The time now.
    pub fn now(&mut self) -> Time {
        match self {
            Pace::ByHand { now } => Time(now.load(Ordering::Relaxed)),
            Pace::RealTime { last, believed, alarmed } => {
                let (wall, monotonic) = read_clocks();
                let now = judge(wall, monotonic, believed, alarmed);
                // All shards have one, so that none is ever behind what another has recorded.
                now.max(Time(last.fetch_max(now.0, Ordering::Relaxed)))
            }
        }
    }

    /// Moves a time that stands still; tells whether it could.
    pub fn advance(&mut self, by: Millis) -> bool {
        match self {
            Pace::ByHand { now } => {
                let by = i64::try_from(by.0).unwrap_or(i64::MAX);
                now.fetch_add(by, Ordering::Relaxed);
                true
            }
            Pace::RealTime { .. } => false,
        }
    }

    /// Believes the computer's clock from now on, however far it has leapt: an operator says that it
    /// is right.
    pub fn accept(&mut self) {
        if let Pace::RealTime { believed, alarmed, .. } = self {
            let clocks = read_clocks();
            if *alarmed {
                tracing::warn!(wall = %clocks.0, "the clock that leapt ahead is accepted");
            }
            (*believed, *alarmed) = (clocks, false);
        }
    }

    /// How the clock stands.
    pub fn view(&mut self) -> ClockView {
        let now = self.now();
        match self {
            Pace::ByHand { .. } => {
                ClockView { now, computer: now, is_believed: true, is_by_hand: true }
            }
            Pace::RealTime { alarmed, .. } => {
                let (computer, is_believed) = (read_clocks().0, !*alarmed);
                ClockView { now, computer, is_believed, is_by_hand: false }
            }
        }
    }

    /// A clock for others, which goes as this does.
    pub fn clock(&self) -> Clock {
        match self {
            Pace::RealTime { last, .. } => Clock { last: last.clone(), is_real: true },
            Pace::ByHand { now } => Clock { last: now.clone(), is_real: false },
        }
    }

    /// Whether time stands still until it is moved.
    pub fn is_by_hand(&self) -> bool {
        matches!(self, Pace::ByHand { .. })
    }
}

/// The computer's clock if it is to be believed, else the monotonic clock's idea of it.
fn judge(
    wall: Time,
    monotonic: Instant,
    believed: &mut (Time, Instant),
    alarmed: &mut bool,
) -> Time {
    let passed = monotonic.saturating_duration_since(believed.1).as_millis();
    let expected = believed.0 + Millis(u64::try_from(passed).unwrap_or(u64::MAX));
    let leaps = wall > expected + LEAP_MAX;
    if leaps && !*alarmed {
        tracing::error!(%wall, %expected, "the clock leapt ahead; time goes on without it");
    }
    *alarmed = leaps;
    if leaps {
        return expected;
    }
    *believed = (wall, monotonic);
    wall
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn read_clocks() -> (Time, Instant) {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (Time(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)), Instant::now())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// P5: a clock that leaps ahead does not end promises; one that comes back is believed again.
    #[test]
    fn a_leap_ahead_is_not_believed() {
        let start = Instant::now();
        let mut believed = (Time(1_000), start);
        let mut alarmed = false;
        let later = start + Duration::from_millis(500);
        let year = Time(31_536_000_000);
        assert_eq!(judge(year, later, &mut believed, &mut alarmed), Time(1_500));
        assert!(alarmed);
        let back = start + Duration::from_millis(700);
        assert_eq!(judge(Time(1_710), back, &mut believed, &mut alarmed), Time(1_710));
        assert!(!alarmed);
    }

    /// P5: an operator says that it was right; until then nothing else does.
    #[test]
    fn a_leap_ahead_is_believed_once_it_is_accepted() {
        let Pace::RealTime { last, believed: (wall, monotonic), .. } = Pace::real() else {
            panic!("it is the computer's time")
        };
        let before = Time(wall.0 - 3_600_000); // as if the clock had leapt an hour since
        last.store(before.0, Ordering::Relaxed);
        let mut pace = Pace::RealTime { last, believed: (before, monotonic), alarmed: false };
        for _ in 0..2 {
            let view = pace.view();
            assert!(!view.is_believed && view.now < before + LEAP_MAX, "{view:?}");
            assert!(view.computer >= wall);
        }
        pace.accept();
        let view = pace.view();
        assert!(view.is_believed && view.now >= wall, "{view:?}");
        assert!(pace.now() >= wall);
    }

    /// P5: time never goes back.
    #[test]
    fn a_step_back_is_held() {
        let mut pace = Pace::real();
        let (now, mut timer) = (pace.now(), pace.clone());
        pace.not_before(now + Millis::hours(1));
        assert_eq!(pace.now(), now + Millis::hours(1));
        assert_eq!(timer.now(), now + Millis::hours(1), "what is due by the one is by the other");
    }

    #[test]
    fn time_by_hand_stands_still() {
        let mut pace = Pace::by_hand(Time(5));
        let clock = pace.clock();
        assert_eq!((pace.now(), clock.now()), (Time(5), Time(5)));
        assert!(pace.advance(Millis(3)));
        assert_eq!((pace.now(), clock.now()), (Time(8), Time(8)));
    }
}
