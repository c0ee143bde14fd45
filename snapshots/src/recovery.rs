//! A start: the snapshot, then the journal after it, make the world that was durable.
//!
//! `snapshot(k) + replay(k..n) = replay(0..n)` (D5). A snapshot that is damaged, ahead of the
//! journal or of another history is set aside, and the journal alone makes the world (D15). If the
//! journal no longer has its first records, there is nothing to fall back on, and nothing starts.

use workflow::time::Time;
use workflow::world::World;

use crate::codec;
use crate::journal::{Archive, Entry};
use crate::store::{self, Extent, Mark, Store};
use crate::{Lsn, Position};

/// Why there is no world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The journal has not what is needed, or shows damage.
    #[error("the journal cannot be replayed")]
    Journal(#[from] crate::Error),
    /// A record that is durable cannot be read.
    #[error("the record at LSN {lsn} cannot be read")]
    Record {
        /// Which one.
        lsn: Lsn,
        /// Why.
        source: codec::Error,
    },
    /// The snapshot cannot be used, and none can be made in its place.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What a start found.
#[derive(Debug)]
pub struct Recovered {
    /// Every entity but closed orders that the snapshot had passed and nobody asked for since.
    pub world: World,
    /// The last record that is in it.
    pub position: Position,
    /// That record's time: the clock goes on from here (P5).
    pub at: Time,
    /// Where the snapshot was.
    pub snapshot: Position,
    /// Records that were replayed after it.
    pub replayed: u64,
}

/// The world as it is durable.
///
/// # Errors
/// When the journal does not reach back to the snapshot, or a record cannot be read.
pub fn recover(store: &Store, archive: &dyn Archive) -> Result<Recovered, Error> {
    if let Err(why) = belongs(&store.mark(), archive)? {
        store.set_aside(why, Lsn::ZERO, archive.oldest())?;
    }
    let (world, mark) = match store.load(Extent::Open) {
        Ok(loaded) => loaded,
        Err(why) => {
            store.set_aside(why, Lsn::ZERO, archive.oldest())?;
            (World::default(), store.mark())
        }
    };
    let mut recovered = Recovered {
        world,
        position: mark.position,
        at: mark.at,
        snapshot: mark.position,
        replayed: 0,
    };
    recovered.replay(store, archive)?;
    Ok(recovered)
}

impl Recovered {
    fn replay(&mut self, store: &Store, archive: &dyn Archive) -> Result<(), Error> {
        let mut reader = archive.read_from(self.position.lsn)?;
        while let Some(entry) = reader.next()? {
            let record = codec::decode(&entry.payload)
                .map_err(|source| Error::Record { lsn: entry.lsn, source })?;
            for id in self.world.missing(&record) {
                if let Some((order, _)) = store.stored_order(&record.tenant, id)? {
                    self.world.recall(&record.tenant, order);
                }
            }
            self.world.apply(&record);
            self.position = position_of(&entry);
            self.at = record.at;
            self.replayed += 1;
        }
        Ok(())
    }
}

/// Where an entry stands.
pub(crate) fn position_of(entry: &Entry) -> Position {
    Position { timeline: entry.timeline, lsn: entry.lsn }
}

/// Whether the snapshot followed this journal; if not, why. The record that it followed last must
/// be the journal's own, unless that was retired and the next one is the journal's first.
pub(crate) fn belongs(
    mark: &Mark,
    archive: &dyn Archive,
) -> Result<Result<(), store::Error>, crate::Error> {
    let foreign = |what: String| Ok(Err(store::Error::Foreign { what }));
    if mark.lsn() == Lsn::ZERO {
        return Ok(Ok(()));
    }
    let durable = archive.durable();
    if mark.lsn() > durable {
        return foreign(format!("it is at {}, the journal at {durable}", mark.lsn()));
    }
    let mut reader = match archive.read_from(mark.lsn().before()) {
        Err(crate::Error::Gone { .. }) if archive.oldest() <= mark.lsn().next() => {
            return Ok(Ok(()));
        }
        other => other?,
    };
    match reader.next()? {
        Some(entry)
            if position_of(&entry) == mark.position
                && crc32c::crc32c(&entry.payload) == mark.crc =>
        {
            Ok(Ok(()))
        }
        _ => foreign(format!("{} is another record in the journal", mark.position)),
    }
}
