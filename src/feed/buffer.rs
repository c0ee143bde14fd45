//! What was read for a client and not yet taken by it, bounded in bytes.
//!
//! Whoever fills it waits while it is full. A client that takes nothing for a while is cut off and
//! its bytes are let go at once; it resumes where it was.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The side that fills it. Dropped without [`Source::end`], the client sees a broken body.
pub struct Source {
    shared: Arc<Shared>,
    patience: Duration,
}

/// The side that the client takes from.
pub struct Drain(Arc<Shared>);

/// The client takes nothing more, or too slowly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It has hung up.
    Gone,
    /// It did not read, and was cut off.
    CutOff,
}

/// The stream was broken off: the client resumes with the last id it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream was broken off")]
pub struct BrokenOff;

struct Shared {
    state: Mutex<State>,
    bytes_max: usize,
    /// Told when something was taken, or the client has gone.
    taken: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Bytes>,
    bytes: usize,
    end: Option<Result<(), BrokenOff>>,
    is_gone: bool,
    waker: Option<Waker>,
}

/// A buffer of so many bytes for a client that must take something every `patience`.
pub fn buffer(bytes_max: usize, patience: Duration) -> (Source, Drain) {
    let (state, taken) = (Mutex::new(State::default()), Notify::new());
    let shared = Arc::new(Shared { state, bytes_max, taken });
    (Source { shared: shared.clone(), patience }, Drain(shared))
}

impl Source {
    /// Puts bytes in, when there is room. An empty buffer takes anything.
    pub async fn put(&self, bytes: Bytes) -> Result<(), Lost> {
        loop {
            let taken = self.shared.taken.notified();
            {
                let mut state = self.shared.state.lock();
                if state.is_gone {
                    return Err(Lost::Gone);
                }
                if state.waiting.is_empty() || state.bytes + bytes.len() <= self.shared.bytes_max {
                    state.bytes += bytes.len();
                    state.waiting.push_back(bytes);
                    wake(&mut state);
                    return Ok(());
                }
            }
            if tokio::time::timeout(self.patience, taken).await.is_err() {
                self.finish(Err(BrokenOff));
                return Err(Lost::CutOff);
            }
        }
    }

    /// Waits until the client has gone.
    pub async fn gone(&self) {
        loop {
            let taken = self.shared.taken.notified();
            if self.shared.state.lock().is_gone {
                return;
            }
            taken.await;
        }
    }

    /// Nothing more comes: the client gets what is in the buffer, and a whole body.
    pub fn end(self) {
        self.finish(Ok(()));
    }

    /// Nothing more comes, and what the client has not taken yet it does not get.
    pub fn shut(self) {
        self.shared.state.lock().waiting = VecDeque::new();
        self.finish(Ok(()));
    }

    fn finish(&self, end: Result<(), BrokenOff>) {
        let mut state = self.shared.state.lock();
        if state.end.is_none() {
            if end.is_err() {
                state.waiting = VecDeque::new();
            }
            state.end = Some(end);
            wake(&mut state);
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.finish(Err(BrokenOff));
    }
}

impl Stream for Drain {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.0.state.lock();
        if let Some(bytes) = state.waiting.pop_front() {
            state.bytes -= bytes.len();
            drop(state);
            self.0.taken.notify_waiters();
            return Poll::Ready(Some(Ok(bytes)));
        }
        match state.end {
            Some(Ok(())) => Poll::Ready(None),
            Some(Err(BrokenOff)) => {
                state.end = Some(Ok(())); // it is said once
                Poll::Ready(Some(Err(BrokenOff)))
            }
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.is_gone = true;
        state.waiting = VecDeque::new();
        drop(state);
        self.0.taken.notify_waiters();
    }
}

fn wake(state: &mut State) {
    if let Some(waker) = state.waker.take() {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt, StreamExt};

    use super::*;

    fn kib(count: usize) -> Bytes {
        Bytes::from(vec![b'x'; count * 1024])
    }

    #[actix_web::test]
    async fn a_full_buffer_waits_for_its_client() {
        let (source, mut drain) = buffer(4 * 1024, Duration::from_secs(60));
        source.put(kib(3)).await.unwrap();
        {
            let mut next = pin!(source.put(kib(2)));
            assert!(next.as_mut().now_or_never().is_none(), "five are more than four");
            assert_eq!(drain.next().await.unwrap().unwrap().len(), 3 * 1024);
            next.await.unwrap();
        }
        source.end();
        assert_eq!(drain.next().await.unwrap().unwrap().len(), 2 * 1024);
        assert!(drain.next().await.is_none());
    }

    /// A reader that does not read is cut off and holds nothing any more.
    #[actix_web::test]
    async fn a_client_that_takes_nothing_is_cut_off() {
        let (source, mut drain) = buffer(4 * 1024, Duration::from_millis(1));
        source.put(kib(4)).await.unwrap();
        assert_eq!(source.put(kib(1)).await, Err(Lost::CutOff));
        assert_eq!(drain.next().await, Some(Err(BrokenOff)));
        assert!(drain.next().await.is_none());
    }

    /// Whoever may read no more gets nothing more, not even what was read for it.
    #[actix_web::test]
    async fn what_waits_is_let_go_when_it_is_shut() {
        let (source, mut drain) = buffer(4 * 1024, Duration::from_secs(60));
        source.put(kib(3)).await.unwrap();
        source.shut();
        assert!(drain.next().await.is_none());
    }

    #[actix_web::test]
    async fn a_client_that_hung_up_is_noticed() {
        let (source, drain) = buffer(1, Duration::from_secs(60));
        drop(drain);
        assert_eq!(source.put(kib(1)).await, Err(Lost::Gone));
        source.gone().await;
    }

    #[actix_web::test]
    async fn a_source_that_breaks_is_not_a_whole_body() {
        let (source, mut drain) = buffer(1, Duration::from_secs(60));
        drop(source);
        assert_eq!(drain.next().await, Some(Err(BrokenOff)));
    }
}
