//! One row of the route table: a path, and a handler for each method that it takes.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::web::{self, method};
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder};
use smol_str::SmolStr;

use super::unmatched;

/// A path and its handlers. Any other method is told which ones there are.
pub(super) struct Row {
    resource: Resource,
    methods: Vec<Method>,
}

/// Begins a row.
pub(super) fn at(path: &'static str) -> Row {
    Row { resource: web::resource(path), methods: Vec::new() }
}

macro_rules! taking {
    ($name:ident, $method:expr) => {
        /// The handler for this method.
        pub(super) fn $name<F, Args>(self, handler: F) -> Row
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.taking($method, handler)
        }
    };
}

impl Row {
    taking!(get, Method::GET);
    taking!(post, Method::POST);
    taking!(put, Method::PUT);
    taking!(patch, Method::PATCH);
    taking!(delete, Method::DELETE);

    fn taking<F, Args>(mut self, name: Method, handler: F) -> Row
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(name.clone());
        Row { resource: self.resource.route(method(name).to(handler)), methods: self.methods }
    }
}

impl HttpServiceFactory for Row {
    fn register(self, config: &mut AppService) {
        let names: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
        let allow = SmolStr::from(names.join(", "));
        let refuse = move |head: HttpRequest| {
            let refused = unmatched::wrong_method(&head, allow.clone());
            async move { Err::<String, _>(refused) }
        };
        self.resource.default_service(web::to(refuse)).register(config);
    }
}
