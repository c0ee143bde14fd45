//! What happens around every request, whichever door it goes to.
//!
//! The bounds that no route can check (address, headers), the trailing slash that is ignored, and
//! the headers that every answer carries.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::{reply, unmatched};
use crate::ask::App;
use crate::failure::Failure;
use crate::limits::{CORRELATION_CHARS_MAX, HEADER_BYTES_MAX, URI_BYTES_MAX};

const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Runs around every handler.
pub(super) async fn around<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let app = request.app_data::<Data<App>>().expect("every server has an app").clone();
    let name = correlation_id(&app, &request);
    let mut response = match bounded(&request) {
        Ok(()) => {
            ignore_endings(&mut request);
            next.call(request).await?.map_into_left_body()
        }
        Err(failure) => {
            let answer = unmatched::error(request.path(), failure).error_response();
            request.into_response(answer).map_into_right_body()
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CORRELATION_ID, name);
    reply::note_position(headers, app.latest());
    Ok(response)
}

/// The client's name for the request, or ours.
fn correlation_id(app: &App, request: &ServiceRequest) -> HeaderValue {
    let fits = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=CORRELATION_CHARS_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
    };
    request.headers().get(X_CORRELATION_ID).filter(fits).cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&app.correlation_id()).expect("a name is digits and a hyphen")
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

/// `/api/orders/` is `/api/orders`; two slashes are something else. At door 4, `.json` says
/// nothing either.
fn ignore_endings(request: &mut ServiceRequest) {
    let path = request.path();
    let slash = path.strip_suffix('/').filter(|bare| !bare.is_empty());
    let json = path.strip_suffix(".json").filter(|_| path.starts_with("/api/v2/"));
    let Some(bare) = slash.or(json).filter(|bare| !bare.ends_with('/')) else { return };
    let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
    let Ok(short) = format!("{bare}{query}").parse::<PathAndQuery>() else { return };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(short);
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}
