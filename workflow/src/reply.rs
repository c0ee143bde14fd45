//! A stored reply: what makes a repeated request the same request (K1 to K7, docs/decisions/0006).
//!
//! A reply lives in the thing its request made or changed, and is written in the same record as
//! the effect (K5); so it lasts exactly as long as the effect does.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Where a key counts: within its tenant, one caller and one operation of one door (K4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReplyKey {
    /// Who asked, by a name that no two of a tenant's callers share; it is not for people.
    pub caller: SmolStr,
    /// The door, the operation, and the ids of its path.
    pub operation: SmolStr,
    /// What the client sent, without quotes: 1 to 255 visible ASCII characters.
    pub key: SmolStr,
}

/// A digest of the parsed request: equal for requests that mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 16]);

/// A key together with what was asked under it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Keyed {
    /// The key and its scope.
    pub key: ReplyKey,
    /// What was asked.
    pub fingerprint: Fingerprint,
}

/// An answer in its door's words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reply {
    /// The door's status code.
    pub status: u16,
    /// The headers that belong to the reply.
    pub headers: Vec<(SmolStr, SmolStr)>,
    /// The body's text.
    pub body: String,
}

/// The first reply under a key, byte for byte (K1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredReply {
    /// The key and its scope.
    pub key: ReplyKey,
    /// What was asked.
    pub fingerprint: Fingerprint,
    /// What was answered.
    pub reply: Reply,
}
