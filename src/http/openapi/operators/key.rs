//! API keys.

use workflow::limits::{KEYS_PER_TENANT_MAX, STORES_PER_CREDENTIAL_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{TooManyKeys, UnknownKey};

use super::name;
use crate::http::openapi::api::Api;
use crate::http::openapi::door::OPERATORS;
use crate::http::openapi::operation::{delete, get, post};
use crate::http::openapi::schema::{
    Member, array, closed, count, given, instant, list, named, pattern, reference, text, uuid,
    whole, word,
};
use crate::limits::{KEY_DAYS_MAX, KEY_PERMISSIONS_MAX};

pub(super) fn describe(api: &mut Api) {
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
            (
                "permissions",
                list(1..=KEY_PERMISSIONS_MAX, word(&words)).says("Or scopes of others."),
            ),
            ("expires_in_days", whole(1..=days)),
            (
                "stores",
                list(0..=STORES_PER_CREDENTIAL_MAX, reference())
                    .says("The stores that its holder picks for; all without it, none if empty."),
            ),
        ]),
    );
    let shown = || -> Vec<Member> {
        let permission = word(&P::EVERY.iter().map(|it| it.name()).collect::<Vec<_>>());
        vec![
            ("id*", uuid()),
            ("tenant*", text()),
            ("name*", text()),
            ("permissions*", array(permission)),
            ("stores*", array(text()).or_null()),
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
