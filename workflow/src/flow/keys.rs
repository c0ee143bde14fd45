//! Keys: made and taken back.

use super::{Cast, Scene};
use crate::keyring::{self, Command};
use crate::outcome::Outcome;
use crate::record::Event;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    pub(super) fn keys(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        let ring = &mut self.tenant.keyring;
        let events = keyring::decide(ring, command, self.now, self.random)?;
        for event in &events {
            keyring::apply(ring, event, self.now);
        }
        let id = match (events.last(), command) {
            (Some(keyring::Event::Made(key)), _) => key.id,
            (_, Command::Revoke { id }) => *id,
            (_, Command::Make { .. }) => unreachable!("a key is made or refused"),
        };
        let key = ring.key(id).expect("the key was just made or found").clone();
        self.events.extend(events.into_iter().map(Event::Keyring));
        Ok(Outcome::Key(Box::new(key)))
    }
}
