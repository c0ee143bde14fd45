//! All rows of a route table, and the order in which a request tries them.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Scope};

use super::around;
use super::row::Row;

/// The rows, as they are written.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Adds a row.
    pub(crate) fn service(mut self, row: Row) -> Table {
        self.rows.push(row);
        self
    }

    /// Serves them, and `otherwise` what is in no row. A path without parameters is tried before all
    /// that have some: it takes one comparison of bytes, each of the others a pattern.
    pub(crate) fn serve<F, Args>(self, config: &mut ServiceConfig, otherwise: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let (patterns, plain): (Vec<Row>, Vec<Row>) =
            self.rows.into_iter().partition(Row::has_parameters);
        let scope = plain.into_iter().chain(patterns).fold(web::scope(""), Scope::service);
        config.service(scope.default_service(web::to(otherwise)).wrap(from_fn(around::around)));
    }
}
