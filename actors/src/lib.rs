//! The waiting room of Certus.
