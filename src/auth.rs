//! Who asks, and what they may: from the headers of a request to a caller.
//!
//! ```text
//!  headers ── Sent ──▶ a static token    by its digest
//!                      an API key        by its id, then its secret, in constant time
//!                              └──▶ Caller: tenant, name, permissions ── Need ──▶ let in
//! ```
//!
//! The tenant comes from the credential alone. A secret is never logged and never in an error, and
//! whatever is wrong with a credential, the answer is the same.

mod caller;
mod chance;
mod credentials;
mod key;
mod need;
mod ring;
mod scope;
mod sent;

pub use caller::Caller;
pub use credentials::Credentials;
pub(crate) use key::Secret;
pub(crate) use need::{Need, Needs};
pub use ring::Ring;
pub use scope::permissions_of;
