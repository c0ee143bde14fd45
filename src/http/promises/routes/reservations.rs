//! `/api/reservations`.

use actix_web::web::Path;
use workflow::command::{Page, Query};
use workflow::id::ReservationId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use crate::failure::Failure;
use crate::http::promises::answers::reservation;
use crate::limits::STOCK_PAGE_ROWS_MAX;

/// A page of reservations: 200.
pub(crate) async fn list(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page_after("after", STOCK_PAGE_ROWS_MAX, ReservationId::parse);
            let Page { after, size } = params.end(page)?;
            let query = Query::Reservations(Page { after, size: size + 1 });
            let render = move |seen: &Outcome| reservation::list(seen, size, after.is_some());
            Ok((query, render))
        })
        .await
}

/// One reservation: 200.
pub(crate) async fn show(asked: Asked, id: Path<String>) -> Handled {
    let unknown = Failure::Refused(Refusal::UnknownReservation);
    asked
        .look(|_| {
            let id = ReservationId::parse(&id).ok_or(unknown)?;
            Ok((Query::Reservation(id), reservation::shown))
        })
        .await
}
