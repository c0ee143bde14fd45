//! The operators' address: metrics, keys, webhooks, addresses, suppressions.

use workflow::limits::{
    ADDRESSES_PER_TENANT_MAX, EVENTS_PER_SUBSCRIPTION_MAX, KEYS_PER_TENANT_MAX, REFERENCE_CHARS_MAX,
};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{
    TooManyAddresses, TooManyKeys, UnknownAddress, UnknownKey, UnknownSubscription,
};

use super::api::Api;
use super::door::OPERATORS;
use super::no::No;
use super::operation::{Operation, delete, get, patch, post, put};
use super::promises::subscription::{encoding, events, header};
use super::refused::{CHANGED, TOO_MANY_SUBSCRIPTIONS};
use super::schema::{
    Member, PRINTABLE, Schema, any_object, array, closed, count, flag, given, instant, list, named,
    number_of, pattern, reference, text, text_of, uuid, version, whole, word,
};
use crate::failure::Failure;
use crate::limits::{
    KEY_DAYS_MAX, KEY_NAME_CHARS_MAX, PAGE_ROWS_MAX, PROFILE_ID_MAX, SUBSCRIPTION_HEADERS_MAX,
};

/// What holds for all of it.
pub(super) const ABOUT: &str = "Listens on loopback, so whoever reaches it without a credential \
    is the operator of this machine; one that is sent must be good for `admin`, and the `Host` \
    must be this machine. `null` is as if absent, unknown members and a member that comes twice \
    are refused.";

/// Describes the address.
pub(super) fn describe(api: &mut Api) {
    status(api);
    keys(api);
    webhooks(api);
    addresses(api);
    suppressions(api);
    super::outside::problem(api);
}

fn status(api: &mut Api) {
    let document = "This document";
    api.section(
        &OPERATORS,
        ("Status", "How the server is, and what this address speaks."),
        [
            get("/metrics", "scrape", "Figures for Prometheus", P::Admin)
                .streams("OpenMetrics.", &["application/openmetrics-text"])
                .refuses([Failure::Stopping]),
            get("/openapi.json", "showOperatorsDocument", document, P::Admin).says(
                200,
                "OpenAPI 3.1.",
                any_object(),
            ),
        ],
    );
}

/// What somebody calls something.
fn name() -> Schema {
    text_of(1..=KEY_NAME_CHARS_MAX).like(PRINTABLE)
}

fn keys(api: &mut Api) {
    let path = "/admin/v1/keys";
    let too_many = TooManyKeys { limit: KEYS_PER_TENANT_MAX };
    api.section(
        &OPERATORS,
        ("Keys", "API keys are made, listed and taken back."),
        [
            post(path, "makeKey", "Makes a key; takes no `Idempotency-Key`", P::Admin)
                .asks()
                .body("KeyRequest")
                .answers(201, "The key, this once.", "NewKey")
                .tells(&["Location", "Cache-Control"])
                .refuses([too_many])
                .leads_to(&["revokeKey"], "id", "$response.body#/id"),
            get(path, "listKeys", "The keys of all tenants, the oldest first", P::Admin).answers(
                200,
                "All, without their secrets.",
                "KeyPage",
            ),
            delete("/admin/v1/keys/{id}", "revokeKey", "Takes a key back", P::Admin)
                .at("id", text().says("Its uuid."))
                .asks()
                .answers(200, "As it is.", "Key")
                .refuses([UnknownKey]),
        ],
    );
    let groups = ["certus:read", "certus:write", "certus:admin"];
    let words: Vec<&str> = P::EVERY.iter().map(|it| it.name()).chain(groups).collect();
    let days = i64::try_from(KEY_DAYS_MAX).expect("ten years are few days");
    api.schema(
        "KeyRequest",
        closed([
            ("tenant*", reference()),
            ("name*", name()),
            ("permissions", list(1..=words.len(), word(&words)).says("Or scopes of others.")),
            ("expires_in_days", whole(1..=days)),
        ]),
    );
    let shown = || -> Vec<Member> {
        let permission = word(&P::EVERY.iter().map(|it| it.name()).collect::<Vec<_>>());
        vec![
            ("id*", uuid()),
            ("tenant*", text()),
            ("name*", text()),
            ("permissions*", array(permission)),
            ("created_at*", instant()),
            ("expires_at*", instant().or_null()),
            ("revoked_at*", instant().or_null()),
        ]
    };
    let key = ("key*", pattern("^ck_"));
    api.schema("Key", given(shown()));
    api.schema("NewKey", given(shown().into_iter().chain([key])));
    api.schema("KeyPage", given([("keys*", array(named("Key"))), ("total*", count())]));
}

impl Operation {
    /// Looks at one webhook, or does something with it.
    fn with_webhook(self) -> Operation {
        let found = self.at("id", text().says("Its uuid.")).asks().refuses([UnknownSubscription]);
        found.answers(200, "As it is.", "Webhook").tells(&["ETag", "Cache-Control"])
    }
}

fn webhooks(api: &mut Api) {
    let all = "/admin/v1/webhooks";
    let one = "/admin/v1/webhooks/{id}";
    let [rotate, replay, attempts] = [
        "/admin/v1/webhooks/{id}/rotate",
        "/admin/v1/webhooks/{id}/replay",
        "/admin/v1/webhooks/{id}/deliveries",
    ];
    let of_one = ["showWebhook", "changeWebhook", "endWebhook", "rotateSecret", "listAttempts"];
    api.section(
        &OPERATORS,
        ("Webhooks", "Subscriptions of any tenant, each to several events."),
        [
            post(all, "makeWebhook", "Has a receiver called", P::Admin)
                .makes("WebhookRequest", "NewWebhook")
                .tells(&["Cache-Control"])
                .refuses([TOO_MANY_SUBSCRIPTIONS])
                .says_no([No::gone(&OPERATORS)])
                .leads_to(&of_one, "id", "$response.body#/id"),
            get(all, "listWebhooks", "Those of all tenants, the oldest first", P::Admin)
                .answers(200, "All, without their secrets.", "WebhookPage")
                .tells(&["Cache-Control"])
                .refuses([Failure::Overloaded, Failure::Stopping, Failure::OutcomeUnknown]),
            get(one, "showWebhook", "One webhook", P::Admin).with_webhook(),
            patch(one, "changeWebhook", "Lets calls go out, or wait", P::Admin)
                .with_webhook()
                .versioned()
                .body("WebhookChange")
                .refuses([CHANGED]),
            delete(one, "endWebhook", "Ends one, and says what it was", P::Admin)
                .with_webhook()
                .versioned()
                .refuses([CHANGED]),
            post(rotate, "rotateSecret", "Draws a new secret", P::Admin)
                .with_webhook()
                .versioned()
                .keyed()
                .answers(200, "With its secret, this once.", "NewWebhook")
                .tells(&["ETag", "Cache-Control", "Idempotency-Replayed?"])
                .refuses([CHANGED]),
            post(replay, "replay", "Tells all after a record again", P::Admin)
                .with_webhook()
                .versioned()
                .keyed()
                .body("ReplayRequest")
                .tells(&["Idempotency-Replayed?"])
                .refuses([CHANGED])
                .says_no([No::gone(&OPERATORS)]),
            get(attempts, "listAttempts", "The newest calls, and what came of them", P::Admin)
                .at("id", text().says("Its uuid."))
                .asks()
                .answers(200, "Since the start, the newest first.", "AttemptPage")
                .tells(&["Cache-Control"])
                .refuses([UnknownSubscription]),
        ],
    );
    webhook_requests(api);
    webhook_answers(api);
}

fn webhook_requests(api: &mut Api) {
    let lsn = || whole(0..=i64::MAX);
    api.schema(
        "WebhookRequest",
        closed([
            ("tenant*", reference()),
            ("name*", name()),
            ("url*", text().with("format", "uri").like("^https://").says("Nothing private.")),
            ("events*", list(1..=EVENTS_PER_SUBSCRIPTION_MAX, word(&events()))),
            ("encoding", encoding()),
            ("headers", list(0..=SUBSCRIPTION_HEADERS_MAX, header())),
            ("secret", pattern("^whsec_[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")),
            ("from_lsn", lsn().says("After this record; absent, from now on.")),
        ]),
    );
    api.schema("WebhookChange", closed([("active*", flag())]));
    api.schema("ReplayRequest", closed([("from_lsn*", lsn().says("After this record."))]));
}

fn webhook_answers(api: &mut Api) {
    let shown = || -> Vec<Member> {
        vec![
            ("id*", uuid()),
            ("tenant*", text()),
            ("version*", version()),
            ("name*", text()),
            ("url*", text()),
            ("events*", array(word(&events()))),
            ("encoding*", encoding()),
            ("headers*", array(text()).says("Their names.")),
            ("active*", flag()),
            ("created_at*", instant()),
            ("old_secret_until*", instant().or_null()),
        ]
    };
    let secret = ("secret*", pattern("^whsec_"));
    api.schema("Webhook", given(shown()));
    api.schema("NewWebhook", given(shown().into_iter().chain([secret])));
    let webhooks = ("webhooks*", array(named("Webhook")));
    api.schema("WebhookPage", given([webhooks, ("total*", count())]));
    let attempt = given([
        ("id*", text()),
        ("attempt*", count()),
        ("at*", instant()),
        ("status*", whole(100..=999).or_null()),
        ("outcome*", word(&["taken", "failed", "given_up"])),
    ]);
    let attempts = ("deliveries*", array(attempt));
    api.schema("AttemptPage", given([attempts, ("total*", count())]));
}

fn addresses(api: &mut Api) {
    let path = "/admin/v1/addresses/{id}";
    let id = || whole(1..=PROFILE_ID_MAX).says("As customers' profiles have it.");
    let too_many = TooManyAddresses { limit: ADDRESSES_PER_TENANT_MAX };
    api.section(
        &OPERATORS,
        ("Addresses", "Where the addresses of customers' profiles are."),
        [
            put(path, "putAddress", "Says where an address is", P::Admin)
                .at("id", id())
                .needs_query("tenant", reference())
                .versioned()
                .body("AddressRequest")
                .shows("ProfileAddress")
                .refuses([UnknownAddress, CHANGED, too_many]),
            get(path, "showAddress", "Where an address is", P::Admin)
                .at("id", id())
                .needs_query("tenant", reference())
                .shows("ProfileAddress")
                .refuses([UnknownAddress]),
        ],
    );
    let place = || closed([("lat*", number_of(-90.0..=90.0)), ("lon*", number_of(-180.0..=180.0))]);
    let country = || pattern("^[A-Z]{2}$");
    api.schema("AddressRequest", closed([("coordinates*", place()), ("country", country())]));
    api.schema(
        "ProfileAddress",
        given([
            ("id*", count()),
            ("version*", version()),
            ("coordinates*", place()),
            ("country*", country().or_null()),
            ("modified_at*", instant()),
        ]),
    );
}

fn suppressions(api: &mut Api) {
    let path = "/admin/v1/suppressions";
    let tenant = || text_of(1..=REFERENCE_CHARS_MAX).like(PRINTABLE);
    let rows = i64::try_from(PAGE_ROWS_MAX).expect("a page is short");
    let size = whole(1..=rows).with("default", 25);
    let change = |operation: Operation| {
        let operation = operation.needs_query("tenant", tenant());
        let operation = operation.needs_query("address", super::invitations::address());
        operation.asks().answers(200, "As it is now.", "Suppression")
    };
    api.section(
        &OPERATORS,
        ("Suppressions", "Addresses that get no mail of a tenant."),
        [
            get(path, "listSuppressed", "Those of one tenant, in their order", P::Admin)
                .needs_query("tenant", tenant())
                .query("address", super::invitations::address())
                .query("after", text())
                .query("size", size)
                .asks()
                .answers(200, "A page.", "SuppressionPage"),
            change(put(path, "suppress", "Sends an address no mail any more", P::Admin)),
            change(delete(path, "unsuppress", "Sends an address mail again", P::Admin)),
        ],
    );
    let of = || ("tenant*", text());
    let changed = ("changed*", flag().says("Whether it was otherwise before."));
    api.schema(
        "Suppression",
        given([of(), ("address*", text()), ("suppressed*", flag()), changed]),
    );
    api.schema(
        "SuppressionPage",
        given([of(), ("addresses*", array(text())), ("total*", count())]),
    );
}
