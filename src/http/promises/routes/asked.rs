//! A request as every handler of this door gets it: one visit, one body, one answer.
//!
//! The shape of a handler stands here once: let the request in, make of it what is asked of the
//! shard, ask, and put the outcome into this door's words. A handler says the last and the second.

use std::future::{Ready, ready};

use actix_web::dev::Payload as Incoming;
use actix_web::http::header::HeaderMap;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{Error, FromRequest, HttpRequest};
use actors::Render;
use serde::{Deserialize, Serialize};
use workflow::command::{Command, Query};
use workflow::id::Version;
use workflow::outcome::Outcome;
use workflow::reply::{Keyed, Reply};

use super::Handled;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::body::Raw;
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version};
use crate::limits::PROMISE_BODY_BYTES_MAX;

/// A request that was not let in yet.
pub(crate) struct Asked {
    pub(super) app: Data<App>,
    pub(super) head: HttpRequest,
    payload: Payload,
}

/// The body of a request that was let in.
pub(super) struct Body {
    pub(super) visit: Visit,
    raw: Raw,
    head: HttpRequest,
}

impl Asked {
    /// Looks something up. `plan` runs once the request was let in, and says how to answer too.
    pub(super) async fn look<R: FnOnce(&Outcome) -> Reply>(
        self,
        plan: impl FnOnce(Params) -> Result<(Query, R), Failure>,
    ) -> Handled {
        let visit = Visit::bare(&self.app, &self.head, Lane::Operate).await?;
        let (query, render) = plan(Params::of(self.head.query_string()))?;
        Ok(answer(visit.look(&self.app, query).await?, render))
    }

    /// Carries out what path, query and headers say.
    pub(super) async fn act(
        self,
        plan: impl FnOnce(&HttpRequest) -> Result<(Command, Render), Failure>,
    ) -> Handled {
        let visit = Visit::bare(&self.app, &self.head, Lane::Operate).await?;
        let (command, render) = plan(&self.head)?;
        Ok(answer(visit.change(&self.app, None, command, render).await?, render))
    }

    /// Carries out what the body says, under the request's key if the plan takes one.
    pub(super) async fn change(
        self,
        lane: Lane,
        plan: impl FnOnce(&Body) -> Result<(Option<Keyed>, Command, Render), Failure>,
    ) -> Handled {
        let app = self.app.clone();
        let body = self.body(lane).await?;
        let (keyed, command, render) = plan(&body)?;
        Ok(answer(body.visit.change(&app, keyed, command, render).await?, render))
    }

    /// Lets the request in with its body.
    pub(super) async fn body(self, lane: Lane) -> Result<Body, Failure> {
        self.body_within(lane, PROMISE_BODY_BYTES_MAX).await
    }

    /// The same with a body of at most so many bytes.
    pub(super) async fn body_within(self, lane: Lane, bytes_max: usize) -> Result<Body, Failure> {
        let bounds = (lane, bytes_max);
        let (visit, raw) = Visit::with_body(&self.app, &self.head, self.payload, bounds).await?;
        Ok(Body { visit, raw, head: self.head })
    }
}

impl Body {
    /// The body, read.
    pub(super) fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        self.raw.decode()
    }

    /// The bytes of the body.
    pub(super) fn into_bytes(self) -> Bytes {
        self.raw.into_bytes()
    }

    /// The version in `If-Match`, if the header is there.
    pub(super) fn if_match(&self) -> Result<Option<Version>, Failure> {
        asked_version(self.headers())
    }

    /// The headers of the request.
    pub(super) fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// Whether the query asks for what is ours, too.
    pub(super) fn certus(&self) -> Result<bool, Failure> {
        Params::of(self.head.query_string()).flag("certus")
    }

    /// The request's key with what is asked under it, if it has one.
    pub(super) fn keyed(&self, operation: &str, request: &impl Serialize) -> Option<Keyed> {
        self.visit.keyed(operation, request)
    }
}

impl FromRequest for Asked {
    type Error = Error;
    type Future = Ready<Result<Asked, Error>>;

    fn from_request(head: &HttpRequest, payload: &mut Incoming) -> Self::Future {
        let app = head.app_data::<Data<App>>().expect("the server is made with its app").clone();
        let payload = Payload::from_request(head, payload).into_inner();
        ready(payload.map(|payload| Asked { app, head: head.clone(), payload }))
    }
}
