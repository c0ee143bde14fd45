//! The whole API on one screen. A route that is not in this table does not exist.

mod around;
mod body;
mod document;
mod health;
mod idempotency;
mod json;
mod path;
mod problem;
mod promises;
mod reply;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod unmatched;
mod visit;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, get, post};
use actix_web::{HttpRequest, Resource, Responder};

use promises::routes::{orders, promise};

/// The route table.
pub fn routes(config: &mut ServiceConfig) {
    let table = web::scope("")
        .wrap(from_fn(around::around))
        // The hot path first: paths are tried in this order.
        .service(at("/api/promises/deliverypromise", "POST").route(post().to(promise::promise)))
        .service(
            at("/api/orders", "GET, POST")
                .route(get().to(orders::list))
                .route(post().to(orders::place)),
        )
        .service(at("/api/orders/{id}", "GET").route(get().to(orders::show)))
        .service(at("/api/orders/{id}/actions", "POST").route(post().to(orders::act)))
        .service(at("/healthz", "GET").route(get().to(health::alive)))
        .service(at("/readyz", "GET").route(get().to(health::ready)))
        .service(at("/bench/echo", "POST").route(post().to(promise::echo)))
        .default_service(web::to(unmatched::nothing));
    config.service(table);
}

/// A path, and the methods that its routes take; any other method is told so.
fn at(path: &'static str, allow: &'static str) -> Resource {
    let wrong_method = move |head: HttpRequest| async move { refuse(&head, allow) };
    web::resource(path).default_service(web::to(wrong_method))
}

fn refuse(head: &HttpRequest, allow: &'static str) -> impl Responder + use<> {
    Err::<String, _>(unmatched::wrong_method(head.path(), allow))
}
