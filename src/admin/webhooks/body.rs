//! What an operator asks for. All that is wrong is told at once, by pointer.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::id::TenantId;
use workflow::limits::EVENTS_PER_SUBSCRIPTION_MAX;
use workflow::subscription::{Encoding, Secret, Wish};

use crate::admin::call::name;
use crate::failure::Failure;
use crate::http::path::Faults;
use crate::http::text::Text;
use crate::limits::SUBSCRIPTION_HEADERS_MAX;
use crate::webhooks::Targets;
use crate::webhooks::terms::{
    BAD_HEADER, BAD_VALUE, encoding_named, is_event, is_free_header, is_header_value, read_secret,
};

/// A webhook to be made.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookBody<'a> {
    #[serde(borrow)]
    tenant: Option<Text<'a>>,
    name: Option<Text<'a>>,
    url: Option<Text<'a>>,
    events: Option<Vec<Text<'a>>>,
    encoding: Option<Text<'a>>,
    headers: Option<Vec<HeaderBody<'a>>>,
    secret: Option<Text<'a>>,
    from_lsn: Option<u64>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeaderBody<'a> {
    #[serde(borrow)]
    key: Option<Text<'a>>,
    value: Option<Text<'a>>,
}

/// A change of one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    active: Option<bool>,
}

/// A wish to be told again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayBody {
    from_lsn: Option<u64>,
}

impl WebhookBody<'_> {
    /// Whose it is to be, and what is wanted; signed with `drawn` unless a secret was sent.
    pub(super) fn check(
        self,
        targets: Targets,
        drawn: [u8; 32],
    ) -> Result<(TenantId, Wish), Failure> {
        let mut faults = Faults::default();
        let tenant = self.tenant.as_deref().and_then(TenantId::parse);
        let tenant = faults.good_member("#/tenant", tenant, "is required: 1 to 250 characters");
        let name = self.name.as_deref().and_then(name);
        let name = faults.good_member("#/name", name, "is required: 1 to 100 characters");
        let url = match self.url.as_deref().map(|url| targets.check(url)) {
            Some(Ok(url)) => Some(SmolStr::new(url.as_str())),
            Some(Err(rule)) => faults.good_member("#/url", None, rule),
            None => faults.good_member("#/url", None, "is required"),
        };
        let encoding = self.encoding.as_deref();
        let encoding = encoding.map_or(Some(Encoding::default()), encoding_named);
        let events = events(&mut faults, self.events.as_deref(), encoding.unwrap_or_default());
        let rule = "must be fft, cloudevents, standard or partssource";
        let encoding = faults.good_member("#/encoding", encoding, rule);
        let headers = headers(&mut faults, self.headers.as_deref().unwrap_or_default());
        let secret = self.secret.as_deref().map_or(Some(drawn), read_secret);
        let rule = "must be whsec_ and 32 bytes in base64";
        let secret = faults.good_member("#/secret", secret, rule).map(Secret);
        let after = self.from_lsn;
        let wish = tenant.zip(name).zip(url).zip(events).zip(encoding).zip(secret);
        let wish = wish.map(|(((((tenant, name), url), (event, also)), encoding), secret)| {
            let contexts = Vec::new();
            (tenant, Wish { name, event, url, headers, encoding, contexts, secret, also, after })
        });
        faults.end(wish)
    }
}

impl ChangeBody {
    /// Whether calls are to go out.
    pub(super) fn check(self) -> Result<bool, Failure> {
        self.active.ok_or_else(|| Failure::malformed("#/active", "is required"))
    }
}

impl ReplayBody {
    /// The record after which all is to be told again.
    pub(super) fn check(self) -> Result<u64, Failure> {
        self.from_lsn.ok_or_else(|| Failure::malformed("#/from_lsn", "is required"))
    }
}

/// The first event, and all others; each once.
fn events(
    faults: &mut Faults,
    sent: Option<&[Text<'_>]>,
    encoding: Encoding,
) -> Option<(SmolStr, Vec<SmolStr>)> {
    let Some(sent) = sent else {
        return faults.good_member("#/events", None, "is required: names, or \"*\" for all");
    };
    if !(1..=EVENTS_PER_SUBSCRIPTION_MAX).contains(&sent.len()) {
        let rule = format!("must have 1 to {EVENTS_PER_SUBSCRIPTION_MAX} entries");
        return faults.good_member("#/events", None, &rule);
    }
    let mut events: Vec<SmolStr> = Vec::with_capacity(sent.len());
    for (index, name) in sent.iter().enumerate() {
        if !is_event(name, encoding) {
            faults.add(format!("#/events/{index}"), "is no event; see /api/supportedevents");
        }
        if !events.iter().any(|known| known == &**name) {
            events.push(SmolStr::new(&**name));
        }
    }
    let first = events.remove(0);
    Some((first, events))
}

fn headers(faults: &mut Faults, sent: &[HeaderBody<'_>]) -> Vec<(SmolStr, Secret<SmolStr>)> {
    if sent.len() > SUBSCRIPTION_HEADERS_MAX {
        faults.add("#/headers", format!("must have at most {SUBSCRIPTION_HEADERS_MAX} entries"));
    }
    let mut headers = Vec::new();
    for (index, header) in sent.iter().enumerate() {
        let key = header.key.as_deref().filter(|key| is_free_header(key));
        let key = faults.good_member(&format!("#/headers/{index}/key"), key, BAD_HEADER);
        let value = header.value.as_deref().filter(|value| is_header_value(value));
        let value = faults.good_member(&format!("#/headers/{index}/value"), value, BAD_VALUE);
        headers.extend(key.zip(value).map(|(key, value)| (key.into(), Secret(value.into()))));
    }
    headers
}
