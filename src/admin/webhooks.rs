//! `/admin/v1/webhooks`: subscriptions of any tenant are made, changed, looked into and told
//! anew.
//!
//! They are those of the promise door, with several events each, and with what an operator does
//! when a receiver was down or a secret was lost. A secret is in one answer, the one to its making.

mod answer;
mod body;

use std::collections::BTreeSet;

use actix_web::http::header::{CACHE_CONTROL, HeaderMap};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::{ShardHandle, Words, Work};
use serde::Serialize;
use smol_str::SmolStr;
use snapshots::Lsn;
use workflow::command::{Ask, Command, Page, Query};
use workflow::id::{SubscriptionId, TenantId};
use workflow::limits::SUBSCRIPTIONS_PER_TENANT_MAX;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::reply::{Keyed, Reply};
use workflow::subscription::{Action, Secret};

use self::body::{ChangeBody, ReplayBody, WebhookBody};
use super::operator;
use crate::admission::Lane;
use crate::ask::{App, Said};
use crate::auth::Caller;
use crate::failure::{Failed, Failure};
use crate::http::body::Raw;
use crate::http::idempotency::Key;
use crate::http::problem::Problem;
use crate::http::reply;
use crate::http::visit::asked_version;
use crate::limits::ADMIN_BODY_BYTES_MAX;
use crate::webhooks::terms::drawn_secret;

type Handled = Result<HttpResponse, Problem>;
/// Puts an outcome into words that name the tenant.
type Render = fn(&Outcome, &str) -> Reply;

/// Makes one, and shows its secret this once: 201.
pub(super) async fn make(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (who, raw) = raw(&app, &head, payload).await.map_err(|it| problem(it.into()))?;
    let body: WebhookBody<'_> = raw.decode().map_err(|it| problem(it.into()))?;
    let asked = fingerprinted(&body);
    let secret = drawn(&app).map_err(|it| problem(it.into()))?;
    let checked = body.check(app.targets, secret);
    let (tenant, wish) = checked.map_err(|it| Problem::invalid(it, head.path()))?;
    let caller = caller_of(tenant, who);
    in_the_journal(&app, &caller.tenant, wish.after, &head)?;
    let keyed = keyed(&head, &caller, "admin.webhooks.make", &asked);
    let keyed = keyed.map_err(|it| problem(it.into()))?;
    let command = Command::Subscribe(Box::new(wish));
    change(&app, &caller, keyed, command, answer::made).await.map_err(problem)
}

/// All of all tenants, the oldest first, without their secrets: 200.
pub(super) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let who = operator(&app, &head).await.map_err(|it| problem(it.into()))?;
    let mut tenants = BTreeSet::new();
    for shard in app.behind.directory().all() {
        let known = known(shard).await.map_err(|it| problem(it.into()))?;
        tenants.extend(known.into_iter().map(|(tenant, _)| tenant));
    }
    let mut all = Vec::new();
    for tenant in tenants {
        let query = Query::Subscriptions(Page { after: None, size: SUBSCRIPTIONS_PER_TENANT_MAX });
        let caller = caller_of(tenant, who.clone());
        let Outcome::Subscriptions { rows, .. } =
            look(&app, &caller, query).await.map_err(problem)?
        else {
            unreachable!("subscriptions are answered with subscriptions")
        };
        all.extend(rows.into_iter().map(|row| (caller.tenant.clone(), row)));
    }
    all.sort_by_key(|(_, row)| row.id);
    Ok(private(reply::respond(app.latest(), answer::list(&all))))
}

/// One, without its secret: 200.
pub(super) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (caller, id) = found(&app, &head, &id).await.map_err(problem)?;
    let query = Query::Subscription(id);
    let permit = app.admission.enter(Lane::Operate).map_err(|it| problem(it.into()))?;
    let work = Work::Look(caller.tenant.clone(), query);
    let answered = app.ask(&caller, work, permit).await.map_err(problem)?;
    let tenant = caller.tenant.as_str();
    Ok(private(reply::answer(answered, |outcome| answer::shown(outcome, tenant))))
}

/// Lets calls go out, or wait: 200.
pub(super) async fn patch(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (_, raw) = raw(&app, &head, payload).await.map_err(|it| problem(it.into()))?;
    let body: ChangeBody = raw.decode().map_err(|it| problem(it.into()))?;
    let active = body.check().map_err(|it| Problem::invalid(it, head.path()))?;
    let (caller, id) = found(&app, &head, &id).await.map_err(problem)?;
    let command = about(&head, id, Action::Activate(active)).map_err(|it| problem(it.into()))?;
    change(&app, &caller, None, command, answer::shown).await.map_err(problem)
}

/// Ends one: 200, with what it was.
pub(super) async fn remove(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (caller, id) = found(&app, &head, &id).await.map_err(problem)?;
    let version = asked_version(head.headers()).map_err(|it| problem(it.into()))?;
    let command = Command::Unsubscribe { id, version };
    change(&app, &caller, None, command, answer::shown).await.map_err(problem)
}

/// Signs calls with a new secret, shown this once, and for a day with the old one, too: 200.
pub(super) async fn rotate(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (caller, id) = found(&app, &head, &id).await.map_err(problem)?;
    let secret = drawn(&app).map_err(|it| problem(it.into()))?;
    let sent = asked_version(head.headers()).map_err(|it| problem(it.into()))?.map(|it| it.0);
    let keyed = keyed(&head, &caller, &format!("admin.webhooks.rotate/{id}"), &sent);
    let keyed = keyed.map_err(|it| problem(it.into()))?;
    let action = Action::Rotate(Secret(secret));
    let command = about(&head, id, action).map_err(|it| problem(it.into()))?;
    change(&app, &caller, keyed, command, answer::rotated).await.map_err(problem)
}

/// Tells all after a record again: 200.
pub(super) async fn replay(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (_, raw) = raw(&app, &head, payload).await.map_err(|it| problem(it.into()))?;
    let body: ReplayBody = raw.decode().map_err(|it| problem(it.into()))?;
    let after = body.check().map_err(|it| Problem::invalid(it, head.path()))?;
    let (caller, id) = found(&app, &head, &id).await.map_err(problem)?;
    in_the_journal(&app, &caller.tenant, Some(after), &head)?;
    let sent = asked_version(head.headers()).map_err(|it| problem(it.into()))?.map(|it| it.0);
    let operation = format!("admin.webhooks.replay/{id}");
    let keyed = keyed(&head, &caller, &operation, &(after, sent));
    let keyed = keyed.map_err(|it| problem(it.into()))?;
    let command = about(&head, id, Action::Replay(after)).map_err(|it| problem(it.into()))?;
    change(&app, &caller, keyed, command, answer::shown).await.map_err(problem)
}

/// The newest attempts to call, since the start: 200.
pub(super) async fn deliveries(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (caller, id) = found(&app, &head, &id).await.map_err(problem)?;
    look(&app, &caller, Query::Subscription(id)).await.map_err(problem)?;
    let attempts = app.outside_of(&caller.tenant).map(|it| it.webhooks.attempts(id));
    let attempts = answer::deliveries(&attempts.unwrap_or_default());
    Ok(private(reply::respond(app.latest(), attempts)))
}

/// Who operates, if they may, and what they sent.
async fn raw(app: &App, head: &HttpRequest, payload: Payload) -> Result<(SmolStr, Raw), Failure> {
    Raw::announced(head, ADMIN_BODY_BYTES_MAX)?;
    let who = operator(app, head).await?;
    Ok((who, Raw::read(payload, ADMIN_BODY_BYTES_MAX).await?))
}

/// The subscription that the path names, and who operates on behalf of its tenant.
async fn found(
    app: &App,
    head: &HttpRequest,
    id: &str,
) -> Result<(Caller, SubscriptionId), Failed> {
    let who = operator(app, head).await?;
    let unknown = || Failure::Refused(Refusal::UnknownSubscription);
    let id = SubscriptionId::parse(id).ok_or_else(unknown)?;
    for shard in app.behind.directory().all() {
        let known = known(shard).await?;
        if let Some((tenant, _)) = known.into_iter().find(|(_, known)| *known == id) {
            return Ok((caller_of(tenant, who), id));
        }
    }
    Err(unknown().into())
}

/// The subscriptions of a shard, durable or not: what is said of them is asked for again.
async fn known(shard: &ShardHandle) -> Result<Vec<(TenantId, SubscriptionId)>, Failure> {
    let known = shard.subscriptions().await.ok_or(Failure::Stopping)?;
    Ok(known.into_iter().map(|(tenant, it)| (tenant, it.id)).collect())
}

fn caller_of(tenant: TenantId, who: SmolStr) -> Caller {
    Caller { tenant, who, ..Caller::anonymous() }
}

fn about(head: &HttpRequest, id: SubscriptionId, action: Action) -> Result<Command, Failure> {
    let version = asked_version(head.headers())?;
    Ok(Command::Subscription { id, version, action })
}

/// Refuses a record that is not there yet, or not any more.
fn in_the_journal(
    app: &App,
    tenant: &TenantId,
    after: Option<u64>,
    head: &HttpRequest,
) -> Result<(), Problem> {
    let shard = app.behind.directory().of_tenant(tenant);
    let Some((after, archive)) = after.map(Lsn).zip(shard.map(ShardHandle::archive)) else {
        return Ok(());
    };
    if after < archive.oldest().before() {
        return Err(Problem::gone(archive.oldest(), head.path()));
    }
    if after > archive.durable() {
        let what = format!("is after the newest record, {}", archive.durable());
        let failure = Failure::malformed("#/from_lsn", &what);
        return Err(Problem::invalid(failure, head.path()));
    }
    Ok(())
}

fn keyed(
    head: &HttpRequest,
    caller: &Caller,
    operation: &str,
    request: &impl Serialize,
) -> Result<Option<Keyed>, Failure> {
    let key = Key::read(head.headers())?;
    Ok(key.map(|key| key.of_request(caller, operation, request)))
}

/// What a key's fingerprint is taken of: the request without a secret of ours.
fn fingerprinted(body: &WebhookBody<'_>) -> String {
    serde_json::to_string(body).expect("a body that was read can be written")
}

fn drawn(app: &App) -> Result<[u8; 32], Failure> {
    drawn_secret().map_err(|error| {
        let id = app.correlation_id();
        tracing::error!(%id, %error, "no secret can be drawn");
        Failure::Broken(id)
    })
}

/// Has the tenant's shard carry a command out, and the webhooks know of it.
async fn change(
    app: &App,
    caller: &Caller,
    keyed: Option<Keyed>,
    command: Command,
    render: Render,
) -> Result<HttpResponse, Failed> {
    let (tenant, who) = (caller.tenant.clone(), caller.who.clone());
    let words = Words::Named(render, SmolStr::new(tenant.as_str()));
    let ask = Box::new(Ask { tenant, who, key: None, keyed, command });
    let permit = app.admission.enter(Lane::Operate)?;
    let answered = app.ask(caller, Work::Change(ask, words), permit).await?;
    if let Some(outside) = app.outside_of(&caller.tenant) {
        outside.webhooks.changed();
    }
    let tenant = caller.tenant.as_str();
    Ok(private(reply::answer(answered, |outcome| render(outcome, tenant))))
}

/// Looks something up at the tenant's shard.
async fn look(app: &App, caller: &Caller, query: Query) -> Result<Outcome, Failed> {
    let permit = app.admission.enter(Lane::Operate)?;
    let work = Work::Look(caller.tenant.clone(), query);
    match app.ask(caller, work, permit).await?.said {
        Said::Now(outcome) => Ok(outcome),
        Said::Kept(_) | Said::Again(_) => unreachable!("a look has no stored reply"),
    }
}

/// Nobody in between may keep what may hold a secret.
fn private(mut response: HttpResponse) -> HttpResponse {
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CACHE_CONTROL, reply::NO_STORE);
    response
}
