//! The head of every request: who asks, may they come in, under which key.
//!
//! The order of the checks is the contract's: size, media type, credential, permission, permit, key;
//! path and method were checked by the route table, the body's JSON and fields come after. The body's
//! bytes are read before the permit, so that a slow client holds none.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, IF_MATCH};
use actix_web::web::Payload;
use actors::{Render, Words, Work};
use serde::Serialize;
use workflow::command::{Ask, Command, Query};
use workflow::id::{TenantId, Version};
use workflow::outcome::Outcome;
use workflow::reply::Keyed;

use super::body::Raw;
use super::idempotency::Key;
use crate::admission::{Lane, Permit};
use crate::ask::{Answered, App, Said};
use crate::auth::{Caller, Needs};
use crate::failure::{Failed, Failure};

/// A request that was let in.
pub(crate) struct Visit {
    /// Who asks.
    pub(crate) caller: Caller,
    permit: Permit,
    key: Option<Key>,
}

impl Visit {
    /// Lets a request without a body in.
    pub(crate) async fn bare(app: &App, head: &HttpRequest, lane: Lane) -> Result<Visit, Failure> {
        accepts_json(head.headers())?;
        let caller = caller(app, head).await?;
        let permit = app.admission.enter(lane, &caller.tenant)?;
        Ok(Visit { caller, permit, key: None })
    }

    /// Lets somebody in who needs no credential, because they know a secret: a customer. Whose the
    /// order is that the secret opens, nobody knows before it is found.
    pub(crate) fn of_customer(
        app: &App,
        head: &HttpRequest,
        (tenant, lane): (TenantId, Lane),
    ) -> Result<Visit, Failure> {
        accepts_json(head.headers())?;
        let caller = Caller::customer(tenant);
        let permit = app.admission.enter(lane, &caller.tenant)?;
        Ok(Visit { caller, permit, key: None })
    }

    /// Lets a request in that does something and needs no body; one that it has is not read.
    pub(crate) async fn acting(
        app: &App,
        head: &HttpRequest,
        lane: Lane,
    ) -> Result<Visit, Failure> {
        let visit = Visit::bare(app, head, lane).await?;
        Ok(Visit { key: Key::read(head.headers())?, ..visit })
    }

    /// Reads the body of a request, and lets it in.
    pub(crate) async fn with_body(
        app: &App,
        head: &HttpRequest,
        payload: Payload,
        (lane, bytes_max): (Lane, usize),
    ) -> Result<(Visit, Raw), Failure> {
        Raw::announced(head, bytes_max)?;
        accepts_json(head.headers())?;
        let caller = caller(app, head).await?;
        let body = Raw::read(payload, bytes_max).await?;
        let permit = app.admission.enter(lane, &caller.tenant)?;
        let key = Key::read(head.headers())?;
        Ok((Visit { caller, permit, key }, body))
    }

    /// The same for a request that may come without a body: one without a type has none, and no
    /// bytes are none, whatever type they are said to have.
    pub(crate) async fn with_any_body(
        app: &App,
        head: &HttpRequest,
        payload: Payload,
        (lane, bytes_max): (Lane, usize),
    ) -> Result<(Visit, Option<Raw>), Failure> {
        if head.headers().contains_key(CONTENT_TYPE) {
            let (visit, raw) = Visit::with_body(app, head, payload, (lane, bytes_max)).await?;
            return Ok((visit, Some(raw).filter(|raw| !raw.is_empty())));
        }
        accepts_json(head.headers())?;
        let caller = caller(app, head).await?;
        if !Raw::read(payload, bytes_max).await?.is_empty() {
            return Err(Failure::UnsupportedMediaType);
        }
        let permit = app.admission.enter(lane, &caller.tenant)?;
        let key = Key::read(head.headers())?;
        Ok((Visit { caller, permit, key }, None))
    }

    /// Has the door look at the key, and give it its form.
    pub(crate) fn with_key<E>(
        self,
        form: impl FnOnce(Option<Key>) -> Result<Key, E>,
    ) -> Result<Visit, E> {
        Ok(Visit { key: Some(form(self.key)?), ..self })
    }

    /// Looks something up for a request that has to know it before it can ask, with the request's
    /// own permit: one that takes a second while it has the first is in its own way.
    pub(crate) async fn look_first(&self, app: &App, query: Query) -> Result<Outcome, Failed> {
        match self.ask_first(app, query).await?.said {
            Said::Now(outcome) => Ok(outcome),
            Said::Kept(_) | Said::Again(_) => unreachable!("a look has no stored reply"),
        }
    }

    /// The same, with the position that the answer reflects.
    pub(crate) async fn ask_first(&self, app: &App, query: Query) -> Result<Answered, Failed> {
        let work = Work::Look(self.caller.tenant.clone(), Box::new(query));
        let answered = app.ask(&self.caller, work, self.permit.clone()).await?;
        app.credentials.still(&self.caller)?; // as of any look
        Ok(answered)
    }

    /// Whether the request has a key.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The request's key with what is asked under it, if it has one.
    pub(crate) fn keyed(&self, operation: &str, request: &impl Serialize) -> Option<Keyed> {
        let key = self.key.clone()?;
        Some(key.of_request(&self.caller, operation, request))
    }

    /// Has the shard carry a command out.
    pub(crate) fn change(
        self,
        app: &App,
        keyed: Option<Keyed>,
        command: Command,
        render: Render,
    ) -> impl Future<Output = Result<Answered, Failed>> {
        self.change_in(app, keyed, command, Words::Plain(render))
    }

    /// The same, where the words take more than the outcome.
    pub(crate) fn change_in(
        self,
        app: &App,
        keyed: Option<Keyed>,
        command: Command,
        words: Words,
    ) -> impl Future<Output = Result<Answered, Failed>> {
        let Visit { caller, permit, .. } = self;
        let Caller { tenant, who, stores, keys, until, .. } = caller.clone();
        let ask = Ask { tenant, who, stores, keys, until, keyed, command };
        let work = Work::Change(Box::new(ask), words);
        async move { app.ask(&caller, work, permit).await }
    }

    /// Has the shard look something up.
    pub(crate) async fn look(self, app: &App, query: Query) -> Result<Answered, Failed> {
        let work = Work::Look(self.caller.tenant.clone(), Box::new(query));
        let answered = app.ask(&self.caller, work, self.permit).await?;
        app.credentials.still(&self.caller)?; // the shard looks at a change's only
        Ok(answered)
    }
}

/// Who asks, if they may come in here: the credential, then what the route needs, then their rate.
pub(crate) async fn caller(app: &App, head: &HttpRequest) -> Result<Caller, Failure> {
    let caller = app.credentials.caller(head).await?;
    Needs::of(head).allow(&caller)?;
    app.credentials.count(head, &caller)?;
    Ok(caller)
}

/// The version in `If-Match: "3"`, if the header is there.
pub(crate) fn asked_version(headers: &HeaderMap) -> Result<Option<Version>, Failure> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let bare = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    let version = bare.and_then(|text| text.parse::<i64>().ok());
    let version = version.and_then(|version| u64::try_from(version).ok());
    version
        .map(|version| Some(Version(version)))
        .ok_or_else(|| Failure::malformed("If-Match", "must be one version in quotes"))
}

/// Whether the client can read JSON; no `Accept` means it can.
fn accepts_json(headers: &HeaderMap) -> Result<(), Failure> {
    let mut ranges = headers.get_all(ACCEPT).peekable();
    if ranges.peek().is_none() {
        return Ok(());
    }
    let fits = |range: &str| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        ["*/*", "application/*", "application/json", "application/problem+json"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
    };
    let accepted = ranges.any(|value| value.to_str().is_ok_and(|text| text.split(',').any(fits)));
    if accepted { Ok(()) } else { Err(Failure::NotAcceptable) }
}
