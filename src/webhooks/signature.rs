//! What shows a receiver that a call is ours: Standard Webhooks 1.0, and PartsSource's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
pub(super) fn standard(secret: &[u8; 32], id: &str, timestamp: i64, body: &[u8]) -> String {
    let head = format!("{id}.{timestamp}.");
    format!("v1,{}", STANDARD.encode(mac(secret, &[head.as_bytes(), body])))
}

/// `sha256=` and hex of HMAC-SHA256 over `timestamp.body`.
pub(super) fn partssource(secret: &[u8; 32], timestamp: i64, body: &[u8]) -> String {
    let head = format!("{timestamp}.");
    let digits = mac(secret, &[head.as_bytes(), body]).into_iter();
    let hex: String = digits.map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn mac(secret: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers are Python's: hmac.new(bytes(range(32)), b"evt_1_0.1700000000.{}", sha256).
    #[test]
    fn a_signature_is_what_others_compute() {
        let secret: [u8; 32] = std::array::from_fn(|at| at as u8);
        let known = "v1,r5MFkOmcDRLE5ZTHzlLWkCwnwytIt35TEN0uyAZxQ8I=";
        assert_eq!(standard(&secret, "evt_1_0", 1_700_000_000, b"{}"), known);
        let known = "sha256=964e2b26140befacf0aaa228f3e88a10c4eb5e3e46d8877482e44d7ee8f35c2c";
        assert_eq!(partssource(&secret, 1_700_000_000, b"{}"), known);
    }
}
