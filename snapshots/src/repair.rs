//! Going on although the journal is damaged in the middle, because an operator says so.
//!
//! [`examine`] changes nothing: it says what is wrong, what stands behind the damage, and which
//! ways on there are. Only a way that it found, named with its position, is carried out; what is
//! left is a fold of records in a row, never of what stands on both sides of a hole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use workflow::keyring;
use workflow::record::{Event, Record};

use crate::codec;
use crate::disk::Disk;
use crate::journal::{Entry, Readable, Salvage};
use crate::recovery::position_of;
use crate::store::{self, Extent, Mark, Store};
use crate::{Lsn, Position};

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] crate::Error),
    /// This is no way on from the damage that was found.
    #[error("nothing was changed: this is not what was found; see what repair says without it")]
    NotOffered,
}

/// What stands behind the damage, in order.
#[derive(Debug)]
pub enum Behind {
    /// Records that cannot be read, from first to last.
    Unreadable(Lsn, Lsn),
    /// A record that can be read, but not applied, since one before it is missing.
    Record(Position, Result<Box<Record>, codec::Error>),
}

/// What a snapshot can do for a damaged journal.
#[derive(Debug)]
pub enum Snapshot {
    /// There is none, or nothing in it.
    Empty,
    /// It is whole, and follows this journal up to here.
    At(Position),
    /// It is whole, and whether it follows this journal cannot be told: its record is unreadable.
    Unproven(Position),
    /// It cannot be used.
    Unusable(String),
}

/// A way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The records from here on are lost: the state is that of those before.
    LoseFrom(Lsn),
    /// The state is the snapshot's, at this record, and nothing of it is lost; the journal begins
    /// behind it, and can make no other snapshot.
    ForgetThrough(Lsn),
}

/// A damaged journal that was examined, locked as long as this is kept.
pub struct Examined {
    /// What is wrong first.
    pub damage: String,
    /// The first record that cannot be read.
    pub missing: Lsn,
    /// The record that the journal begins with, or should.
    pub oldest: Lsn,
    /// The last record that is known to have been durable.
    pub last: Lsn,
    /// What the snapshot can do.
    pub snapshot: Snapshot,
    salvage: Salvage,
    /// What stands behind the damage and goes on wherever it is cut: keys that were revoked.
    carried: Vec<Entry>,
    /// The last record before the damage.
    kept: Option<Readable>,
    /// The snapshot's own record.
    proof: Option<Readable>,
}

/// Looks at a damaged journal and its snapshot, and hands out what stands behind the damage. None
/// if the journal is not damaged.
///
/// # Errors
/// When the journal is in use, missing, or cannot be read at all.
pub fn examine(
    disk: Arc<dyn Disk>,
    journal: &Path,
    snapshot: &Path,
    behind: &mut dyn FnMut(Behind),
) -> Result<Option<Examined>, Error> {
    let Some(salvage) = Salvage::open(disk, journal)? else { return Ok(None) };
    let stored = stored(snapshot);
    let mark = stored.as_ref().ok().copied().flatten();
    let oldest = salvage.oldest()?;
    let (mut due, mut missing, mut kept, mut proof) = (oldest, None, None, None);
    let mut carried = Vec::new();
    let last = salvage.read(&mut |readable| {
        let entry = &readable.entry;
        if entry.lsn > due {
            missing.get_or_insert(due);
            behind(Behind::Unreadable(due, entry.lsn.before()));
        }
        due = entry.lsn.next();
        if mark.is_some_and(|mark| is_record_of(&readable, &mark)) {
            proof = Some(readable.clone());
        }
        if missing.is_none() {
            kept = Some(readable);
        } else {
            let record = codec::decode(&entry.payload).map(Box::new);
            let is_carried = record.as_deref().is_ok_and(only_revokes);
            behind(Behind::Record(position_of(entry), record));
            carried.extend(is_carried.then_some(readable.entry));
        }
    })?;
    if last >= due {
        behind(Behind::Unreadable(due, last));
    }
    let snapshot = match (stored, &proof) {
        (Err(why), _) => Snapshot::Unusable(why),
        (Ok(None), _) => Snapshot::Empty,
        (Ok(Some(mark)), None) if mark.lsn().next() != oldest => Snapshot::Unproven(mark.position),
        (Ok(Some(mark)), _) => Snapshot::At(mark.position),
    };
    let damage = salvage.damage().to_string();
    let missing = missing.unwrap_or(due);
    Ok(Some(Examined { damage, missing, oldest, last, snapshot, salvage, carried, kept, proof }))
}

impl Examined {
    /// The last record before the damage, if there is one.
    #[must_use]
    pub fn kept(&self) -> Option<Position> {
        self.kept.as_ref().map(|readable| position_of(&readable.entry))
    }

    /// How many of the records behind the damage go on in any case: those that revoke API keys.
    #[must_use]
    pub fn carried(&self) -> usize {
        self.carried.len()
    }

    /// The ways on, the one that loses less first.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        let followed = match self.snapshot {
            Snapshot::At(position) => Some(position.lsn),
            _ => None,
        };
        let mut choices = Vec::new();
        if let Some(followed) = followed.filter(|&lsn| lsn >= self.missing) {
            choices.push(Choice::ForgetThrough(followed));
        }
        // Without its first records a journal is nothing without a snapshot before the damage.
        if self.oldest <= Lsn(1) || followed.is_some_and(|lsn| lsn < self.missing) {
            choices.push(Choice::LoseFrom(self.missing));
        }
        choices
    }

    /// Carries one of them out; answers with the folder of the files that are not kept as they
    /// were.
    ///
    /// # Errors
    /// [`Error::NotOffered`] if it is none of them; when the disk refuses.
    pub fn carry_out(self, choice: Choice) -> Result<PathBuf, Error> {
        match (choice, &self.proof) {
            _ if !self.choices().contains(&choice) => Err(Error::NotOffered),
            (Choice::LoseFrom(_), _) => {
                Ok(self.salvage.lose_after(self.kept.as_ref(), &self.carried)?)
            }
            (Choice::ForgetThrough(_), Some(last)) => Ok(self.salvage.forget_through(last)?),
            (Choice::ForgetThrough(_), None) => Err(Error::NotOffered),
        }
    }
}

/// Whether a record does nothing but revoke API keys, which depends on nothing before it, and is
/// not to be undone by going back.
fn only_revokes(record: &Record) -> bool {
    let revokes = |event: &Event| matches!(event, Event::Keyring(keyring::Event::Revoked { .. }));
    !record.events.is_empty() && record.events.iter().all(revokes)
}

/// Whether this is the record that a snapshot followed last.
fn is_record_of(readable: &Readable, mark: &Mark) -> bool {
    let entry = &readable.entry;
    position_of(entry) == mark.position && crc32c::crc32c(&entry.payload) == mark.crc
}

/// Where a snapshot is that is whole, every row of it read and checked; none if it is empty.
fn stored(dir: &Path) -> Result<Option<Mark>, String> {
    let load = |store: Store| store.load(Extent::All);
    let loaded = match Store::inspect(dir).and_then(|store| store.map(load).transpose()) {
        Ok(Some(loaded)) => loaded,
        Ok(None) => return Ok(None),
        Err(why) => return Err(store::Error::to_string(&why)),
    };
    let (world, mark) = loaded;
    match world.faults().first() {
        Some(fault) => Err(format!("it breaks {}: {}", fault.invariant, fault.what)),
        None => Ok(Some(mark).filter(|mark| mark.lsn() > Lsn::ZERO)),
    }
}
