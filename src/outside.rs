//! What one shard tells outside: the streams of the feed, and the calls to subscribers.

use std::path::Path;
use std::sync::Arc;

use actors::ShardHandle;
use anyhow::Context;

use crate::feed::{self, Desk};
use crate::webhooks::{Schedule, Targets, Webhooks};

/// Those who tell what happens in a shard.
pub struct Outside {
    /// For those who follow it.
    pub feed: Arc<Desk>,
    /// For those who are called.
    pub webhooks: Webhooks,
}

impl Outside {
    /// Begins to tell what happens in `shard`; `dir` holds how far each subscriber is.
    ///
    /// # Errors
    /// When a thread cannot be started, or the directory cannot be used.
    pub fn start(
        shard: &ShardHandle,
        dir: &Path,
        feed: feed::Options,
        calls: (Targets, Schedule),
    ) -> anyhow::Result<Outside> {
        let feed = Desk::start(shard.clone(), feed).context("the feed cannot be read")?;
        let webhooks = Webhooks::start(shard.clone(), feed.durable(), dir, calls);
        Ok(Outside { feed, webhooks: webhooks.context("webhooks cannot go out")? })
    }

    /// Ends both. What is told after this is told after the next start.
    pub fn stop(&self) {
        self.webhooks.stop();
        self.feed.stop();
    }
}
