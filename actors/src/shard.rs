//! A shard: its actors on one thread, its journal on another, its snapshot on a third.
//!
//! The handle is what doors hold: it asks the router, and looks into the snapshot for orders that
//! have left memory.

mod handle;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use actix::{Actor, Arbiter};
use snapshots::commit::{OnFailure, Writer};
use snapshots::disk::{Real, make_private};
use snapshots::follower::{self, Follower, Keep};
use snapshots::journal::{self, Journal, Local};
use snapshots::recovery::{self, Recovered};
use snapshots::store::Store;
use tokio::sync::{Notify, oneshot};
use workflow::settings::Policy;

use handle::Ends;
pub use handle::{Closed, ShardHandle};

use crate::pace::Pace;
use crate::random::Random;
use crate::router::{Meet, Parts, Router};
use crate::scheduler::Scheduler;
use crate::submit::Pending;
use crate::tell::tell;

/// The folders of the journal and of the snapshot, below the shard's own.
pub fn folders(dir: &Path) -> (PathBuf, PathBuf) {
    (dir.join("journal"), dir.join("snapshot"))
}

/// How a shard is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the operator has set for all tenants.
    pub policy: Policy,
    /// Bytes of one segment of the journal.
    pub segment_bytes: u64,
    /// Records of so many milliseconds before the newest may go; none keeps them all.
    pub keep_ms: Option<u64>,
    /// Beyond so many bytes the oldest records may go; none keeps them all.
    pub keep_bytes: Option<u64>,
}

/// A shard that runs. One that is dropped without a stop is as in a crash: what was acknowledged
/// is on disk.
pub struct Shard {
    handle: ShardHandle,
    arbiter: Arbiter,
    writer: Writer,
    follower: Follower,
}

/// Why a shard could not be opened or closed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal could not be opened, claimed or closed.
    #[error(transparent)]
    Journal(#[from] snapshots::Error),
    /// The state could not be put together again.
    #[error(transparent)]
    Recovery(#[from] recovery::Error),
    /// The snapshot could not be opened.
    #[error(transparent)]
    Snapshot(#[from] snapshots::store::Error),
    /// A thread could not be started.
    #[error("no thread could be started")]
    Thread(#[from] std::io::Error),
    /// The shard's thread ended before its actors had begun.
    #[error("the shard's thread ended")]
    Ended,
}

impl Shard {
    /// Recovers what `dir` holds, which is made if it is not there, and starts its actors.
    /// `on_failure` is called with the first error of the journal and must end the process (D8).
    ///
    /// # Errors
    /// A directory that is in use, unsafe, damaged, or of another format.
    pub async fn open(
        dir: &Path,
        options: Options,
        mut pace: Pace,
        random: Random,
        on_failure: OnFailure,
    ) -> Result<Shard, Error> {
        let journal = journal::Options {
            segment_bytes: options.segment_bytes,
            ..journal::Options::default()
        };
        make_private(dir)?;
        let (journal_dir, snapshot_dir) = folders(dir);
        let journal = Local::open(Arc::new(Real), &journal_dir, journal)?;
        let archive = journal.archive();
        let store = Arc::new(Store::open(&snapshot_dir, archive.oldest())?);
        let recovered = recovery::recover(&store, &*archive)?;
        pace.not_before(recovered.at);
        tell_recovered(&recovered);
        let (writer, commits) = Writer::start::<_, Pending>(journal, on_failure)?;
        let mail = Arc::new(Notify::new());
        // Until somebody says how far webhooks are, nothing that a subscription needs may go.
        let is_subscribed = {
            let mut tenants = recovered.world.desk.tenants();
            tenants.any(|(_, tenant)| !tenant.subscriptions.is_empty())
        };
        let covered = Arc::new(AtomicU64::new(if is_subscribed { 0 } else { u64::MAX }));
        let keep = options.keep(covered.clone());
        let follower = follower::Options { keep, ..Default::default() };
        let follower = Follower::start(store.clone(), commits.clone(), follower)?;
        let progress = follower.progress();
        let passed = progress.clone();
        let parts = Parts {
            commits: commits.clone(),
            passed: Box::new(move || passed.passed()),
            policy: options.policy,
            pace,
            random,
            mail: mail.clone(),
        };
        let arbiter = Arbiter::new();
        let (started, starting) = oneshot::channel();
        let world = recovered.world;
        arbiter.spawn_fn(move || {
            let timer = (!parts.pace.is_by_hand()).then(|| parts.pace.clone());
            let router = Router::new(world, parts).start();
            let scheduler = Scheduler::new(router.clone(), timer).start();
            tell(&router, Meet(scheduler));
            let _ = started.send(router);
        });
        let router = starting.await.map_err(|_| Error::Ended)?;
        let handle = ShardHandle::new(Ends { router, commits, store, progress, covered, mail });
        Ok(Shard { handle, arbiter, writer, follower })
    }

    /// What doors hold.
    pub fn handle(&self) -> ShardHandle {
        self.handle.clone()
    }

    /// Makes durable what was taken, answers it, lets the snapshot follow, and ends the threads.
    /// Doors must be closed before.
    ///
    /// # Errors
    /// When the journal has failed, or failed now.
    pub fn stop(self) -> Result<(), Error> {
        self.writer.stop()?;
        self.follower.stop();
        self.arbiter.stop();
        // A thread that has panicked has ended too; its message is in the log.
        let _ = self.arbiter.join();
        Ok(())
    }
}

impl Options {
    /// What the journal keeps behind the snapshot. While it is kept whole, a lost snapshot can be
    /// rebuilt; what has gone is in the snapshot alone. `covered` is how far webhooks are: they
    /// hold segments back, readers of the feed do not.
    fn keep(&self, covered: Arc<AtomicU64>) -> Option<Keep> {
        if self.keep_ms.is_none() && self.keep_bytes.is_none() {
            return None;
        }
        let (ms, bytes) = (self.keep_ms.unwrap_or(u64::MAX), self.keep_bytes.unwrap_or(u64::MAX));
        Some(Keep { ms, bytes, covered })
    }
}

fn tell_recovered(recovered: &Recovered) {
    tracing::info!(
        position = %recovered.position,
        snapshot = %recovered.snapshot,
        replayed = recovered.replayed,
        orders = recovered.world.orders.len(),
        locations = recovered.world.locations.len(),
        "recovered"
    );
}
