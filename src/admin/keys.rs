//! `/admin/v1/keys`: API keys are made, listed and taken back.
//!
//! The secret is in one answer, the one to its making; so that call takes no idempotency key,
//! whose stored reply would be the secret on disk.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::{Words, Work};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::command::{Ask, Command};
use workflow::id::{KeyId, TenantId};
use workflow::keyring::{self, Key};
use workflow::outcome::Outcome;
use workflow::permission::{Permission, Permissions};
use workflow::refusal::Refusal;
use workflow::time::{Millis, Time};

use super::operator;
use crate::admission::Lane;
use crate::ask::{Answered, App, Said};
use crate::auth::{Caller, Secret, permissions_of};
use crate::failure::{Failed, Failure};
use crate::http::body::Raw;
use crate::http::idempotency::IDEMPOTENCY_KEY;
use crate::http::path::Faults;
use crate::http::problem::Problem;
use crate::http::reply;
use crate::http::text::Text;
use crate::limits::{ADMIN_BODY_BYTES_MAX, KEY_DAYS_MAX, KEY_NAME_CHARS_MAX};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyBody<'a> {
    #[serde(borrow)]
    tenant: Option<Text<'a>>,
    name: Option<Text<'a>>,
    permissions: Option<Vec<Text<'a>>>,
    expires_in_days: Option<u64>,
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
}

/// Makes a key, and shows it this once: 201.
pub(super) async fn make(
    app: Data<App>,
    head: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let raw = sent(&app, &head, payload).await.map_err(|it| problem(it.into()))?;
    let body: KeyBody<'_> = raw.decode().map_err(|it| problem(it.into()))?;
    let checked = body.check().map_err(|it| Problem::invalid(it, head.path()))?;
    let Wanted { tenant, name, permissions, lasts } = checked;
    let who = operator(&app, &head).await.map_err(|it| problem(it.into()))?;
    let secret = Secret::draw();
    let digest = secret.digest();
    let command = keyring::Command::Make { name, permissions, digest, lasts };
    let (answered, key) = change(&app, &tenant, who, command).await.map_err(problem)?;
    let shown = secret.shown(key.id);
    let body = json(&KeyAnswer { key: Some(&shown), ..answer_of(&tenant, &key) });
    let location = format!("/admin/v1/keys/{}", key.id);
    let mut response = reply::respond(answered.at, reply::plain(201, body));
    let headers = response.headers_mut();
    headers.insert(LOCATION, location.parse().expect("an id is visible ASCII"));
    headers.insert(CACHE_CONTROL, reply::NO_STORE);
    Ok(response)
}

/// All keys of all tenants, the oldest first, without their secrets: 200.
pub(super) async fn list(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    operator(&app, &head).await.map_err(|failure| Problem::of(failure, head.path()))?;
    let all = app.credentials.ring().all();
    let keys: Vec<_> = all.iter().map(|it| answer_of(&it.0, &it.1)).collect();
    let total = keys.len();
    Ok(reply::respond(app.latest(), reply::plain(200, json(&KeysAnswer { keys, total }))))
}

/// Takes a key back: 200, also when it was taken back before.
pub(super) async fn revoke(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let who = operator(&app, &head).await.map_err(|it| problem(it.into()))?;
    let known = KeyId::parse(&id).and_then(|id| Some((id, app.credentials.ring().tenant_of(id)?)));
    let unknown = || problem(Failure::Refused(Refusal::UnknownKey).into());
    let (id, tenant) = known.ok_or_else(unknown)?;
    let command = keyring::Command::Revoke { id };
    let (answered, key) = change(&app, &tenant, who, command).await.map_err(problem)?;
    Ok(reply::respond(answered.at, reply::plain(200, json(&answer_of(&tenant, &key)))))
}

async fn sent(app: &App, head: &HttpRequest, payload: Payload) -> Result<Raw, Failure> {
    Raw::announced(head, ADMIN_BODY_BYTES_MAX)?;
    operator(app, head).await?;
    let raw = Raw::read(payload, ADMIN_BODY_BYTES_MAX).await?;
    if head.headers().contains_key(IDEMPOTENCY_KEY) {
        let why = "is not taken here: the stored answer would hold the secret";
        return Err(Failure::malformed("Idempotency-Key", why));
    }
    Ok(raw)
}

impl KeyBody<'_> {
    /// What is asked for; all that is wrong with it is told at once.
    fn check(self) -> Result<Wanted, Failure> {
        let mut faults = Faults::default();
        let tenant = self.tenant.as_deref().and_then(TenantId::parse);
        let tenant = faults.good_member("#/tenant", tenant, "is required: 1 to 250 characters");
        let is_name = |name: &&str| {
            let length = name.chars().count();
            (1..=KEY_NAME_CHARS_MAX).contains(&length) && !name.chars().any(char::is_control)
        };
        let name = self.name.as_deref().filter(is_name).map(SmolStr::new);
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
            if words.is_empty() {
                faults.add("#/permissions", "must name one at least");
            }
        }
        let lasts = self.expires_in_days.map(|days| {
            if !(1..=KEY_DAYS_MAX).contains(&days) {
                faults.add("#/expires_in_days", format!("must be 1 to {KEY_DAYS_MAX}"));
            }
            Millis::hours(days.min(KEY_DAYS_MAX) * 24)
        });
        let wanted = tenant.zip(name);
        let wanted = wanted.map(|(tenant, name)| Wanted { tenant, name, permissions, lasts });
        faults.end(wanted)
    }
}

/// Has the tenant's shard carry a command out, and answers with the key as it is then.
async fn change(
    app: &App,
    tenant: &TenantId,
    who: SmolStr,
    command: keyring::Command,
) -> Result<(Answered, Key), Failed> {
    let caller = Caller { tenant: tenant.clone(), who, ..Caller::anonymous() };
    let (tenant, who) = (caller.tenant.clone(), caller.who.clone());
    let ask = Ask { tenant, who, key: None, keyed: None, command: Command::Keys(command) };
    let permit = app.admission.enter(Lane::Operate)?;
    let render = |_: &Outcome| reply::plain(200, String::new()); // there is no stored reply
    let answered =
        app.ask(&caller, Work::Change(Box::new(ask), Words::Plain(render)), permit).await?;
    let Said::Now(Outcome::Key(key)) = &answered.said else {
        unreachable!("a command about a key comes to that key")
    };
    let key = Key::clone(key);
    Ok((answered, key))
}

fn answer_of<'a>(tenant: &'a TenantId, key: &'a Key) -> KeyAnswer<'a> {
    let text = |at: Option<Time>| at.map(|at| at.to_string());
    KeyAnswer {
        id: key.id.to_string(),
        key: None,
        tenant: tenant.as_str(),
        name: &key.name,
        permissions: key.permissions.iter().map(Permission::name).collect(),
        created_at: key.made.to_string(),
        expires_at: text(key.expires),
        revoked_at: text(key.revoked),
    }
}

fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("an answer can be written")
}
