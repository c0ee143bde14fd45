//! The bounds of the actors, each with its reason.

use snapshots::limits::RECORD_BYTES_MAX;
use workflow::limits::{
    EVENTS_BYTES_MAX, MOVED_BYTES_MAX, PLACED_AGAIN_BYTES_MAX, REHOSTED_BYTES_MAX,
};

/// Promises that one sweep expires before others get their turn: well below a millisecond.
pub(crate) const EXPIRED_PER_SWEEP_MAX: usize = 64;

/// Closed orders that leave memory with one command; more than commands close, so none pile up.
pub(crate) const DISMISSED_PER_COMMAND_MAX: usize = 4;

/// Closed orders of one name that are read at once: their number is the clients' choice.
pub(crate) const CLOSED_READ_AT_ONCE: usize = 64;

/// Mails that the mailer looks up at once: enough for every connection, and few to be forgotten.
pub(crate) const MAILS_PER_LOOK_MAX: usize = 64;
/// How many of its shortest pauses the mailer waits at most for a mail server.
pub(crate) const MAIL_PAUSES_MAX: u32 = 60;
/// How long the mailer keeps lines that carry nothing; servers end them after minutes.
pub(crate) const MAIL_IDLE: std::time::Duration = std::time::Duration::from_secs(30);
/// How long mails that are on their way may take when the mailer stops.
pub(crate) const MAIL_FAREWELL: std::time::Duration = std::time::Duration::from_secs(10);
/// Bytes of one template: more is no mail.
pub(crate) const TEMPLATE_BYTES_MAX: u64 = 256 * 1024;
/// Characters of a subject: what a line of a header holds (RFC 5322, 2.1.1).
pub(crate) const SUBJECT_CHARS_MAX: usize = 200;

/// Bytes that a record has besides what `workflow/src/flow/room.rs` counts: names, the places an
/// order may come from, the key of a reply and its headers.
const RECORD_REST_BYTES: usize = 384 << 10;

const _: () = assert!(
    EVENTS_BYTES_MAX + 2 * REHOSTED_BYTES_MAX + PLACED_AGAIN_BYTES_MAX + RECORD_REST_BYTES
        <= RECORD_BYTES_MAX,
    "what a command is allowed to do fits in one record"
);
const _: () = assert!(MOVED_BYTES_MAX <= EVENTS_BYTES_MAX, "so does the end of an order");
