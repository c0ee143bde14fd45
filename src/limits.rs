//! The bounds of the doors, each with its reason. Those of the domain are in `workflow::limits`.

use std::num::NonZeroU32;
use std::time::Duration;

use workflow::limits::CAP_WITHIN_MAX;
use workflow::time::Millis;

/// Bytes of a body at the promise door: 500 lines with attributes must fit.
pub const PROMISE_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a body at the workflow server's door: 500 items with names and sums fit.
pub const DELIVERY_BODY_BYTES_MAX: usize = 64 * 1024;
/// Characters of a name, an address or an e-mail address at that door, as its contract says.
pub const SHORT_TEXT_CHARS_MAX: usize = 255;
/// Characters of a number to call there.
pub const PHONE_CHARS_MAX: usize = 50;
/// Bytes of a body on the operators' address.
pub const ADMIN_BODY_BYTES_MAX: usize = 64 * 1024;
/// The same of a subscription, wherever it is made: a tenant's 500 are in one row of the snapshot,
/// with their replies.
pub const SUBSCRIPTION_BODY_BYTES_MAX: usize = ADMIN_BODY_BYTES_MAX;
/// Days by which a time by hand is moved at once: a year, of which some are leap years.
pub const ADVANCE_DAYS_MAX: u64 = 366;
/// Records that one look into the journal reads at most: a second or two.
pub const RECORDS_LOOKED_AT_MAX: usize = 100_000;
/// Records that made a shelf what it is, in one answer.
pub const PROVENANCE_ROWS_MAX: usize = 100;
/// Bytes of one row that is imported: a stock with the longest attributes fits.
pub const IMPORT_ROW_BYTES_MAX: usize = 64 * 1024;
/// Rows of one import that are under way at once: enough to share a sync, and a small part of the
/// permits.
pub const IMPORT_ROWS_AT_ONCE: usize = 64;
/// Days that an API key may be good for: ten years are for ever.
pub const KEY_DAYS_MAX: u64 = 3_650;
/// Characters of the name that a key is held under; it is in every record of its holder.
pub const KEY_NAME_CHARS_MAX: usize = 100;
/// Words of what a key is good for: more than there are to say.
pub const KEY_PERMISSIONS_MAX: usize = 32;
/// Levels of nesting in a JSON body: nothing that a door knows needs more than ten.
pub const JSON_DEPTH_MAX: usize = 32;
/// How long a body may take: whoever is slower holds a connection, never a permit.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a request waits for its shard before the outcome is called unknown.
pub const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes of a request's path and query.
pub const URI_BYTES_MAX: usize = 8 * 1024;
/// Bytes of one header's value.
pub const HEADER_BYTES_MAX: usize = 8 * 1024;
/// Characters of an idempotency key.
pub const KEY_CHARS_MAX: usize = 255;
/// Characters of a correlation id.
pub const CORRELATION_CHARS_MAX: usize = 128;
/// Characters of a text that people read.
pub const FREE_TEXT_CHARS_MAX: usize = 2_000;
/// Bytes of one `customAttributes`, and of a stock's `properties`.
pub const CUSTOM_ATTRIBUTES_BYTES_MAX: usize = 16 * 1024;
/// Entries of an array whose length the contract bounds at all.
pub const ENTRIES_MAX: usize = 500;
/// Conditions and traits of one stock: there are three.
pub const LOT_ENTRIES_MAX: usize = 10;
/// Minutes that a facility may need until an order can be collected: a year, of which some are
/// leap years.
pub const PROCESS_BUFFER_MINUTES_MAX: i64 = 366 * 24 * 60;
/// Stickers of an order.
pub const STICKERS_MAX: usize = 100;
/// Attributes of a listing.
pub const LISTING_ATTRIBUTES_MAX: usize = 40;
/// Categories of a listing.
pub const LISTING_CATEGORIES_MAX: usize = 10;
/// Rows of a versionless update of stock.
pub const VERSIONLESS_ROWS_MAX: usize = 25;
/// Stock actions in one request of the deprecated form: what the original takes.
pub const STOCK_ACTIONS_MAX: usize = 10;
/// Faults that one answer names: more help nobody.
pub const FAULTS_MAX: usize = 20;
/// Rows of a page when the request does not say.
pub const PAGE_ROWS: usize = 25;
/// Rows of a page of orders, facilities or listings.
pub const PAGE_ROWS_MAX: usize = 500;
/// Rows of a page of stocks, safety stocks or reservations.
pub const STOCK_PAGE_ROWS_MAX: usize = 100;
/// Headers of a subscription.
pub const SUBSCRIPTION_HEADERS_MAX: usize = 20;
/// Characters of such a header's value.
pub const HEADER_VALUE_CHARS_MAX: usize = 2_000;
/// Calls that wait or are under way for one subscription; beyond it the journal keeps them.
pub const CALLS_WAITING_MAX: usize = 256;
/// Bytes of their bodies, and what one record adds: many targets together must fit in memory.
pub const CALLS_WAITING_BYTES_MAX: usize = 256 * 1024;
/// Calls to one target at once.
pub const CALLS_AT_ONCE_MAX: usize = 4;
/// Bytes of a call's body: a larger one says only where the thing is.
pub const CALL_BODY_BYTES_MAX: usize = 256 * 1024;
/// How long the connection of a call may take.
pub const CALL_CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// How long a call may take, answer and all.
pub const CALL_TIME_MAX: Duration = Duration::from_secs(10);
/// The same for PartsSource, whose own service waits so long.
pub const PARTSSOURCE_CALL_TIME_MAX: Duration = Duration::from_secs(30);
/// Attempts that PartsSource's own service makes.
pub const PARTSSOURCE_ATTEMPTS_MAX: u32 = 8;
/// No answer to a call makes us wait longer than this.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(12 * 3_600);
/// Bytes of an answer to a call that are read; nothing in it matters, but the connection can be
/// kept.
pub const CALL_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Bytes that wait for one reader of the feed: what one that stops for a moment misses.
pub const FEED_BUFFER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Streams of the feed that one tenant has at once: one per system that follows it, and more.
pub const FEED_STREAMS_PER_TENANT_MAX: usize = 32;
/// Streams of all tenants together; with full buffers they take a gigabyte.
pub const FEED_STREAMS_MAX: usize = 256;

/// Bytes of a body at the doors that take one order of a customer.
pub const CUSTOMER_BODY_BYTES_MAX: usize = 64 * 1024;
/// The largest id in a customer's profile: that door's ids have eight digits.
pub const PROFILE_ID_MAX: i64 = 99_999_999;
/// Characters of a customer's notes, and of the reason for a cancel.
pub const NOTES_CHARS_MAX: usize = 200;
/// Rows of a page of a customer's orders.
pub const CUSTOMER_PAGE_ROWS_MAX: usize = 200;
/// Orders that one list by status looks at: all of them are counted, one by one.
pub const ORDERS_SCANNED_MAX: u64 = 2_000;
/// Orders that such a list asks for in one go, so that others come in between.
pub const ORDERS_SCANNED_AT_ONCE: u64 = 200;

/// Requests in the building at once that start a sale.
pub const START_PERMITS: u32 = 4_096;
/// Requests in the building at once that finish a sale; never taken by those that start one.
pub const FINISH_PERMITS: u32 = 2_048;
/// Requests in the building at once that look, or change stock and locations.
pub const OPERATE_PERMITS: u32 = 1_024;
/// How much of a lane's permits one tenant may have, in percent: what is left lets the others in,
/// and a tenant that is alone hardly misses it.
pub const TENANT_PERMITS_PERCENT: u32 = 75;

/// Shards of one server: each has threads and a snapshot of its own.
pub const SHARDS_MAX: usize = 64;

/// Connections that one worker has at once; beyond them, accepting pauses.
pub const CONNECTIONS_PER_WORKER_MAX: usize = 10_000;
/// Connections that one address has at once, unless configured: more than a proxy's pool, few beside
/// all that there may be.
pub const CONNECTIONS_PER_ADDRESS_MAX: NonZeroU32 = NonZeroU32::new(1_000).unwrap();
/// How long the head of a request may take.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
pub const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How long a client may take nothing of an answer that is there for it.
pub const READER_TIME_MAX: Duration = Duration::from_secs(30);
/// How many seconds those inside have to finish when the server stops.
pub const SHUTDOWN_S: u64 = 30;
/// How many seconds those have who ask while it recovers, once it is ready: their answer is short.
pub const RECOVERING_END_S: u64 = 1;
/// Bytes of a body at the invitation door: 100 products with two URLs each are more, and no shop
/// sends them.
pub const INVITATION_BODY_BYTES_MAX: usize = 64 * 1024;
/// Rows of a page at the invitation door, as its contract says.
pub const INVITATION_PAGE_ROWS_MAX: usize = 1_000;
/// The largest number that every reader of JSON takes as a whole one: 2^53 − 1.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;
/// Characters of a mail address.
pub const ADDRESS_CHARS_MAX: usize = 250;
/// Characters of a URL in a body.
pub const URL_CHARS_MAX: usize = 2_000;
// Refusals of the doors name both in words.
const _: () = assert!(URL_CHARS_MAX == 2_000 && HEADER_VALUE_CHARS_MAX == 2_000);
/// Mails that are under way at once.
pub const MAIL_CONNECTIONS: u32 = 4;
/// The most that may be set: a mail server counts the connections of one client.
pub const MAIL_CONNECTIONS_MAX: u32 = 64;
/// How long one mail may take.
pub const MAIL_TIME_MAX: Duration = Duration::from_secs(60);
/// How long to wait at first before a mail server that is gone is looked for again.
pub const MAIL_PAUSE: Duration = Duration::from_secs(5);
/// Days over which a cap may count mails.
pub const CAP_DAYS_MAX: u32 = 366;
const _: () = assert!(Millis::hours(24 * CAP_DAYS_MAX as u64).0 <= CAP_WITHIN_MAX.0);
/// Characters of a configured token: fewer can be guessed.
pub const TOKEN_CHARS_MIN: usize = 16;

/// Characters of the name of a key in a token: it is looked up, and nothing else.
pub const KID_CHARS_MAX: usize = 64;
/// How long after its end, or before its beginning, a token is good: clocks differ.
pub const TOKEN_LEEWAY: Millis = Millis(30_000);
/// Characters of a token's `sub`; it is in every record of its holder.
pub const TOKEN_NAME_CHARS_MAX: usize = 250;
/// How long a token of ours is good.
pub const TOKEN_LASTS: Millis = Millis::hours(1);
/// The same at the orders and invitations door, whose clients keep it for weeks.
pub const INVITATIONS_TOKEN_LASTS: Millis = Millis::hours(30 * 24);
/// Bytes of a shared secret: as many as the digest has.
pub const SECRET_BYTES_MIN: usize = 32;
/// Bytes of the form that asks for a token.
pub const FORM_BYTES_MAX: usize = 4 * 1024;
/// How long an issuer's keys are believed when they cannot be loaded again.
pub const JWKS_AGE_MAX: Millis = Millis::hours(24);
/// How long after an unknown key's name another one may load keys, whichever issuer's.
pub const JWKS_RELOAD_MIN: Millis = Millis::minutes(1);
/// How long an issuer may take to say its keys.
pub const JWKS_TIME_MAX: Duration = Duration::from_secs(2);
/// Bytes of an issuer's keys.
pub const JWKS_BYTES_MAX: usize = 64 * 1024;
/// Keys of one issuer: it needs two while it renews one.
pub const JWKS_KEYS_MAX: usize = 100;
/// Tokens whose signatures are remembered, some 500 bytes each.
pub const SEEN_TOKENS_MAX: usize = 10_000;
/// Bad credentials that a source may send in a second before it is told to wait.
pub const BAD_CREDENTIALS_PER_SECOND_MAX: u64 = 20;
/// Sources of bad credentials that are told apart, 8 bytes each.
pub const STRANGERS_MAX: usize = 4_096;
/// Credentials whose rates are kept before those that were not seen for long are forgotten.
pub const RATES_KEPT: usize = 10_000;
