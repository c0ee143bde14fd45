//! `/admin/v1/provenance/{facilityRef}/{tenantArticleId}`: which records made the numbers of a shelf
//! what they are, from the journal.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::web::Path;
use serde::Serialize;
use snapshots::journal::Archive;
use snapshots::{Error, Lsn};
use workflow::command::{Page, Query, StockFilter};
use workflow::id::{ArticleId, LocationId, ReservationId, StockId, TenantId};
use workflow::limits::LOTS_PER_SHELF_MAX;
use workflow::location::{self, ShelfEvent};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::record::{Event, Record};
use workflow::refusal::Refusal;

use super::call::{Call, Handled, outcome_of, private, tenant};
use crate::failure::Failure;
use crate::feed::decoded;
use crate::http::promises::routes::facilities::facility_ref;
use crate::http::promises::routes::query::Params;
use crate::http::reply::{self, json};
use crate::limits::{PROVENANCE_ROWS_MAX, RECORDS_LOOKED_AT_MAX};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProvenanceAnswer<'a> {
    facility_ref: LocationId,
    tenant_article_id: &'a ArticleId,
    /// Pieces that lie there now, and those of them that are reserved.
    value: Units,
    reserved: Units,
    #[serde(flatten)]
    found: Found,
}

/// What the journal says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    /// Records after this one were looked at, up to the other.
    after_lsn: Lsn,
    to_lsn: Lsn,
    records: VecDeque<Touching>,
}

/// A record that touched the shelf.
#[derive(Serialize)]
struct Touching {
    lsn: Lsn,
    time: String,
    command: String,
    by: String,
    changes: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<StockId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation: Option<ReservationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Units>,
}

/// The newest records that touched a shelf, the newest first: 200.
pub(super) async fn list(call: Call, path: Path<(String, String)>) -> Handled {
    let done = async {
        let who = call.who().await?;
        let mut params = Params::of(call.head.query_string());
        let tenant = tenant(&mut params);
        let to = params.good("to_lsn", "must be a whole number", |text| text.parse().ok());
        let caller = who.acting_for(params.end(tenant)?);
        let (facility, article) = path.into_inner();
        let at = facility_ref(&facility)?;
        let article = ArticleId::parse(&article)
            .ok_or(Failure::Refused(Refusal::UnknownListing { row: None }))?;
        let seen = call.look(&caller, Query::Location(at.clone())).await?;
        let Outcome::Location(location) = outcome_of(seen) else {
            unreachable!("a look at a location is answered with it")
        };
        let filter = StockFilter { at: Some(at), articles: vec![article.clone()], storage: vec![] };
        let page = Page { after: None, size: LOTS_PER_SHELF_MAX };
        let answered = call.look(&caller, Query::Stocks(filter, page)).await?;
        let reflected = answered.at;
        let Outcome::Stocks { rows, .. } = outcome_of(answered) else {
            unreachable!("stocks are answered with stocks")
        };
        let shelf = (caller.tenant.clone(), location.id, article.clone());
        let to = to.map_or(reflected.lsn, |to: u64| Lsn(to).min(reflected.lsn));
        let found = call.read_journal(&caller, move |archive| look(archive, &shelf, to)).await?;
        let body = json(&ProvenanceAnswer {
            facility_ref: location.id,
            tenant_article_id: &article,
            value: rows.iter().map(|(_, row)| row.lot.value).sum(),
            reserved: rows.iter().map(|(_, row)| row.lot.reserved).sum(),
            found,
        });
        Ok(private(reply::respond(reflected, reply::plain(200, body))))
    };
    call.end(done).await
}

/// Reads the records up to one, as many as are looked at and kept.
fn look(
    archive: &Arc<dyn Archive>,
    (tenant, at, article): &(TenantId, LocationId, ArticleId),
    to: Lsn,
) -> Result<Found, Error> {
    let first = Lsn(to.0.saturating_sub(RECORDS_LOOKED_AT_MAX as u64));
    let mut after = first.max(archive.oldest().before()).min(archive.durable());
    let mut reader = archive.read_from(after)?;
    let mut records = VecDeque::new();
    while let Some(entry) = reader.next()? {
        if entry.lsn > to {
            break;
        }
        let record = decoded(&entry)?;
        if record.tenant != *tenant {
            continue;
        }
        let changes = changes(&record, *at, article);
        if changes.is_empty() {
            continue;
        }
        records.push_front(Touching {
            lsn: entry.lsn,
            time: record.at.to_string(),
            command: record.command.to_string(),
            by: record.who.to_string(),
            changes,
        });
        if records.len() > PROVENANCE_ROWS_MAX
            && let Some(oldest) = records.pop_back()
        {
            after = oldest.lsn; // what is told reaches back to here only
        }
    }
    Ok(Found { after_lsn: after, to_lsn: to, records })
}

fn changes(record: &Record, at: LocationId, article: &ArticleId) -> Vec<Change> {
    let changes = record.events.iter().filter_map(|event| match event {
        Event::Location { id, event: location::Event::Shelf { article: of, event } }
            if *id == at && of == article =>
        {
            Some(change(event))
        }
        Event::Secured { article: of, safety } if of == article => {
            Some(Change { quantity: Some(safety.units), ..Change::of("kept_everywhere") })
        }
        Event::Unsecured { article: of } if of == article => {
            Some(Change::of("not_kept_everywhere"))
        }
        _ => None,
    });
    changes.collect()
}

fn change(event: &ShelfEvent) -> Change {
    match event {
        ShelfEvent::Put(lot) => {
            Change { stock: Some(lot.id), quantity: Some(lot.value), ..Change::of("put") }
        }
        ShelfEvent::Removed { stock } => Change { stock: Some(*stock), ..Change::of("removed") },
        ShelfEvent::Listed(_) => Change::of("listed"),
        ShelfEvent::Unlisted => Change::of("unlisted"),
        ShelfEvent::Kept { safety } | ShelfEvent::Unsecured { safety, .. } => {
            Change { quantity: Some(*safety), ..Change::of("kept") }
        }
        ShelfEvent::Secured(own) => Change { quantity: Some(own.units), ..Change::of("kept") },
        ShelfEvent::Reserved { reservation, stock, units } => {
            let (stock, reservation) = (*stock, Some(*reservation));
            Change { stock, reservation, quantity: Some(*units), what: "reserved" }
        }
        ShelfEvent::Released { reservation } => {
            Change { reservation: Some(*reservation), ..Change::of("released") }
        }
        ShelfEvent::Rehosted { reservation, stock } => {
            Change { stock: *stock, reservation: Some(*reservation), ..Change::of("rehosted") }
        }
        ShelfEvent::Consumed { reservation, stock, units } => {
            let (stock, reservation) = (Some(*stock), Some(*reservation));
            Change { stock, reservation, quantity: Some(*units), what: "consumed" }
        }
        ShelfEvent::SoldOut => Change::of("sold_out"),
        ShelfEvent::Moved { to, units, .. } => {
            Change { stock: Some(*to), quantity: Some(*units), ..Change::of("moved") }
        }
    }
}

impl Change {
    fn of(what: &'static str) -> Change {
        Change { what, stock: None, reservation: None, quantity: None }
    }
}
