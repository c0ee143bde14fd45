//! `/admin/v1/reservations/{id}/transfer`: pieces that are held are held at another facility.

use actix_web::web::{Path, Payload};
use actors::Words;
use serde::{Deserialize, Serialize};
use workflow::command::{Command, LocationRef, Transfer};
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, StockId};
use workflow::limits::LINE_UNITS_MAX;
use workflow::outcome::{Outcome, ReservationView};
use workflow::quantity::Units;
use workflow::refusal::Refusal;
use workflow::reply::Reply;

use super::call::{Call, Cause, Handled, decoded, keyed, tenant};
use crate::failure::Failure;
use crate::http::path::Faults;
use crate::http::promises::routes::facilities::facility_ref;
use crate::http::promises::routes::query::Params;
use crate::http::reply::{self, json, plain};
use crate::http::text::Text;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TransferBody<'a> {
    #[serde(borrow)]
    facility_ref: Option<Text<'a>>,
    quantity: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TransferAnswer<'a> {
    order_ref: Option<OrderId>,
    reservations: Vec<ReservationAnswer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservationAnswer<'a> {
    id: ReservationId,
    facility_ref: LocationId,
    tenant_article_id: &'a ArticleId,
    quantity: Units,
    /// The stock that it is held of; none while it waits.
    stock_ref: Option<StockId>,
}

/// Holds pieces of a reservation elsewhere: 200, with the reservations that take its place.
pub(super) async fn transfer(call: Call, id: Path<String>, payload: Payload) -> Handled {
    let done = async {
        let (who, raw) = call.sent(payload).await?;
        let mut params = Params::of(call.head.query_string());
        let tenant = tenant(&mut params);
        let caller = who.acting_for(params.end(tenant)?);
        let reservation = ReservationId::parse(&id).ok_or(Refusal::UnknownReservation);
        let reservation = reservation.map_err(Failure::Refused)?;
        let body: TransferBody<'_> = decoded(&raw)?;
        let version = call.version()?;
        let operation = format!("admin.reservations.transfer/{reservation}");
        let keyed = keyed(&call, &caller, &operation, &(&body, version.map(|it| it.0)))?;
        let (to, units) = body.check().map_err(Cause::Invalid)?;
        let command = Command::Transfer(Transfer { reservation, version, to, units });
        let answered = call.change(&caller, keyed, command, Words::Plain(shown)).await?;
        Ok(reply::answer(answered, shown))
    };
    call.end(done).await
}

impl TransferBody<'_> {
    fn check(self) -> Result<(LocationRef, Option<Units>), Failure> {
        let mut faults = Faults::default();
        let rule = "is required: a facility's id, or urn:fft:facility:tenantFacilityId: and a name";
        let to = self.facility_ref.as_deref().and_then(|text| facility_ref(text).ok());
        let to = faults.good_member("#/facilityRef", to, rule);
        let to = to.map(|to| to.said_at("#/facilityRef"));
        let units = self.quantity.map(|count| {
            let rule = format!("must be 1 to {LINE_UNITS_MAX}");
            faults.good_member("#/quantity", Units::of_line(count), &rule)
        });
        let is_good = units != Some(None);
        faults.end(to.filter(|_| is_good).map(|to| (to, units.flatten())))
    }
}

fn shown(outcome: &Outcome) -> Reply {
    let Outcome::Reservations { rows, .. } = outcome else {
        unreachable!("a transfer is answered with reservations")
    };
    let order_ref = rows.first().map(|row| row.id.order());
    let reservations = rows.iter().map(answer).collect();
    plain(200, json(&TransferAnswer { order_ref, reservations }))
}

fn answer(view: &ReservationView) -> ReservationAnswer<'_> {
    ReservationAnswer {
        id: view.id,
        facility_ref: view.hold.location,
        tenant_article_id: &view.article,
        quantity: view.hold.units,
        stock_ref: view.hold.stock,
    }
}
