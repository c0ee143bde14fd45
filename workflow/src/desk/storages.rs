//! Which lots lie in which place within their locations.
//!
//! Only a lot knows its place, and to ask all of them would take as long as there is stock.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::id::StockId;
use crate::location::Lot;

/// The lots that have a place within their location, by the name of that place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Storages {
    by_name: BTreeSet<(SmolStr, StockId)>,
    of: BTreeMap<StockId, SmolStr>,
}

impl Storages {
    /// Notes where a lot lies now.
    pub(super) fn put(&mut self, lot: &Lot) {
        let storage = lot.storage();
        if self.of.get(&lot.id) == storage {
            return;
        }
        self.remove(lot.id);
        if let Some(storage) = storage {
            self.by_name.insert((storage.clone(), lot.id));
            self.of.insert(lot.id, storage.clone());
        }
    }

    /// Forgets a lot.
    pub(super) fn remove(&mut self, stock: StockId) {
        if let Some(storage) = self.of.remove(&stock) {
            self.by_name.remove(&(storage, stock));
        }
    }

    /// Where a lot lies.
    pub(super) fn storage_of(&self, stock: StockId) -> Option<&SmolStr> {
        self.of.get(&stock)
    }

    /// The lots in these places, in the order of their ids.
    pub(super) fn lots_in(&self, names: &[SmolStr]) -> Vec<StockId> {
        let within = |name: &SmolStr| {
            let first = (name.clone(), StockId::from_bits(0));
            let lots = self.by_name.range(first..);
            lots.take_while(|(known, _)| known == name).map(|(_, id)| *id).collect::<Vec<_>>()
        };
        let mut lots: Vec<StockId> = names.iter().flat_map(within).collect();
        lots.sort_unstable();
        lots.dedup(); // a place may be named twice
        lots
    }
}
