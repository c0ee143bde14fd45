//! What one shard tells outside: the streams of the feed, the calls to subscribers, and the mails to
//! customers.

use std::path::Path;
use std::sync::Arc;

use actors::{Clock, MailFigures, MailOptions, Mailer, ShardHandle};
use anyhow::Context;

use crate::feed::{self, Desk};
use crate::webhooks::{Schedule, Targets, Webhooks};

/// Those who tell what happens in a shard.
pub struct Outside {
    /// For those who follow it.
    pub feed: Arc<Desk>,
    /// For those who are called.
    pub webhooks: Webhooks,
    /// For customers, if a mail server is configured. Without one, mails stay due.
    mailer: Option<Mailer>,
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
        calls: (Targets, Schedule, Clock),
        mail: Option<MailOptions>,
    ) -> anyhow::Result<Outside> {
        let feed = Desk::start(shard.clone(), feed).context("the feed cannot be read")?;
        let webhooks = Webhooks::start(shard.clone(), feed.durable(), dir, calls);
        let mailer = mail.map(|mail| Mailer::start(shard.clone(), mail)).transpose();
        let webhooks = webhooks.context("webhooks cannot go out")?;
        Ok(Outside { feed, webhooks, mailer: mailer.context("mail")? })
    }

    /// What the mailer has done, if there is one.
    pub fn mail_figures(&self) -> Option<MailFigures> {
        self.mailer.as_ref().map(Mailer::figures)
    }

    /// Ends all of them. What is told after this is told after the next start.
    pub fn stop(&self) {
        if let Some(mailer) = &self.mailer {
            mailer.stop();
        }
        self.webhooks.stop();
        self.feed.stop();
    }
}
