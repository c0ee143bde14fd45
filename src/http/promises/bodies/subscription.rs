//! A subscription as a client asks for it.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::subscription::{Context, Encoding, Secret, Wish};

use super::{free_text, reference};
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::{ENTRIES_MAX, SUBSCRIPTION_HEADERS_MAX};
use crate::webhooks::Targets;
use crate::webhooks::terms::{
    BAD_HEADER, BAD_VALUE, encoding_named, is_event, is_free_header, is_header_value,
};

/// A subscription. Closed.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SubscriptionBody<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    event: Option<Text<'a>>,
    target: Option<TargetBody<'a>>,
    contexts: Option<Vec<ContextBody<'a>>>,
    callback_url: Option<Text<'a>>,
    headers: Option<Vec<HeaderBody<'a>>>,
}

/// Where calls go. Closed.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TargetBody<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    callback_url: Option<Text<'a>>,
    headers: Option<Vec<HeaderBody<'a>>>,
    encoding: Option<Text<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeaderBody<'a> {
    #[serde(borrow)]
    key: Option<Text<'a>>,
    value: Option<Text<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ContextBody<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    values: Option<Vec<Text<'a>>>,
}

impl SubscriptionBody<'_> {
    /// What is wanted; calls are signed with `secret`.
    pub(crate) fn into_wish(self, targets: Targets, secret: [u8; 32]) -> Result<Wish, Failure> {
        let mut faults = Faults::default();
        let root = Path::Root;
        let name = faults.required(root.member("name"), self.name.as_deref());
        let name = name.and_then(|name| free_text(&mut faults, root.member("name"), name));
        let at = root.member("event");
        let event = faults.required(at, self.event.as_deref());
        let encoding = self.target.as_ref().and_then(|it| encoding_named(it.encoding.as_deref()?));
        let event = event.inspect(|event| {
            let is_known = is_event(event, encoding.unwrap_or_default());
            faults.check(at, is_known, "is no event; see /api/supportedevents");
        });
        let contexts = self.contexts.as_deref().unwrap_or_default();
        let contexts = read_contexts(&mut faults, contexts);
        let target = match &self.target {
            Some(target) => {
                for (name, is_there) in [
                    ("callbackUrl", self.callback_url.is_some()),
                    ("headers", self.headers.is_some()),
                ] {
                    faults.check(root.member(name), !is_there, "must not come with target");
                }
                let at = root.member("target");
                let kind = faults.required(at.member("type"), target.kind.as_deref());
                let is_webhook = kind.is_none_or(|kind| kind == "WEBHOOK");
                faults.check(at.member("type"), is_webhook, "must be WEBHOOK");
                let encoding = target.encoding.as_deref();
                let to = (target.callback_url.as_deref(), target.headers.as_deref());
                read_target(&mut faults, at, to, targets).zip(encoding_of(&mut faults, encoding))
            }
            None => {
                let to = (self.callback_url.as_deref(), self.headers.as_deref());
                let read = read_target(&mut faults, root, to, targets);
                read.map(|read| (read, Encoding::default()))
            }
        };
        let wish =
            name.zip(event).zip(target).map(|((name, event), ((url, headers), encoding))| {
                let (event, secret) = (SmolStr::new(event), Secret(secret));
                let (also, after) = (Vec::new(), None);
                Wish { name, event, url, headers, encoding, contexts, secret, also, after }
            });
        faults.end(wish)
    }
}

fn encoding_of(faults: &mut Faults, name: Option<&str>) -> Option<Encoding> {
    let encoding = name.map_or(Some(Encoding::default()), encoding_named);
    let at = Path::Root.member("target");
    let rule = "must be fft, cloudevents, standard or partssource";
    faults.good(at.member("encoding"), encoding, rule)
}

type Headers = Vec<(SmolStr, Secret<SmolStr>)>;

fn read_target(
    faults: &mut Faults,
    at: Path<'_>,
    (url, headers): (Option<&str>, Option<&[HeaderBody<'_>]>),
    targets: Targets,
) -> Option<(SmolStr, Headers)> {
    let place = at.member("callbackUrl");
    let url = faults.required(place, url);
    let url = url.and_then(|url| match targets.check(url) {
        Ok(url) => Some(SmolStr::new(url.as_str())),
        Err(rule) => {
            faults.add(place, rule);
            None
        }
    });
    let place = at.member("headers");
    if let Some(headers) = headers {
        let fits = (1..=SUBSCRIPTION_HEADERS_MAX).contains(&headers.len());
        faults.check(place, fits, "must have 1 to 20 entries");
    }
    let mut read = Headers::new();
    for (index, header) in headers.unwrap_or_default().iter().enumerate() {
        let place = place.index(index);
        let key = faults.required(place.member("key"), header.key.as_deref());
        let value = faults.required(place.member("value"), header.value.as_deref());
        if let (Some(key), Some(value)) = (key, value) {
            faults.check(place.member("key"), is_free_header(key), BAD_HEADER);
            faults.check(place.member("value"), is_header_value(value), BAD_VALUE);
            read.push((key.into(), Secret(value.into())));
        }
    }
    Some((url?, read))
}

fn read_contexts(faults: &mut Faults, contexts: &[ContextBody<'_>]) -> Vec<Context> {
    let at = Path::Root.member("contexts");
    let facilities = contexts.iter().filter(|it| it.kind.as_deref() == Some("FACILITY")).count();
    faults.check(at, facilities <= 1, "FACILITY may come once");
    faults.check(at, contexts.len() <= ENTRIES_MAX, "must have at most 500 entries");
    let mut read = Vec::new();
    for (index, context) in contexts.iter().take(ENTRIES_MAX).enumerate() {
        let at = at.index(index);
        let place = at.member("values");
        let values = faults.required(place, context.values.as_deref()).unwrap_or_default();
        let fits = (1..=ENTRIES_MAX).contains(&values.len());
        faults.check(place, fits, "must have 1 to 500 entries");
        let values = values.iter().take(ENTRIES_MAX).enumerate();
        let values = values.filter_map(|(i, value)| reference(faults, place.index(i), value));
        let values: Vec<SmolStr> = values.collect();
        match context.kind.as_deref() {
            Some("FACILITY") => read.push(Context::Locations(values)),
            Some("FACILITY_GROUP") => read.push(Context::Groups(values)),
            _ => faults.add(at.member("type"), "must be FACILITY or FACILITY_GROUP"),
        }
    }
    read
}
