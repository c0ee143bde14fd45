//! The headers of answers, and how an answer says that it has them.

use serde_json::{Map, Value, json};

use super::schema::{Schema, count, pattern, text, word};

/// Before the name of a header's component that describes it where it may be absent.
const PERHAPS: &str = "Perhaps-";

/// These headers of an answer, by their components; one whose name ends in `?` may be absent.
pub(super) fn headers(names: impl IntoIterator<Item = impl AsRef<str>>) -> Map<String, Value> {
    let to = |name: &str| match name.strip_suffix('?') {
        Some(bare) => (bare.to_owned(), reference(&format!("{PERHAPS}{bare}"))),
        None => (name.to_owned(), reference(name)),
    };
    names.into_iter().map(|name| to(name.as_ref())).collect()
}

fn reference(component: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{component}") })
}

/// The name of a header that the server sends, in the letters of the document.
pub(super) fn name_of(sent: &str) -> &'static str {
    let known = known().into_iter().map(|(name, ..)| name);
    let mut known = known.filter(|name| name.eq_ignore_ascii_case(sent));
    known.next().unwrap_or_else(|| panic!("the header {sent} is sent: describe it in headers.rs"))
}

/// Every header, as it always is there and as it may be.
pub(super) fn components() -> Map<String, Value> {
    let of = |(name, Schema(schema), about): (&str, Schema, &str)| {
        let one =
            |required| json!({ "required": required, "schema": schema, "description": about });
        [(name.to_owned(), one(true)), (format!("{PERHAPS}{name}"), one(false))]
    };
    known().into_iter().flat_map(of).collect()
}

fn known() -> [(&'static str, Schema, &'static str); 14] {
    let outcome = word(&["held", "partly-held", "not-held"]);
    [
        (
            "Certus-Lsn",
            pattern("^[0-9]+:[0-9]+$"),
            "`timeline:lsn`, the journal position that the answer reflects; it is on disk. A \
             server with several shards says it only where it has asked one.",
        ),
        ("X-Correlation-ID", text(), "What the request is called."),
        ("RateLimit-Policy", text(), "`\"default\";q=1000;w=1`: so many in so many seconds."),
        ("RateLimit", text(), "`\"default\";r=999;t=1`: so many left, more in so many seconds."),
        ("X-RateLimit-Limit", count(), "How many requests at once."),
        ("X-RateLimit-Remaining", count(), "How many are left."),
        ("X-RateLimit-Reset", count(), "The unix second in which there are more."),
        ("Certus-Outcome", outcome, "How much of what was wanted is held."),
        (
            "Idempotency-Replayed",
            word(&["true"]),
            "It is the first answer under this key once more, byte for byte.",
        ),
        ("ETag", pattern("^\"[0-9]+\"$"), "The version, in quotes."),
        ("Location", pattern("^/"), "The path of what was made."),
        ("Retry-After", pattern("^[0-9]+$"), "After how many seconds to send it again."),
        ("WWW-Authenticate", text(), "`Bearer`; `Basic` if a client came with that for a token."),
        ("Cache-Control", text(), "`no-store`, or for how many seconds it may be kept."),
    ]
}
