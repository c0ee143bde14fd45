//! What subscriptions are made of, as any address where they are made takes and shows it: events,
//! encodings, headers, secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use workflow::subscription::Encoding;

use crate::feed::Kind;
use crate::limits::HEADER_VALUE_CHARS_MAX;

/// Before the bytes of a secret, in base64 (Standard Webhooks 1.0).
const SECRET_PREFIX: &str = "whsec_";

/// What is wrong with a header's name.
pub(crate) const BAD_HEADER: &str = "is no name of a header, or is ours";
/// What is wrong with a header's value.
pub(crate) const BAD_VALUE: &str = "must be visible ASCII, up to 2000";

/// Whether a subscription may be to this: an event by one of its names, or all. PartsSource's own
/// names are told in its encoding only.
pub(crate) fn is_event(name: &str, encoding: Encoding) -> bool {
    let is_parts = encoding == Encoding::PartsSource;
    name == "*"
        || Kind::named(name).is_some()
        || Kind::ALL.iter().any(|kind| {
            kind.fft().contains(&name) || (is_parts && kind.partssource() == Some(name))
        })
}

/// The encoding with this name.
pub(crate) fn encoding_named(name: &str) -> Option<Encoding> {
    match name {
        "fft" => Some(Encoding::Fft),
        "cloudevents" => Some(Encoding::CloudEvents),
        "standard" => Some(Encoding::Standard),
        "partssource" => Some(Encoding::PartsSource),
        _ => None,
    }
}

/// What an encoding is called.
pub(crate) fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Fft => "fft",
        Encoding::CloudEvents => "cloudevents",
        Encoding::Standard => "standard",
        Encoding::PartsSource => "partssource",
    }
}

/// Whether a call may have this header besides its own.
pub(crate) fn is_free_header(name: &str) -> bool {
    const OURS: [&str; 9] = [
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
    ];
    let name = name.to_ascii_lowercase();
    let is_token = (1..=100).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let ours = ["webhook-", "x-ps-", "proxy-"];
    is_token && !OURS.contains(&name.as_str()) && !ours.iter().any(|it| name.starts_with(it))
}

/// Whether a header may have this value.
pub(crate) fn is_header_value(value: &str) -> bool {
    value.len() <= HEADER_VALUE_CHARS_MAX && value.bytes().all(|it| (b' '..=b'~').contains(&it))
}

/// 32 bytes of the system's chance, which nobody can guess.
pub(crate) fn drawn_secret() -> std::io::Result<[u8; 32]> {
    let mut secret = [0; 32];
    let drawn = rustix::rand::getrandom(&mut secret, rustix::rand::GetRandomFlags::empty())?;
    assert_eq!(drawn, secret.len(), "so few bytes are never cut short");
    Ok(secret)
}

/// The secret as it is shown once.
pub(crate) fn shown_secret(secret: &[u8; 32]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(secret))
}

/// A secret of somebody's own choice.
pub(crate) fn read_secret(text: &str) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(text.strip_prefix(SECRET_PREFIX)?).ok()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_is_shown() {
        let secret: [u8; 32] = std::array::from_fn(|at| at as u8);
        assert_eq!(read_secret(&shown_secret(&secret)), Some(secret));
        let short = format!("whsec_{}", STANDARD.encode([1; 31]));
        for bad in ["", "whsec_", &short, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="] {
            assert_eq!(read_secret(bad), None, "{bad}");
        }
    }
}
