//! The whole API on one screen, with what each route needs of who asks. A route that is not in this
//! table does not exist.

pub(crate) mod around;
pub(crate) mod body;
mod cors;
mod deliveries;
mod document;
mod feed;
mod health;
pub(crate) mod idempotency;
pub(crate) mod invitations;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod openapi;
pub(crate) mod order_name;
mod orders;
mod page;
pub(crate) mod path;
mod pen;
pub(crate) mod problem;
pub(crate) mod problems;
pub(crate) mod promises;
pub(crate) mod reply;
pub(crate) mod row;
mod stationery;
mod strict;
pub(crate) mod table;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod text;
mod tokens;
pub(crate) mod unmatched;
mod unread;
mod unsubscribe;
pub(crate) mod visit;

use actix_web::web::ServiceConfig;

use row::at;
use table::Table;
use workflow::permission::Permission as P;

use crate::auth::Need;

pub(crate) use cors::cors;
pub(crate) use health::until_recovered;
pub use openapi::{of_doors, of_operators};
pub use promises::demo::furnish;
pub use stationery::Stationery;

/// The route table.
pub fn routes(config: &mut ServiceConfig) {
    let table = invitation_door(delivery_door(customer_door(promise_door(Table::default()))));
    let link = at("/unsubscribe/{token}").get(Need::Open, unsubscribe::ask);
    let table = table
        .service(at("/feed").get(P::Events, feed::feed))
        .service(at("/healthz").get(Need::Open, health::alive))
        .service(at("/readyz").get(Need::Open, health::ready))
        .service(at("/oauth2/token").post(Need::Open, tokens::client_credentials))
        .service(at("/api/v2/oauth2/token").get(Need::Open, tokens::of_invitations))
        .service(at("/api/v2/oauth2/token.json").get(Need::Open, tokens::of_invitations))
        .service(link.post(Need::Open, unsubscribe::suppress))
        .service(at("/problems/{name}").get(Need::Open, problems::explain))
        .service(at("/openapi.json").get(Need::Open, openapi::document))
        .service(at("/docs").get(Need::Open, page::page))
        .service(at("/docs/{file}").get(Need::Open, page::file))
        .service(at("/bench/echo").post(P::PromisesWrite, promises::routes::promise::echo));
    table.serve(config, unmatched::nothing);
}

/// Door 2; `/customer/orders` is `/orders`.
#[rustfmt::skip] // a path is a line
fn customer_door(table: Table) -> Table {
    use orders::routes::{list, order, place};
    table
        .service(at("/orders").post(P::OrdersWrite, place::place).get(P::OrdersRead, list::list))
        .service(at("/orders/{orderId}").get(P::OrdersRead, order::show))
        .service(at("/orders/{orderId}/lineItems").post(P::OrdersWrite, order::add_lines))
        .service(at("/orders/{orderId}/cancel").post(P::OrdersCancel, order::cancel))
}

/// Door 3. Paths with parameters are tried in this order, so the hot ones stand first.
#[rustfmt::skip] // a path is a line
fn promise_door(table: Table) -> Table {
    use promises::routes::{configurations, facilities, listings, orders, promise};
    use promises::routes::{reservations, safety_stocks, status, stocks, subscriptions};
    let act = [P::OrdersWrite, P::OrdersCancel, P::OrdersForce, P::OrdersUnlock]; // the action decides
    let holding = at("/api/configurations/promises").get(P::ConfigRead, configurations::show);
    let facility = at("/api/facilities/{id}").get(P::FacilitiesRead, facilities::show);
    let facility = facility.put(P::FacilitiesWrite, facilities::put).patch(P::FacilitiesWrite, facilities::patch);
    let sold = at("/api/facilities/{id}/listings").get(P::StockRead, listings::list).put(P::StockWrite, listings::put);
    let listing = at("/api/facilities/{id}/listings/{article}").get(P::StockRead, listings::show);
    let listing = listing.patch(P::StockWrite, listings::patch).delete(P::StockWrite, listings::remove);
    let stocks = at("/api/stocks").get(P::StockRead, stocks::list).post(P::StockWrite, stocks::make);
    let stock = at("/api/stocks/{id}").get(P::StockRead, stocks::show).put(P::StockWrite, stocks::put);
    let safety = at("/api/safetystocks").get(P::StockRead, safety_stocks::list).put(P::StockWrite, safety_stocks::put);
    table
        .service(at("/api/promises/deliverypromise").post(P::PromisesWrite, promise::promise))
        .service(at("/api/orders/{id}/actions").post(act, orders::act))
        .service(at("/api/orders").get(P::OrdersRead, orders::list).post(P::OrdersWrite, orders::place))
        .service(at("/api/orders/{id}").get(P::OrdersRead, orders::show))
        .service(holding.put(P::ConfigWrite, configurations::put))
        .service(at("/api/facilities").get(P::FacilitiesRead, facilities::list).post(P::FacilitiesWrite, facilities::make))
        .service(facility.delete(P::FacilitiesWrite, facilities::remove))
        .service(sold.delete(P::StockWrite, listings::clear))
        .service(listing)
        .service(stocks.put(P::StockWrite, stocks::put_all))
        .service(at("/api/stocks/actions").post(P::StockWrite, stocks::act))
        .service(at("/api/stocks/summaries").get(P::StockRead, stocks::summaries))
        .service(stock.delete(P::StockWrite, stocks::remove))
        .service(safety)
        .service(at("/api/safetystocks/{id}").delete(P::StockWrite, safety_stocks::remove))
        .service(at("/api/reservations").get(P::StockRead, reservations::list))
        .service(at("/api/reservations/{id}").get(P::StockRead, reservations::show))
        .service(at("/api/subscriptions").get(P::Events, subscriptions::list).post(P::Events, subscriptions::make))
        .service(at("/api/subscriptions/{id}").delete(P::Events, subscriptions::remove))
        .service(at("/api/supportedevents").get(P::Events, subscriptions::supported))
        .service(at("/api/status").get(Need::Open, status::status))
        .service(at("/api/health").get(Need::Credential, status::health))
}

/// Door 1. Its paths are also taken with `/api` before them.
#[rustfmt::skip] // a path is a line
fn delivery_door(table: Table) -> Table {
    use deliveries::routes::{list, orders, picking, routing, shared};
    let all = at("/deliveries").get(P::OrdersRead, list::list).post(P::OrdersWrite, orders::place);
    let page = at("/shared/deliveries/{secret}").get(Need::Open, shared::show).patch(Need::Open, shared::change);
    table
        .service(all)
        .service(at("/deliveries/set_desired_delivery_window").post(P::OrdersWrite, routing::schedule_named))
        .service(at("/deliveries/history").get(P::OrdersRead, list::history))
        .service(at("/deliveries/{id}").get(P::OrdersRead, orders::show))
        .service(at("/deliveries/{id}/cancel").post(P::OrdersCancel, orders::cancel))
        .service(at("/deliveries/{id}/stage").post(P::Picking, picking::stage))
        .service(at("/deliveries/{id}/pickers").post(P::Picking, picking::share))
        .service(at("/deliveries/{id}/arrive_soon").post(P::Routing, routing::near))
        .service(at("/deliveries/{id}/delivered").post(P::Routing, routing::delivered))
        .service(at("/deliveries/{id}/desired_delivery_window").put(P::OrdersWrite, routing::schedule))
        .service(at("/picklist").get(P::Picking, picking::list))
        .service(at("/picklist/waiting").get(P::Picking, picking::count))
        .service(at("/picklist/next").post(P::Picking, picking::next))
        .service(at("/picklist/picked").delete(P::Picking, picking::clear))
        .service(at("/delivery_items/pick").post(P::Picking, picking::scan))
        .service(at("/delivery_items/{id}/out_of_stock").post(P::Picking, picking::missing))
        .service(at("/delivery_items/{id}/substitute").post(P::Picking, picking::substitute))
        .service(at("/router/deliveries/unroute").get(P::Routing, routing::unrouted))
        .service(at("/router/deliveries").get(P::Routing, routing::route))
        .service(at("/router/deliveries/add").post(P::Routing, routing::add))
        .service(page)
}

/// Door 4. Each path is also there with `.json` behind it, and `platform` in a query is ignored.
#[rustfmt::skip] // a path is a line
fn invitation_door(table: Table) -> Table {
    use invitations::routes::{invitations as reviews, orders as reports};
    let reported = at("/api/v2/orders").get(P::InvitationsRead, reports::list);
    let one = at("/api/v2/invitations/{id}").get(P::InvitationsRead, reviews::show);
    let one = one.patch(P::InvitationsWrite, reviews::change);
    table
        .service(reported.post(P::InvitationsWrite, reports::report))
        .service(at("/api/v2/orders/{id}").get(P::InvitationsRead, reports::show))
        .service(at("/api/v2/invitations").get(P::InvitationsRead, reviews::list))
        .service(at("/api/v2/invitations/calendar").get(P::InvitationsRead, reviews::calendar))
        .service(one.delete(P::InvitationsWrite, reviews::remove))
}
