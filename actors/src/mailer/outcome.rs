//! What came of one mail, as the mailer's round needs it.

/// What came of one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// The server took it.
    Done,
    /// It is settled otherwise: refused, put off, moved, dropped.
    Settled,
    /// The server was not there, or went away.
    Unreachable,
}
