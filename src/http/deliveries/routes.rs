//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod orders;
pub(crate) mod picking;
pub(crate) mod routing;
pub(crate) mod shared;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use actors::Render;
use workflow::command::{Command, Job};
use workflow::id::Version;

use super::errors::Error;
use crate::admission::Lane;
use crate::ask::App;
use crate::http::order_name::order_named;
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version};

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;

/// A job on the order that the path names, without a body: 200, in the words of `render`.
pub(super) async fn act(
    (app, head, id): (Data<App>, HttpRequest, Path<String>),
    (lane, operation): (Lane, &'static str),
    (job, render): (Job, Render),
) -> Handled {
    let visit = Visit::acting(&app, &head, lane).await?;
    let version = asked_version(head.headers())?;
    let order = order_named(&id)?;
    let keyed = visit.keyed(&format!("{operation}/{id}"), &sent(version));
    let command = Command::Handle { order, version, job };
    let answered = visit.change(&app, keyed, command, render).await?;
    Ok(answer(answered, render))
}

/// The version as a key's fingerprint counts it.
fn sent(version: Option<Version>) -> Option<u32> {
    version.map(|version| version.0)
}
