//! Replies as they are kept under the keys of their requests.

use std::sync::Arc;

use workflow::outcome::Outcome;
use workflow::reply::{Keyed, Reply, StoredReply};

use crate::submit::Words;

/// Puts the outcome into its door's words, to be kept under the request's key (K5).
pub(super) fn store(keyed: &Keyed, words: &Words, outcome: &Outcome) -> Arc<StoredReply> {
    let mut reply = words.put(outcome);
    reply.body.shrink_to_fit(); // it lives as long as its order
    Arc::new(StoredReply { key: keyed.key.clone(), fingerprint: keyed.fingerprint, reply })
}

/// The reply as it is kept when it would not fit in the record of what was done: the status and
/// the headers still say what that was, and where it is.
pub(super) fn without_body(stored: &StoredReply) -> StoredReply {
    let reply = Reply { body: String::new(), ..stored.reply.clone() };
    StoredReply { reply, ..stored.clone() }
}
