//! What is asked of whoever keeps replies: an order, or a location for writes without an order.

use std::sync::Arc;

use actix::Message;
use workflow::reply::{ReplyKey, StoredReply};

/// Keep a reply, and answer with the one that has to go for it.
#[derive(Message)]
#[rtype(result = "Option<Arc<StoredReply>>")]
pub(crate) struct Keep(pub(crate) Arc<StoredReply>);

/// Answer with the reply that is kept under a key.
#[derive(Message)]
#[rtype(result = "Option<Arc<StoredReply>>")]
pub(crate) struct Kept(pub(crate) ReplyKey);
