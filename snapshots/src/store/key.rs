//! Keys: the tenant, the kind of row, then what names the row within its kind.
//!
//! ```text
//!  length of tenant │ tenant │ kind │ name │ chunk
//!  2 bytes          │        │ 1    │      │ 2 bytes
//! ```
//!
//! The kinds are in the order in which a world is put together, and what is open comes before
//! what is closed: so a start is one scan from each tenant's first row to its last open order.

use workflow::id::{ArticleId, KeyId, LocationId, OrderId, TenantId};
use workflow::reply::ReplyKey;

/// Where the mark is: no tenant has an empty name.
pub(super) const MARK: &[u8] = &[0, 0, 0];

/// Bytes of a chunk's number at the end of a key.
pub(super) const CHUNK_BYTES: usize = 2;

/// What a row is. The numbers are on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    /// The tenant's settings and last number.
    Tenant = 0x10,
    /// A safety stock that holds wherever there is none of its own.
    Safety = 0x18,
    /// An API key.
    Key = 0x1C,
    /// An address of a customer's profile.
    Address = 0x1D,
    /// An address that gets no mail.
    Suppressed = 0x1E,
    /// A location without its replies.
    Location = 0x20,
    /// A reply that a location keeps.
    LocationReply = 0x28,
    /// A shelf, without its reservations.
    Shelf = 0x30,
    /// An order to which something may still happen.
    Open = 0x40,
    /// An order to which nothing can happen any more.
    Closed = 0x50,
    /// The number of a closed order.
    Number = 0x58,
    /// A shop's name for a closed order, and the order.
    Reference = 0x60,
    /// A shop's name for a customer, and a closed order.
    Consumer = 0x70,
    /// The key of a reply that a closed order keeps.
    ReplyKey = 0x80,
}

impl Kind {
    /// Whether a start reads it.
    pub(super) fn is_live(kind: u8) -> bool {
        kind <= Kind::Open as u8
    }

    /// The kind of row that a number names.
    pub(super) fn of(number: u8) -> Option<Kind> {
        use Kind as K;
        let kinds = [
            K::Tenant,
            K::Safety,
            K::Key,
            K::Address,
            K::Suppressed,
            K::Location,
            K::LocationReply,
            K::Shelf,
            K::Open,
            K::Closed,
            K::Number,
            K::Reference,
            K::Consumer,
            K::ReplyKey,
        ];
        kinds.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// The key of the tenant's own row.
pub(super) fn tenant(tenant: &TenantId) -> Vec<u8> {
    prefix(tenant, Kind::Tenant)
}

/// The key of an address that gets no mail.
pub(super) fn suppressed(tenant: &TenantId, address: &str) -> Vec<u8> {
    named(tenant, Kind::Suppressed, address.as_bytes())
}

/// The key of a safety stock that holds everywhere.
pub(super) fn safety(tenant: &TenantId, article: &ArticleId) -> Vec<u8> {
    named(tenant, Kind::Safety, article.as_str().as_bytes())
}

/// The key of an API key.
pub(super) fn key(tenant: &TenantId, id: KeyId) -> Vec<u8> {
    named(tenant, Kind::Key, &id.to_bits().to_be_bytes())
}

/// The key of an address of a customer's profile.
pub(super) fn address(tenant: &TenantId, number: u32) -> Vec<u8> {
    named(tenant, Kind::Address, &number.to_be_bytes())
}

/// The key of a location.
pub(super) fn location(tenant: &TenantId, id: LocationId) -> Vec<u8> {
    named(tenant, Kind::Location, &id.to_bits().to_be_bytes())
}

/// What the keys of a location's replies begin with.
pub(super) fn location_replies(tenant: &TenantId, id: LocationId) -> Vec<u8> {
    named(tenant, Kind::LocationReply, &id.to_bits().to_be_bytes())
}

/// The key of a location's reply; replies are counted over the location's life.
pub(super) fn location_reply(tenant: &TenantId, id: LocationId, number: u64) -> Vec<u8> {
    let mut key = location_replies(tenant, id);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// What the keys of a location's shelves begin with.
pub(super) fn shelves(tenant: &TenantId, id: LocationId) -> Vec<u8> {
    named(tenant, Kind::Shelf, &id.to_bits().to_be_bytes())
}

/// The key of a shelf.
pub(super) fn shelf(tenant: &TenantId, id: LocationId, article: &ArticleId) -> Vec<u8> {
    let mut key = shelves(tenant, id);
    key.extend_from_slice(article.as_str().as_bytes());
    key
}

/// The key of an order, open or closed.
pub(super) fn order(tenant: &TenantId, kind: Kind, id: OrderId) -> Vec<u8> {
    named(tenant, kind, &id.to_bits().to_be_bytes())
}

/// The key of a closed order's number.
pub(super) fn number(tenant: &TenantId, number: u64) -> Vec<u8> {
    named(tenant, Kind::Number, &number.to_be_bytes())
}

/// What the keys of a text's orders begin with.
pub(super) fn texts(tenant: &TenantId, kind: Kind, text: &str) -> Vec<u8> {
    let mut key = prefix(tenant, kind);
    push_text(&mut key, text);
    key
}

/// The key of one of a text's orders.
pub(super) fn text(tenant: &TenantId, kind: Kind, text: &str, id: OrderId) -> Vec<u8> {
    let mut key = texts(tenant, kind, text);
    key.extend_from_slice(&id.to_bits().to_be_bytes());
    key
}

/// The key of a reply key.
pub(super) fn reply_key(tenant: &TenantId, reply: &ReplyKey) -> Vec<u8> {
    let mut key = prefix(tenant, Kind::ReplyKey);
    push_text(&mut key, &reply.caller);
    push_text(&mut key, &reply.operation);
    key.extend_from_slice(reply.key.as_bytes());
    key
}

/// What all keys of a kind begin with.
pub(super) fn prefix(tenant: &TenantId, kind: Kind) -> Vec<u8> {
    named(tenant, kind, &[])
}

/// The first key after all rows of a tenant.
pub(super) fn after_tenant(tenant: &TenantId) -> Vec<u8> {
    let mut key = prefix(tenant, Kind::ReplyKey);
    if let Some(kind) = key.last_mut() {
        *kind = u8::MAX;
    }
    key
}

/// The key of chunk `number` of a row.
pub(super) fn chunk(row: &[u8], number: u16) -> Vec<u8> {
    let mut key = Vec::with_capacity(row.len() + CHUNK_BYTES);
    key.extend_from_slice(row);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// A key without its chunk, and the chunk.
pub(super) fn row_of(key: &[u8]) -> Option<(&[u8], u16)> {
    let (row, chunk) = key.split_last_chunk::<CHUNK_BYTES>()?;
    Some((row, u16::from_be_bytes(*chunk)))
}

/// The tenant, the kind and the name in a row's key.
pub(super) fn parts(row: &[u8]) -> Option<(&str, u8, &[u8])> {
    let (length, rest) = row.split_first_chunk::<2>()?;
    let (tenant, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (kind, name) = rest.split_first()?;
    Some((std::str::from_utf8(tenant).ok()?, *kind, name))
}

/// A row for people: its kind, and a digest of its key, because keys hold mail addresses and
/// names of customers.
pub(super) fn printable(key: &[u8]) -> String {
    let kind = parts(key).and_then(|(_, number, _)| Kind::of(number));
    let digest = crc32c::crc32c(key);
    match kind {
        Some(kind) => format!("row {kind:?} {digest:08x}"),
        None if key.starts_with(MARK) => "the mark".into(),
        None => format!("row {digest:08x}"),
    }
}

/// The id at the beginning of a name, and what follows.
pub(super) fn id_of(name: &[u8]) -> Option<(u128, &[u8])> {
    let (id, rest) = name.split_first_chunk::<16>()?;
    Some((u128::from_be_bytes(*id), rest))
}

fn named(tenant: &TenantId, kind: Kind, name: &[u8]) -> Vec<u8> {
    let tenant = tenant.as_str().as_bytes();
    let mut key = Vec::with_capacity(3 + tenant.len() + name.len() + CHUNK_BYTES + 16);
    push_length(&mut key, tenant.len());
    key.extend_from_slice(tenant);
    key.push(kind as u8);
    key.extend_from_slice(name);
    key
}

fn push_text(key: &mut Vec<u8>, text: &str) {
    push_length(key, text.len());
    key.extend_from_slice(text.as_bytes());
}

fn push_length(key: &mut Vec<u8>, length: usize) {
    let length = u16::try_from(length).expect("names are far shorter than 64 KiB");
    key.extend_from_slice(&length.to_be_bytes());
}

/// The order that an index row names: the last 16 bytes of its name.
pub(super) fn order_of_text(row: &[u8]) -> Option<OrderId> {
    let (_, id) = row.split_last_chunk::<16>()?;
    Some(OrderId::from_bits(u128::from_be_bytes(*id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use workflow::time::Time;

    #[test]
    fn a_tenant_whose_name_another_begins_with_keeps_its_rows_apart() {
        let (short, long) = (TenantId::parse("acme").unwrap(), TenantId::parse("acme-2").unwrap());
        let key = order(&long, Kind::Open, OrderId::of(Time(1), 1));
        assert!(!key.starts_with(&prefix(&short, Kind::Open)));
        assert!(!key.starts_with(&prefix(&long, Kind::Closed)));
        assert!(key.starts_with(&prefix(&long, Kind::Open)));
    }

    #[test]
    fn a_damaged_row_is_named_without_its_customer() {
        let tenant = TenantId::parse("acme").unwrap();
        let order = OrderId::of(Time(1), 7);
        let (jan, piet) = ("jan@example.nl", "piet@example.nl");
        for (key, kind) in [
            (suppressed(&tenant, jan), "Suppressed"),
            (text(&tenant, Kind::Consumer, jan, order), "Consumer"),
            (text(&tenant, Kind::Reference, jan, order), "Reference"),
        ] {
            let error = super::super::Error::damaged(&chunk(&key, 0), "it is wrong").to_string();
            assert!(error.contains(kind) && !error.contains("jan"), "{error}");
        }
        let [one, other] = [jan, piet].map(|name| printable(&suppressed(&tenant, name)));
        assert_ne!(one, other, "rows are told apart");
    }

    #[test]
    fn a_key_is_taken_apart_as_it_was_put_together() {
        let tenant = TenantId::parse("größer").unwrap();
        let article = ArticleId::parse("tea").unwrap();
        let location = LocationId::of(Time(1), 7);
        let key = chunk(&shelf(&tenant, location, &article), 258);
        let (row, number) = row_of(&key).unwrap();
        assert_eq!(number, 258);
        let (name, kind, rest) = parts(row).unwrap();
        assert_eq!((name, kind), ("größer", Kind::Shelf as u8));
        assert_eq!(id_of(rest).unwrap(), (location.to_bits(), &b"tea"[..]));
    }
}
