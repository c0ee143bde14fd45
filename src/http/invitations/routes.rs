//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod invitations;
pub(crate) mod orders;

use actix_web::HttpResponse;
use workflow::command::{OrderRef, Part};
use workflow::id::OrderId;

use super::errors::Error;
use crate::http::promises::routes::query::Params;
use crate::limits::{INVITATION_PAGE_ROWS_MAX, NUMBER_MAX, PAGE_ROWS};

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;

/// The order that a path names, by its uuid or by its number.
fn order_ref(text: &str) -> Option<OrderRef> {
    let number = || text.parse().ok().filter(|number| (1..=NUMBER_MAX).contains(number));
    OrderId::parse(text).map(OrderRef::Id).or_else(|| number().map(OrderRef::Number))
}

/// `page`, `page_size` and `sort`: the newest first, if nobody says otherwise.
fn part(params: &mut Params) -> Option<Part> {
    let number = |text: &str| text.parse::<u64>().ok();
    let page = params.number("page", 1, number, 1..=u64::from(u32::MAX));
    let most = INVITATION_PAGE_ROWS_MAX as u64;
    let size = params.number("page_size", PAGE_ROWS as u64, number, 1..=most);
    let sort = params.word("sort", &["-created_at", "created_at"]);
    let (page, size) = (page?, size?);
    let newest_first = sort? == "-created_at";
    let size = usize::try_from(size).ok()?;
    Some(Part { skip: (page - 1) * size as u64, size, newest_first })
}
