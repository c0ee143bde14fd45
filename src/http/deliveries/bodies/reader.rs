//! Reads members, one by one, and notes all that is wrong.
//!
//! Two kinds of wrong are kept apart, because this door answers them differently: a member of the
//! wrong kind (400), and a value that is missing or not good (422).

use smol_str::SmolStr;
use workflow::id::is_reference;
use workflow::limits::REFERENCE_CHARS_MAX;
use workflow::order::Shortage;

use super::decimal::Decimal;
use super::instant::{self, Moment};
use super::sheet::{Field, Sheet};
use crate::failure::Failure;
use crate::http::deliveries::errors::Error;
use crate::http::path::Faults;

/// All that is wrong with a request so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    misshapen: Faults,
    invalid: Faults,
    is_misshapen: bool,
}

/// The members of one object, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) sheet: &'a Sheet,
    /// The object's path with a dot, as `order.`; empty for the body.
    pub(super) path: &'a str,
}

/// A scalar that may be a number or its text, with its path.
type Found<'a> = (String, &'a str);

impl At<'_> {
    pub(super) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }
}

impl Reader {
    /// Notes a value that is missing or not good.
    pub(super) fn add(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.invalid.add(path.into(), what);
    }

    /// Notes a member of the wrong kind.
    pub(super) fn misshapen(&mut self, path: impl Into<String>, what: &str) {
        self.is_misshapen = true;
        self.misshapen.add(path.into(), what);
    }

    /// The value, if nothing was wrong.
    pub(super) fn end<T>(self, value: Option<T>) -> Result<T, Error> {
        if self.is_misshapen {
            return self.misshapen.end(None).map_err(Error::from);
        }
        self.invalid.end(value).map_err(|failure| match failure {
            Failure::Malformed(faults) => Error::invalid(faults),
            other => Error::from(other),
        })
    }

    /// A member that must be there.
    pub(super) fn required<T>(
        &mut self,
        at: At<'_>,
        name: &'static str,
        value: Option<T>,
    ) -> Option<T> {
        if value.is_none() && at.sheet.get(name).is_none() {
            self.add(at.name(name), "is required");
        }
        value
    }

    /// A text of at most so many characters.
    pub(super) fn text(
        &mut self,
        at: At<'_>,
        names: &[&'static str],
        max: usize,
    ) -> Option<String> {
        let (name, field) = at.sheet.first(names)?;
        let Field::Text(text) = field else {
            self.misshapen(at.name(name), "must be a text");
            return None;
        };
        let fits = text.chars().count() <= max && !text.chars().any(char::is_control);
        if !fits {
            self.add(at.name(name), format!("must have at most {max} printable characters"));
        }
        fits.then(|| text.clone())
    }

    /// A name from somebody else's system: a text, or a whole number.
    pub(super) fn name(&mut self, at: At<'_>, names: &[&'static str]) -> Option<SmolStr> {
        let (path, text) = self.scalar(at, names)?;
        let fits = is_reference(text);
        if !fits {
            self.add(path, "must have 1 to 250 printable characters");
        }
        fits.then(|| SmolStr::new(text))
    }

    /// A whole number.
    pub(super) fn count(&mut self, at: At<'_>, names: &[&'static str]) -> Option<i64> {
        let (path, text) = self.scalar(at, names)?;
        // What was sent as 3.0 was kept as 3; a text may still say it so.
        let whole = text.trim().split_once('.').map_or(text.trim(), |(whole, fraction)| {
            if fraction.bytes().all(|byte| byte == b'0') { whole } else { "" }
        });
        let count = whole.parse::<i64>().ok();
        if count.is_none() {
            self.add(path, "must be a whole number");
        }
        count
    }

    /// A decimal number.
    pub(super) fn decimal(&mut self, at: At<'_>, names: &[&'static str]) -> Option<Decimal> {
        let (path, text) = self.scalar(at, names)?;
        let decimal = Decimal::parse(text);
        if decimal.is_none() {
            self.add(path, "must be a decimal number");
        }
        decimal
    }

    /// A decimal number, or a text that counts as nothing and is given back.
    pub(super) fn adjustment(
        &mut self,
        at: At<'_>,
        names: &[&'static str],
    ) -> (Decimal, Option<String>) {
        let Some((path, text)) = self.scalar(at, names) else { return Default::default() };
        if let Some(decimal) = Decimal::parse(text) {
            return (decimal, Some(decimal.to_string()));
        }
        if text.chars().count() > REFERENCE_CHARS_MAX {
            self.add(path, "must have at most 250 characters");
        }
        (Decimal::default(), Some(crate::http::reply::json(&text)))
    }

    /// An instant, or a day.
    pub(super) fn instant(&mut self, at: At<'_>, names: &[&'static str]) -> Option<Moment> {
        let (name, field) = at.sheet.first(names)?;
        let Field::Text(text) = field else {
            self.misshapen(at.name(name), "must be a text");
            return None;
        };
        let moment = instant::parse(text);
        if moment.is_none() {
            let forms = "must be like 2007-11-09 11:20:25 UTC, RFC 3339, or a date";
            self.add(at.name(name), forms);
        }
        moment
    }

    /// One of these words, without regard to case.
    pub(super) fn word(
        &mut self,
        at: At<'_>,
        names: &[&'static str],
        words: &[&'static str],
    ) -> Option<&'static str> {
        let (name, field) = at.sheet.first(names)?;
        let Field::Text(text) = field else {
            self.misshapen(at.name(name), "must be a text");
            return None;
        };
        let word = words.iter().find(|word| word.eq_ignore_ascii_case(text.trim()));
        if word.is_none() {
            self.add(at.name(name), format!("must be one of {}", words.join(", ")));
        }
        word.copied()
    }

    /// What becomes of a line that is short.
    pub(super) fn flag(&mut self, at: At<'_>, names: &[&'static str]) -> Option<Shortage> {
        let words = ["SUBSTITUTE", "BACKORDER", "CRITICAL", "SKIP"];
        self.word(at, names, &words).map(|word| match word {
            "SUBSTITUTE" => Shortage::Substitute,
            "CRITICAL" => Shortage::Critical,
            "SKIP" => Shortage::Skip,
            _ => Shortage::Wait,
        })
    }

    /// The members of an object.
    pub(super) fn sheet<'a>(&mut self, at: At<'a>, name: &'static str) -> Option<&'a Sheet> {
        match at.sheet.get(name)? {
            Field::Sheet(sheet) => Some(sheet),
            _ => {
                self.misshapen(at.name(name), "must be an object");
                None
            }
        }
    }

    /// A number, or the text of one.
    fn scalar<'a>(&mut self, at: At<'a>, names: &[&'static str]) -> Option<Found<'a>> {
        match at.sheet.first(names)? {
            (name, Field::Number(text) | Field::Text(text)) => Some((at.name(name), text)),
            (name, _) => {
                self.misshapen(at.name(name), "must be a number or a text");
                None
            }
        }
    }
}
