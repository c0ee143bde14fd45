//! Door 2, customer orders: PartsSource's dialect.

pub(crate) mod answers;
pub(crate) mod bodies;
pub(crate) mod call;
pub(crate) mod errors;
pub(crate) mod routes;
