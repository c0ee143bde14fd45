//! Who may come in: permits, counted per lane, so that what is too much is refused at the door.
//!
//! A file of its own because actix's mailboxes give no back-pressure (decision D9). Finishing a
//! sale has permits of its own, so that it goes on when starting one is shed. It never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::failure::Failure;
use crate::limits::{FINISH_PERMITS, OPERATE_PERMITS, START_PERMITS};

/// The permits of a server.
#[derive(Debug)]
pub struct Admission {
    start: Arc<Gate>,
    finish: Arc<Gate>,
    operate: Arc<Gate>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Start a sale: promise, order.
    Start,
    /// Finish a sale: confirm, extend, cancel.
    Finish,
    /// Look at something, or change stock and locations.
    Operate,
}

/// The right to be worked on. It travels with the work and ends with it, not with the handler: a
/// client that hangs up does not free it (F7). A request that asks several times has one: its
/// clones are the same permit, which ends with the last of them.
#[derive(Clone, Debug)]
pub struct Permit(#[expect(dead_code, reason = "it is held, and counts by that")] Arc<Place>);

/// A place in a lane, until it is dropped.
#[derive(Debug)]
struct Place(Arc<Gate>);

/// A lane's numbers, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneFigures {
    /// The lane.
    pub lane: Lane,
    /// Permits there are.
    pub limit: u32,
    /// Permits that are out.
    pub used: u32,
    /// Requests that got none, ever.
    pub shed: u64,
}

#[derive(Debug)]
struct Gate {
    limit: u32,
    used: AtomicU32,
    shed: AtomicU64,
}

impl Admission {
    /// So many permits per lane.
    pub fn of(start: u32, finish: u32, operate: u32) -> Admission {
        Admission { start: Gate::of(start), finish: Gate::of(finish), operate: Gate::of(operate) }
    }

    /// Takes a permit, or says at once that there is none.
    pub fn enter(&self, lane: Lane) -> Result<Permit, Failure> {
        let gate = self.gate(lane);
        if gate.used.fetch_add(1, Ordering::Relaxed) < gate.limit {
            return Ok(Permit(Arc::new(Place(gate.clone()))));
        }
        gate.used.fetch_sub(1, Ordering::Relaxed);
        gate.shed.fetch_add(1, Ordering::Relaxed);
        Err(Failure::Overloaded)
    }

    /// Every lane's numbers.
    pub fn figures(&self) -> [LaneFigures; 3] {
        [Lane::Start, Lane::Finish, Lane::Operate].map(|lane| {
            let gate = self.gate(lane);
            LaneFigures {
                lane,
                limit: gate.limit,
                used: gate.used.load(Ordering::Relaxed).min(gate.limit),
                shed: gate.shed.load(Ordering::Relaxed),
            }
        })
    }

    fn gate(&self, lane: Lane) -> &Arc<Gate> {
        match lane {
            Lane::Start => &self.start,
            Lane::Finish => &self.finish,
            Lane::Operate => &self.operate,
        }
    }
}

impl Default for Admission {
    fn default() -> Admission {
        Admission::of(START_PERMITS, FINISH_PERMITS, OPERATE_PERMITS)
    }
}

impl Lane {
    /// The lane's name, for metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Lane::Start => "start",
            Lane::Finish => "finish",
            Lane::Operate => "operate",
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    fn of(limit: u32) -> Arc<Gate> {
        Arc::new(Gate { limit, used: AtomicU32::new(0), shed: AtomicU64::new(0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_lane_sheds_and_the_others_go_on() {
        let admission = Admission::of(1, 1, 1);
        let inside = admission.enter(Lane::Start).unwrap();
        assert_eq!(admission.enter(Lane::Start).unwrap_err(), Failure::Overloaded);
        let finishing = admission.enter(Lane::Finish).unwrap();
        let [start, ..] = admission.figures();
        assert_eq!((start.used, start.shed), (1, 1));

        drop(inside);
        drop(finishing);
        assert!(admission.enter(Lane::Start).is_ok());
        assert!(admission.figures().iter().all(|lane| lane.used == 0));
    }

    #[test]
    fn a_permit_ends_with_the_last_of_its_clones() {
        let admission = Admission::of(1, 1, 1);
        let request = admission.enter(Lane::Operate).unwrap();
        let question = request.clone();
        assert_eq!(admission.figures()[2].used, 1);
        drop(request); // the client hung up, and the work goes on
        assert_eq!(admission.enter(Lane::Operate).unwrap_err(), Failure::Overloaded);
        drop(question);
        assert!(admission.enter(Lane::Operate).is_ok());
    }
}
