//! The API keys of all tenants, for doors to look at.
//!
//! A copy of what the journal says: filled when the server starts, changed when a record about a
//! key is durable and before anybody is answered about it. A look takes no lock. A change copies
//! the map, which is some thousand pointers at most and happens when an operator wants it.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use workflow::id::{KeyId, TenantId};
use workflow::keyring::{Digest, Event, Key};
use workflow::time::Time;

use super::{Caller, key};

/// The API keys of all tenants, those that are no good any more included.
#[derive(Debug, Default)]
pub struct Ring(ArcSwap<Held>);

/// A key with its tenant, by its id. Ids come from outside, so the hasher is a keyed one.
type Held = HashMap<KeyId, Arc<(TenantId, Key)>>;

/// What a wrong id is compared with: no secret has this digest, and the time is the same.
const NOBODYS: Digest = Digest([0; 32]);

impl Ring {
    /// Puts keys on the ring.
    pub fn fill(&self, keys: impl IntoIterator<Item = (TenantId, Key)>) {
        let keys: Vec<_> = keys.into_iter().map(|it| (it.1.id, Arc::new(it))).collect();
        self.0.rcu(|held| {
            let mut held = Held::clone(held);
            held.extend(keys.iter().cloned());
            held
        });
    }

    /// Notes what happened to a key of a tenant.
    pub fn note(&self, tenant: &TenantId, event: &Event, at: Time) {
        self.0.rcu(|held| {
            let mut held = Held::clone(held);
            match event {
                Event::Made(key) => {
                    held.insert(key.id, Arc::new((tenant.clone(), (**key).clone())));
                }
                Event::Revoked { id } => {
                    if let Some(it) = held.get_mut(id) {
                        let (tenant, key) = (**it).clone();
                        *it = Arc::new((tenant, Key { revoked: Some(at), ..key }));
                    }
                }
                Event::Forgotten { id } => {
                    held.remove(id);
                }
            }
            held
        });
    }

    /// Who holds the key with this text, if it is good at `now`. A wrong id, a wrong secret and a
    /// key that is no good any more take the same time.
    pub(super) fn caller(&self, text: &str, now: Time) -> Option<Caller> {
        let (id, secret) = key::parts(text)?;
        let held = self.0.load();
        let known = held.get(&id);
        let digest = known.map_or(NOBODYS, |it| it.1.digest);
        let is_right = key::are_equal(&digest, &key::digest_of(secret));
        let (tenant, key) = known.map(|it| &**it)?;
        (is_right && key.is_good(now)).then(|| caller_of(tenant, key))
    }

    /// Who holds a key, good or not.
    pub(super) fn holder(&self, id: KeyId) -> Option<Caller> {
        self.0.load().get(&id).map(|it| caller_of(&it.0, &it.1))
    }

    /// Whether a key is good at `now`.
    pub(super) fn admits(&self, id: KeyId, now: Time) -> bool {
        self.0.load().get(&id).is_some_and(|it| it.1.is_good(now))
    }

    /// Whose key this is.
    pub fn tenant_of(&self, id: KeyId) -> Option<TenantId> {
        self.0.load().get(&id).map(|it| it.0.clone())
    }

    /// All keys, the oldest first.
    pub fn all(&self) -> Vec<Arc<(TenantId, Key)>> {
        let held: Guard<Arc<Held>> = self.0.load();
        let mut all: Vec<_> = held.values().cloned().collect();
        all.sort_by_key(|it| it.1.id);
        all
    }
}

fn caller_of(tenant: &TenantId, key: &Key) -> Caller {
    let (tenant, who, stores) = (tenant.clone(), key.name.clone(), key.stores.clone());
    let keys = [Some(key.id), None];
    Caller { stores, keys, ..Caller::of(tenant, who, key.permissions) }
}

#[cfg(test)]
mod tests {
    use workflow::permission::Permissions;
    use workflow::stores::Stores;
    use workflow::time::Millis;

    use super::*;
    use crate::auth::Secret;

    const NOW: Time = Time(1_768_212_843_517);

    #[test]
    fn a_key_opens_until_it_is_revoked() {
        let (ring, secret, id) = (Ring::default(), Secret::draw(), KeyId::of(NOW, 7));
        let tenant = TenantId::parse("shop").unwrap();
        let key = Key {
            id,
            name: "till".into(),
            permissions: Permissions::ORDINARY,
            digest: secret.digest(),
            made: NOW,
            expires: Some(NOW + Millis(10)),
            revoked: None,
            stores: Stores::parse(&["gouda"]).unwrap(),
        };
        ring.note(&tenant, &Event::Made(Box::new(key)), NOW);
        let text = secret.shown(id);
        let caller = ring.caller(&text, NOW).unwrap();
        assert_eq!(
            (caller.tenant, caller.who.as_str(), caller.keys),
            (tenant.clone(), "till", [Some(id), None])
        );
        assert_eq!(caller.stores.names(), Some(&["gouda".into()][..]));
        assert!(ring.caller(&text, NOW + Millis(10)).is_none(), "it has ended");
        assert!(ring.caller(&text[..text.len() - 1], NOW).is_none(), "half of it");
        assert!(ring.caller(&Secret::draw().shown(id), NOW).is_none(), "another secret");
        assert!(ring.caller(&secret.shown(KeyId::of(NOW, 8)), NOW).is_none(), "another id");

        ring.note(&tenant, &Event::Revoked { id }, NOW);
        assert!(ring.caller(&text, NOW).is_none() && !ring.admits(id, NOW));
        assert_eq!(ring.all()[0].1.revoked, Some(NOW));
        ring.note(&tenant, &Event::Forgotten { id }, NOW);
        assert_eq!(ring.tenant_of(id), None);
    }
}
