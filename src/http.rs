//! The whole API on one screen. A route that is not in this table does not exist.

mod around;
mod body;
mod document;
mod health;
mod idempotency;
mod invitations;
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
mod unsubscribe;
mod visit;

use actix_web::dev::{ServiceFactory, ServiceRequest};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, Scope};

use invitations::routes::{invitations as reviews, orders as reports};
use promises::routes::{
    configurations, facilities, listings, orders, promise, reservations, status, stocks,
};
use row::at;

pub use invitations::stationery::Stationery;
pub use promises::demo::furnish;

/// The route table.
pub fn routes(config: &mut ServiceConfig) {
    let table = promise_door(web::scope("").wrap(from_fn(around::around)));
    let table = invitation_door(table)
        .service(at("/healthz").get(health::alive))
        .service(at("/readyz").get(health::ready))
        .service(at("/unsubscribe/{token}").get(unsubscribe::ask).post(unsubscribe::suppress))
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

/// Door 4. Each path is also there with `.json` behind it, and `platform` in a query is ignored.
#[rustfmt::skip] // a path is a line
fn invitation_door<T>(table: Scope<T>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    table
        .service(at("/api/v2/orders").get(reports::list).post(reports::report))
        .service(at("/api/v2/orders/{id}").get(reports::show))
        .service(at("/api/v2/invitations").get(reviews::list))
        .service(at("/api/v2/invitations/calendar").get(reviews::calendar))
        .service(
            at("/api/v2/invitations/{id}")
                .get(reviews::show).patch(reviews::change).delete(reviews::remove),
        )
}
