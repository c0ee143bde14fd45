//! From bytes to a body struct: one pass when all is well, a second one to name the fault.

use serde::Deserialize;
use serde_json::Deserializer;

use super::strict::Strict;
use crate::failure::Failure;
use crate::limits::JSON_DEPTH_MAX;

/// What a fault of a member begins with whose text is no JSON at all.
pub(crate) const NO_JSON: &str = "is no JSON: ";

/// Reads a body. What is wrong is named by its path; a good body is read once.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Failure> {
    let malformed = |what: &str| Failure::malformed("", what);
    if bytes.is_empty() {
        return Err(malformed("the body is empty"));
    }
    let is_plain = scan(bytes).map_err(malformed)?;
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the body is not UTF-8"))?;
    let value = read(text).map_err(|_| explain::<T>(text))?;
    // In a member that is ignored, the reader does not mind.
    if !is_plain && has_half_a_character(bytes) {
        return Err(malformed("the body has half of a surrogate pair"));
    }
    Ok(value)
}

/// Reads the whole text.
fn read<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    let mut from = Deserializer::from_str(text);
    let value = T::deserialize(Strict::new(&mut from))?;
    from.end()?;
    Ok(value)
}

/// Reads the body again, slowly, to say where it is wrong.
fn explain<'a, T: Deserialize<'a>>(text: &'a str) -> Failure {
    let mut from = Deserializer::from_str(text);
    let fault = match serde_path_to_error::deserialize::<_, T>(Strict::new(&mut from)) {
        Err(error) => {
            // What cannot be named is printed as `.` or `?`.
            (error.path().to_string(), error.into_inner())
        }
        Ok(_) => match from.end() {
            Err(error) => (String::new(), error),
            Ok(()) => return Failure::malformed("", "the body cannot be read"),
        },
    };
    let (path, error) = fault;
    let mut path = path.trim_end_matches('?').trim_end_matches('.').to_owned();
    let what = error.to_string();
    // A member that comes twice is found before its path is: the parent's path, and its name.
    let twice = what.strip_prefix("duplicate field `").and_then(|rest| rest.rsplit_once('`'));
    if let Some((name, _)) = twice {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
    let mut what = in_our_words(&what, !path.is_empty());
    if !path.is_empty() && (error.is_syntax() || error.is_eof()) {
        what = format!("{NO_JSON}{what}");
    }
    Failure::malformed(path, what)
}

/// What is wrong with a member, without the reader's own words for it; where it is, its path says.
fn in_our_words(what: &str, has_path: bool) -> String {
    if let Some(kind) = wrong_kind(what) {
        return if has_path { kind } else { format!("the body {kind}") };
    }
    if !has_path {
        return what.to_owned();
    }
    if what.starts_with("unknown field `") {
        return "is no member here".to_owned();
    }
    if what.starts_with("duplicate field `") {
        return "comes twice".to_owned();
    }
    let place = what.rfind(" at line ").unwrap_or(what.len());
    what[..place].to_owned()
}

/// What a value must be that is of another kind, or a number that does not fit.
fn wrong_kind(what: &str) -> Option<String> {
    let (found, expected) = what.rsplit_once(", expected ")?;
    let place = expected.rfind(" at line ").unwrap_or(expected.len());
    if found.starts_with("invalid value: ") {
        return Some("is out of range".to_owned());
    }
    let kind = match &expected[..place] {
        "i64" | "i32" | "u64" | "u32" | "u16" | "u8" => "a whole number",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "a map" | "a JSON object" => "an object",
        "str" | "a string" | "a borrowed string" => "a string",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    found.starts_with("invalid type: ").then(|| format!("must be {kind}"))
}

/// Looks for what serde would take: brackets that nest deeper than allowed (its own limit is four
/// times ours and fixed), and NUL characters, which no text of ours may have. Tells whether the
/// body is so plain that it has no escapes.
fn scan(bytes: &[u8]) -> Result<bool, &'static str> {
    if is_plain(bytes) { Ok(true) } else { scan_closely(bytes).map(|()| false) }
}

/// Whether there are no escapes, and too few brackets to nest deeply wherever they stand: two
/// counts, which go many bytes at a time, and say all there is to know of nearly every body.
fn is_plain(bytes: &[u8]) -> bool {
    count(bytes, |byte| byte == b'\\') == 0
        && count(bytes, |byte| (byte == b'{') | (byte == b'[')) <= JSON_DEPTH_MAX
}

fn count(bytes: &[u8], counts: impl Fn(u8) -> bool) -> usize {
    // So few that their count fits into a byte, too.
    let few = bytes.chunks(128);
    few.map(|few| usize::from(few.iter().map(|&byte| u8::from(counts(byte))).sum::<u8>())).sum()
}

fn scan_closely(bytes: &[u8]) -> Result<(), &'static str> {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Err("the body is nested too deeply");
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at + 1)?,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Where the string that begins at `at` has its closing quote.
fn end_of_string(bytes: &[u8], mut at: usize) -> Result<usize, &'static str> {
    while at < bytes.len() && bytes[at] != b'"' {
        if bytes[at] == b'\\' {
            at += 1; // whatever is escaped ends nothing
            if bytes[at..].starts_with(b"u0000") {
                return Err("the body has a NUL character");
            }
        }
        at += 1;
    }
    Ok(at)
}

/// Whether an escape stands for one half of a surrogate pair, and the other is not beside it. The
/// bytes are good JSON.
fn has_half_a_character(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        rest = &rest[at..];
        let skipped = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => return true,
            (Some(_), _) => 6,
            (None, _) => 2,
        };
        rest = rest.get(skipped..).unwrap_or_default();
    }
    false
}

/// The number of an escape like `\u00e9` that the bytes begin with.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
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

    #[derive(Debug, Deserialize)]
    struct Loose {}

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
            (br#"{"orderLines":[],"orderLines":[]}"#, "orderLines"),
            (br#"{"orderLines":[]} x"#, ""),
            (br#"{"orderLines":[]"#, ""),
            (b"\xEF\xBB\xBF{}", ""),
            (b"{\"orderLines\":\"\xFF\"}", ""),
            (br#"{"orderLines":"\ud800"}"#, "orderLines"),
            (br#"{"orderLines":[[1]]}"#, "orderLines[0]"),
            (br#"[[{"quantity":1}]]"#, ""),
            (br#"{"orderLines":"a\u0000b"}"#, ""),
            (b"", ""),
            (b"[]", ""),
        ] {
            let (found, what) = fault(json);
            assert_eq!(found, path, "{} ({what})", String::from_utf8_lossy(json));
        }
    }

    /// Also where nobody reads it.
    #[test]
    fn half_a_character_is_none() {
        let read = |text: &str| decode::<Loose>(format!("{{\"x\":\"{text}\"}}").as_bytes()).is_ok();
        for good in [r"\ud83d\ude00", r"\\ud83d", r"\u00e9\n", r"\ud83d\ude00\ud83d\ude00", ""] {
            assert!(read(good), "{good}");
        }
        for bad in [r"\ud83d", r"\ude00", r"\ud83d\n", r"\ude00\ud83d", r"\ud83d\ud83d\ude00"] {
            assert!(!read(bad), "{bad}");
        }
    }

    /// Section 13: a member that comes twice is found wherever it stands, also where nobody reads it.
    #[test]
    fn what_nobody_reads_comes_once_too() {
        let loose = |json: &str| match decode::<Loose>(json.as_bytes()) {
            Ok(Loose {}) => "is good".to_owned(),
            Err(Failure::Malformed(faults)) => format!("{}: {}", faults[0].path, faults[0].what),
            Err(failure) => panic!("{failure:?}"),
        };
        for (json, path) in [
            (r#"{"x":1,"x":1}"#, "x"),
            (r#"{"x":1,"y":{"x":2},"x":{}}"#, "x"),
            (r#"{"x":{"a":1,"a":2}}"#, "x.a"),
            (r#"{"x":[0,{"b":[{"a":{},"c":"","a":[]}]}]}"#, "x[1].b[0].a"),
            (r#"{"x":{"café":1,"café":2}}"#, "x.café"),
            (r#"{"x":{"a`b":1,"a`b":2}}"#, "x.a`b"),
            (r#"{"x":{"":1,"":2}}"#, "x."),
        ] {
            assert_eq!(loose(json), format!("{path}: comes twice"), "{json}");
        }
        for good in [
            r#"{"x":{"a":1},"y":{"a":1},"z":[{"a":1},{"a":1}]}"#,
            r#"{"x":{"a":{"a":{"a":1}}},"a":1}"#,
            r#"{"x":1,"X":2," x":3,"x ":4,"":5}"#,
            r#"{"x":[1.5,-7,null,true,"a",18446744073709551616]}"#,
        ] {
            assert_eq!(loose(good), "is good", "{good}");
        }
        assert!(decode::<Loose>(br#"{"x":1e999}"#).is_err(), "no number");
        let many: Vec<String> = (0..100_000).map(|number| format!("\"{number}\":0")).collect();
        let many = many.join(",");
        assert_eq!(loose(&format!("{{{many}}}")), "is good");
        assert_eq!(loose(&format!("{{{many},\"7\":0}}")), "7: comes twice");
    }

    #[test]
    fn a_fault_says_nothing_of_how_it_was_read() {
        for (json, said) in [
            (&br#"{"orderLines":[{"price":2}]}"#[..], "is no member here"),
            (br#"{"x":1}"#, "is no member here"),
            (br#"{"orderLines":[{"quantity":1,"quantity":1}]}"#, "comes twice"),
            (br#"{"orderLines":[{"quantity":"2"}]}"#, "must be a whole number"),
            (br#"{"orderLines":[{"quantity":1.5}]}"#, "must be a whole number"),
            (br#"{"orderLines":[{"quantity":null}]}"#, "must be a whole number"),
            (br#"{"orderLines":[{"quantity":9223372036854775808}]}"#, "is out of range"),
            (br#"{"orderLines":[[1]]}"#, "must be an object"),
            (br#"{"orderLines":[null]}"#, "must be an object"),
            (br#"{"orderLines":{}}"#, "must be an array"),
            (br#"{"orderLines":"a, expected b"}"#, "must be an array"),
            (br#"[]"#, "the body must be an object"),
            (br#"7"#, "the body must be an object"),
            (br#""text""#, "the body must be an object"),
            (br#"null"#, "the body must be an object"),
        ] {
            assert_eq!(fault(json).1, said, "{}", String::from_utf8_lossy(json));
        }
    }

    #[test]
    fn depth_32_is_taken_and_33_is_not() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(decode::<Document>(nested(32).as_bytes()).is_ok());
        assert!(decode::<Document>(nested(33).as_bytes()).is_err());
        assert!(decode::<Document>(nested(100_000).as_bytes()).is_err());
        let beside = |count: usize| format!("[{}[]]", "[],".repeat(count));
        assert!(decode::<Document>(beside(1_000).as_bytes()).is_ok());
        assert!(decode::<Document>(br#""\"#).is_err());
        assert!(decode::<Document>(br#"["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"["]"#).is_ok());
    }
}
