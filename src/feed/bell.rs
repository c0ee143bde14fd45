//! Rings when more of the journal is durable: one thread waits for the journal, so that any
//! number of readers can wait for it without one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use actors::ShardHandle;
use snapshots::Lsn;
use tokio::sync::watch;

/// How long it waits for the journal before it looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long it rests after it rang: under traffic more gathers, and the cores are for others.
const REST: Duration = Duration::from_millis(5);

/// Rings until it is stopped.
pub(super) struct Bell {
    durable: watch::Receiver<Lsn>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bell {
    /// Starts the thread that waits for this shard's journal.
    pub(super) fn start(shard: ShardHandle) -> io::Result<Bell> {
        let (ring, durable) = watch::channel(shard.durable().lsn);
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        let listen = move || {
            while !over.load(Ordering::Relaxed) && !shard.has_ended() {
                let known = *ring.borrow();
                let durable = shard.wait_beyond(known, LOOK_EVERY).lsn;
                if durable > known {
                    ring.send_replace(durable);
                    std::thread::sleep(REST);
                }
            }
        };
        let thread = std::thread::Builder::new().name("feed-bell".into()).spawn(listen)?;
        Ok(Bell { durable, is_over, thread: Some(thread) })
    }

    /// The newest durable record, and when it changes. After a stop nothing rings any more.
    pub(super) fn durable(&self) -> watch::Receiver<Lsn> {
        self.durable.clone()
    }

    /// Ends the thread.
    pub(super) fn stop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A bell that panicked has ended too; its message is in the log.
            let _ = thread.join();
        }
    }
}
