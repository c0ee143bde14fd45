//! Locations that went offline, as long as there may be work that nobody has begun with.
//!
//! Nothing of it is written down: at a start every location that is offline is looked at once.

use std::collections::BTreeSet;

use workflow::id::{LocationId, TenantId};
use workflow::location::Status;
use workflow::record::Record;
use workflow::world::World;

/// The locations that are to be looked at.
#[derive(Default)]
pub(super) struct Vacating(BTreeSet<(TenantId, LocationId)>);

impl Vacating {
    /// All that are offline.
    pub(super) fn of(world: &World) -> Vacating {
        let all = world.locations.iter();
        let offline = all.filter(|(_, (_, it))| it.card.status == Status::Offline);
        Vacating(offline.map(|(id, (tenant, _))| (tenant.clone(), *id)).collect())
    }

    /// Those that went offline by this record are among them.
    pub(super) fn note(&mut self, record: &Record) {
        self.0.extend(record.went_offline().map(|at| (record.tenant.clone(), at)));
    }

    /// One of them.
    pub(super) fn first(&self) -> Option<(TenantId, LocationId)> {
        self.0.first().cloned()
    }

    /// There is no work left at this one.
    pub(super) fn forget(&mut self, location: &(TenantId, LocationId)) {
        self.0.remove(location);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
