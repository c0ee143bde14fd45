//! How long the futures of one thread wait for what may never come.
//!
//! A file of its own because a timer for each request is put into the runtime's wheel under a lock
//! and taken out again, and hardly one ever rings. Here a future that has to wait is noted in a
//! list of its thread, and one task for all of them wakes those whose time is over. So no limit is
//! cut short, and none lasts more than a tick too long.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

/// How often the list is looked through: short beside every limit, long beside a request.
const TICK: Duration = Duration::from_millis(100);

thread_local! {
    static WAITING: RefCell<Waiting> = const { RefCell::new(Waiting::nobody()) };
}

/// What `future` comes to within a limit, which begins when it first has to wait.
pub(crate) fn within<F: Future>(limit: Duration, future: Pin<&mut F>) -> Within<'_, F> {
    Within { future, limit, place: None }
}

/// A future with a limit; it comes to nothing if the limit was first.
pub(crate) struct Within<'a, F> {
    future: Pin<&'a mut F>,
    limit: Duration,
    place: Option<Place>,
}

/// A future's place in its thread's list; it is given back when this is dropped.
struct Place {
    index: usize,
    until: Until,
}

/// When patience ends; never, if the limit is beyond all clocks.
type Until = Option<Instant>;

/// Those of one thread that wait.
struct Waiting {
    places: Vec<Option<(Until, Waker)>>,
    free: Vec<usize>,
    /// Whether a task looks through the list.
    ticks: bool,
}

/// The task that looks through the list, as long as there is anybody in it.
struct Ticker;

impl<F: Future> Future for Within<'_, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let this = self.get_mut();
        if let Poll::Ready(done) = this.future.as_mut().poll(ctx) {
            return Poll::Ready(Some(done));
        }
        match &this.place {
            None if this.limit.is_zero() => return Poll::Ready(None),
            None => this.place = Some(Place::take(this.limit, ctx.waker())),
            Some(place) if is_over(place.until, Instant::now()) => return Poll::Ready(None),
            Some(place) => place.wakes(ctx.waker()),
        }
        Poll::Pending
    }
}

impl Place {
    fn take(limit: Duration, waker: &Waker) -> Place {
        let until = Instant::now().checked_add(limit);
        let seat = Some((until, waker.clone()));
        WAITING.with_borrow_mut(|waiting| {
            if !waiting.ticks {
                waiting.ticks = true;
                actix_web::rt::spawn(Ticker.run());
            }
            let index = waiting.free.pop().unwrap_or_else(|| {
                waiting.places.push(None);
                waiting.places.len() - 1
            });
            waiting.places[index] = seat;
            Place { index, until }
        })
    }

    /// Notes whom to wake, if that is somebody else by now.
    fn wakes(&self, waker: &Waker) {
        let other = WAITING.with_borrow_mut(|waiting| match &mut waiting.places[self.index] {
            Some((_, noted)) if !noted.will_wake(waker) => {
                Some(std::mem::replace(noted, waker.clone()))
            }
            _ => None,
        });
        drop(other); // outside of the list, like the last one
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // When the thread ends, the list may be gone before. A waker is dropped outside of it: that
        // can be the end of a task, with places of its own.
        let last = WAITING.try_with(|waiting| {
            let mut waiting = waiting.borrow_mut();
            waiting.free.push(self.index);
            waiting.places[self.index].take()
        });
        drop(last);
    }
}

impl Waiting {
    const fn nobody() -> Waiting {
        Waiting { places: Vec::new(), free: Vec::new(), ticks: false }
    }

    /// Wakes those whose time is over; whether anybody is there.
    fn look(&self, now: Instant) -> bool {
        let waits = self.places.iter().flatten();
        waits.filter(|(until, _)| is_over(*until, now)).for_each(|(_, waker)| waker.wake_by_ref());
        self.free.len() < self.places.len()
    }
}

impl Ticker {
    async fn run(self) {
        let mut ticks = tokio::time::interval_at(Instant::now() + TICK, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while WAITING.with_borrow(|waiting| waiting.look(Instant::now())) {
            ticks.tick().await;
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        // At its end, or with a runtime that ends before its thread.
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().ticks = false);
    }
}

fn is_over(until: Until, now: Instant) -> bool {
    until.is_some_and(|until| until <= now)
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;

    use futures_util::future::join;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(3);

    fn waiting() -> (usize, bool) {
        WAITING.with_borrow(|waiting| (waiting.places.iter().flatten().count(), waiting.ticks))
    }

    async fn never(limit: Duration) -> Option<()> {
        within(limit, pin!(pending())).await
    }

    /// Runs a test on a thread as a door has it, with a time that moves when all wait.
    fn by_hand(test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, test);
    }

    #[test]
    fn what_is_there_at_once_is_not_noted() {
        by_hand(async {
            assert_eq!(within(LIMIT, pin!(ready(7))).await, Some(7));
            assert_eq!(within(Duration::ZERO, pin!(ready(7))).await, Some(7));
            assert_eq!(waiting(), (0, false));
        });
    }

    #[test]
    fn a_limit_is_not_cut_short_and_lasts_a_tick_too_long_at_most() {
        by_hand(async {
            for after_ms in [0, 1, 99, 100, 150] {
                let start = Instant::now();
                let early = never(LIMIT * 2);
                let late = async {
                    tokio::time::sleep(Duration::from_millis(after_ms)).await;
                    let start = Instant::now();
                    assert_eq!(never(LIMIT).await, None);
                    let took = start.elapsed();
                    assert!((LIMIT..=LIMIT + TICK).contains(&took), "{took:?}");
                };
                assert_eq!(join(early, late).await.0, None);
                assert!(start.elapsed() <= LIMIT * 2 + TICK);
            }
            assert_eq!(never(Duration::ZERO).await, None);
        });
    }

    #[test]
    fn what_comes_in_time_has_come_and_leaves_no_trace() {
        by_hand(async {
            let soon = async {
                tokio::time::sleep(LIMIT / 2).await;
                7
            };
            let both = join(within(LIMIT, pin!(soon)), never(LIMIT)).await;
            assert_eq!(both, (Some(7), None));
            tokio::time::sleep(TICK).await;
            assert_eq!(waiting(), (0, false));
        });
    }

    #[test]
    fn who_gives_up_waiting_leaves_no_trace_and_neither_does_a_runtime() {
        by_hand(async {
            let given_up = tokio::time::timeout(TICK / 2, never(LIMIT));
            assert!(given_up.await.is_err());
            let given_up = tokio::time::timeout(TICK * 2, never(Duration::MAX));
            assert!(given_up.await.is_err());
            assert_eq!(waiting(), (0, true));
        });
        assert_eq!(waiting(), (0, false));
        by_hand(async {
            assert_eq!(never(LIMIT).await, None);
        });
    }
}
