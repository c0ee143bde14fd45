//! Door 3, the promise door: fulfillmenttools' dialect.

pub(crate) mod answers;
pub(crate) mod bodies;
pub(super) mod demo;
pub(crate) mod errors;
pub(crate) mod routes;
