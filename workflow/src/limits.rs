//! The bounds of the domain, each with its reason.

use crate::time::Millis;

/// Lines in one order: the promise door takes 500, and the largest order must fit in one record.
pub const LINES_PER_ORDER_MAX: usize = 500;
/// Pieces in one order line: beyond a million somebody mistyped.
pub const LINE_UNITS_MAX: u32 = 1_000_000;
/// Pieces in one lot of stock: the promise door's `value` is an int32.
pub const STOCK_UNITS_MAX: u32 = i32::MAX as u32;
/// Characters of an article id, a tenant or a foreign reference.
pub const REFERENCE_CHARS_MAX: usize = 250;
/// Rows in one bulk write of stock or listings; a bulk write is one command and one record.
pub const ROWS_PER_BATCH_MAX: usize = 500;
/// Locations one order may be split over, whatever the tenant's setting says.
pub const PARTS_PER_ORDER_MAX: u8 = 10;
/// Reservations one order may make: what the part number of an id has room for.
pub const RESERVATIONS_PER_ORDER_MAX: usize = 0xEFFF;
/// Lots of one article at one location: a line takes from several, and each is a reservation.
pub const LOTS_PER_SHELF_MAX: usize = 200;
/// Bytes that all reservations of one order may take in a record: half of the largest, so that
/// whatever frees them all at once has room.
pub const MOVED_BYTES_MAX: usize = 2 << 20;
/// Bytes of an event at a location besides its texts, at most, with what the order notes of it.
pub const MOVED_EVENT_BYTES: usize = 128;
/// Bytes of all that a command is allowed to do, texts included: three quarters of the largest
/// record, which leaves room for what follows of itself; `flow/room.rs` has the sum.
pub const EVENTS_BYTES_MAX: usize = 3 << 20;
/// Sales of which pieces are looked at in one command because stock came, that have no place; the
/// rest is with the next one.
pub const PLACED_AGAIN_PER_COMMAND_MAX: usize = 1_000;
/// Bytes that the reservations of these may take in the record of that command.
pub const PLACED_AGAIN_BYTES_MAX: usize = 128 << 10;
/// Orders that one command moves away from a location that goes offline, a few milliseconds' work;
/// the rest follows, so that others get their turn between.
pub const DISPLACED_PER_COMMAND_MAX: usize = 100;
/// Waiting reservations of one article that find stock in one command; the rest does with the next
/// one there.
pub const REHOSTED_PER_COMMAND_MAX: usize = 1_000;
/// Bytes that they may take, of all articles together, where nothing can refuse any more.
pub const REHOSTED_BYTES_MAX: usize = 256 << 10;
/// Open promises of one caller: a bot that reserves everything meets this first.
pub const OPEN_PROMISES_PER_CALLER_MAX: u32 = 10_000;
/// Keys of actions that one order keeps; the oldest goes first.
pub const ACTION_KEYS_PER_ORDER_MAX: usize = 32;
/// Keys of writes without an order that one location keeps; the oldest goes first.
pub const WRITE_KEYS_PER_LOCATION_MAX: usize = 1_024;
/// Stores that one credential may name: more is a tenant's every store.
pub const STORES_PER_CREDENTIAL_MAX: usize = 100;
/// API keys of one tenant, those that are no good any more included: more is a leak somewhere.
pub const KEYS_PER_TENANT_MAX: usize = 1_000;
/// Subscriptions of one tenant to one event: beyond it somebody subscribes in a loop.
pub const SUBSCRIPTIONS_PER_EVENT_MAX: usize = 100;
/// Addresses of one tenant that an operator has said something of: each takes some 100 bytes of
/// memory.
pub const ADDRESSES_PER_TENANT_MAX: usize = 100_000;
/// How long calls are signed with the old secret, too, once there is a new one.
pub const SECRET_OVERLAP: Millis = Millis::hours(24);
/// Events of one subscription.
pub const EVENTS_PER_SUBSCRIPTION_MAX: usize = 100;
/// Subscriptions of one tenant: they stand in its own row, which is written with every batch.
pub const SUBSCRIPTIONS_PER_TENANT_MAX: usize = 500;
/// The shortest and the longest that a promise may be asked to hold; the floor is a setting of
/// the server, these are its default and the ceiling.
pub const PROMISE_FLOOR: Millis = Millis::minutes(1);
/// See [`PROMISE_FLOOR`].
pub const PROMISE_CEILING: Millis = Millis::hours(8);
/// Overdue promises that one command releases when it needs their stock, before it asks again.
pub const OVERDUE_PER_TURN_MAX: usize = 64;
/// How long a location needs until an order can leave it, when nobody has said otherwise.
pub const PROCESS_BUFFER: Millis = Millis::hours(4);
/// How long the window is in which an order is brought, when nobody has said otherwise.
pub const WINDOW_LENGTH: Millis = Millis::hours(2);
/// Orders that a picker has in their list at once.
pub const PICKING_MAX: usize = 3;
/// Orders that a driver takes in one command.
pub const LOADED_PER_COMMAND_MAX: usize = 100;
/// How far from its beginning a mail may be asked for: ten years, door 4's own bound.
pub const DELAY_MAX: Millis = Millis::hours(24 * 3_653);
/// How long after the invitation a reminder may go at the earliest, as its door's
/// contract says.
pub const REMINDER_GAP_MIN: Millis = Millis::hours(24);
/// How late an invitation may have gone and its reminder still goes when it was to.
pub const REMINDER_SLACK: Millis = Millis::hours(1);
/// How long after each try a mail that the server put off is tried again; the last one repeats.
pub const MAIL_RETRIES: [Millis; 6] = [
    Millis::minutes(5),
    Millis::minutes(15),
    Millis::hours(1),
    Millis::hours(3),
    Millis::hours(6),
    Millis::hours(12),
];
/// When a mail that the server keeps putting off is given up: what mail servers use (RFC 5321,
/// 4.5.4.1).
pub const MAIL_GIVEN_UP_AFTER: Millis = Millis::hours(24 * 5);
/// How long a mail that says how far an order has come is still sent after the order has come
/// further: a customer who is told hours later that the driver has left would wait for another.
pub const NOTICE_OVERTAKEN_AFTER: Millis = Millis::minutes(15);
/// Over how long a cap may count mails: a year, so that the desk may forget those before it.
pub const CAP_WITHIN_MAX: Millis = Millis::hours(24 * 366);
/// Products in one report at door 4; the contract bounds them.
pub const PRODUCTS_PER_REPORT_MAX: usize = 100;
/// Orders with one reference that a list of the newest looks at, in memory and out of it: a shop
/// may call any number so, and nearly always calls one so.
pub const ORDERS_OF_ONE_NAME_MAX: usize = 500;
