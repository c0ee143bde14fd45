//! Webhooks: subscriptions of any tenant.

use workflow::limits::EVENTS_PER_SUBSCRIPTION_MAX;
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::UnknownSubscription;

use super::name;
use crate::failure::Failure;
use crate::http::openapi::api::Api;
use crate::http::openapi::door::OPERATORS;
use crate::http::openapi::no::No;
use crate::http::openapi::operation::{Operation, delete, get, patch, post};
use crate::http::openapi::promises::subscription::{encoding, events, header};
use crate::http::openapi::refused::{CHANGED, TOO_MANY_SUBSCRIPTIONS};
use crate::http::openapi::schema::{
    Member, array, closed, count, flag, given, instant, list, named, pattern, reference, text,
    uuid, version, whole, word,
};
use crate::limits::SUBSCRIPTION_HEADERS_MAX;

impl Operation {
    /// Looks at one webhook, or does something with it.
    fn with_webhook(self) -> Operation {
        let found = self.at("id", text().says("Its uuid.")).asks().refuses([UnknownSubscription]);
        found.answers(200, "As it is.", "Webhook").tells(&["ETag", "Cache-Control"])
    }
}

pub(super) fn describe(api: &mut Api) {
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
                .enters()
                .refuses([Failure::OutcomeUnknown]),
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
    requests(api);
    answers(api);
}

fn requests(api: &mut Api) {
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

fn answers(api: &mut Api) {
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
