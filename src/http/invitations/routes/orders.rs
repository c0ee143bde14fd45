//! `/api/v2/orders`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{OrderFilter, Page, Query};

use super::{Handled, part};
use crate::admission::Lane;
use crate::ask::App;
use crate::http::invitations::answers::{invited, order, orders, part_of_orders};
use crate::http::invitations::bodies::ReportBody;
use crate::http::order_name::order_named;
use crate::http::promises::routes::query::Params;
use crate::http::reply::answer;
use crate::http::visit::Visit;
use crate::limits::INVITATION_BODY_BYTES_MAX;

/// Notes an order for reviews, perhaps with an invitation: 201.
pub(crate) async fn report(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Operate, INVITATION_BODY_BYTES_MAX);
    let (visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: ReportBody<'_> = raw.decode()?;
    let keyed = visit.keyed("invitations.report", &body);
    let command = body.into_command()?;
    let answered = visit.change(&app, keyed, command, invited).await?;
    Ok(answer(answered, invited))
}

/// A page of orders, whichever door made them: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let part = part(&mut params);
    let reference = params.text("external_id");
    let part = params.end(part)?;
    let Some(reference) = reference else {
        return Ok(answer(visit.look(&app, Query::Numbered(part)).await?, orders));
    };
    // A shop's own id names a few orders: all are looked at, because they are counted.
    let filter = OrderFilter { reference: Some(reference), consumer: None };
    let query = Query::Orders(filter, Page { after: None, size: usize::MAX });
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, |outcome| part_of_orders(outcome, part)))
}

/// One order, whichever door made it: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let answered = visit.look(&app, Query::Order(order_named(&id)?)).await?;
    Ok(answer(answered, order))
}
