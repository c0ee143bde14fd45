//! The network that `certus serve --demo` begins with.
