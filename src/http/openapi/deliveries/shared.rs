//! The customer's page: one order, for whoever knows its secret.

use workflow::refusal::Refusal::UnknownOrder;

use super::{asked, flags, word_of};
use crate::auth::Need;
use crate::http::deliveries::bodies::DELIVERY_OPTIONS;
use crate::http::openapi::api::Api;
use crate::http::openapi::door::DELIVERIES;
use crate::http::openapi::operation::{get, patch};
use crate::http::openapi::refused::OF_ORDER;
use crate::http::openapi::schema::text;

pub(super) fn describe(api: &mut Api) {
    let path = "/shared/deliveries/{secret}";
    let secret = || text().says("The order's `secure_order_id`.");
    api.more(
        &DELIVERIES,
        "Deliveries",
        [
            get(path, "showShared", "The customer's page", Need::Open)
                .at("secret", secret())
                .asks()
                .shows("Delivery")
                .refuses([UnknownOrder]),
            patch(path, "changeShared", "The customer changes how it is left", Need::Open)
                .at("secret", secret())
                .asks()
                .versioned()
                .body("WishRequest")
                .shows("Delivery")
                .refuses(OF_ORDER),
        ],
    );
    api.schema(
        "WishRequest",
        asked([("delivery_option", word_of(&DELIVERY_OPTIONS)), ("order_flag", flags())]),
    );
}
