//! Reservations: what one line holds of one stock.

use workflow::permission::Permission as P;
use workflow::refusal::Refusal::UnknownReservation;

use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::get;
use crate::http::openapi::schema::{
    array, count, given, instant, list, named, text, uuid, version, word,
};
use crate::limits::STOCK_PAGE_ROWS_MAX;

pub(super) fn describe(api: &mut Api) {
    api.section(
        &PROMISES,
        ("Reservations", "What one line holds of one stock."),
        [
            get("/api/reservations", "listReservations", "A page of reservations", P::StockRead)
                .paged(STOCK_PAGE_ROWS_MAX, "after", uuid())
                .answers(200, "A page.", "ReservationPage")
                .leads_to(&["showReservation"], "id", "$response.body#/reservations/0/id"),
            get("/api/reservations/{id}", "showReservation", "One reservation", P::StockRead)
                .at("id", text().says("Its uuid."))
                .shows("Reservation")
                .refuses([UnknownReservation]),
        ],
    );
    let host = given([("type*", word(&["STOCK", "NONE"])), ("reference*", text())]);
    let related =
        given([("orderRefs*", list(1..=1, uuid())), ("routingPlanRefs*", list(1..=1, uuid()))]);
    api.schema(
        "Reservation",
        given([
            ("id*", uuid()),
            ("version*", version()),
            ("created*", instant()),
            ("facilityRef*", uuid()),
            ("tenantArticleId*", text()),
            ("quantity*", count()),
            ("host*", host),
            ("relatedRefs*", related),
        ]),
    );
    api.schema(
        "ReservationPage",
        given([
            ("reservations*", array(named("Reservation"))),
            ("pageInfo*", named("PageInfo")),
            ("total*", count()),
        ]),
    );
}
