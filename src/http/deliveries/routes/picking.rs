//! The pick list: what pickers do, from the next delivery to the staging area.

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use smol_str::SmolStr;
use workflow::command::{Command, Job, ListingFilter, LocationRef, OrderName, Page, Query};
use workflow::id::{ArticleId, LocationId};
use workflow::order::{line_number, of_line_number};
use workflow::outcome::{Outcome, PickView};
use workflow::refusal::Refusal;

use super::{Errand, Handled, act, store};
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::{Failed, Failure};
use crate::http::deliveries::answers::order::shown;
use crate::http::deliveries::answers::picking::{
    PickAnswer, Sorting, cleared, items, picklist, picklist_sorted, staged, waiting, worked,
};
use crate::http::deliveries::bodies::picking::{ScanBody, item_name, picker, product};
use crate::http::deliveries::errors::Error;
use crate::http::order_name::order_named;
use crate::http::promises::routes::query::Params;
use crate::http::reply::answer;
use crate::http::visit::Visit;
use crate::limits::PAGE_ROWS_MAX;

/// What a scanner sends for an item that is not on the shelf.
const OUT_OF_STOCK: &str = "OUT_OF_STOCK";
/// What it sends for a delivery that is complete.
const REMOVE_COMPLETED_DELIVERY: &str = "REMOVE_COMPLETED_DELIVERY";

/// The caller's items: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let by_bin = params.place_of("sort", &["placed", "location"]);
    let falling = params.place_of("direction", &["asc", "desc"]);
    let sorting = by_bin
        .zip(falling)
        .map(|(by_bin, falling)| Sorting { by_bin: by_bin == 1, falling: falling == 1 });
    let sorting = params.end(sorting)?;
    let query = Query::Picklist(visit.caller.who.clone(), visit.caller.stores.clone());
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, |outcome| picklist_sorted(outcome, sorting)))
}

/// How many deliveries wait for a picker: 200.
pub(crate) async fn count(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let at = store(&mut Params::of(head.query_string()));
    let query = Query::Unpicked(at, visit.caller.stores.clone());
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, waiting))
}

/// Takes the oldest delivery that waits, unless the caller has three: 200 with the list.
pub(crate) async fn next(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::acting(&app, &head, Lane::Operate).await?;
    let at = store(&mut Params::of(head.query_string()));
    let keyed = visit.keyed("picklist.next", &at.as_ref().map(|at| &at.reference));
    let answered = visit.change(&app, keyed, Command::TakeNext { at }, picklist).await?;
    Ok(answer(answered, picklist))
}

/// Completes every delivery of the list that is picked whole: 200.
pub(crate) async fn clear(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let answered = visit.change(&app, None, Command::ClearPicked, cleared).await?;
    Ok(answer(answered, cleared))
}

/// A scan: 200 with the item, or with the delivery that it completes.
pub(crate) async fn scan(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (errand, sheet) = Errand::with_sheet(app, &head, payload).await?;
    let scan = ScanBody::read(&sheet)?;
    let keyed = errand.keyed("delivery_items.pick", &scan);
    let named = scan.id.as_deref().map(|id| item_name(id).ok_or(wrong_item())).transpose()?;
    let (order, job) = match (scan.barcode.as_str(), named) {
        (OUT_OF_STOCK, Some((order, line))) => (order, Job::Missing(line)),
        (OUT_OF_STOCK, None) => return Err(Error::unselected()),
        (REMOVE_COMPLETED_DELIVERY, _) => {
            let id = scan.delivery_id.as_deref().ok_or_else(Error::unselected)?;
            return Ok(errand.run(order_named(id)?, keyed, (Job::Stage, staged)).await?);
        }
        (_, named) => {
            let (order, line) = matching(&errand.app, &errand.visit, &scan, named).await?;
            (order, Job::Pick(line, scan.units()))
        }
    };
    let done = errand.run(order, keyed, (job, worked)).await;
    // No order has the number of nothing: then the code fits nothing in the list.
    Ok(done.map_err(|failed| match failed.failure {
        Failure::Refused(Refusal::UnknownOrder) => Failed { failure: wrong_item(), ..failed },
        _ => failed,
    })?)
}

/// The rest of an item is not on the shelf: 200 with the item.
pub(crate) async fn missing(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let errand = Errand::bare(app, &head, Lane::Operate).await?;
    let (order, line) = item_name(&id).ok_or(Failure::Refused(Refusal::UnknownOrder))?;
    let operation = format!("delivery_items.out_of_stock/{line}");
    let (order, keyed) = errand.keyed_for(order, (&operation, &())).await?;
    Ok(errand.run(order, keyed, (Job::Missing(line), worked)).await?)
}

/// Something takes the place of what is missing: 200 with the new item.
pub(crate) async fn substitute(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let (errand, sheet) = Errand::with_sheet(app, &head, payload).await?;
    let (order, line) = item_name(&id).ok_or(Failure::Refused(Refusal::UnknownOrder))?;
    let with = product(&sheet)?;
    let operation = format!("delivery_items.substitute/{line}");
    let (order, keyed) = errand.keyed_for(order, (&operation, &with)).await?;
    Ok(errand.run(order, keyed, (Job::Substitute(line, Box::new(with)), worked)).await?)
}

/// Completes one delivery: 200.
pub(crate) async fn stage(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let operation = (Lane::Operate, "deliveries.stage");
    act((app, head, id), operation, (Job::Stage, staged)).await
}

/// Shares a delivery with another picker: 200 with the order.
pub(crate) async fn share(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let (errand, sheet) = Errand::with_sheet(app, &head, payload).await?;
    let (order, with) = (order_named(&id)?, picker(&sheet)?);
    let (order, keyed) = errand.keyed_for(order, ("deliveries.pickers", &with)).await?;
    Ok(errand.run(order, keyed, (Job::Share(with), shown)).await?)
}

/// The item of the caller's list that a code means: the one that is named if it has the code, else
/// the first that has it and is not picked. What means none is asked of an order that is not
/// there, so that a repetition of what was done is still seen.
async fn matching(
    app: &App,
    visit: &Visit,
    scan: &ScanBody,
    named: Option<(OrderName, u16)>,
) -> Result<(OrderName, u16), Error> {
    let query = Query::Picklist(visit.caller.who.clone(), visit.caller.stores.clone());
    let outcome = visit.look_first(app, query).await?;
    let list = items(&outcome);
    let named =
        named.and_then(|(order, line)| Some(line_number(number_of(order, &outcome)?, line)));
    let has_sku =
        |item: &PickAnswer<'_>| item.store_sku == *scan.barcode || item.client_sku == scan.barcode;
    let chosen = |fits: &dyn Fn(&PickAnswer<'_>) -> bool| {
        list.iter().find(|item| named == Some(item.id) && fits(item)).map(|item| item.id)
    };
    let open = |fits: &dyn Fn(&PickAnswer<'_>) -> bool| {
        list.iter().find(|item| !item.open.is_zero() && fits(item)).map(|item| item.id)
    };
    let plain = chosen(&has_sku).or_else(|| open(&has_sku).filter(|_| named.is_none()));
    let id = match plain {
        Some(id) => Some(id),
        None => {
            let bearing = bearing(app, visit, &outcome, &scan.barcode).await?;
            let bears = |item: &PickAnswer<'_>| {
                let it = |(at, article): &(LocationId, ArticleId)| {
                    item.at == Some(*at) && article.as_str() == item.client_sku
                };
                has_sku(item) || bearing.iter().any(it)
            };
            chosen(&bears).or_else(|| open(&has_sku)).or_else(|| open(&bears))
        }
    };
    let (number, line) = id.and_then(of_line_number).unwrap_or_default();
    Ok((OrderName::Number(number), line))
}

/// The number of an order in the list; one that is named by its id may not be in it.
fn number_of(order: OrderName, list: &Outcome) -> Option<u64> {
    match order {
        OrderName::Number(number) => Some(number),
        OrderName::Id(id) => {
            let mut orders = parts(list).iter().map(|part| &part.order);
            orders.find(|order| order.id == id).map(|order| order.number)
        }
    }
}

/// What the picker has of each order.
fn parts(list: &Outcome) -> &[PickView] {
    let Outcome::Picklist(parts) = list else { unreachable!("a pick list is answered with one") };
    parts
}

/// The articles that bear a code by their listings, at the places where the caller picks.
async fn bearing(
    app: &App,
    visit: &Visit,
    list: &Outcome,
    code: &SmolStr,
) -> Result<Vec<(LocationId, ArticleId)>, Error> {
    let places: BTreeSet<LocationId> = parts(list).iter().map(|part| part.location).collect();
    let mut bearing = Vec::new();
    for place in places {
        let at = LocationRef::by_id(place);
        let filter = ListingFilter { articles: Vec::new(), code: Some(code.clone()) };
        let page = Page { after: None, size: PAGE_ROWS_MAX };
        let outcome = match visit.look_first(app, Query::Listings(at, filter, page)).await {
            Ok(outcome) => outcome,
            // A location that has gone since bears nothing.
            Err(Failed { failure: Failure::Refused(_), .. }) => continue,
            Err(failed) => return Err(failed.into()),
        };
        let Outcome::Listings { rows, .. } = outcome else {
            unreachable!("listings are answered with listings")
        };
        bearing.extend(rows.into_iter().map(|(_, article, _)| (place, article)));
    }
    Ok(bearing)
}

fn wrong_item() -> Failure {
    Failure::Refused(Refusal::WrongItem)
}
