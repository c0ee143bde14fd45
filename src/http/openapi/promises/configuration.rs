//! How long promises hold.

use workflow::permission::Permission as P;

use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{get, put};
use crate::http::openapi::refused::{BAD_DURATION, CHANGED};
use crate::http::openapi::schema::{given, pattern, taken, text, version, word};

/// An ISO 8601 duration without years and months.
const DURATION: &str = "^P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$";

pub(super) fn describe(api: &mut Api) {
    let path = "/api/configurations/promises";
    api.section(
        &PROMISES,
        ("Configuration", "How long promises hold."),
        [
            get(path, "showConfiguration", "How long a promise holds", P::ConfigRead)
                .shows("Configuration"),
            put(path, "putConfiguration", "Sets how long a promise holds", P::ConfigWrite)
                .versioned()
                .body("ConfigurationRequest")
                .shows("Configuration")
                .refuses([BAD_DURATION, CHANGED]),
        ],
    );
    let length =
        pattern(DURATION).example("PT15M").says("Whole minutes, within the operator's bounds.");
    api.schema(
        "ConfigurationRequest",
        taken([("version*", version()), ("invalidAfterTime*", length)]),
    );
    api.schema(
        "Configuration",
        given([
            ("id*", word(&["promises"])),
            ("version*", version()),
            ("invalidAfterTime*", text()),
        ]),
    );
}
