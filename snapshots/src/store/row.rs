//! What is in a row's payload where it is not the entity itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use workflow::id::{LocationId, Version};
use workflow::location::{Card, Location, Shelves};
use workflow::settings::Settings;
use workflow::subscription::Subscription;
use workflow::time::Time;

use crate::{Lsn, Position};

/// How far the store is, and what proves that it is whole. Written in every batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The last record that is folded in.
    pub position: Position,
    /// Its time; record time never goes back (P5).
    pub at: Time,
    /// The CRC-32C of its bytes: a store that followed another journal is told apart.
    pub crc: u32,
    /// Rows that a start reads.
    pub(crate) live: u64,
    /// The sum of their checksums: a row that went missing is found although no value is wrong.
    pub(crate) sum: u64,
}

impl Mark {
    /// The last record's LSN.
    pub fn lsn(&self) -> Lsn {
        self.position.lsn
    }
}

/// A tenant's own row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TenantRow {
    pub(crate) settings: Settings,
    pub(crate) last_number: u64,
    /// In the order of their ids; few, so they have no rows of their own.
    pub(crate) subscriptions: Vec<Subscription>,
}

/// A location without what has rows of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LocationRow {
    /// The record that opened it: locations are seated in this order.
    pub(crate) opened: Lsn,
    pub(crate) version: Version,
    pub(crate) created: Time,
    pub(crate) modified: Time,
    pub(crate) card: Arc<Card>,
    /// Its replies are numbered from here …
    pub(crate) first_reply: u64,
    /// … up to before here.
    pub(crate) next_reply: u64,
}

impl LocationRow {
    /// The location, without replies and shelves.
    pub(crate) fn into_location(self, id: LocationId) -> Location {
        Location {
            id,
            version: self.version,
            created: self.created,
            modified: self.modified,
            card: self.card,
            replies: VecDeque::new(),
            shelves: Shelves::default(),
            lots: BTreeMap::new(),
        }
    }
}
