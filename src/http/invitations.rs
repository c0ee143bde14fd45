//! Door 4, orders and invitations: Feedback Company's dialect.

pub(crate) mod answers;
pub(crate) mod bodies;
pub(crate) mod errors;
pub(crate) mod routes;
