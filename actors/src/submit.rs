//! What a door hands to a shard, and what it gets back.

use std::any::Any;
use std::sync::Arc;

use snapshots::Position;
use tokio::sync::oneshot;
use workflow::command::{Ask, Query};
use workflow::id::TenantId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::reply::{Reply, StoredReply};

/// Puts an outcome into a door's words. A function without a memory: the stored reply of a keyed
/// request is rendered on the shard's thread, in the same command as its effect (K5).
pub type Render = fn(&Outcome) -> Reply;

/// One request to a shard.
pub struct Submit {
    /// What is wanted.
    pub work: Work,
    /// Where the answer goes, when it may leave.
    pub answer: oneshot::Sender<Answer>,
    /// Held until the answer leaves, and dropped then: the door's permit travels in here (F7).
    pub permit: Option<Box<dyn Any + Send>>,
}

/// What is wanted of a shard.
pub enum Work {
    /// Change something.
    Change(Ask, Render),
    /// Look at something.
    Look(TenantId, Query),
}

/// What a shard says, once all that it saw is durable (decision D4).
pub struct Answer {
    /// The position in the journal that the answer reflects.
    pub at: Position,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a request.
pub enum Verdict {
    /// It was carried out, or looked at.
    Done(Shown),
    /// It was carried out before under the same key: the same bytes again (K1).
    Replayed(Arc<StoredReply>),
    /// The rules say no.
    Refused(Refusal),
    /// The key was used for another request (K2).
    KeyReused,
    /// The request's twin is not durable yet (K3).
    KeyBusy,
    /// The disk has no room for a change (D9).
    NoRoom,
}

/// What was done, and how it was put into words if that had to be stored.
pub struct Shown {
    /// What came of it.
    pub outcome: Outcome,
    /// The stored reply, if the request had a key.
    pub stored: Option<Arc<StoredReply>>,
}
