//! A body in pieces that nobody read to its end closes its connection.
//!
//! Of a body that said no length, actix-web reads what is left once it was dropped, for as long as
//! its client sends it and without a timer: whoever is slow or endless would keep a connection for
//! ever, whatever the answer was. It closes the connection instead while somebody still holds the
//! body, so the answer does.

use std::cell::RefCell;
use std::error::Error;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::web::Bytes;
use futures_util::Stream;

/// A request's body, which its answer holds too.
pub(super) struct Unread(Rc<RefCell<Payload>>);

/// What the handler reads.
struct Reader(Rc<RefCell<Payload>>);

/// An answer that holds the body of its request.
struct Answer {
    body: BoxBody,
    _unread: Rc<RefCell<Payload>>,
}

impl Unread {
    /// Takes hold of the request's body, if it says no length; its handler reads it as before.
    pub(super) fn of(request: &mut ServiceRequest) -> Option<Unread> {
        if !request.headers().contains_key(TRANSFER_ENCODING) {
            return None;
        }
        let body = Rc::new(RefCell::new(request.take_payload()));
        request.set_payload(Payload::Stream { payload: Box::pin(Reader(body.clone())) });
        Some(Unread(body))
    }

    /// Has the answer hold it until all of the answer is on its way.
    pub(super) fn held_by<B: MessageBody + 'static>(
        self,
        response: ServiceResponse<B>,
    ) -> ServiceResponse<BoxBody> {
        let response = response.map_into_boxed_body();
        response.map_body(|_, body| BoxBody::new(Answer { body, _unread: self.0 }))
    }
}

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(ctx)
    }
}

impl MessageBody for Answer {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(ctx)
    }
}
