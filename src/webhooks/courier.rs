//! Makes one call over HTTP: checked address, signature, bounded time, bounded answer.
//!
//! A name is resolved once per connection, every address that it stands for is checked, and the
//! connection goes to one of those: a name that turns private afterwards leads nowhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use workflow::subscription::{Encoding, Subscription};
use workflow::time::Time;

use super::address::Targets;
use super::call::Call;
use super::signature;
use super::target::End;
use crate::limits::{
    CALL_ANSWER_BYTES_MAX, CALL_CONNECT_TIME_MAX, CALL_TIME_MAX, PARTSSOURCE_CALL_TIME_MAX,
};

/// Makes calls. Clones share connections.
#[derive(Clone)]
pub(super) struct Courier {
    /// None where no list of authorities is installed: then nothing goes out.
    client: Option<Client>,
    targets: Targets,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was taken, or not.
    End(End),
    /// 410: the receiver wants no more.
    NoMore,
}

impl Courier {
    /// A courier that goes where `targets` allows. Without authorities to trust the server still
    /// serves; calls fail and are made again after a start with some.
    pub(super) fn new(targets: Targets) -> Courier {
        let built = Client::builder()
            .user_agent("certus")
            .redirect(Policy::none())
            .no_proxy()
            .https_only(targets == Targets::Public)
            .dns_resolver(Arc::new(Checked(targets)))
            .connect_timeout(CALL_CONNECT_TIME_MAX)
            .pool_max_idle_per_host(2)
            .build();
        let told = |error| tracing::error!(%error, "webhooks cannot go out");
        Courier { client: built.map_err(told).ok(), targets }
    }

    /// Makes a call, the so-manieth attempt of it; tells the status of the answer, if one came.
    /// Of the times, the first is told, and the second says which secrets are good.
    pub(super) async fn make(
        &self,
        call: &Call,
        subscription: &Subscription,
        attempt: u32,
        times: (Time, Time),
    ) -> (Answer, Option<u16>) {
        let failed = |is_slow| (Answer::End(End::Failed { is_slow, retry_after: None }), None);
        // An address of numbers is resolved by nobody, so it is checked here.
        let Ok(url) = self.targets.check(&subscription.wish.url) else { return failed(true) };
        let Some(headers) = headers(call, subscription, attempt, times) else {
            return failed(true);
        };
        let patience = match subscription.wish.encoding {
            Encoding::PartsSource => PARTSSOURCE_CALL_TIME_MAX,
            Encoding::Fft | Encoding::CloudEvents | Encoding::Standard => CALL_TIME_MAX,
        };
        let Some(client) = &self.client else { return failed(true) };
        let request = client.post(url).headers(headers).body(call.body.clone());
        let asked = async {
            let answer = request.send().await?;
            let (status, retry_after) = (answer.status(), retry_after(answer.headers(), times.0));
            read(answer).await;
            Ok::<_, reqwest::Error>((status, retry_after))
        };
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok((status, retry_after))) => {
                let answer = match status {
                    status if status.is_success() => Answer::End(End::Taken),
                    StatusCode::GONE => Answer::NoMore,
                    status => {
                        let is_slow = matches!(status.as_u16(), 429 | 502 | 503 | 504);
                        Answer::End(End::Failed { is_slow, retry_after })
                    }
                };
                (answer, Some(status.as_u16()))
            }
            Ok(Err(error)) => {
                let error = error.without_url(); // it may hold a token
                tracing::debug!(id = %subscription.id, %error, "a call went wrong");
                failed(true)
            }
            Err(_) => failed(true),
        }
    }
}

/// Takes a bounded part of the answer, so that the connection can be used again.
async fn read(mut answer: Response) {
    let mut left = CALL_ANSWER_BYTES_MAX;
    while let Ok(Some(bytes)) = answer.chunk().await {
        left = left.saturating_sub(bytes.len());
        if left == 0 {
            return; // dropped unread, the connection ends
        }
    }
}

/// Whole seconds, or a date (RFC 9110, 10.2.3); what else it may say is left to the schedule.
fn retry_after(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = Time(DateTime::parse_from_rfc2822(said).ok()?.timestamp_millis());
    Some(Duration::from_millis(at.since(now).0))
}

/// The headers of a call; none if the subscription's own cannot be sent.
fn headers(
    call: &Call,
    subscription: &Subscription,
    attempt: u32,
    (now, signed_at): (Time, Time),
) -> Option<HeaderMap> {
    let wish = &subscription.wish;
    let (secret, timestamp) = (&wish.secret.0, now.0.div_euclid(1_000));
    let mut headers = HeaderMap::new();
    for (name, value) in &wish.headers {
        let mut value = HeaderValue::from_str(&value.0).ok()?;
        value.set_sensitive(true);
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
    }
    let sign = |secret| signature::standard(secret, &call.id, timestamp, &call.body);
    let signed: Vec<String> = subscription.secrets(signed_at).map(sign).collect();
    let mut ours = vec![
        ("webhook-id", call.id.clone()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signed.join(" ")),
    ];
    if wish.encoding == Encoding::PartsSource {
        ours.extend([
            ("x-ps-signature", signature::partssource(secret, timestamp, &call.body)),
            ("x-ps-timestamp", timestamp.to_string()),
            ("x-ps-delivery-id", call.id.clone()),
            ("x-ps-delivery-attempt", attempt.to_string()),
            ("x-correlation-id", call.id.clone()),
        ]);
    }
    for (name, value) in ours {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(call.content_type));
    Some(headers)
}

/// Looks names up, and refuses those of which any address is not allowed.
struct Checked(Targets);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let targets = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Addrs = Box::new(checked(targets, found.collect())?.into_iter());
            Ok(addresses)
        })
    }
}

/// The addresses of a name, if calls may go to each of them.
fn checked(targets: Targets, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, &'static str> {
    match found.iter().all(|address| targets.allow(address.ip())) {
        true => Ok(found),
        false => Err("an address of this name is not for everybody"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(value: &'static str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        let now = Time(784_111_717_000); // 1994-11-06T08:48:37Z
        retry_after(&headers, now).map(|time| time.as_secs())
    }

    #[test]
    fn a_receiver_may_say_when_to_come_again() {
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 3 "), Some(3));
        assert_eq!(seconds("-1"), None);
        assert_eq!(seconds("tomorrow"), None);
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(60));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:48:00 GMT"), Some(0), "it has passed");
        assert_eq!(seconds("Sun, 31 Feb 1994 08:49:37 GMT"), None);
    }

    /// Not even one: which of them is called is the network's choice.
    #[test]
    fn a_name_with_one_address_inside_is_not_called() {
        let found = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 443)).collect()
        };
        let public = found(&["93.184.216.34", "2606:4700::1111"]);
        assert_eq!(checked(Targets::Public, public.clone()), Ok(public));
        for inside in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1"] {
            for mixed in [["93.184.216.34", inside], [inside, "93.184.216.34"]] {
                assert!(checked(Targets::Public, found(&mixed)).is_err(), "{mixed:?}");
                assert!(checked(Targets::Any, found(&mixed)).is_ok(), "{mixed:?}");
            }
        }
    }

    /// What looked public when it was registered is checked again.
    #[actix_web::test]
    async fn a_name_that_stands_for_this_machine_is_not_called() {
        let resolve = |targets| Checked(targets).resolve("localhost".parse().unwrap());
        assert!(resolve(Targets::Public).await.is_err());
        assert!(resolve(Targets::Any).await.is_ok());
    }
}
