//! One row of the route table: a path, and for each method that it takes what that needs of who
//! asks, and a handler. A method without a need does not compile.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::web::{self, method};
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder};
use smol_str::SmolStr;

use super::unmatched;
use crate::auth::{Need, Needs};

/// A path, its handlers, and what each needs of who asks. Any other method is told which ones there
/// are.
pub(crate) struct Row {
    path: &'static str,
    resource: Resource,
    needs: Needs,
}

/// Begins a row.
pub(crate) fn at(path: &'static str) -> Row {
    Row { path, resource: web::resource(path), needs: Needs::default() }
}

macro_rules! taking {
    ($name:ident, $method:expr) => {
        /// What this method needs, and its handler.
        pub(crate) fn $name<F, Args>(self, need: impl Into<Need>, handler: F) -> Row
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.taking($method, need.into(), handler)
        }
    };
}

impl Row {
    taking!(get, Method::GET);
    taking!(post, Method::POST);
    taking!(put, Method::PUT);
    taking!(patch, Method::PATCH);
    taking!(delete, Method::DELETE);

    /// Whether a part of its path is left open.
    pub(super) fn has_parameters(&self) -> bool {
        self.path.contains('{')
    }

    fn taking<F, Args>(mut self, name: Method, need: Need, handler: F) -> Row
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.needs.add(name.clone(), need);
        Row { resource: self.resource.route(method(name).to(handler)), ..self }
    }
}

impl HttpServiceFactory for Row {
    fn register(self, config: &mut AppService) {
        let names: Vec<&str> = self.needs.methods().map(Method::as_str).collect();
        let allow = SmolStr::from(names.join(", "));
        let refuse = move |head: HttpRequest| {
            let refused = unmatched::wrong_method(&head, allow.clone());
            async move { Err::<String, _>(refused) }
        };
        self.resource.app_data(self.needs).default_service(web::to(refuse)).register(config);
    }
}
