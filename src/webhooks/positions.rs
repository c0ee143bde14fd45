//! How far each subscription is settled: one small file, written whole and then renamed.
//!
//! It is behind what was delivered, never ahead: after a crash some calls are made again, with the
//! same ids, and none is left out. If it cannot be read, subscriptions begin where they were made.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use snapshots::Lsn;
use snapshots::disk::make_private;
use workflow::id::SubscriptionId;
use workflow::time::Time;

use super::schedule::Tried;

/// Where the file is, and what it says.
pub(super) struct Positions {
    dir: PathBuf,
    pub(super) settled: BTreeMap<SubscriptionId, Settled>,
}

/// How far one subscription is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settled {
    /// All up to this record is delivered or given up.
    pub(super) position: Lsn,
    /// Calls after it that have failed: how often, and when for the first time.
    tried: BTreeMap<String, (u32, Time)>,
    /// How often somebody had asked that all is told again.
    #[serde(default)]
    pub(super) replays: u32,
}

const FILE: &str = "positions.json";

impl Settled {
    pub(super) fn of(position: Lsn, tried: BTreeMap<String, Tried>, replays: u32) -> Settled {
        let tried = tried.into_iter().map(|(id, tried)| (id, (tried.times, tried.first)));
        Settled { position, tried: tried.collect(), replays }
    }

    pub(super) fn tried(&self) -> BTreeMap<String, Tried> {
        let tried = self.tried.iter();
        tried
            .map(|(id, (times, first))| (id.clone(), Tried { times: *times, first: *first }))
            .collect()
    }
}

impl Positions {
    /// Reads what is in `dir`, which is made if it is not there.
    ///
    /// # Errors
    /// When the directory cannot be made or others may enter it, or the file cannot be read.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Positions> {
        make_private(dir)?;
        let path = dir.join(FILE);
        let settled = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::error!(%error, "the webhooks' positions cannot be read; calls are repeated");
                BTreeMap::new()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(Positions { dir: dir.to_path_buf(), settled })
    }

    /// Takes over how far all subscriptions are, and writes it if that is news.
    ///
    /// # Errors
    /// When it cannot be written; then it is behind, and the next call tries again.
    pub(super) fn save(&mut self, settled: BTreeMap<SubscriptionId, Settled>) -> io::Result<()> {
        if settled == self.settled {
            return Ok(());
        }
        let text = serde_json::to_vec(&settled)?;
        let unfinished = self.dir.join("positions.unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(&text)?;
        file.sync_data()?;
        std::fs::rename(&unfinished, self.dir.join(FILE))?;
        File::open(&self.dir)?.sync_all()?;
        self.settled = settled;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_there_again() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own");
        let mut positions = Positions::open(&own).unwrap();
        let tried = BTreeMap::from([("evt_9_0".into(), Tried { times: 2, first: Time(7) })]);
        let id = SubscriptionId::of(Time(1), 1);
        let settled = BTreeMap::from([(id, Settled::of(Lsn(8), tried.clone(), 3))]);
        positions.save(settled.clone()).unwrap();
        let again = Positions::open(&own).unwrap();
        assert_eq!(again.settled, settled);
        assert_eq!(again.settled[&id].tried(), tried);
    }

    /// Who could move it ahead would have calls left out.
    #[test]
    fn a_directory_that_others_can_reach_is_refused() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let link = dir.path().join("webhooks");
        std::os::unix::fs::symlink(elsewhere.path(), &link).unwrap();
        assert!(Positions::open(&link).is_err());
        assert!(Positions::open(&dir.path().join("own")).is_ok());
    }

    #[test]
    fn a_file_that_is_damaged_is_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own");
        make_private(&own).unwrap();
        std::fs::write(own.join(FILE), "{").unwrap();
        assert!(Positions::open(&own).unwrap().settled.is_empty());
    }
}
