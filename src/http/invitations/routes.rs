//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod invitations;
pub(crate) mod orders;

use actix_web::HttpResponse;
use workflow::command::Part;

use super::errors::Error;
use crate::http::promises::routes::query::Params;
use crate::limits::{INVITATION_PAGE_ROWS_MAX, PAGE_ROWS};

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;

/// `page`, `page_size` and `sort`: the newest first, if nobody says otherwise.
fn part(params: &mut Params) -> Option<Part> {
    let page = params.number("page", 1, u32::MAX as usize, 1);
    let size = params.number("page_size", 1, INVITATION_PAGE_ROWS_MAX, PAGE_ROWS);
    let sort = params.place_of("sort", &["-created_at", "created_at"]);
    let (page, size) = (page?, size?);
    let newest_first = sort? == 0;
    Some(Part { skip: (page as u64 - 1) * size as u64, size, newest_first })
}
