//! The whole API on one screen. A route that is not in this table does not exist.

mod around;
mod body;
mod deliveries;
mod document;
mod health;
mod idempotency;
mod json;
mod path;
mod pen;
mod problem;
mod promises;
mod reply;
mod row;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod unmatched;
mod visit;

use actix_web::dev::{ServiceFactory, ServiceRequest};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, Scope};

use deliveries::routes::{orders as handed_over, picking, routing, shared};
use promises::routes::{
    configurations, facilities, listings, orders, promise, reservations, status, stocks,
};
use row::at;

pub use promises::demo::furnish;

/// The route table.
pub fn routes(config: &mut ServiceConfig) {
    let table = web::scope("").wrap(from_fn(around::around));
    let table = delivery_door(promise_door(table))
        .service(at("/healthz").get(health::alive))
        .service(at("/readyz").get(health::ready))
        .service(at("/bench/echo").post(promise::echo))
        .default_service(web::to(unmatched::nothing));
    config.service(table);
}

/// Door 3. Paths are tried in this order, so the hot ones stand first.
#[rustfmt::skip] // a path is a line
fn promise_door<T>(table: Scope<T>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    let holding = at("/api/configurations/promises");
    let facility = at("/api/facilities/{id}").get(facilities::show).put(facilities::put);
    let stock = at("/api/stocks/{id}").get(stocks::show).put(stocks::put).delete(stocks::remove);
    table
        .service(at("/api/promises/deliverypromise").post(promise::promise))
        .service(at("/api/orders/{id}/actions").post(orders::act))
        .service(at("/api/orders").get(orders::list).post(orders::place))
        .service(at("/api/orders/{id}").get(orders::show))
        .service(holding.get(configurations::show).put(configurations::put))
        .service(at("/api/facilities").get(facilities::list).post(facilities::make))
        .service(facility.patch(facilities::patch).delete(facilities::remove))
        .service(at("/api/facilities/{id}/listings").get(listings::list).put(listings::put))
        .service(at("/api/facilities/{id}/listings/{article}").get(listings::show))
        .service(at("/api/stocks").get(stocks::list).post(stocks::make).put(stocks::put_all))
        .service(at("/api/stocks/actions").post(stocks::act))
        .service(at("/api/stocks/summaries").get(stocks::summaries))
        .service(stock)
        .service(at("/api/safetystocks").put(stocks::keep))
        .service(at("/api/reservations").get(reservations::list))
        .service(at("/api/reservations/{id}").get(reservations::show))
        .service(at("/api/status").get(status::status))
        .service(at("/api/health").get(status::health))
}

/// Door 1. Its paths are also taken with `/api` before them.
#[rustfmt::skip] // a path is a line
fn delivery_door<T>(table: Scope<T>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    table
        .service(at("/deliveries").get(handed_over::list).post(handed_over::place))
        .service(at("/deliveries/set_desired_delivery_window").post(routing::schedule_named))
        .service(at("/deliveries/history").get(handed_over::history))
        .service(at("/deliveries/{id}").get(handed_over::show))
        .service(at("/deliveries/{id}/cancel").post(handed_over::cancel))
        .service(at("/deliveries/{id}/stage").post(picking::stage))
        .service(at("/deliveries/{id}/pickers").post(picking::share))
        .service(at("/deliveries/{id}/arrive_soon").post(routing::near))
        .service(at("/deliveries/{id}/delivered").post(routing::delivered))
        .service(at("/deliveries/{id}/desired_delivery_window").put(routing::schedule))
        .service(at("/picklist").get(picking::list))
        .service(at("/picklist/waiting").get(picking::count))
        .service(at("/picklist/next").post(picking::next))
        .service(at("/picklist/picked").delete(picking::clear))
        .service(at("/delivery_items/pick").post(picking::scan))
        .service(at("/delivery_items/{id}/out_of_stock").post(picking::missing))
        .service(at("/delivery_items/{id}/substitute").post(picking::substitute))
        .service(at("/router/deliveries/unroute").get(routing::unrouted))
        .service(at("/router/deliveries").get(routing::route))
        .service(at("/router/deliveries/add").post(routing::add))
        .service(at("/shared/deliveries/{secret}").get(shared::show).patch(shared::change))
}
