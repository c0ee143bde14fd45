//! What all routes of a door have in common: how it says no.

use serde_json::{Value, json};

/// A dialect, as the document needs to know it.
#[derive(Debug)]
pub(super) struct Door {
    /// The first part of its components' names.
    pub(super) name: &'static str,
    /// The schema of its errors.
    pub(super) error: &'static str,
    /// The media type of its errors.
    pub(super) error_type: &'static str,
    /// Whether it wants a bearer's token and a key, and not one of them.
    pub(super) wants_both: bool,
}

/// Other paths that begin with `/api/`.
pub(super) const PROMISES: Door =
    Door { name: "Promises", error: "Errors", error_type: "application/json", wants_both: false };

/// Paths that begin with `/orders`.
pub(super) const ORDERS: Door = Door {
    name: "Orders",
    error: "CustomerProblem",
    error_type: "application/problem+json",
    wants_both: true,
};

/// The workflow server's paths.
pub(super) const DELIVERIES: Door = Door {
    name: "Deliveries",
    error: "DeliveryError",
    error_type: "application/json",
    wants_both: false,
};

/// Paths that begin with `/api/v2/`.
pub(super) const INVITATIONS: Door = Door {
    name: "Invitations",
    error: "InvitationError",
    error_type: "application/json",
    wants_both: false,
};

/// All other paths.
pub(super) const OUTSIDE: Door = Door {
    name: "Outside",
    error: "Problem",
    error_type: "application/problem+json",
    wants_both: false,
};

/// What a status means, whichever door says it.
const STATUSES: [(u16, &str); 18] = [
    (400, "The request is wrong: its JSON, a member, a parameter or a header."),
    (401, "No good credential."),
    (403, "The credential is good, but not for this."),
    (404, "What the path names is not there."),
    (406, "The client accepts nothing that is spoken here."),
    (408, "The body came too slowly."),
    (409, "Not in this state, or its twin under the same key is still running."),
    (410, "No longer kept."),
    (412, "It has changed since the version in `If-Match`."),
    (413, "The body is too large."),
    (414, "Path and query are too long."),
    (415, "The body is not plain JSON."),
    (422, "The values are not good, or the key was used for another request."),
    (429, "The caller is over its limit; nothing was done."),
    (431, "A header is too long."),
    (500, "Something broke; the log says what."),
    (503, "The server cannot now; nothing was done."),
    (504, "The answer did not come in time: it may have happened. The same key settles it."),
];

impl Door {
    /// The name of the component that describes this status here.
    pub(super) fn component(&self, status: u16) -> String {
        format!("{}{status}", self.name)
    }

    /// Every no of this door, by its component's name.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (String, Value)> {
        STATUSES.iter().map(|(status, meaning)| {
            let schema = json!({ "$ref": format!("#/components/schemas/{}", self.error) });
            let names: &[&str] = match status {
                401 => &["X-Correlation-ID", "Certus-Lsn", "WWW-Authenticate"],
                429 => &["X-Correlation-ID", "Certus-Lsn", "Retry-After"],
                503 => &["X-Correlation-ID", "Retry-After"], // not up yet, it has no position
                _ => &["X-Correlation-ID", "Certus-Lsn"],
            };
            let response = json!({
                "description": meaning,
                "headers": headers(names),
                "content": { self.error_type: { "schema": schema } },
            });
            (self.component(*status), response)
        })
    }
}

/// These headers of an answer, by their components.
pub(super) fn headers(names: &[&str]) -> Value {
    let to = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    names.iter().map(|name| ((*name).to_owned(), to(name))).collect()
}
