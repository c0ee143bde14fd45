//! Subscriptions: receivers that are called when something happens.

use workflow::permission::Permission as P;
use workflow::refusal::Refusal::UnknownSubscription;

use super::joined;
use crate::feed::Kind;
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{delete, get, post};
use crate::http::openapi::refused::{CHANGED, TOO_MANY_SUBSCRIPTIONS};
use crate::http::openapi::schema::{
    Member, Schema, any_of, array, closed, count, free_text, given, instant, list, named, null,
    pattern, reference, text, text_of, uuid, word,
};
use crate::limits::{ENTRIES_MAX, PAGE_ROWS_MAX, SUBSCRIPTION_HEADERS_MAX};

pub(super) fn describe(api: &mut Api) {
    let path = "/api/subscriptions";
    let ends = "Ends a subscription, and says what it was";
    api.section(
        &PROMISES,
        ("Subscriptions", "Receivers that are called when something happens."),
        [
            post(path, "subscribe", "Has a receiver called from now on", P::Events)
                .makes("SubscriptionRequest", "NewSubscription")
                .refuses([TOO_MANY_SUBSCRIPTIONS])
                .leads_to(&["unsubscribe"], "id", "$response.body#/id"),
            get(path, "listSubscriptions", "A page of subscriptions", P::Events)
                .paged(PAGE_ROWS_MAX, "startAfterId", uuid())
                .answers(200, "A page.", "SubscriptionPage"),
            delete("/api/subscriptions/{id}", "unsubscribe", ends, P::Events)
                .at("id", text().says("Its uuid."))
                .versioned()
                .asks()
                .answers(200, "What it was.", "Subscription")
                .tells(&["ETag"])
                .refuses([UnknownSubscription, CHANGED]),
            get("/api/supportedevents", "listEvents", "What there is to subscribe to", P::Events)
                .enters()
                .answers(200, "All of them.", "SupportedEvents"),
        ],
    );
    requests(api);
    answers(api);
}

fn requests(api: &mut Api) {
    let to = || -> [Member; 2] {
        let url = text().with("format", "uri").like("^https://").says("Nothing private.");
        [("callbackUrl*", url), ("headers", list(1..=SUBSCRIPTION_HEADERS_MAX, header()))]
    };
    let mut target = vec![("type*", word(&["WEBHOOK"])), ("encoding", encoding())];
    target.extend(to());
    let values = list(1..=ENTRIES_MAX, reference());
    let context = closed([("type*", word(&["FACILITY", "FACILITY_GROUP"])), ("values*", values)]);
    let wish = || -> [Member; 3] {
        let contexts = list(0..=ENTRIES_MAX, context.clone()).says("FACILITY comes once.");
        [("name*", free_text()), ("event*", event()), ("contexts", contexts)]
    };
    let new =
        joined(wish(), [("target*", closed(target)), ("callbackUrl", null()), ("headers", null())]);
    let deprecated = joined(wish(), joined(to(), [("target", null())]));
    let either = any_of([closed(new), closed(deprecated)]);
    api.schema("SubscriptionRequest", either.says("Without `target` it is deprecated."));
}

/// A header that every call has.
pub(in crate::http::openapi) fn header() -> Schema {
    closed([
        ("key*", pattern("^[A-Za-z0-9._-]{1,100}$").says("None that a call has anyway.")),
        ("value*", pattern("^[ -~]{0,2000}$")),
    ])
}

fn answers(api: &mut Api) {
    let headers = || array(given([("key*", text()), ("value*", word(&["(hidden)"]))]));
    let target = given([
        ("type*", word(&["WEBHOOK"])),
        ("callbackUrl*", text()),
        ("headers*", headers()),
        ("encoding*", encoding()),
    ]);
    let context =
        given([("type*", word(&["FACILITY", "FACILITY_GROUP"])), ("values*", array(text()))]);
    let shown = || -> Vec<Member> {
        vec![
            ("id*", uuid()),
            ("version*", count()),
            ("created*", instant()),
            ("name*", text()),
            ("event*", event()),
            ("target*", target.clone()),
            ("callbackUrl*", text()),
            ("headers*", headers()),
            ("contexts", array(context.clone())),
        ]
    };
    api.schema("Subscription", given(shown()));
    let secret = pattern("^whsec_").says("It is shown this once.");
    api.schema("NewSubscription", given(joined(shown(), [("secret*", secret)])));
    api.schema("SubscriptionPage", super::page("subscriptions*", "Subscription"));
    let supported = given([("event*", event()), ("description*", text_of(0..=500))]);
    api.schema("SupportedEvents", given([("supportedEvents*", array(supported))]));
    api.schema("Event", word(&events()));
}

fn event() -> Schema {
    named("Event")
}

/// What a subscription may be to: an event by either of its names, or all.
pub(in crate::http::openapi) fn events() -> Vec<&'static str> {
    let theirs = Kind::ALL.iter().flat_map(|kind| kind.fft()).copied();
    let mut all: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).chain(theirs).collect();
    all.push("*");
    all.sort_unstable();
    all.dedup();
    all
}

/// What calls look like.
pub(in crate::http::openapi) fn encoding() -> Schema {
    word(&["fft", "cloudevents", "standard", "partssource"])
}
