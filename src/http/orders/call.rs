//! One request to this door: what its answer repeats, and who may come in.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Deserialize;
use smol_str::SmolStr;
use workflow::id::Version;
use workflow::time::Time;

use super::errors::{Cause, Error};
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::around::RequestName;
use crate::http::body::Raw;
use crate::http::idempotency::Key;
use crate::http::visit::{Visit, asked_version};
use crate::limits::CUSTOMER_BODY_BYTES_MAX;

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;

/// What every answer of this door says of its request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What the request is called.
    pub(crate) name: SmolStr,
    /// When it came.
    pub(crate) at: Time,
    /// The path that it was sent to, cut at 256 characters.
    pub(crate) instance: Box<str>,
}

impl Call {
    /// What an answer to this request says of it.
    pub(crate) fn of(app: &App, head: &HttpRequest) -> Call {
        let extensions = head.extensions();
        let name = extensions.get::<RequestName>().and_then(|it| it.0.to_str().ok());
        Call {
            name: SmolStr::new(name.unwrap_or_default()),
            at: app.clock.now(),
            instance: head.path().chars().take(256).collect(),
        }
    }

    /// The answer, or the failure in this door's words.
    pub(crate) fn end(self, done: Result<HttpResponse, Cause>) -> Handled {
        done.map_err(|cause| Error::of(cause, self))
    }
}

/// A request that changes something, with its body and the version in `If-Match`.
pub(crate) struct Change {
    pub(crate) visit: Visit,
    pub(crate) body: Option<Raw>,
    pub(crate) version: Option<Version>,
}

impl Change {
    /// Reads the body's JSON.
    pub(crate) fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        self.body.as_ref().ok_or_else(|| Failure::malformed("", "the body is empty"))?.decode()
    }

    /// Lets a request with a body in.
    pub(crate) async fn with_body(
        app: &App,
        head: &HttpRequest,
        payload: Payload,
        lane: Lane,
    ) -> Result<Change, Cause> {
        Raw::announced(head, CUSTOMER_BODY_BYTES_MAX)?; // the credential comes after
        sends_both(app, head)?;
        let bounds = (lane, CUSTOMER_BODY_BYTES_MAX);
        let (visit, body) = Visit::with_body(app, head, payload, bounds).await?;
        Change::let_in(visit, Some(body), head)
    }

    /// Lets a request in that may have a body.
    pub(crate) async fn with_any_body(
        app: &App,
        head: &HttpRequest,
        payload: Payload,
        lane: Lane,
    ) -> Result<Change, Cause> {
        if head.headers().contains_key(CONTENT_TYPE) {
            Raw::announced(head, CUSTOMER_BODY_BYTES_MAX)?;
        }
        sends_both(app, head)?;
        let bounds = (lane, CUSTOMER_BODY_BYTES_MAX);
        let (visit, body) = Visit::with_any_body(app, head, payload, bounds).await?;
        Change::let_in(visit, body, head)
    }

    /// Whatever this door wants of a head beyond what every door does.
    fn let_in(visit: Visit, body: Option<Raw>, head: &HttpRequest) -> Result<Change, Cause> {
        let visit = visit.with_key(|key| match key {
            None => Err(Cause::KeyMissing),
            Some(key) => Key::into_uuid(key).ok_or(Cause::KeyNoUuid),
        })?;
        Ok(Change { visit, body, version: asked_version(head.headers())? })
    }
}

/// Lets a request in that only looks.
pub(crate) async fn reader(app: &App, head: &HttpRequest) -> Result<Visit, Cause> {
    sends_both(app, head)?;
    Ok(Visit::bare(app, head, Lane::Operate).await?)
}

/// The original wants a token and a key on every call. Whether both are good, and of one tenant,
/// is looked at with all other credentials.
fn sends_both(app: &App, head: &HttpRequest) -> Result<(), Failure> {
    let has = |name: &str| head.headers().contains_key(name);
    let both = has("authorization") && has("x-api-key");
    if both || app.credentials.lets_anybody_in() { Ok(()) } else { Err(Failure::Unauthorized) }
}
