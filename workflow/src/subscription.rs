//! A subscription: who wants to be told what, and where.
//!
//! The core keeps subscriptions with the tenant and tells nobody anything: whoever carries news
//! out reads them, and knows what the names of events mean.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::SubscriptionId;
use crate::reply::StoredReply;
use crate::time::Time;

/// Who wants to be told what, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// When it was made: what happened before is not told.
    pub created: Time,
    /// What is wanted.
    pub wish: Wish,
    /// The reply of the request that made it, if that had a key.
    pub reply: Option<Arc<StoredReply>>,
}

/// What is wanted of a subscription. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wish {
    /// What people call it.
    pub name: SmolStr,
    /// The event, in one of the doors' words; `*` is every event.
    pub event: SmolStr,
    /// Where calls go: an address that was checked by the door.
    pub url: SmolStr,
    /// Headers of every call, which may hold a credential of the receiver.
    pub headers: Vec<(SmolStr, Secret<SmolStr>)>,
    /// How calls are written.
    pub encoding: Encoding,
    /// All must fit: what happens elsewhere is not told.
    pub contexts: Vec<Context>,
    /// What calls are signed with.
    pub secret: Secret<[u8; 32]>,
}

/// How calls are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// As fulfillmenttools does.
    #[default]
    Fft,
    /// As a CloudEvent in JSON.
    CloudEvents,
    /// As Standard Webhooks says.
    Standard,
    /// As PartsSource does.
    PartsSource,
}

/// A place that events must have happened at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Context {
    /// One of these locations, by id.
    Locations(Vec<SmolStr>),
    /// One of these groups of locations. There are none, so nothing fits.
    Groups(Vec<SmolStr>),
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Secret<T>(pub T);

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret("hush")), "(secret)");
    }
}
