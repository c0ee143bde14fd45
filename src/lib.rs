//! The doors of Certus.
