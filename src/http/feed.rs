//! `GET /feed`: what happened, from any place in the journal, as server-sent events or as lines.
//!
//! Parse, take a seat, open the journal, and hand the rest to a task that ends with the client, or
//! with the client's credential.

use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, rt};
use snapshots::{Error, Lsn};
use workflow::id::TenantId;
use workflow::time::Time;

use super::problem::Problem;
use super::promises::routes::query::Params;
use super::visit::caller;
use crate::ask::App;
use crate::failure::Failure;
use crate::feed::{Form, From, Kind, Subject, Wanted, buffer};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a request wants of the feed.
struct Asked {
    from: From,
    wanted: Wanted,
    follow: bool,
}

/// The records after a place, then those that come: 200 and a stream.
pub(super) async fn feed(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    let problem = |failure: Failure| Problem::of(failure, head.path());
    let form = form(head.headers()).ok_or_else(|| problem(Failure::NotAcceptable))?;
    let caller = caller(&app, &head).await.map_err(problem)?;
    let asked = asked(&head, caller.tenant.clone(), form).map_err(problem)?;
    let stopping = || problem(Failure::Stopping);
    let outside = app.outside_of(&asked.wanted.tenant).filter(|_| app.is_ready());
    let desk = &outside.ok_or_else(stopping)?.feed;
    let seat = desk.seat(&asked.wanted.tenant);
    let seat = seat.ok_or_else(|| Problem::too_many_streams(head.path()))?;
    let opened = desk.open(asked.from, asked.wanted).await.ok_or_else(stopping)?;
    let reading = opened.map_err(|error| match error {
        Error::Gone { oldest, .. } => Problem::gone(oldest, head.path()),
        Error::Beyond { last, .. } => {
            problem(Failure::malformed("from", format!("is beyond the newest record, {last}")))
        }
        error => {
            let id = app.correlation_id();
            tracing::error!(%id, %error, "the feed cannot be read");
            problem(Failure::Broken(id))
        }
    })?;
    let (source, drain) = buffer(desk.options.buffer_bytes, desk.options.patience);
    let may = move || app.credentials.still(&caller).is_ok();
    rt::spawn(seat.feed(reading, source, asked.follow, may));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, form.content_type()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(drain))
}

impl Form {
    fn content_type(self) -> &'static str {
        match self {
            Form::Events => "text/event-stream",
            Form::Lines => "application/x-ndjson",
        }
    }
}

/// The form that the client accepts; without a wish it gets server-sent events.
fn form(headers: &HeaderMap) -> Option<Form> {
    let mut ranges = headers.get_all(ACCEPT).peekable();
    if ranges.peek().is_none() {
        return Some(Form::Events);
    }
    let ranges = ranges.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    let mut kinds = ranges.map(|range| range.split(';').next().unwrap_or_default().trim());
    kinds.find_map(|kind| match kind.to_ascii_lowercase().as_str() {
        "text/event-stream" | "text/*" | "*/*" => Some(Form::Events),
        "application/x-ndjson" | "application/*" => Some(Form::Lines),
        _ => None,
    })
}

fn asked(head: &HttpRequest, tenant: TenantId, form: Form) -> Result<Asked, Failure> {
    let mut params = Params::of(head.query_string());
    let number = |text: &str| text.parse::<u64>().ok();
    let from = params.good("from", "must be a whole number", number);
    let time = params.good("from_time", "must be an RFC 3339 instant with an offset", Time::parse);
    if from.is_some() && time.is_some() {
        params.bad("from_time", "must not come with `from`");
    }
    let kinds = params.parsed("types", Kind::named);
    let subject = params.good("subject", "must be like orders/<id>", Subject::parse);
    let limit = params.good("limit", "must be 1 or more", |text| number(text).filter(|it| *it > 0));
    let follow = params.good("follow", "must be true or false", |text| text.parse::<bool>().ok());
    let last = last_event_id(head.headers());
    let last = last.map_err(|what| params.bad("Last-Event-ID", what)).unwrap_or_default();
    let from = match (last, from, time) {
        (Some(last), ..) => From::After(Lsn(last)), // a reader that comes back repeats its address
        (None, _, Some(time)) => From::Time(time),
        (None, from, None) => From::After(Lsn(from.unwrap_or(0))),
    };
    let wanted = Wanted { tenant, kinds, subject, form, limit };
    params.end(Some(Asked { from, wanted, follow: follow.unwrap_or(true) }))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, &'static str> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.parse::<u64>().ok());
    id.map(Some).ok_or("must be the id of a message")
}
