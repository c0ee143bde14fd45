//! Everything a request can come to that is not a result, in no dialect.
//!
//! A file of its own because four doors map it, each once. It knows no status and no text for
//! customers.

use std::fmt;

use smol_str::SmolStr;
use snapshots::Position;
use workflow::refusal::Refusal;

/// Why a request has no result. A closed list: a door has one row for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nonsense came in.
    Malformed(Vec<Fault>),
    /// The rules say no.
    Refused(Refusal),
    /// The idempotency key was used for another request (K2).
    KeyReused,
    /// The request's twin is still running (K3).
    KeyBusy,
    /// The disk has no room for a change.
    NoRoom,
    /// The server has too much to do: certainly not done (F7).
    Overloaded,
    /// The caller is over its own limit: certainly not done.
    TooMany,
    /// The server is going down, or not up yet: certainly not done.
    Stopping,
    /// The answer did not come in time: it may have happened.
    OutcomeUnknown,
    /// The credential is missing or no good.
    Unauthorized,
    /// The credential is good, but not for this.
    Forbidden,
    /// There is nothing at this path.
    NotFound,
    /// There is something at this path, but not for this method.
    MethodNotAllowed(SmolStr),
    /// The body is not JSON, or it is compressed.
    UnsupportedMediaType,
    /// The body is longer than the door takes.
    TooLarge,
    /// The address of the request is longer than any door takes.
    UriTooLong,
    /// A header is longer than any door takes.
    HeadTooLarge,
    /// The body came too slowly.
    SlowBody,
    /// The client wants something that is not JSON.
    NotAcceptable,
    /// Something broke; the log has the details under this id.
    Broken(String),
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: a path like `orderLineItems[1].quantity`, or the name of a header or query
    /// parameter. Empty for the body as a whole.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return out.write_str(&self.what);
        }
        write!(out, "{}: {}", self.path, self.what)
    }
}

/// A failure, with the place in history that it reflects if a shard said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What came of the request.
    pub failure: Failure,
    /// The position that the answer reflects.
    pub at: Option<Position>,
}

impl Failure {
    /// A request with a single fault.
    pub fn malformed(path: impl Into<String>, what: impl Into<String>) -> Failure {
        Failure::Malformed(vec![Fault { path: path.into(), what: what.into() }])
    }

    /// After how many seconds the request may be sent again, where waiting helps.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Failure::KeyBusy | Failure::Overloaded | Failure::TooMany => Some(1),
            Failure::Stopping => Some(2),
            Failure::NoRoom => Some(30),
            Failure::Refused(Refusal::TooManyOpenPromises { .. }) => Some(5),
            _ => None,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Failed {
        Failed { failure, at: None }
    }
}
