//! Who is told of API keys, as soon as what happened to them is durable.
//!
//! Doors look at keys on their own threads and never ask the router for one. So they keep a copy,
//! and it must change before anybody is answered that a key was made or taken back.

use std::sync::Arc;

use workflow::id::TenantId;
use workflow::keyring;
use workflow::record::{Event, Record};
use workflow::time::Time;

/// Is told whose keys something happened to, what, and when. Called on the journal's thread: it
/// must not wait.
pub type KeyWatch = Arc<dyn Fn(&TenantId, &keyring::Event, Time) + Send + Sync>;

/// What to tell when a record is durable.
pub(crate) struct Notice {
    watch: KeyWatch,
    tenant: TenantId,
    events: Vec<Event>,
    at: Time,
}

impl Notice {
    /// The notice of a record about keys; such a record is about nothing else.
    pub(crate) fn of(watch: Option<&KeyWatch>, record: &Record) -> Option<Notice> {
        let Some(Event::Keyring(_)) = record.events.first() else { return None };
        let (tenant, events) = (record.tenant.clone(), record.events.clone());
        Some(Notice { watch: watch?.clone(), tenant, events, at: record.at })
    }

    /// Tells it.
    pub(crate) fn give(self) {
        for event in &self.events {
            if let Event::Keyring(event) = event {
                (self.watch)(&self.tenant, event, self.at);
            }
        }
    }
}
