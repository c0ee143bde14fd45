//! The memory of Certus.
