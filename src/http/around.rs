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
use crate::failure::Failure;
use crate::limits::{CORRELATION_CHARS_MAX, HEADER_BYTES_MAX, URI_BYTES_MAX};

const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// What a request is called, in its extensions: by its client, or by us.
#[derive(Clone)]
pub(super) struct RequestName(pub(super) HeaderValue);

/// Runs around every handler.
pub(super) async fn around<B: MessageBody + 'static>(
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

/// The client's name for the request, or ours.
fn correlation_id(app: &App, request: &ServiceRequest) -> HeaderValue {
    let fits = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=CORRELATION_CHARS_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
    };
    request.headers().get(X_CORRELATION_ID).filter(fits).cloned().unwrap_or_else(|| {
        HeaderValue::try_from(app.correlation_id()).expect("a name is digits and a hyphen")
    })
}

fn bounded(request: &ServiceRequest) -> Result<(), Failure> {
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
