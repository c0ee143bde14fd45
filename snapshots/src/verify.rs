//! Looks at a whole data directory and changes nothing that lasts: for `certus verify`.
//!
//! Every record is checked and decoded, and folded into a world from the first one if the journal
//! still reaches back to it, else from the snapshot. What the snapshot says is compared with the
//! fold at the snapshot's own position, and its index rows with its own closed orders.

use std::collections::BTreeMap;
use std::path::Path;

use smol_str::format_smolstr;
use workflow::desk::Tenant;
use workflow::id::{LocationId, OrderId};
use workflow::time::Time;
use workflow::world::{Account, Fault, World};

use crate::codec;
use crate::journal::Archive;
use crate::recovery::{Error, belongs, position_of};
use crate::store::{self, Extent, Mark, Store};
use crate::{Lsn, Position};

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// Records that were read, each checked and decoded.
    pub records: u64,
    /// The first of them; zero if there is none.
    pub first: Lsn,
    /// The last one.
    pub last: Position,
    /// Whether the world was folded from the very first record.
    pub is_whole: bool,
    /// The hash of the world at the last record, closed orders included.
    pub hash: u64,
    /// The invariants that it breaks.
    pub faults: Vec<Fault>,
    /// What the snapshot came to.
    pub snapshot: Snapshot,
}

/// What the snapshot came to.
#[derive(Debug)]
pub enum Snapshot {
    /// It is empty.
    Empty,
    /// Every row is what the fold makes of the records up to here.
    Agrees(Position),
    /// It is whole, but the records before it are gone, so nothing could be compared.
    Alone(Position),
    /// It says something else than the records up to here, or finds closed orders by something
    /// else than they say.
    Differs {
        /// Where it is.
        at: Position,
        /// The first thing that differs.
        what: String,
    },
    /// It cannot be read, or belongs to another history; the next start rebuilds it.
    Unusable(store::Error),
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let snapshot = !matches!(self.snapshot, Snapshot::Differs { .. } | Snapshot::Unusable(_));
        self.faults.is_empty() && snapshot
    }
}

/// Looks at the snapshot in `dir` and at the journal that it follows, while nobody else uses them.
///
/// # Errors
/// When a record is damaged or cannot be read, or when neither the journal nor the snapshot
/// reaches back to the first record.
pub fn verify(dir: &Path, archive: &dyn Archive) -> Result<Report, Error> {
    let snapshot = stored(dir, archive)?;
    let is_whole = archive.oldest() <= Lsn(1);
    let (mut world, from) = match (&snapshot, is_whole) {
        (Ok(stored), false) => (stored.world.clone(), stored.mark),
        _ => (World::default(), Mark::default()),
    };
    let mut comparison = Comparison { snapshot, outcome: None };
    comparison.at(Lsn::ZERO, &world, is_whole);
    let (mut records, mut last) = (0, from.position);
    let (mut at, mut went_back): (Time, Option<Fault>) = (from.at, None);
    let mut account = Account::of(&world);
    let mut reader = archive.read_from(from.lsn())?;
    while let Some(entry) = reader.next()? {
        let lsn = entry.lsn;
        let record =
            codec::decode(&entry.payload).map_err(|source| Error::Record { lsn, source })?;
        if record.at < at && went_back.is_none() {
            let what = format_smolstr!("record {lsn} is older than the one before it");
            went_back = Some(Fault { invariant: "P5", what });
        }
        at = at.max(record.at);
        if !account.note(&record) {
            break; // no world can follow it
        }
        world.apply(&record);
        records += 1;
        last = position_of(&entry);
        comparison.at(lsn, &world, is_whole);
    }
    let first = match records {
        0 => Lsn::ZERO,
        _ => from.lsn().next(),
    };
    Ok(Report {
        records,
        first,
        last,
        is_whole,
        hash: world.hash(),
        faults: went_back.into_iter().chain(account.faults(&world)).chain(world.faults()).collect(),
        snapshot: comparison.outcome(),
    })
}

/// What the snapshot says.
#[derive(Default)]
struct Stored {
    /// Closed orders included.
    world: World,
    mark: Mark,
    /// What is wrong with the rows by which its closed orders are found.
    index_fault: Option<String>,
}

/// What the snapshot says, if it can be used.
fn stored(dir: &Path, archive: &dyn Archive) -> Result<Result<Stored, store::Error>, Error> {
    let store = match Store::inspect(dir) {
        Ok(Some(store)) => store,
        Ok(None) => return Ok(Ok(Default::default())),
        Err(error) => return Ok(Err(error)),
    };
    Ok(match belongs(&store.mark(), archive)? {
        Ok(()) => store.load(Extent::All).and_then(|(world, mark)| {
            let index_fault = store.index_fault(&world)?;
            Ok(Stored { world, mark, index_fault })
        }),
        Err(foreign) => Err(foreign),
    })
}

/// The snapshot, until the fold has reached it.
struct Comparison {
    snapshot: Result<Stored, store::Error>,
    outcome: Option<Snapshot>,
}

impl Comparison {
    /// Compares, if the snapshot is at this record.
    fn at(&mut self, lsn: Lsn, world: &World, is_whole: bool) {
        let Ok(stored) = &self.snapshot else {
            return;
        };
        let at = stored.mark.position;
        if at.lsn == Lsn::ZERO {
            self.outcome = Some(Snapshot::Empty);
        } else if let Some(what) = stored.index_fault.clone() {
            self.outcome = Some(Snapshot::Differs { at, what });
        } else if !is_whole {
            self.outcome = Some(Snapshot::Alone(at));
        } else if at.lsn == lsn {
            self.outcome = Some(match difference(&stored.world, world) {
                None => Snapshot::Agrees(at),
                Some(what) => Snapshot::Differs { at, what },
            });
        }
    }

    fn outcome(self) -> Snapshot {
        match (self.outcome, self.snapshot) {
            (Some(outcome), _) => outcome,
            (None, Err(error)) => Snapshot::Unusable(error),
            (None, Ok(Stored { mark, .. })) => {
                Snapshot::Differs { at: mark.position, what: "the journal ends before it".into() }
            }
        }
    }
}

/// The first thing in which a snapshot is not what the records made.
fn difference(stored: &World, folded: &World) -> Option<String> {
    let orders = stored.orders.keys().chain(folded.orders.keys());
    let mut orders = orders.filter(|id: &&OrderId| stored.orders.get(id) != folded.orders.get(id));
    if let Some(id) = orders.next() {
        return Some(format!("order {id}"));
    }
    let locations = stored.locations.keys().chain(folded.locations.keys());
    let mut locations =
        locations.filter(|id: &&LocationId| stored.locations.get(id) != folded.locations.get(id));
    if let Some(id) = locations.next() {
        return Some(format!("location {id}"));
    }
    let [theirs, ours] = [stored, folded].map(|it| it.desk.tenants().collect::<BTreeMap<_, _>>());
    let nothing = Tenant::default();
    theirs.keys().chain(ours.keys()).find_map(|id| {
        let [stored, folded] = [&theirs, &ours].map(|all| all.get(id).copied().unwrap_or(&nothing));
        difference_of_tenants(stored, folded).map(|what| format!("{what} of tenant {id}"))
    })
}

/// The first of a tenant's own things that differs; the rest follows from orders and locations.
fn difference_of_tenants(stored: &Tenant, folded: &Tenant) -> Option<&'static str> {
    let same = [
        ("the settings", stored.settings == folded.settings),
        ("the last number", stored.last_number == folded.last_number),
        ("the safety stocks", stored.safeties.defaults() == folded.safeties.defaults()),
        ("the addresses without mail", stored.suppressed == folded.suppressed),
        ("the API keys", stored.keyring == folded.keyring),
        ("the addresses", stored.addresses == folded.addresses),
        ("the subscriptions", stored.subscriptions == folded.subscriptions),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}

#[cfg(test)]
mod tests;
