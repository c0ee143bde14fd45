//! The threads that read the journal for the feed, a bounded step at a time.
//!
//! Few, and with a lower priority than the traffic: whoever reads a year of history takes turns
//! with the others and slows nobody who sells. A step that panics ends the process, as everywhere.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that take jobs in the order in which they come.
pub(super) struct Crew {
    jobs: Mutex<Option<Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// How far the threads stand back behind the traffic: 0 to 19.
const NICE: i32 = 10;

impl Crew {
    /// So many threads.
    pub(super) fn start(threads: usize) -> io::Result<Crew> {
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        let thread = |_| {
            let waiting = waiting.clone();
            let name = "feed-reader".into();
            std::thread::Builder::new().name(name).spawn(move || work(&waiting))
        };
        let threads = (0..threads).map(thread).collect::<io::Result<Vec<_>>>()?;
        Ok(Crew { jobs: Mutex::new(Some(jobs)), threads: Mutex::new(threads) })
    }

    /// Does a job on one of the threads; none once they have stopped.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, done) = oneshot::channel();
        let job: Job = Box::new(move || {
            let _ = answer.send(job()); // whoever asked may have gone
        });
        self.jobs.lock().as_ref()?.send(job).ok()?;
        done.await.ok()
    }

    /// Does what was asked for, takes no more, and ends the threads.
    pub(super) fn stop(&self) {
        drop(self.jobs.lock().take());
        for thread in self.threads.lock().drain(..) {
            // A thread that panicked has ended too; its message is in the log.
            let _ = thread.join();
        }
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICE) {
        tracing::warn!(%error, "the feed is read at the priority of the traffic");
    }
    loop {
        let next = jobs.lock().recv(); // the lock is held while waiting: the others wait for it
        match next {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}
