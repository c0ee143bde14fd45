//! Who asks, and what they may: from the headers of a request to a caller.
//!
//! ```text
//!  headers ── Sent ──▶ a static token    by its digest
//!                      an API key        by its id, then its secret, in constant time
//!                      a JSON Web Token  by its signature, and what it says
//!                              └──▶ Caller: tenant, name, permissions ── Need ──▶ let in
//! ```
//!
//! The tenant comes from the credential alone. A secret is never logged and never in an error, and
//! whatever is wrong with a credential, the answer is the same.

mod base64;
mod caller;
mod chance;
mod credentials;
mod issuer;
mod jwks;
mod key;
mod need;
mod own;
mod rates;
mod renewal;
mod ring;
mod scope;
mod seen;
mod sent;
mod signing;
mod strangers;
mod token;
mod tokens;

pub use caller::Caller;
pub use credentials::Credentials;
pub(crate) use key::Secret;
pub(crate) use need::{Need, Needs};
pub(crate) use rates::Rate;
pub use ring::Ring;
pub use scope::permissions_of;
pub(crate) use sent::basic;
