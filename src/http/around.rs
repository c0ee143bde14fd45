//! What happens around every request, whichever door it goes to.
//!
//! The bounds that no route can check (address, headers), the trailing slash that is ignored, and
//! the headers that every answer carries.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use super::unmatched::is_below;
use super::unread::Unread;
use super::{reply, unmatched};
use crate::ask::App;
use crate::auth::Rate;
use crate::connections::TurnedAway;
use crate::failure::Failure;
use crate::limits::{CORRELATION_CHARS_MAX, HEADER_BYTES_MAX, URI_BYTES_MAX};

pub(super) const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What a request is called, in its extensions: by its client, or by us.
#[derive(Clone)]
pub(super) struct RequestName(pub(super) HeaderValue);

/// Runs around every handler.
pub(crate) async fn around<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let app = request.app_data::<Data<App>>().expect("every server has an app").clone();
    let name = correlation_id(&app, &request);
    request.extensions_mut().insert(RequestName(name.clone()));
    let mut response = match bounded(&request) {
        Ok(()) => {
            straighten(&mut request);
            read_alias(&mut request);
            match Unread::of(&mut request) {
                None => next.call(request).await?.map_into_left_body(),
                Some(unread) => unread.held_by(next.call(request).await?).map_into_right_body(),
            }
        }
        Err(failure) => {
            let unread = Unread::of(&mut request);
            let answer = unmatched::error(request.request(), failure).error_response();
            let response = request.into_response(answer);
            match unread {
                None => response.map_into_right_body(),
                Some(unread) => unread.held_by(response).map_into_right_body(),
            }
        }
    };
    let request = response.request();
    let rate = request.extensions().get::<Rate>().copied();
    let is_customers = rate.is_some() && is_below(request.path(), "/orders");
    let headers = response.headers_mut();
    if let Some(rate) = rate {
        reply::note_rate(headers, rate);
        if is_customers {
            reply::note_rate_of_customers(headers, rate, app.clock.now());
        }
    }
    headers.insert(X_CORRELATION_ID, name);
    if let Some(at) = app.latest() {
        reply::note_position(headers, at);
    }
    Ok(response)
}

/// The client's name for the request: its own, else that of the trace that it is part of; or ours.
fn correlation_id(app: &App, request: &ServiceRequest) -> HeaderValue {
    let headers = request.headers();
    let fits = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=CORRELATION_CHARS_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
    };
    let named = headers.get(X_CORRELATION_ID).filter(fits).cloned();
    let named = named.or_else(|| {
        let mut sent = headers.get_all(TRACEPARENT);
        let trace = trace_id(sent.next()?.to_str().ok()?).filter(|_| sent.next().is_none())?;
        HeaderValue::try_from(trace).ok()
    });
    named.unwrap_or_else(|| {
        HeaderValue::try_from(app.correlation_id()).expect("a name is digits and a hyphen")
    })
}

/// The trace of a `traceparent`, as W3C Trace Context (2021, 3.2) writes it: version, trace,
/// parent and flags, parted by hyphens. A later version may have more behind them.
fn trace_id(text: &str) -> Option<&str> {
    let mut parts = text.splitn(5, '-');
    let mut hex = |digits: usize| {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        parts.next().filter(|part| part.len() == digits && part.bytes().all(is_hex))
    };
    let (version, trace, parent, _) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    let is_something = |digits: &str| digits.bytes().any(|byte| byte != b'0');
    let is_known = version != "ff" && (version != "00" || parts.next().is_none());
    (is_known && is_something(trace) && is_something(parent)).then_some(trace)
}

fn bounded(request: &ServiceRequest) -> Result<(), Failure> {
    if request.conn_data::<TurnedAway>().is_some() {
        return Err(Failure::Overloaded); // nobody hears it
    }
    let address = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    if address.len() > URI_BYTES_MAX {
        return Err(Failure::UriTooLong);
    }
    if request.headers().iter().any(|(_, value)| value.len() > HEADER_BYTES_MAX) {
        return Err(Failure::HeadTooLarge);
    }
    if is_badly_encoded(request.uri().path()) {
        return Err(Failure::malformed("", "the path has a bad % encoding"));
    }
    Ok(())
}

fn is_badly_encoded(path: &str) -> bool {
    path.split('%').skip(1).any(|after| {
        let digits = after.as_bytes().get(..2);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// The workflow server's paths are served with and without `/api`, as its document and its code
/// have them.
fn read_alias(request: &mut ServiceRequest) {
    let bare = request.path().strip_prefix("/api");
    let is_alias =
        |bare: &&str| ["/deliveries", "/delivery_items"].iter().any(|name| is_below(bare, name));
    if let Some(bare) = bare.filter(is_alias).map(str::to_owned) {
        set_path(request, &bare);
    }
}

/// `/api/orders/` is `/api/orders`, but two slashes are something else; `/customer/orders` is
/// `/orders`, as the original of that door has it behind another base. At door 4, `.json` says
/// nothing.
fn straighten(request: &mut ServiceRequest) {
    let path = request.path();
    let whole = path.strip_suffix('/').filter(|bare| !bare.is_empty() && !bare.ends_with('/'));
    let whole = whole.unwrap_or(path);
    let json = whole.strip_suffix(".json").filter(|_| path.starts_with("/api/v2/"));
    let whole = json.filter(|bare| !bare.ends_with('/')).unwrap_or(whole);
    let bare = whole.strip_prefix("/customer").filter(|rest| is_below(rest, "/orders"));
    let bare = bare.unwrap_or(whole);
    if bare.len() == path.len() {
        return;
    }
    let short = bare.to_owned();
    set_path(request, &short);
}

/// The request is for this path from now on, with its query.
fn set_path(request: &mut ServiceRequest, path: &str) {
    let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
    let Ok(short) = format!("{path}{query}").parse::<PathAndQuery>() else { return };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(short);
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

#[cfg(test)]
mod tests {
    use super::trace_id;

    #[test]
    fn a_trace_is_read_as_the_standard_writes_it() {
        const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
        let rest = "b7ad6b7169203331-01";
        for (text, expected) in [
            (format!("00-{TRACE}-{rest}"), Some(TRACE)),
            (format!("cc-{TRACE}-{rest}"), Some(TRACE)),
            (format!("cc-{TRACE}-{rest}-what-will-be"), Some(TRACE)),
            (format!("00-{TRACE}-{rest}-what-will-be"), None),
            (format!("ff-{TRACE}-{rest}"), None),
            (format!("00-{}-{rest}", TRACE.to_uppercase()), None),
            (format!("00-{}-{rest}", "0".repeat(32)), None),
            (format!("00-{TRACE}-0000000000000000-01"), None),
            (format!("00-{TRACE}-{rest}f"), None),
            (format!("00-{TRACE}"), None),
            (TRACE.to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(trace_id(&text), expected, "{text}");
        }
    }
}
