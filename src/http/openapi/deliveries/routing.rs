//! Routes: orders with a driver.

use workflow::limits::LOADED_PER_COMMAND_MAX;
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{TooMuchAtOnce, UnknownOrder};

use super::{asked, order_id};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::DELIVERIES;
use crate::http::openapi::operation::{get, post};
use crate::http::openapi::refused::{EXPIRED, NOT_NOW, NOT_STAGED};
use crate::http::openapi::schema::{array, count, given, list, named, number, order_name, text};

pub(super) fn describe(api: &mut Api) {
    let near = "/deliveries/{id}/arrive_soon";
    let delivered = "/deliveries/{id}/delivered";
    let stops = || array(named("Stop"));
    api.section(
        &DELIVERIES,
        ("Routing", "What drivers do, from the staging area to the doorstep."),
        [
            get("/router/deliveries/unroute", "listStaged", "Those without a driver", P::Routing)
                .asks()
                .says(200, "The oldest first.", stops()),
            get("/router/deliveries", "showRoute", "What the caller brings", P::Routing)
                .asks()
                .says(200, "The caller's route.", stops()),
            post("/router/deliveries/add", "load", "The caller takes these", P::Routing)
                .asks()
                .keyed()
                .body("RouteRequest")
                .says(200, "The caller's route.", stops())
                .tells(&["Idempotency-Replayed?"])
                .refuses([UnknownOrder, EXPIRED, NOT_NOW, NOT_STAGED, TooMuchAtOnce]),
            post(near, "reportNear", "The driver is near", P::Routing)
                .at("id", order_id())
                .does()
                .shows("Delivery"),
            post(delivered, "reportDelivered", "It is at the door", P::Routing)
                .at("id", order_id())
                .does()
                .shows("Delivery"),
        ],
    );
    let orders = list(1..=LOADED_PER_COMMAND_MAX, order_name());
    api.schema("RouteRequest", asked([("deliveries*", orders)]));
    api.schema(
        "Stop",
        given([
            ("id*", count()),
            ("shipping_address*", text().or_null()),
            ("latitude*", number().or_null()),
            ("longitude*", number().or_null()),
            ("quantity*", count()),
            ("placed_at*", text()),
            ("expected_delivery_window*", text()),
        ]),
    );
}
