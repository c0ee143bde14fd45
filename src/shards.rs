//! The shards of a server, and which of them a tenant lives in.
//!
//! A tenant lives in one shard, whole (docs/decisions/0001): the same one for ever, by its name and
//! the number of shards. So that number cannot change over a data directory that is in use.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use actors::{ClockView, Figures, Options, Pace, Random, Shard, ShardHandle};
use anyhow::{Context, ensure};
use dashmap::DashMap;
use sha2::{Digest, Sha256};
use snapshots::commit::OnFailure;
use snapshots::disk::make_private;
use workflow::id::TenantId;
use workflow::time::{Millis, Time};

/// The shards of a server that runs.
pub struct Shards {
    all: Vec<Shard>,
}

/// Where doors find the shard of a tenant.
#[derive(Default)]
pub struct Directory {
    handles: Vec<ShardHandle>,
    /// Which shard a tenant lives in, once somebody has asked.
    by_tenant: DashMap<TenantId, usize>,
}

impl Shards {
    /// Recovers the shards below `data`, which are made if there is none.
    ///
    /// # Errors
    /// A directory that is in use, unsafe, damaged, of another format, or made for another number
    /// of shards.
    pub async fn open(
        data: &Path,
        count: usize,
        options: Options,
        pace: Pace,
        mut random: Random,
        on_failure: OnFailure,
    ) -> anyhow::Result<Shards> {
        let folders = folders(data, count)?;
        let first = FirstFailure(Arc::new(Mutex::new(Some(on_failure))));
        let mut all = Vec::with_capacity(count);
        for folder in folders {
            let failed = first.clone().into_call();
            let (options, pace) = (options.clone(), pace.clone());
            let shard = Shard::open(&folder, options, pace, random.split(), failed).await;
            all.push(shard.with_context(|| format!("cannot serve {}", folder.display()))?);
        }
        Ok(Shards { all })
    }

    /// What doors hold.
    pub fn handles(&self) -> Vec<ShardHandle> {
        self.all.iter().map(Shard::handle).collect()
    }

    /// Makes durable what was taken, and ends the shards' threads. Doors must be closed before.
    ///
    /// # Errors
    /// When a journal has failed, or failed now; the others are closed nevertheless.
    pub fn stop(self) -> Result<(), actors::Error> {
        self.all.into_iter().map(Shard::stop).fold(Ok(()), Result::and)
    }
}

impl Directory {
    /// The directory of these shards.
    pub fn of(handles: Vec<ShardHandle>) -> Directory {
        Directory { handles, by_tenant: DashMap::new() }
    }

    /// The shard of a tenant; none if there is no shard.
    pub fn of_tenant(&self, tenant: &TenantId) -> Option<&ShardHandle> {
        self.handles.get(self.place(tenant)?)
    }

    /// Which of the shards that is, counted from 0.
    pub fn place(&self, tenant: &TenantId) -> Option<usize> {
        if let [_] = self.handles.as_slice() {
            return Some(0);
        }
        if let Some(place) = self.by_tenant.get(tenant).map(|place| *place) {
            return Some(place);
        }
        let place = place_of(tenant, self.handles.len())?;
        self.by_tenant.insert(tenant.clone(), place);
        Some(place)
    }

    /// All shards.
    pub fn all(&self) -> &[ShardHandle] {
        &self.handles
    }

    /// Whether a snapshot does not follow its journal.
    pub fn has_trouble(&self) -> bool {
        self.handles.iter().any(|shard| shard.snapshot_trouble().is_some())
    }

    /// Whether a snapshot is far behind its journal.
    pub fn is_far_behind(&self) -> bool {
        self.handles.iter().any(ShardHandle::is_far_behind)
    }

    /// What all shards hold and have done; none if one has stopped.
    pub async fn figures(&self) -> Option<Figures> {
        let mut sum = Figures::default();
        for shard in &self.handles {
            sum.add(&shard.figures().await?);
        }
        Some(sum)
    }

    /// How the clocks of all shards stand, if the computer's is to be believed from now on or not:
    /// the time is that of the first; none if one has stopped.
    pub async fn clock(&self, accept: bool) -> Option<ClockView> {
        let mut all: Option<ClockView> = None;
        for shard in &self.handles {
            let view = shard.clock(accept).await?;
            let first = *all.get_or_insert(view);
            let is_believed = first.is_believed && view.is_believed;
            all = Some(ClockView { is_believed, ..first });
        }
        all
    }

    /// Moves a time that stands still, in every shard; none if time is real.
    pub async fn advance(&self, by: Millis) -> Option<Time> {
        let mut now = None;
        for shard in &self.handles {
            now = Some(shard.advance(by).await?);
        }
        now
    }
}

/// Which of `count` shards a tenant lives in. What is stored depends on it, so it never changes.
fn place_of(tenant: &TenantId, count: usize) -> Option<usize> {
    let hash = Sha256::digest(tenant.as_str().as_bytes());
    let (first, _) = hash.split_first_chunk::<8>()?;
    let place = u64::from_be_bytes(*first).checked_rem(count as u64)?;
    usize::try_from(place).ok()
}

/// The shards' own folders below `data`: `shard-0`, `shard-1`, ….
fn folders(data: &Path, count: usize) -> anyhow::Result<Vec<PathBuf>> {
    let there = existing(data)?.len();
    ensure!(
        there == 0 || there == count,
        "{} holds {there} shards, and `shards` says {count}: a tenant's things cannot move between \
         shards, so the number stays what it was",
        data.display()
    );
    make_private(data)?;
    let all: Vec<PathBuf> = (0..count).map(|at| data.join(format!("shard-{at}"))).collect();
    // The last one first: it tells how many there are, even if the others were not made.
    for folder in all.iter().rev() {
        make_private(folder)?;
    }
    Ok(all)
}

/// The folders of all shards that were made below `data`.
///
/// # Errors
/// When the directory cannot be read.
pub fn existing(data: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !data.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(data).with_context(|| format!("in {}", data.display()))?;
    let mut last: Option<usize> = None;
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|it| it.strip_prefix("shard-")?.parse().ok());
        last = last.max(number);
    }
    let count = last.map_or(0, |last| last + 1);
    Ok((0..count).map(|at| data.join(format!("shard-{at}"))).collect())
}

/// Several journals, one process: the first failure ends it.
#[derive(Clone)]
struct FirstFailure(Arc<Mutex<Option<OnFailure>>>);

impl FirstFailure {
    fn into_call(self) -> OnFailure {
        Box::new(move |error| {
            let call = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(call) = call {
                call(error);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where tenants live is stored on disks everywhere.
    #[test]
    fn a_tenant_lives_where_it_always_did() {
        let place = |name, count| place_of(&TenantId::parse(name).unwrap(), count);
        let places: Vec<_> = ["default", "a", "b", "shop"].map(|name| place(name, 4)).into();
        assert_eq!(places, [Some(1), Some(2), Some(2), Some(1)]);
        assert_eq!(place("default", 1), Some(0));
        assert_eq!(place("default", 0), None);
    }

    #[test]
    fn the_number_of_shards_cannot_change() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        assert_eq!(folders(&data, 2).unwrap(), [data.join("shard-0"), data.join("shard-1")]);
        assert_eq!(folders(&data, 2).unwrap().len(), 2);
        let refused = folders(&data, 4).unwrap_err().to_string();
        assert!(refused.contains("holds 2 shards, and `shards` says 4"), "{refused}");
    }

    /// A crash while the folders are made leaves the last of them, which tells the number.
    #[test]
    fn folders_that_were_half_made_are_completed() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        make_private(&data).unwrap();
        make_private(&data.join("shard-2")).unwrap();
        assert!(folders(&data, 1).is_err());
        assert_eq!(folders(&data, 3).unwrap().len(), 3);
        assert!(data.join("shard-0").is_dir());
    }
}
