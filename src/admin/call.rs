//! One call at the operators' address: who makes it, and what all of them do alike.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload as Sent;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Payload, block};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use actors::{Words, Work};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use snapshots::Lsn;
use snapshots::journal::Archive;
use workflow::command::{Ask, Command, Query};
use workflow::id::{KeyId, TenantId, Version};
use workflow::outcome::Outcome;
use workflow::reply::Keyed;

use super::operator;
use crate::admission::Lane;
use crate::ask::{Answered, App, Said};
use crate::auth::Caller;
use crate::failure::{Failed, Failure, Fault};
use crate::http::body::Raw;
use crate::http::idempotency::Key;
use crate::http::problem::Problem;
use crate::http::promises::routes::query::Params;
use crate::http::reply::NO_STORE;
use crate::http::visit::asked_version;
use crate::limits::{ADMIN_BODY_BYTES_MAX, KEY_NAME_CHARS_MAX};

/// What a handler comes to.
pub(super) type Handled = Result<HttpResponse, Problem>;

/// Why a call has no result.
pub(super) enum Cause {
    /// As everywhere.
    Failed(Failed),
    /// The body was read, and values in it are not good.
    Invalid(Failure),
    /// The records that were asked for are not kept any more; this is the oldest that is.
    Gone(Lsn),
}

/// A call of an operator.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) app: Data<App>,
    pub(super) head: HttpRequest,
}

impl FromRequest for Call {
    type Error = Error;
    type Future = Ready<Result<Call, Error>>;

    fn from_request(head: &HttpRequest, _: &mut Sent) -> Self::Future {
        let app = Data::extract(head).into_inner();
        ready(app.map(|app| Call { app, head: head.clone() }))
    }
}

impl Call {
    /// The answer, or the problem with this call.
    pub(super) async fn end(
        &self,
        done: impl Future<Output = Result<HttpResponse, Cause>>,
    ) -> Handled {
        let path = self.head.path();
        done.await.map_err(|cause| match cause {
            Cause::Failed(failed) => Problem::of(failed, path),
            Cause::Invalid(failure) => Problem::invalid(failure, path),
            Cause::Gone(oldest) => Problem::gone(oldest, path),
        })
    }

    /// Who operates, if they may.
    pub(super) async fn who(&self) -> Result<Caller, Failure> {
        operator(&self.app, &self.head).await
    }

    /// The same, with the body that they sent.
    pub(super) async fn sent(&self, payload: Payload) -> Result<(Caller, Raw), Failure> {
        Raw::announced(&self.head, ADMIN_BODY_BYTES_MAX)?;
        let who = self.who().await?;
        Ok((who, Raw::read(payload, ADMIN_BODY_BYTES_MAX).await?))
    }

    /// The version that the call expects, if it names one.
    pub(super) fn version(&self) -> Result<Option<Version>, Failure> {
        asked_version(self.head.headers())
    }

    /// Has the tenant's shard carry a command out.
    pub(super) async fn change(
        &self,
        caller: &Caller,
        keyed: Option<Keyed>,
        command: Command,
        words: Words,
    ) -> Result<Answered, Failed> {
        let (tenant, who) = (caller.tenant.clone(), caller.who.clone());
        // The shard knows the keys of this tenant; another's was looked at just before.
        let ring = self.app.credentials.ring();
        let is_known = |id: &KeyId| ring.tenant_of(*id).as_ref() == Some(&tenant);
        let keys = caller.keys.map(|key| key.filter(is_known));
        let ask = Ask { keys, until: caller.until, keyed, ..Ask::of(tenant, who, command) };
        self.ask(caller, Work::Change(Box::new(ask), words)).await
    }

    /// Looks something up at the tenant's shard.
    pub(super) async fn look(&self, caller: &Caller, query: Query) -> Result<Answered, Failed> {
        let work = Work::Look(caller.tenant.clone(), Box::new(query));
        let answered = self.ask(caller, work).await?;
        self.app.credentials.still(caller)?;
        Ok(answered)
    }

    /// Reads the journal of the tenant's shard, on a thread where that may take its time.
    pub(super) async fn read_journal<T: Send + 'static>(
        &self,
        caller: &Caller,
        read: impl FnOnce(&Arc<dyn Archive>) -> Result<T, snapshots::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let shard = self.app.behind.directory().of_tenant(&caller.tenant);
        let archive = shard.ok_or(Failure::Stopping)?.archive();
        let permit = self.app.admission.enter(Lane::Operate, &caller.tenant)?;
        let found = block(move || read(&archive)).await;
        drop(permit);
        self.app.credentials.still(caller)?;
        found.map_err(|_| Failure::Stopping)?.map_err(|error| {
            let id = self.app.correlation_id();
            tracing::error!(%id, %error, "the journal cannot be read");
            Failure::Broken(id)
        })
    }

    /// Asks the shard, if the operator's credential is still good: a body, or the rows before this
    /// one, may have taken long.
    async fn ask(&self, caller: &Caller, work: Work) -> Result<Answered, Failed> {
        self.app.credentials.still(caller)?;
        let permit = self.app.admission.enter(Lane::Operate, &caller.tenant)?;
        self.app.ask(caller, work, permit).await
    }
}

/// Reads the body's JSON. What is wrong is named by a pointer (RFC 6901).
pub(super) fn decoded<'a, T: Deserialize<'a>>(raw: &'a Raw) -> Result<T, Failure> {
    raw.decode().map_err(|failure| match failure {
        Failure::Malformed(faults) => Failure::Malformed(
            faults.into_iter().map(|it| Fault { path: pointer(&it.path), ..it }).collect(),
        ),
        other => other,
    })
}

/// `#/events/0` for `events[0]`; the body itself has no name.
fn pointer(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let mut pointer = "#/".to_owned();
    for letter in path.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            '.' => pointer.push('/'),
            '[' if pointer.ends_with('/') => {}
            '[' => pointer.push('/'),
            ']' => {}
            other => pointer.push(other),
        }
    }
    pointer
}

/// What came of a call under no key.
pub(super) fn outcome_of(answered: Answered) -> Outcome {
    match answered.said {
        Said::Now(outcome) => outcome,
        Said::Kept(_) | Said::Again(_) => unreachable!("only a key has a stored reply"),
    }
}

/// Nobody in between may keep what may hold a secret.
pub(super) fn private(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

/// The call's key with what is asked under it, if it has one.
pub(super) fn keyed(
    call: &Call,
    caller: &Caller,
    operation: &str,
    request: &impl Serialize,
) -> Result<Option<Keyed>, Failure> {
    let key = Key::read(call.head.headers())?;
    Ok(key.map(|key| key.of_request(caller, operation, request)))
}

/// The tenant that the query names.
pub(super) fn tenant(params: &mut Params) -> Option<TenantId> {
    if params.list("tenant").is_empty() {
        params.bad("tenant", "is required");
    }
    params.good("tenant", "must be 1 to 250 characters", TenantId::parse)
}

/// A name that an operator gives to something, if it is one.
pub(super) fn name(text: &str) -> Option<SmolStr> {
    let length = text.chars().count();
    let fits = (1..=KEY_NAME_CHARS_MAX).contains(&length) && !text.chars().any(char::is_control);
    fits.then(|| SmolStr::new(text))
}

impl From<Failed> for Cause {
    fn from(failed: Failed) -> Cause {
        Cause::Failed(failed)
    }
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Cause {
        Cause::Failed(failure.into())
    }
}

#[cfg(test)]
mod tests {
    use super::pointer;

    #[test]
    fn a_place_in_a_body_is_a_pointer() {
        for (path, expected) in [
            ("", ""),
            ("tenant", "#/tenant"),
            ("events[0]", "#/events/0"),
            ("headers[12].key", "#/headers/12/key"),
            ("[3]", "#/3"),
            ("a/b~c", "#/a~1b~0c"),
        ] {
            assert_eq!(pointer(path), expected, "{path}");
        }
    }
}
