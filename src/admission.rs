//! Who may come in: permits, counted per lane, so that what is too much is refused at the door.
//!
//! A file of its own because actix's mailboxes give no back-pressure (F7). Finishing a
//! sale has permits of its own, so that it goes on when starting one is shed. No tenant may have
//! all permits of a lane, so that one who sends too much is shed before the others (F1). It never
//! waits.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use workflow::id::TenantId;

use crate::failure::Failure;
use crate::limits::{FINISH_PERMITS, OPERATE_PERMITS, START_PERMITS, TENANT_PERMITS_PERCENT};

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
struct Place {
    gate: Arc<Gate>,
    count: usize,
}

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
    /// How many of them one tenant may have.
    share: u32,
    /// How many each tenant has. Two that fall on one count have one share together, which lets in
    /// fewer, never more; a map would want a lock where every request passes.
    of_tenants: [AtomicU32; COUNTS],
}

/// Counts of tenants in a lane.
const COUNTS: usize = 64;

impl Admission {
    /// So many permits per lane.
    pub fn of(start: u32, finish: u32, operate: u32) -> Admission {
        Admission { start: Gate::of(start), finish: Gate::of(finish), operate: Gate::of(operate) }
    }

    /// Takes a permit for a tenant, or says at once that there is none, or none for it.
    ///
    /// # Errors
    /// [`Failure::Overloaded`].
    pub fn enter(&self, lane: Lane, tenant: &TenantId) -> Result<Permit, Failure> {
        let gate = self.gate(lane);
        let count = count_of(tenant);
        let of_tenant = &gate.of_tenants[count];
        // The tenant's count first: whoever is over their share does not even for a moment take
        // what is another's.
        if take(of_tenant, gate.share) {
            if take(&gate.used, gate.limit) {
                return Ok(Permit(Arc::new(Place { gate: gate.clone(), count })));
            }
            of_tenant.fetch_sub(1, Ordering::Relaxed);
        }
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
        self.gate.used.fetch_sub(1, Ordering::Relaxed);
        self.gate.of_tenants[self.count].fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    fn of(limit: u32) -> Arc<Gate> {
        Arc::new(Gate {
            limit,
            used: AtomicU32::new(0),
            shed: AtomicU64::new(0),
            share: share_of(limit),
            of_tenants: [const { AtomicU32::new(0) }; COUNTS],
        })
    }
}

/// How many of so many permits one tenant may have: the only one there is, it may.
fn share_of(limit: u32) -> u32 {
    let share = u64::from(limit) * u64::from(TENANT_PERMITS_PERCENT) / 100;
    u32::try_from(share).unwrap_or(limit).max(1)
}

/// Counts one more, unless there are so many.
fn take(count: &AtomicU32, limit: u32) -> bool {
    let is_free = count.fetch_add(1, Ordering::Relaxed) < limit;
    if !is_free {
        count.fetch_sub(1, Ordering::Relaxed);
    }
    is_free
}

/// On which count a tenant is.
fn count_of(tenant: &TenantId) -> usize {
    let mut hasher = DefaultHasher::new();
    tenant.as_str().hash(&mut hasher);
    hasher.finish() as usize % COUNTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> TenantId {
        TenantId::parse("shop").unwrap()
    }

    #[test]
    fn a_full_lane_sheds_and_the_others_go_on() {
        let admission = Admission::of(1, 1, 1);
        let inside = admission.enter(Lane::Start, &shop()).unwrap();
        assert_eq!(admission.enter(Lane::Start, &shop()).unwrap_err(), Failure::Overloaded);
        let finishing = admission.enter(Lane::Finish, &shop()).unwrap();
        let [start, ..] = admission.figures();
        assert_eq!((start.used, start.shed), (1, 1));

        drop(inside);
        drop(finishing);
        assert!(admission.enter(Lane::Start, &shop()).is_ok());
        assert!(admission.figures().iter().all(|lane| lane.used == 0));
    }

    #[test]
    fn a_permit_ends_with_the_last_of_its_clones() {
        let admission = Admission::of(1, 1, 1);
        let request = admission.enter(Lane::Operate, &shop()).unwrap();
        let question = request.clone();
        assert_eq!(admission.figures()[2].used, 1);
        drop(request); // the client hung up, and the work goes on
        assert_eq!(admission.enter(Lane::Operate, &shop()).unwrap_err(), Failure::Overloaded);
        drop(question);
        assert!(admission.enter(Lane::Operate, &shop()).is_ok());
    }

    /// F1: whoever has all that one may have is shed, others are not, in this lane or another.
    #[test]
    fn no_tenant_has_all_permits() {
        let admission = Admission::of(8, 4, 4);
        let (shop, mall) = (shop(), TenantId::parse("mall").unwrap());
        let enter = |tenant| admission.enter(Lane::Start, tenant);
        let mut inside: Vec<_> = (0..6).map(|_| enter(&shop).unwrap()).collect();
        assert_eq!(enter(&shop).unwrap_err(), Failure::Overloaded);
        assert!(admission.enter(Lane::Finish, &shop).is_ok(), "a share is one of a lane");
        let others = [enter(&mall).unwrap(), enter(&mall).unwrap()];
        assert_eq!(enter(&mall).unwrap_err(), Failure::Overloaded, "the lane is full");
        let [start, ..] = admission.figures();
        assert_eq!((start.limit, start.used, start.shed), (8, 8, 2));

        // What was shed has left no trace: six are let in again, and then none.
        drop(others);
        inside.clear();
        inside.extend((0..6).map(|_| enter(&shop).unwrap()));
        assert_eq!(enter(&shop).unwrap_err(), Failure::Overloaded);
        drop(inside);
        assert!((0..6).map(|_| enter(&mall)).collect::<Vec<_>>().iter().all(Result::is_ok));
    }

    #[test]
    fn a_share_is_three_quarters_and_never_none() {
        for (limit, share) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 3), (4_096, 3_072)] {
            assert_eq!(share_of(limit), share, "of {limit}");
        }
        assert_eq!(share_of(u32::MAX), 3_221_225_471);
    }

    #[test]
    fn tenants_are_spread_over_the_counts() {
        let mut on = [0; COUNTS];
        for number in 0..640 {
            on[count_of(&TenantId::parse(&format!("tenant-{number}")).unwrap())] += 1;
        }
        assert!(on.iter().all(|tenants| (1..30).contains(tenants)), "{on:?}");
    }
}
