//! `/admin/v1/decisions/{orderId}`: what was decided about where an order is held, from the journal.
//!
//! Nothing is computed again: stock has changed since, and a plan that is made now explains nothing.
//! What a plan saw is in the record if the request asked for it and had a key.

use std::sync::Arc;

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use snapshots::journal::Archive;
use snapshots::{Error, Lsn};
use workflow::command::Query;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, TenantId};
use workflow::order::{self, Hold, Order};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::record::{Event, Owner, Record};

use super::call::{Call, Handled, outcome_of, private, tenant};
use crate::feed::{before, decoded};
use crate::http::order_name::order_named;
use crate::http::promises::routes::query::Params;
use crate::http::reply::{self, json};
use crate::limits::RECORDS_LOOKED_AT_MAX;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecisionsAnswer {
    order_ref: OrderId,
    version: u64,
    /// Records after this one were looked at, up to the other.
    after_lsn: Lsn,
    to_lsn: Lsn,
    /// Whether these are all of the order's.
    complete: bool,
    decisions: Vec<Decision>,
}

#[derive(Serialize)]
struct Decision {
    lsn: Lsn,
    time: String,
    command: String,
    by: String,
    /// Reservations that are no more by it.
    released: Vec<ReservationId>,
    held: Vec<HeldAnswer>,
    /// The facilities that the plan looked at, as the door said it then.
    considered: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeldAnswer {
    id: ReservationId,
    facility_ref: LocationId,
    /// From 1.
    line: u16,
    tenant_article_id: ArticleId,
    quantity: Units,
    waits: bool,
}

/// The part of a stored reply that explains it.
#[derive(Deserialize)]
struct Explained {
    #[serde(rename = "certusConsidered")]
    considered: Option<Box<RawValue>>,
}

/// What was decided about an order, the oldest first: 200.
pub(super) async fn list(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let who = call.who().await?;
        let mut params = Params::of(call.head.query_string());
        let tenant = tenant(&mut params);
        let caller = who.acting_for(params.end(tenant)?);
        let answered = call.look(&caller, Query::Order(order_named(&id)?)).await?;
        let at = answered.at;
        let Outcome::Order(order) = outcome_of(answered) else {
            unreachable!("a look at an order is answered with an order")
        };
        let tenant = caller.tenant.clone();
        let answer =
            call.read_journal(&caller, move |archive| look(archive, &tenant, &order)).await?;
        Ok(private(reply::respond(at, reply::plain(200, json(&answer)))))
    };
    call.end(done).await
}

/// Reads on from where the order was made until it is as it is now, but not without end.
fn look(
    archive: &Arc<dyn Archive>,
    tenant: &TenantId,
    order: &Order,
) -> Result<DecisionsAnswer, Error> {
    let after = before(archive, order.created)?;
    let mut reader = archive.read_from(after)?;
    let (mut to, mut version, mut decisions) = (after, 0, Vec::new());
    for _ in 0..RECORDS_LOOKED_AT_MAX {
        let Some(entry) = reader.next()? else { break };
        to = entry.lsn;
        let record = decoded(&entry)?;
        if record.tenant == *tenant {
            for event in about(&record, order.id) {
                version += 1;
                decisions.extend(decision(order, event, &record, entry.lsn));
            }
        }
        if version >= order.version.0 {
            break;
        }
    }
    Ok(DecisionsAnswer {
        order_ref: order.id,
        version: order.version.0,
        after_lsn: after,
        to_lsn: to,
        complete: version >= order.version.0,
        decisions,
    })
}

/// The events of an order's own versions; its mails have others.
fn about(record: &Record, order: OrderId) -> impl Iterator<Item = &order::Event> {
    record
        .events
        .iter()
        .filter_map(move |event| match event {
            Event::Order { id, event, .. } if *id == order => Some(event),
            _ => None,
        })
        .filter(|event| !matches!(event, order::Event::Invitation(_)))
}

/// What an event says of where pieces are held, if it does.
fn decision(order: &Order, event: &order::Event, record: &Record, lsn: Lsn) -> Option<Decision> {
    let (released, holds): (&[u16], &[Hold]) = match event {
        order::Event::Placed(placed) => (&[], &placed.holds),
        order::Event::LinesAdded(added) => (&[], &added.holds),
        order::Event::Rerouted { holds } => (&[], holds),
        order::Event::Transferred { released, holds } => (std::slice::from_ref(released), holds),
        order::Event::Substituted(it) => (&it.released, &it.holds),
        order::Event::Lost { holds } => (holds, &[]),
        _ => return None,
    };
    let held = |hold: &Hold| HeldAnswer {
        id: order.id.reservation(hold.index),
        facility_ref: hold.location,
        line: hold.line + 1,
        tenant_article_id: order.asked.lines[usize::from(hold.line)].article.clone(),
        quantity: hold.units,
        waits: hold.stock.is_none(),
    };
    let reply = record.reply.as_ref().filter(|(owner, _)| *owner == Owner::Order(order.id));
    let explained = reply.and_then(|(_, it)| serde_json::from_str(&it.reply.body).ok());
    Some(Decision {
        lsn,
        time: record.at.to_string(),
        command: record.command.to_string(),
        by: record.who.to_string(),
        released: released.iter().map(|index| order.id.reservation(*index)).collect(),
        held: holds.iter().map(held).collect(),
        considered: explained.and_then(|it: Explained| it.considered),
    })
}
