//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod list;
pub(crate) mod orders;
pub(crate) mod picking;
pub(crate) mod routing;
pub(crate) mod shared;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::Render;
use serde::Serialize;
use workflow::command::{Command, Job, LocationRef, OrderName};
use workflow::id::Version;
use workflow::reply::Keyed;

use super::bodies::Sheet;
use super::errors::Error;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failed;
use crate::http::order_name::{id_of, order_named};
use crate::http::promises::routes::query::Params;
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version};
use crate::limits::DELIVERY_BODY_BYTES_MAX;

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;

/// A request that asks for a job on one order, with what all of them have.
struct Errand {
    app: Data<App>,
    visit: Visit,
    version: Option<Version>,
}

impl Errand {
    async fn bare(app: Data<App>, head: &HttpRequest, lane: Lane) -> Result<Errand, Error> {
        let visit = Visit::acting(&app, head, lane).await?;
        let version = asked_version(head.headers())?;
        Ok(Errand { app, visit, version })
    }

    async fn with_sheet(
        app: Data<App>,
        head: &HttpRequest,
        payload: Payload,
    ) -> Result<(Errand, Sheet), Error> {
        let bounds = (Lane::Operate, DELIVERY_BODY_BYTES_MAX);
        let (visit, raw) = Visit::with_body(&app, head, payload, bounds).await?;
        let sheet = raw.decode()?;
        let version = asked_version(head.headers())?;
        Ok((Errand { app, visit, version }, sheet))
    }

    /// The key that it is asked under, if any, for this operation and what was sent for it.
    fn keyed(&self, operation: &str, sent: &impl Serialize) -> Option<Keyed> {
        self.visit.keyed(operation, &(sent, self.version.map(|version| version.0)))
    }

    /// The same for an operation on one order. The key counts for the order, however a request
    /// spells its name, so that one is looked up if there is a key.
    async fn keyed_for(
        &self,
        order: OrderName,
        (operation, sent): (&str, &impl Serialize),
    ) -> Result<(OrderName, Option<Keyed>), Failed> {
        if !self.visit.has_key() {
            return Ok((order, None));
        }
        let id = id_of(&self.app, &self.visit, order).await?;
        Ok((OrderName::Id(id), self.keyed(&format!("{operation}/{id}"), sent)))
    }

    /// Has the job done: 200, in the words of `render`.
    async fn run(
        self,
        order: OrderName,
        keyed: Option<Keyed>,
        (job, render): (Job, Render),
    ) -> Result<HttpResponse, Failed> {
        let command = Command::Handle { order, version: self.version, job };
        let answered = self.visit.change(&self.app, keyed, command, render).await?;
        Ok(answer(answered, render))
    }
}

/// A job on the order that the path names, without a body: 200, in the words of `render`.
async fn act(
    (app, head, id): (Data<App>, HttpRequest, Path<String>),
    (lane, operation): (Lane, &'static str),
    (job, render): (Job, Render),
) -> Handled {
    let errand = Errand::bare(app, &head, lane).await?;
    let (order, keyed) = errand.keyed_for(order_named(&id)?, (operation, &())).await?;
    Ok(errand.run(order, keyed, (job, render)).await?)
}

/// The store that a query names.
fn store(params: &mut Params) -> Option<LocationRef> {
    let name = params.filled("store_id")?;
    Some(LocationRef::by_reference(name).said_at("store_id"))
}
