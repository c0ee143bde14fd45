//! A mail address: the part of RFC 5321 that every mail server takes.

use crate::limits::ADDRESS_CHARS_MAX;

/// Characters of the part before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL_CHARS_MAX: usize = 64;
/// Characters of one part of a domain's name (RFC 1035, 2.3.4).
const LABEL_CHARS_MAX: usize = 63;

/// Whether it is `local@domain.tld` in plain ASCII: no quotes, no comments, no white space, so
/// nothing that a header of a mail could be broken with.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_atom = |part: &str| {
        let fits =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        !part.is_empty() && part.bytes().all(fits)
    };
    let is_label = |part: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty()
            && part.len() <= LABEL_CHARS_MAX
            && part.bytes().all(fits)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= ADDRESS_CHARS_MAX
        && local.len() <= LOCAL_CHARS_MAX
        && local.split('.').all(is_atom)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_local_and_domain() {
        for good in ["appleseed@example.com", "a.b+c@x-y.co.uk", "o'neil@example.ie"] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(65));
        let huge = format!("{}@example.com", "x".repeat(10 * 1024));
        for bad in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a@b..c",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "a@b.c>",
            "<a@b.c>",
            "\"a\"@b.c",
            ".a@b.c",
            "a@-b.c",
            "a@b@c.d",
            "jörg@example.com",
            &long,
            &huge,
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
