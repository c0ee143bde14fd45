//! `/admin/v1/keys`: API keys are made, listed and taken back.
//!
//! The secret is in one answer, the one to its making; so that call takes no idempotency key,
//! whose stored reply would be the secret on disk.

use actix_web::http::header::LOCATION;
use actix_web::web::{Path, Payload};
use actors::Words;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use snapshots::Position;
use workflow::command::Command;
use workflow::id::{KeyId, TenantId};
use workflow::keyring::{self, Key};
use workflow::limits::STORES_PER_CREDENTIAL_MAX;
use workflow::outcome::Outcome;
use workflow::permission::{Permission, Permissions};
use workflow::refusal::Refusal;
use workflow::stores::Stores;
use workflow::time::{Millis, Time};

use super::call::{Call, Cause, Handled, decoded, name, outcome_of, private};
use crate::auth::{Caller, Secret, permissions_of};
use crate::failure::{Failed, Failure};
use crate::http::idempotency::IDEMPOTENCY_KEY;
use crate::http::path::Faults;
use crate::http::reply::{self, json};
use crate::http::text::Text;
use crate::limits::{KEY_DAYS_MAX, KEY_PERMISSIONS_MAX};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyBody<'a> {
    #[serde(borrow)]
    tenant: Option<Text<'a>>,
    name: Option<Text<'a>>,
    permissions: Option<Vec<Text<'a>>>,
    expires_in_days: Option<u64>,
    stores: Option<Vec<Text<'a>>>,
}

#[derive(Serialize)]
struct KeyAnswer<'a> {
    id: String,
    /// The key itself, when it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    tenant: &'a str,
    name: &'a str,
    permissions: Vec<&'static str>,
    stores: Option<&'a [SmolStr]>,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

#[derive(Serialize)]
struct KeysAnswer<'a> {
    keys: Vec<KeyAnswer<'a>>,
    total: usize,
}

/// What the body asks for.
struct Wanted {
    tenant: TenantId,
    name: SmolStr,
    permissions: Permissions,
    lasts: Option<Millis>,
    stores: Stores,
}

/// Makes a key, and shows it this once: 201.
pub(super) async fn make(call: Call, payload: Payload) -> Handled {
    let done = async {
        let (who, raw) = call.sent(payload).await?;
        takes_no_key(&call)?;
        let body: KeyBody<'_> = decoded(&raw)?;
        let wanted = body.check().map_err(Cause::Invalid)?;
        let Wanted { tenant, name, permissions, lasts, stores } = wanted;
        let secret = Secret::draw();
        let digest = secret.digest();
        let command = keyring::Command::Make { name, permissions, digest, lasts, stores };
        let caller = who.acting_for(tenant);
        let (at, key) = change(&call, &caller, command).await?;
        let shown = secret.shown(key.id);
        let body = json(&KeyAnswer { key: Some(&shown), ..answer_of(&caller.tenant, &key) });
        let location = format!("/admin/v1/keys/{}", key.id);
        let mut response = reply::respond(at, reply::plain(201, body));
        let headers = response.headers_mut();
        headers.insert(LOCATION, location.parse().expect("an id is visible ASCII"));
        Ok(private(response))
    };
    call.end(done).await
}

/// All keys of all tenants, the oldest first, without their secrets: 200.
pub(super) async fn list(call: Call) -> Handled {
    let done = async {
        call.who().await?;
        let all = call.app.credentials.ring().all();
        let keys: Vec<_> = all.iter().map(|it| answer_of(&it.0, &it.1)).collect();
        let total = keys.len();
        let body = json(&KeysAnswer { keys, total });
        Ok(reply::respond(call.app.latest(), reply::plain(200, body)))
    };
    call.end(done).await
}

/// Takes a key back: 200, also when it was taken back before.
pub(super) async fn revoke(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let who = call.who().await?;
        let ring = call.app.credentials.ring();
        let known = KeyId::parse(&id).and_then(|id| Some((id, ring.tenant_of(id)?)));
        let (id, tenant) = known.ok_or(Failure::Refused(Refusal::UnknownKey))?;
        let caller = who.acting_for(tenant);
        let (at, key) = change(&call, &caller, keyring::Command::Revoke { id }).await?;
        let body = json(&answer_of(&caller.tenant, &key));
        Ok(reply::respond(at, reply::plain(200, body)))
    };
    call.end(done).await
}

fn takes_no_key(call: &Call) -> Result<(), Failure> {
    if call.head.headers().contains_key(IDEMPOTENCY_KEY) {
        let why = "is not taken here: the stored answer would hold the secret";
        return Err(Failure::malformed("Idempotency-Key", why));
    }
    Ok(())
}

impl KeyBody<'_> {
    /// What is asked for; all that is wrong with it is told at once.
    fn check(self) -> Result<Wanted, Failure> {
        let mut faults = Faults::default();
        let tenant = self.tenant.as_deref().and_then(TenantId::parse);
        let tenant = faults.good_member("#/tenant", tenant, "is required: 1 to 250 characters");
        let name = self.name.as_deref().and_then(name);
        let name = faults.good_member("#/name", name, "is required: 1 to 100 characters");
        let mut permissions = Permissions::ORDINARY;
        if let Some(words) = self.permissions {
            permissions = Permissions::NONE;
            for (index, word) in words.iter().enumerate() {
                let some = permissions_of(word);
                if some.is_empty() {
                    faults.add(format!("#/permissions/{index}"), "is no permission");
                }
                permissions = permissions.and(some);
            }
            if !(1..=KEY_PERMISSIONS_MAX).contains(&words.len()) {
                faults.add("#/permissions", format!("must be 1 to {KEY_PERMISSIONS_MAX} words"));
            }
        }
        let lasts = self.expires_in_days.map(|days| {
            if !(1..=KEY_DAYS_MAX).contains(&days) {
                faults.add("#/expires_in_days", format!("must be 1 to {KEY_DAYS_MAX}"));
            }
            Millis::hours(days.min(KEY_DAYS_MAX) * 24)
        });
        let stores = Stores::listed(self.stores.as_deref());
        let rule =
            format!("may be {STORES_PER_CREDENTIAL_MAX} names of 1 to 250 printable characters");
        let stores = faults.good_member("#/stores", stores, &rule);
        let wanted = tenant.zip(name).zip(stores);
        let wanted = wanted.map(|((tenant, name), stores)| Wanted {
            tenant,
            name,
            permissions,
            lasts,
            stores,
        });
        faults.end(wanted)
    }
}

/// Has the tenant's shard carry a command out, and answers with the key as it is then.
async fn change(
    call: &Call,
    caller: &Caller,
    command: keyring::Command,
) -> Result<(Position, Box<Key>), Failed> {
    let words = Words::Plain(|_| reply::plain(200, String::new())); // there is no stored reply
    let answered = call.change(caller, None, Command::Keys(command), words).await?;
    let at = answered.at;
    let Outcome::Key(key) = outcome_of(answered) else {
        unreachable!("a command about a key comes to that key")
    };
    Ok((at, key))
}

fn answer_of<'a>(tenant: &'a TenantId, key: &'a Key) -> KeyAnswer<'a> {
    let text = |at: Option<Time>| at.map(|at| at.to_string());
    KeyAnswer {
        id: key.id.to_string(),
        key: None,
        tenant: tenant.as_str(),
        name: &key.name,
        permissions: key.permissions.iter().map(Permission::name).collect(),
        stores: key.stores.names(),
        created_at: key.made.to_string(),
        expires_at: text(key.expires),
        revoked_at: text(key.revoked),
    }
}
