//! All rows of a route table, and the order in which a request tries them.

use actix_web::Scope;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use super::row::Row;
use super::{around, unmatched};

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

    /// Serves them. A path without parameters is tried before all that have some: it takes one
    /// comparison of bytes, each of the others a pattern. A path that is in no row is told so.
    pub(crate) fn serve(self, config: &mut ServiceConfig) {
        let (patterns, plain): (Vec<Row>, Vec<Row>) =
            self.rows.into_iter().partition(Row::has_parameters);
        let scope = plain.into_iter().chain(patterns).fold(web::scope(""), Scope::service);
        let scope = scope.default_service(web::to(unmatched::nothing));
        config.service(scope.wrap(from_fn(around::around)));
    }
}
