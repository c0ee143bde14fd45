//! The follower's thread: when it takes a turn, and how it ends.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::{FollowerByHand, Options, Progress, Turn};
use crate::commit::{Commits, Release};
use crate::store::Store;

/// How often an idle follower looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Under traffic it rests so many times as long as it worked.
const REST: u32 = 9;
/// Fewer records than this during a turn are no traffic.
const QUIET_RECORDS: u64 = 64;
/// How long it waits before it tries again what went wrong.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The follower of a journal. Dropped, it stops as [`Follower::stop`] does.
pub struct Follower {
    thread: Option<JoinHandle<()>>,
    stop: Arc<Stop>,
    progress: Arc<Progress>,
}

/// Whether to stop, for a thread that waits.
#[derive(Default)]
struct Stop {
    is_asked: Mutex<bool>,
    asked: Condvar,
}

impl Follower {
    /// Starts a thread that folds what `commits` makes durable into `store`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start<R: Release>(
        store: Arc<Store>,
        commits: Commits<R>,
        options: Options,
    ) -> io::Result<Follower> {
        let by_hand = FollowerByHand::new(store, commits.archive(), options);
        let progress = by_hand.progress();
        let stop = Arc::new(Stop::default());
        let asked = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("snapshot-follower".into())
            .spawn(move || follow(by_hand, &commits, &asked))?;
        Ok(Follower { thread: Some(thread), stop, progress })
    }

    /// How far it is, for others to see.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Folds what is durable by now, and ends.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        *self.stop.is_asked.lock() = true;
        self.stop.asked.notify_all();
        if let Some(thread) = self.thread.take()
            && let Err(panic) = thread.join()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if self.thread.is_some() && !std::thread::panicking() {
            self.end();
        }
    }
}

impl Stop {
    /// Waits, unless it is time to stop; answers whether it is.
    fn within(&self, time: Duration) -> bool {
        let mut is_asked = self.is_asked.lock();
        if !*is_asked {
            self.asked.wait_for(&mut is_asked, time);
        }
        *is_asked
    }
}

fn follow<R: Release>(mut follower: FollowerByHand, commits: &Commits<R>, stop: &Stop) {
    stand_back(follower.options.nice);
    let (lag, retire_every) = (follower.options.lag, follower.options.retire_every);
    let mut retired = Instant::now();
    loop {
        // Read before the turn: what was durable when the stop was asked for is folded in.
        let is_asked = stop.within(Duration::ZERO);
        let (began, durable) = (Instant::now(), commits.durable().lsn);
        match follower.turn() {
            Ok(Turn::Folded(_)) if is_asked => {}
            Ok(Turn::Folded(_)) => {
                let came = commits.durable().lsn.0 - durable.0;
                let behind = durable.0.saturating_sub(follower.position().lsn.0);
                if came > QUIET_RECORDS && behind < follower.options.behind_max {
                    stop.within(began.elapsed() * REST); // the traffic needs the cores more
                } else if behind == 0 {
                    stop.within(lag);
                }
            }
            Ok(Turn::SetAside) => {}
            Ok(Turn::Idle) if is_asked => return,
            Ok(Turn::Idle) if commits.has_ended() => drop(stop.within(LOOK_EVERY)),
            Ok(Turn::Idle) => {
                if retired.elapsed() >= retire_every {
                    retired = Instant::now();
                    if let Err(error) = follower.retire() {
                        tracing::error!(?error, "the journal keeps what it might drop");
                    }
                }
                let here = follower.position().lsn;
                if commits.wait_beyond(here, LOOK_EVERY).lsn > here {
                    stop.within(lag); // more gathers meanwhile
                }
            }
            Err(error) => {
                tracing::error!(?error, "the snapshot does not follow the journal");
                if is_asked || stop.within(RETRY_AFTER) {
                    return;
                }
            }
        }
    }
}

/// Lets the threads of the traffic go first. On Linux a thread has a priority of its own.
fn stand_back(nice: i32) {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), nice) {
        tracing::warn!(%error, "the follower runs at the priority of the traffic");
    }
}
