//! What the mailer counts, for metrics and tests.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use workflow::invitation::{Fact, Mail, Trouble};

use crate::figures::LATENESS_BUCKETS;

/// A mailer's figures at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailFigures {
    /// Mails that the server took.
    pub sent: u64,
    /// Mails that the server will never take.
    pub rejected: u64,
    /// How often the server put a mail off.
    pub deferred: u64,
    /// How often the server was not there for a mail.
    pub unreachable: u64,
    /// Whether somebody sends mails, and the server was there when it was asked last.
    pub is_reachable: bool,
    /// How late mails were taken: by power of two of milliseconds, from below 1 ms.
    pub lateness: [u64; LATENESS_BUCKETS],
    /// All these milliseconds together.
    pub lateness_ms_sum: u64,
}

impl MailFigures {
    /// These and those of another mailer to the same server.
    #[must_use]
    pub fn and(&self, other: &MailFigures) -> MailFigures {
        MailFigures {
            sent: self.sent + other.sent,
            rejected: self.rejected + other.rejected,
            deferred: self.deferred + other.deferred,
            unreachable: self.unreachable + other.unreachable,
            is_reachable: self.is_reachable && other.is_reachable,
            lateness: std::array::from_fn(|at| self.lateness[at] + other.lateness[at]),
            lateness_ms_sum: self.lateness_ms_sum + other.lateness_ms_sum,
        }
    }
}

/// The same, while it is counted.
#[derive(Debug, Default)]
pub(super) struct Counts {
    sent: AtomicU64,
    rejected: AtomicU64,
    deferred: AtomicU64,
    unreachable: AtomicU64,
    is_gone: AtomicBool,
    lateness: [AtomicU64; LATENESS_BUCKETS],
    lateness_ms_sum: AtomicU64,
}

impl Counts {
    /// Notes what came of a mail, and how it is now.
    pub(super) fn note(&self, trouble: Option<Trouble>, mail: Option<&Mail>) {
        let count = match trouble {
            None => &self.sent,
            Some(Trouble::Rejected) => &self.rejected,
            Some(Trouble::Deferred) => &self.deferred,
            Some(Trouble::Unreachable) => &self.unreachable,
        };
        count.fetch_add(1, Ordering::Relaxed);
        if let Some(Mail { due: Some(due), fact: Fact::Sent { at }, .. }) = mail {
            let late_ms = at.since(*due).0;
            let bucket = (u64::BITS - late_ms.leading_zeros()) as usize;
            self.lateness[bucket.min(LATENESS_BUCKETS - 1)].fetch_add(1, Ordering::Relaxed);
            self.lateness_ms_sum.fetch_add(late_ms, Ordering::Relaxed);
        }
    }

    pub(super) fn set_reachable(&self, is_reachable: bool) {
        self.is_gone.store(!is_reachable, Ordering::Relaxed);
    }

    pub(super) fn figures(&self) -> MailFigures {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        MailFigures {
            sent: of(&self.sent),
            rejected: of(&self.rejected),
            deferred: of(&self.deferred),
            unreachable: of(&self.unreachable),
            is_reachable: !self.is_gone.load(Ordering::Relaxed),
            lateness: std::array::from_fn(|bucket| of(&self.lateness[bucket])),
            lateness_ms_sum: of(&self.lateness_ms_sum),
        }
    }
}
