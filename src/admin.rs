//! The operators' address: metrics, and the calls that no door has.
//!
//! It listens on loopback, so whoever reaches it without a credential is the operator of this
//! machine. A credential that is sent all the same must be good, and for `admin`: a checkout's
//! key that strays here gets nothing. Errors are problem+json.

mod addresses;
mod call;
mod clock;
mod decisions;
mod import;
mod keys;
mod provenance;
mod suppressions;
mod transfer;
mod webhooks;

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::HOST;
use actix_web::web::ServiceConfig;
use workflow::permission::Permission as P;

use self::call::{Call, Handled};
use crate::ask::App;
use crate::auth::{Caller, Need, Needs};
use crate::failure::Failure;
use crate::http::openapi;
use crate::http::problems;
use crate::http::row::at;
use crate::http::table::Table;
use crate::http::unmatched;
use crate::metrics;

/// The route table of the operators' address.
pub fn routes(config: &mut ServiceConfig) {
    let webhook = at("/admin/v1/webhooks/{id}").get(P::Admin, webhooks::show);
    let webhook = webhook.patch(P::Admin, webhooks::patch).delete(P::Admin, webhooks::remove);
    let address = at("/admin/v1/addresses/{id}").get(P::Admin, addresses::show);
    let hooks = at("/admin/v1/webhooks").get(P::Admin, webhooks::list);
    let table = Table::default()
        .service(at("/metrics").get(P::Admin, metrics::metrics))
        .service(at("/openapi.json").get(P::Admin, document))
        .service(at("/problems/{name}").get(Need::Open, problems::explain))
        .service(at("/admin/v1/keys").get(P::Admin, keys::list).post(P::Admin, keys::make))
        .service(at("/admin/v1/keys/{id}").delete(P::Admin, keys::revoke))
        .service(address.put(P::Admin, addresses::put))
        .service(hooks.post(P::Admin, webhooks::make))
        .service(webhook)
        .service(at("/admin/v1/webhooks/{id}/rotate").post(P::Admin, webhooks::rotate))
        .service(at("/admin/v1/webhooks/{id}/replay").post(P::Admin, webhooks::replay))
        .service(at("/admin/v1/webhooks/{id}/deliveries").get(P::Admin, webhooks::deliveries))
        .service(at("/admin/v1/reservations/{id}/transfer").post(P::Admin, transfer::transfer))
        .service(at("/admin/v1/clock").get(P::Admin, clock::show).post(P::Admin, clock::advance))
        .service(at("/admin/v1/clock/accept").post(P::Admin, clock::accept))
        .service(at("/admin/v1/decisions/{id}").get(P::Admin, decisions::list))
        .service(at("/admin/v1/provenance/{facility}/{article}").get(P::Admin, provenance::list))
        .service(at("/admin/v1/import/stocks").post(P::Admin, import::stocks))
        .service(
            at("/admin/v1/suppressions")
                .get(P::Admin, suppressions::list)
                .put(P::Admin, suppressions::add)
                .delete(P::Admin, suppressions::remove),
        );
    table.serve(config, unmatched::nothing);
}

/// What this address speaks, as OpenAPI 3.1: 200.
async fn document(call: Call) -> Handled {
    let done = async {
        call.who().await?;
        Ok(openapi::respond(openapi::of_operators()))
    };
    call.end(done).await
}

/// Who operates, if they may.
///
/// # Errors
/// A credential that is no good, or not for this; a host that is not this machine, which is what
/// a page in the operator's browser would send.
pub(crate) async fn operator(app: &App, head: &HttpRequest) -> Result<Caller, Failure> {
    if !is_of_this_machine(head) {
        return Err(Failure::Forbidden);
    }
    let Some(caller) = app.credentials.sent(head).await? else {
        return Ok(Caller::operator());
    };
    Needs::of(head).allow(&caller)?;
    Ok(caller)
}

/// A name that somebody made to point here is not ours (DNS rebinding).
fn is_of_this_machine(head: &HttpRequest) -> bool {
    let Some(host) = head.headers().get(HOST).and_then(|value| value.to_str().ok()) else {
        return true; // HTTP/1.0; no browser leaves it out
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|it: IpAddr| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        let of = |host: &str| {
            is_of_this_machine(&TestRequest::get().insert_header((HOST, host)).to_http_request())
        };
        for good in ["127.0.0.1:8081", "localhost", "LOCALHOST:1", "[::1]:8081", "127.9.9.9"] {
            assert!(of(good), "{good}");
        }
        for bad in ["evil.example:8081", "10.0.0.1", "localhost.evil.example", "", "[::2]:1"] {
            assert!(!of(bad), "{bad}");
        }
    }
}
