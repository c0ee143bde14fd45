//! Certificates for `localhost` that nobody but these tests believes, with their keys.

pub(crate) const OLD: [&str; 2] =
    [include_str!("certificates/old.pem"), include_str!("certificates/old.key.pem")];
pub(crate) const NEW: [&str; 2] =
    [include_str!("certificates/new.pem"), include_str!("certificates/new.key.pem")];

/// The file of the old certificate.
pub(crate) const OLD_FILE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/certificates/old.pem");
