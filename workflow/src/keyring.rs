//! The API keys of a tenant: who holds one, what it is good for, and until when.
//!
//! A key is a random secret that only its holder knows; what is kept is its digest. A key that was
//! taken back stays on the ring, so that nobody wonders where it went, until its room is needed.
//! No secret is ever made or seen here: chance and digests come in as arguments.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::KeyId;
use crate::limits::KEYS_PER_TENANT_MAX;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::stores::Stores;
use crate::time::{Millis, Time};

/// The API keys of one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Keyring {
    keys: BTreeMap<KeyId, Key>,
}

/// One API key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What it is called in records and lists; nothing secret.
    pub id: KeyId,
    /// Who holds it. Two keys may share a name: that is how a key is renewed.
    pub name: SmolStr,
    /// What it is good for.
    pub permissions: Permissions,
    /// What its secret comes to.
    pub digest: Digest,
    /// When it was made.
    pub made: Time,
    /// From when on it is no good any more.
    pub expires: Option<Time>,
    /// When it was taken back.
    pub revoked: Option<Time>,
    /// The stores that its holder picks for.
    pub stores: Stores,
}

/// The SHA-256 of a secret of at least 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

/// What may be asked about keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Put a new key on the ring.
    Make {
        /// Who will hold it.
        name: SmolStr,
        /// What it is good for.
        permissions: Permissions,
        /// What its secret comes to.
        digest: Digest,
        /// For how long it is good; none means until it is taken back.
        lasts: Option<Millis>,
        /// The stores that its holder will pick for.
        stores: Stores,
    },
    /// Take a key back.
    Revoke {
        /// Which one.
        id: KeyId,
    },
}

/// What happened to a ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A key was put on it.
    Made(Box<Key>),
    /// A key was taken back; it is no good from the record's time on.
    Revoked {
        /// Which one.
        id: KeyId,
    },
    /// A key that was no good any more made room.
    Forgotten {
        /// Which one.
        id: KeyId,
    },
}

impl Command {
    /// The command's name, as records, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Make { .. } => "MakeKey",
            Command::Revoke { .. } => "RevokeKey",
        }
    }
}

impl Key {
    /// Whether it opens anything at `now`.
    pub fn is_good(&self, now: Time) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }
}

impl Keyring {
    /// The key with this id.
    pub fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys.get(&id)
    }

    /// Whether the ring has this key and it is good at `now`.
    pub fn admits(&self, id: KeyId, now: Time) -> bool {
        self.keys.get(&id).is_some_and(|key| key.is_good(now))
    }

    /// All keys, the oldest first.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.keys.values()
    }

    /// Whether there never was a key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Takes in a key that was made before, from a snapshot.
    pub fn restore(&mut self, key: Key) {
        self.keys.insert(key.id, key);
    }

    /// What is wrong with the ring, if anything is.
    pub fn fault(&self) -> Option<&'static str> {
        let wrong = |(id, key): (&KeyId, &Key)| {
            key.id != *id || key.revoked.is_some_and(|at| at < key.made)
        };
        if self.keys.iter().any(wrong) {
            return Some("a key is not under its id, or was revoked before it was made");
        }
        (self.keys.len() > KEYS_PER_TENANT_MAX).then_some("there are more keys than may be")
    }
}

/// Says what happens, or why not.
///
/// # Errors
/// When the ring is full of good keys, or has not the key that is named.
pub fn decide(
    ring: &Keyring,
    command: &Command,
    now: Time,
    random: u64,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Make { name, permissions, digest, lasts, stores } => {
            let mut events = Vec::new();
            if ring.keys.len() >= KEYS_PER_TENANT_MAX {
                let useless = ring.keys.values().find(|key| !key.is_good(now));
                let id = useless.ok_or(Refusal::TooManyKeys { limit: KEYS_PER_TENANT_MAX })?.id;
                events.push(Event::Forgotten { id });
            }
            events.push(Event::Made(Box::new(Key {
                id: KeyId::of(now, random),
                name: name.clone(),
                permissions: *permissions,
                digest: *digest,
                made: now,
                expires: lasts.map(|lasts| now + lasts),
                revoked: None,
                stores: stores.clone(),
            })));
            Ok(events)
        }
        Command::Revoke { id } => match ring.keys.get(id) {
            None => Err(Refusal::UnknownKey),
            Some(key) if key.revoked.is_some() => Ok(vec![]),
            Some(_) => Ok(vec![Event::Revoked { id: *id }]),
        },
    }
}

/// Makes `event` true. Keys that a restored world has not are nobody's any more.
pub fn apply(ring: &mut Keyring, event: &Event, at: Time) {
    match event {
        Event::Made(key) => ring.restore((**key).clone()),
        Event::Revoked { id } => {
            if let Some(key) = ring.keys.get_mut(id) {
                key.revoked = Some(at);
            }
        }
        Event::Forgotten { id } => {
            ring.keys.remove(id);
        }
    }
}

/// A digest is no secret, but nobody has to read it in a log.
impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_768_212_843_517);

    fn make(lasts: Option<Millis>) -> Command {
        let digest = Digest([7; 32]);
        let permissions = Permissions::ORDINARY;
        Command::Make { name: "till".into(), permissions, digest, lasts, stores: Stores::ALL }
    }

    fn play(ring: &mut Keyring, command: &Command, now: Time, random: u64) -> Vec<Event> {
        let events = decide(ring, command, now, random).unwrap();
        events.iter().for_each(|event| apply(ring, event, now));
        events
    }

    #[test]
    fn a_key_is_good_until_it_is_revoked() {
        let mut ring = Keyring::default();
        let events = play(&mut ring, &make(None), NOW, 1);
        let [Event::Made(key)] = &events[..] else { panic!("{events:?}") };
        assert!(ring.admits(key.id, Time(i64::MAX)));

        let revoke = Command::Revoke { id: key.id };
        assert_eq!(play(&mut ring, &revoke, NOW + Millis(5), 2).len(), 1);
        assert!(!ring.admits(key.id, NOW));
        assert_eq!(ring.key(key.id).unwrap().revoked, Some(NOW + Millis(5)));
        // Once more changes nothing, and the first time stays.
        assert_eq!(play(&mut ring, &revoke, NOW + Millis(9), 3), []);
        assert_eq!(ring.fault(), None);
    }

    #[test]
    fn a_key_ends_at_its_time() {
        let mut ring = Keyring::default();
        play(&mut ring, &make(Some(Millis(10))), NOW, 1);
        let id = ring.keys().next().unwrap().id;
        assert!(ring.admits(id, NOW + Millis(9)));
        assert!(!ring.admits(id, NOW + Millis(10)));
    }

    #[test]
    fn an_unknown_key_cannot_be_revoked() {
        let revoke = Command::Revoke { id: KeyId::of(NOW, 1) };
        assert_eq!(decide(&Keyring::default(), &revoke, NOW, 1), Err(Refusal::UnknownKey));
    }

    #[test]
    fn a_full_ring_forgets_what_is_no_good_and_nothing_else() {
        let mut ring = Keyring::default();
        for random in 0..KEYS_PER_TENANT_MAX as u64 {
            play(&mut ring, &make(None), NOW, random);
        }
        let full = Refusal::TooManyKeys { limit: KEYS_PER_TENANT_MAX };
        assert_eq!(decide(&ring, &make(None), NOW, 1 << 40), Err(full));

        let id = ring.keys().nth(7).unwrap().id;
        play(&mut ring, &Command::Revoke { id }, NOW, 0);
        let events = play(&mut ring, &make(None), NOW, 1 << 40);
        assert_eq!(events[0], Event::Forgotten { id });
        assert_eq!((ring.keys().len(), ring.key(id)), (KEYS_PER_TENANT_MAX, None));
        assert_eq!(ring.fault(), None);
    }
}
