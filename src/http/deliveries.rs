//! Door 1: the dialect of the workflow server. Web shops hand over orders, pickers pick them,
//! drivers bring them.

pub(crate) mod answers;
pub(crate) mod bodies;
pub(crate) mod errors;
pub(in crate::http) mod kept;
pub(crate) mod routes;
