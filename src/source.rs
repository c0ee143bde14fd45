//! Where a connection comes from, as far as bounds on it go.

use std::net::IpAddr;

/// What belongs to one customer of a network: an address, or the first 64 bits of a long one, of
/// which every customer has as many as they like. It is the peer of the connection; what a header
/// says is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(u64);

impl Source {
    /// Whose address this is.
    pub(crate) fn of(address: IpAddr) -> Source {
        Source(match address.to_canonical() {
            IpAddr::V4(short) => u64::from(u32::from(short)),
            IpAddr::V6(long) => (u128::from(long) >> 64) as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_address_counts_by_its_network() {
        let of = |text: &str| Source::of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
