//! The rules of Certus.
