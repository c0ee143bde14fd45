//! When the keys of issuers are loaded because a token names a key that nobody knows.
//!
//! Anybody can send such tokens, so all of them together, whichever issuers they name, cause one
//! load per minute. Issuers take turns: who sends many tokens in the name of one keeps no other
//! one's new key from being found.

use std::collections::VecDeque;
use std::sync::Arc;

use actors::Clock;
use tokio::sync::Mutex;
use workflow::time::Time;

use super::jwks::Jwks;
use super::token::Token;
use crate::limits::JWKS_RELOAD_MIN;

/// The one gate before all issuers. Whoever holds it is loading.
#[derive(Debug, Default)]
pub(super) struct Renewal(Mutex<Turns>);

#[derive(Debug, Default)]
struct Turns {
    /// When a set was last loaded because of a token.
    last: Option<Time>,
    /// The sets that were asked for since, each once, in the order of asking.
    waiting: VecDeque<Arc<Jwks>>,
}

impl Renewal {
    /// Asks for a set that the token says its key is in, and loads the one whose turn it is; unless
    /// one was loaded a moment ago. Answers whether the token's key is there since then.
    pub(super) async fn ask(&self, jwks: &Arc<Jwks>, token: &Token<'_>, clock: &Clock) -> bool {
        let mut turns = self.0.lock().await;
        // Those that waited for one load need no other.
        if jwks.knows(token, clock.now()) {
            return true;
        }
        if !turns.waiting.iter().any(|other| Arc::ptr_eq(other, jwks)) {
            turns.waiting.push_back(jwks.clone());
        }
        let now = clock.now();
        if turns.last.is_none_or(|at| now.since(at) >= JWKS_RELOAD_MIN)
            && let Some(next) = turns.waiting.pop_front()
        {
            turns.last = Some(now);
            next.load().await;
        }
        jwks.knows(token, clock.now())
    }
}
