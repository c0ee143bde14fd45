//! The whole API on one screen. A route that is not in this table does not exist.

mod around;
mod body;
mod cors;
mod document;
mod health;
mod idempotency;
mod json;
mod orders;
mod path;
mod pen;
mod problem;
mod problems;
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

use row::at;

pub(crate) use cors::cors;
pub use promises::demo::furnish;

/// The route table.
pub fn routes(config: &mut ServiceConfig) {
    let table = promise_door(web::scope("").wrap(from_fn(around::around)));
    let table = customer_door(table)
        .service(at("/healthz").get(health::alive))
        .service(at("/readyz").get(health::ready))
        .service(at("/problems/{name}").get(problems::explain))
        .service(at("/bench/echo").post(promises::routes::promise::echo))
        .default_service(web::to(unmatched::nothing));
    config.service(table);
}

/// Door 2; `/customer/orders` is `/orders`.
#[rustfmt::skip] // a path is a line
fn customer_door<T>(table: Scope<T>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    use orders::routes::{list, order, place};
    table
        .service(at("/orders").post(place::place).get(list::list))
        .service(at("/orders/{orderId}").get(order::show))
        .service(at("/orders/{orderId}/lineItems").post(order::add_lines))
        .service(at("/orders/{orderId}/cancel").post(order::cancel))
}

/// Door 3. Paths are tried in this order, so the hot ones stand first.
#[rustfmt::skip] // a path is a line
fn promise_door<T>(table: Scope<T>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    use promises::routes::{configurations, facilities, listings, orders, promise};
    use promises::routes::{reservations, safety_stocks, status, stocks};
    let holding = at("/api/configurations/promises");
    let facility = at("/api/facilities/{id}").get(facilities::show).put(facilities::put);
    let sold = at("/api/facilities/{id}/listings");
    let listing = at("/api/facilities/{id}/listings/{article}");
    let stock = at("/api/stocks/{id}").get(stocks::show).put(stocks::put).delete(stocks::remove);
    table
        .service(at("/api/promises/deliverypromise").post(promise::promise))
        .service(at("/api/orders/{id}/actions").post(orders::act))
        .service(at("/api/orders").get(orders::list).post(orders::place))
        .service(at("/api/orders/{id}").get(orders::show))
        .service(holding.get(configurations::show).put(configurations::put))
        .service(at("/api/facilities").get(facilities::list).post(facilities::make))
        .service(facility.patch(facilities::patch).delete(facilities::remove))
        .service(sold.get(listings::list).put(listings::put).delete(listings::clear))
        .service(listing.get(listings::show).patch(listings::patch).delete(listings::remove))
        .service(at("/api/stocks").get(stocks::list).post(stocks::make).put(stocks::put_all))
        .service(at("/api/stocks/actions").post(stocks::act))
        .service(at("/api/stocks/summaries").get(stocks::summaries))
        .service(stock)
        .service(at("/api/safetystocks").get(safety_stocks::list).put(safety_stocks::put))
        .service(at("/api/safetystocks/{id}").delete(safety_stocks::remove))
        .service(at("/api/reservations").get(reservations::list))
        .service(at("/api/reservations/{id}").get(reservations::show))
        .service(at("/api/status").get(status::status))
        .service(at("/api/health").get(status::health))
}
