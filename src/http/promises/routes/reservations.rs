//! `/api/reservations`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use workflow::command::{Page, Query};
use workflow::id::ReservationId;
use workflow::refusal::Refusal;

use super::Handled;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::promises::answers::reservation;
use crate::http::reply::answer;
use crate::http::visit::Visit;
use crate::limits::STOCK_PAGE_ROWS_MAX;

/// A page of reservations: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.page_after("after", STOCK_PAGE_ROWS_MAX, ReservationId::parse);
    let Page { after, size } = params.end(page)?;
    let query = Query::Reservations(Page { after, size: size + 1 });
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, |outcome| reservation::list(outcome, size, after.is_some())))
}

/// One reservation: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let id = ReservationId::parse(&id).ok_or(Failure::Refused(Refusal::UnknownReservation))?;
    let answered = visit.look(&app, Query::Reservation(id)).await?;
    Ok(answer(answered, reservation::shown))
}
