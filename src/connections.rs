//! How many connections each source has open, so that one cannot take the places of all others.
//!
//! They are counted when a worker takes them in, with TLS when the handshake is done, and until
//! they are closed. One too many is cut off before anything of it is read.

use std::any::Any;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use parking_lot::Mutex;

use crate::limits::CONNECTIONS_PER_ADDRESS_MAX;
use crate::source::Source;

/// The open connections of the doors.
#[derive(Debug)]
pub struct Connections {
    bound: Bound,
    open: Mutex<HashMap<Source, u32>>,
    refused: AtomicU64,
}

/// How many one source may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// As many as there is room for.
    None,
    /// So many, and a source on this machine as many as there is room for: it is a proxy, which
    /// speaks for others, or an operator who measures.
    Remote(NonZeroU32),
    /// So many, wherever it is.
    All(NonZeroU32),
}

/// An open connection; what is dropped when it is closed.
struct Place {
    of: Arc<Connections>,
    source: Source,
}

/// Stands in the extensions of a connection that was one too many: nothing that was read of it
/// counts, should something have been.
pub(crate) struct TurnedAway;

impl Connections {
    /// At most so many per source; 0 is no bound, and if nobody said, it is
    /// [`CONNECTIONS_PER_ADDRESS_MAX`] for all but loopback.
    pub fn bounded(per_address: Option<u32>) -> Connections {
        let bound = match per_address.map(NonZeroU32::new) {
            None => Bound::Remote(CONNECTIONS_PER_ADDRESS_MAX),
            Some(None) => Bound::None,
            Some(Some(most)) => Bound::All(most),
        };
        Connections { bound, open: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// How many are open.
    pub fn open(&self) -> u64 {
        self.open.lock().values().copied().map(u64::from).sum()
    }

    /// How many were one too many, since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Counts a connection that was taken in, or cuts it off.
    pub(crate) fn meet(self: &Arc<Self>, io: &dyn Any, told: &mut Extensions) {
        let plain = io.downcast_ref::<TcpStream>();
        let wrapped = || io.downcast_ref::<TlsStream<TcpStream>>();
        let Some(stream) = plain.or_else(|| Some(wrapped()?.get_ref().0)) else { return };
        // A client that is gone has no address any more; its connection ends by itself.
        let Ok(peer) = stream.peer_addr() else { return };
        match self.enter(peer.ip()) {
            Some(place) => drop(told.insert(place)),
            None => {
                told.insert(TurnedAway);
                // What it sent is thrown away unread, and its client is told so by a reset.
                if let Err(error) = rustix::net::connect_unspec(stream) {
                    tracing::warn!(%error, "a connection that is one too many cannot be cut off");
                }
            }
        }
    }

    fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let most = match self.bound {
            Bound::None => None,
            Bound::Remote(_) if from.to_canonical().is_loopback() => None,
            Bound::Remote(most) | Bound::All(most) => Some(most.get()),
        };
        let source = Source::of(from);
        let mut open = self.open.lock();
        let count = open.entry(source).or_default();
        if most.is_some_and(|most| *count >= most) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *count += 1;
        Some(Place { of: self.clone(), source })
    }
}

impl Default for Connections {
    fn default() -> Connections {
        Connections::bounded(None)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.of.open.lock();
        if let Some(count) = open.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_cannot_take_the_places_of_another() {
        let connections = Arc::new(Connections::bounded(Some(2)));
        let enter = |from: &str| connections.enter(from.parse().unwrap());
        let first = enter("192.0.2.1").unwrap();
        let second = enter("::ffff:192.0.2.1").unwrap();
        assert!(enter("192.0.2.1").is_none());
        let other = enter("192.0.2.2").unwrap();
        assert_eq!((connections.open(), connections.refused()), (3, 1));
        drop(first);
        let third = enter("192.0.2.1").unwrap();
        assert!(enter("192.0.2.1").is_none());
        drop((second, third, other));
        assert_eq!((connections.open(), connections.refused()), (0, 2));
        assert!(connections.open.lock().is_empty(), "a source that is gone is forgotten");
    }

    #[test]
    fn nobody_said_so_loopback_is_free_and_zero_is_no_bound() {
        let many = CONNECTIONS_PER_ADDRESS_MAX.get() + 1;
        let count = |per_address: Option<u32>, from: &str| {
            let connections = Arc::new(Connections::bounded(per_address));
            let places = (0..many).map(|_| connections.enter(from.parse().unwrap()));
            places.collect::<Vec<_>>().iter().flatten().count() as u32
        };
        for loopback in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(count(None, loopback), many);
            assert_eq!(count(Some(7), loopback), 7);
        }
        assert_eq!(count(None, "192.0.2.1"), CONNECTIONS_PER_ADDRESS_MAX.get());
        assert_eq!(count(Some(0), "192.0.2.1"), many);
    }
}
