//! From bytes to a body struct: one pass when all is well, a second one to name the fault.

use serde::Deserialize;
use serde_json::Deserializer;

use crate::failure::Failure;
use crate::limits::JSON_DEPTH_MAX;

/// Reads a body. What is wrong is named by its path; a good body is read once.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Failure> {
    let malformed = |what: &str| Failure::malformed("", what);
    if bytes.is_empty() {
        return Err(malformed("the body is empty"));
    }
    if too_deep(bytes) {
        return Err(malformed("the body is nested too deeply"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the body is not UTF-8"))?;
    if has_nul(bytes) {
        return Err(malformed("the body has a NUL character"));
    }
    serde_json::from_str(text).map_err(|_| explain::<T>(text))
}

/// Reads the body again, slowly, to say where it is wrong.
fn explain<'a, T: Deserialize<'a>>(text: &'a str) -> Failure {
    let mut from = Deserializer::from_str(text);
    let fault = match serde_path_to_error::deserialize::<_, T>(&mut from) {
        Err(error) => {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            (path, error.into_inner())
        }
        Ok(_) => match from.end() {
            Err(error) => (String::new(), error),
            Ok(()) => return Failure::malformed("", "the body cannot be read"),
        },
    };
    let (path, error) = fault;
    let mut path = path.trim_end_matches(".?").to_owned();
    let what = error.to_string();
    // A member that comes twice is found before its path is: the parent's path, and its name.
    let twice = what.strip_prefix("duplicate field `").and_then(|rest| rest.split_once('`'));
    if let Some((name, _)) = twice {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
    Failure::malformed(path, what)
}

/// Whether brackets nest deeper than allowed. A scan of its own, because serde's recursion limit
/// is four times ours and fixed.
fn too_deep(bytes: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut rest),
            _ => {}
        }
    }
    false
}

fn skip_string(rest: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                rest.next();
            }
            _ => {}
        }
    }
}

/// Whether a NUL stands in the body, as a byte or as an escape.
fn has_nul(bytes: &[u8]) -> bool {
    let Some(mut at) = bytes.iter().position(|byte| *byte == b'\\') else { return false };
    while at + 1 < bytes.len() {
        if bytes[at] == b'\\' {
            if bytes[at + 1..].starts_with(b"u0000") {
                return true;
            }
            at += 1; // whatever is escaped begins nothing
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::document::Document;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Row {
        #[expect(dead_code, reason = "only read by serde")]
        quantity: i64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Rows {
        #[expect(dead_code, reason = "only read by serde")]
        order_lines: Vec<Row>,
    }

    fn fault(bytes: &[u8]) -> (String, String) {
        let Err(Failure::Malformed(faults)) = decode::<Rows>(bytes) else {
            panic!("{:?} was taken", String::from_utf8_lossy(bytes))
        };
        let [fault] = &faults[..] else { panic!("{faults:?}") };
        (fault.path.clone(), fault.what.clone())
    }

    #[test]
    fn a_fault_is_named_by_its_path() {
        for (json, path) in [
            (&br#"{"orderLines":[{"quantity":1},{"quantity":"2"}]}"#[..], "orderLines[1].quantity"),
            (br#"{"orderLines":[{"quantity":1.5}]}"#, "orderLines[0].quantity"),
            (br#"{"orderLines":[{"quantity":9223372036854775808}]}"#, "orderLines[0].quantity"),
            (br#"{"orderLines":[{"quantity":1e999}]}"#, "orderLines[0].quantity"),
            (br#"{"orderLines":[{"quantity":NaN}]}"#, "orderLines[0].quantity"),
            (br#"{"orderLines":[{"quantity":1,"price":2}]}"#, "orderLines[0].price"),
            (br#"{"orderLines":[{"quantity":1,"quantity":1}]}"#, "orderLines[0].quantity"),
            (br#"{"orderLines":[]} x"#, ""),
            (br#"{"orderLines":[]"#, ""),
            (b"\xEF\xBB\xBF{}", ""),
            (b"{\"orderLines\":\"\xFF\"}", ""),
            (br#"{"orderLines":"\ud800"}"#, "orderLines"),
            (br#"{"orderLines":"a\u0000b"}"#, ""),
            (b"", ""),
            (b"[]", ""),
        ] {
            let (found, what) = fault(json);
            assert_eq!(found, path, "{} ({what})", String::from_utf8_lossy(json));
        }
    }

    #[test]
    fn depth_32_is_taken_and_33_is_not() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(decode::<Document>(nested(32).as_bytes()).is_ok());
        assert!(decode::<Document>(nested(33).as_bytes()).is_err());
        assert!(decode::<Document>(nested(100_000).as_bytes()).is_err());
        assert!(decode::<Document>(br#"["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"["]"#).is_ok());
    }
}
