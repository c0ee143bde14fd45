//! What a door hands to a shard, and what it gets back.

use std::any::Any;
use std::sync::Arc;

use actix::Message;
use smol_str::SmolStr;
use snapshots::commit::Release;
use snapshots::{Lsn, Position};
use tokio::sync::oneshot;
use workflow::calendar::Zone;
use workflow::command::{Ask, Query};
use workflow::id::TenantId;
use workflow::order::Order;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::reply::{Keyed, Reply, StoredReply};

/// What is held until an answer leaves: a door's permit travels in here (F7).
pub(crate) type Permit = Option<Box<dyn Any + Send>>;

use crate::notice::Notice;

/// Puts an outcome into a door's words. A function without a memory: the stored reply of a keyed
/// request is rendered on the shard's thread, in the same command as its effect (K5).
pub type Render = fn(&Outcome) -> Reply;

/// How an outcome is put into words.
#[derive(Clone, Debug)]
pub enum Words {
    /// By the outcome alone.
    Plain(Render),
    /// By the outcome and the request's own name, which the reply then repeats as long as it is
    /// kept.
    Named(fn(&Outcome, &str) -> Reply, SmolStr),
    /// By these two and the zone in which days are said.
    Dated(fn(&Outcome, &str, &Zone) -> Reply, SmolStr, Zone),
}

impl Words {
    /// The reply.
    pub(crate) fn put(&self, outcome: &Outcome) -> Reply {
        match self {
            Words::Plain(render) => render(outcome),
            Words::Named(render, name) => render(outcome, name),
            Words::Dated(render, name, zone) => render(outcome, name, zone),
        }
    }
}

/// One request to the router.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Submit {
    /// What is wanted.
    pub(crate) work: Work,
    /// Where the answer goes, when it may leave.
    pub(crate) answer: oneshot::Sender<Answer>,
    /// Held until the answer leaves, and dropped then: the door's permit travels in here (F7).
    pub(crate) permit: Permit,
    /// What the snapshot was searched for before.
    pub(crate) looked: Looked,
}

/// What the snapshot says of a request that an order out of memory may have a say in.
#[derive(Default)]
pub(crate) struct Looked {
    /// The record up to which it was searched.
    pub(crate) upto: Lsn,
    /// The orders that the request may join.
    pub(crate) found: Vec<Order>,
}

/// What is wanted of a shard.
pub enum Work {
    /// Change something. In a box, since it goes through many hands before the router's.
    Change(Box<Ask>, Words),
    /// Look at something.
    Look(TenantId, Box<Query>),
}

/// What a shard says, once all that it saw is durable (D11).
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
    /// The API key it was asked with was taken back, or that or the token ended, before its turn
    /// came.
    NotAdmitted,
    /// The disk has no room for a change (D9).
    NoRoom,
    /// It is about what has left memory, and the snapshot is being rebuilt: ask again later.
    Rebuilding,
    /// Orders have left memory since the snapshot was searched for the key: search again, with
    /// the permit that the request came with.
    LookAgain(Permit),
}

impl Verdict {
    /// A repeated request gets the stored reply, another one under the key gets nothing (K1, K2).
    pub(crate) fn of_stored(stored: Arc<StoredReply>, keyed: &Keyed) -> Verdict {
        if stored.fingerprint == keyed.fingerprint {
            Verdict::Replayed(stored)
        } else {
            Verdict::KeyReused
        }
    }
}

/// What was done, and how it was put into words if that had to be stored.
pub struct Shown {
    /// What came of it.
    pub outcome: Outcome,
    /// The stored reply, if the request had a key.
    pub stored: Option<Arc<StoredReply>>,
}

/// An answer that waits for its record to be durable.
pub(crate) struct Pending {
    pub(crate) answer: oneshot::Sender<Answer>,
    pub(crate) permit: Permit,
    pub(crate) verdict: Option<Verdict>,
    /// Told before the answer leaves.
    pub(crate) notice: Option<Notice>,
}

impl Pending {
    /// The answer will say this.
    pub(crate) fn with(self, verdict: Verdict) -> Pending {
        Pending { verdict: Some(verdict), ..self }
    }

    /// The answer will be this reply, in the place of the one that was to be stored.
    pub(crate) fn storing(self, reply: Arc<StoredReply>) -> Pending {
        let verdict = match self.verdict {
            Some(Verdict::Done(Shown { outcome, stored: Some(_) })) => {
                Some(Verdict::Done(Shown { outcome, stored: Some(reply) }))
            }
            other => other,
        };
        Pending { verdict, ..self }
    }

    /// Whoever asked must look again. It is still inside, so it gets its permit back.
    pub(crate) fn again(self, at: Position) {
        let verdict = Verdict::LookAgain(self.permit);
        let _ = self.answer.send(Answer { at, verdict });
    }
}

impl Release for Pending {
    fn release(self, at: Position) {
        let verdict = self.verdict.expect("an answer is handed over when it is known");
        if let Some(notice) = self.notice {
            notice.give();
        }
        // The permit is free before the client can ask again; a client that hung up is no matter.
        drop(self.permit);
        let _ = self.answer.send(Answer { at, verdict });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F7: a request that must look again was let in once, and is counted until it is answered.
    #[test]
    fn who_must_look_again_keeps_its_permit() {
        let (answer, mut waiting) = oneshot::channel();
        let inside = Arc::new(());
        let permit: Permit = Some(Box::new(inside.clone()));
        Pending { answer, permit, verdict: None, notice: None }.again(Position::default());
        let Ok(Answer { verdict: Verdict::LookAgain(permit), .. }) = waiting.try_recv() else {
            panic!("it is told to look again")
        };
        assert_eq!(Arc::strong_count(&inside), 2);
        drop(permit);
        assert_eq!(Arc::strong_count(&inside), 1);
    }
}
