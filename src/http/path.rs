//! Where in a request something stands, and what is wrong there.
//!
//! A path is a chain on the stack and costs nothing until it is printed; so every field can name
//! itself, and a good request pays only for the facilities that it names: whether they are there,
//! the core says.

use std::fmt;

use crate::failure::{Failure, Fault};
use crate::limits::FAULTS_MAX;

/// A place in a JSON body, printed as `orderLineItems[1].quantity`.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    /// The body.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An element of an array.
    Index(&'a Path<'a>, usize),
}

/// All that is wrong with a request, in the order of its fields.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl<'a> Path<'a> {
    /// The member of this object.
    pub(crate) fn member(&'a self, name: &'a str) -> Path<'a> {
        Path::Member(self, name)
    }

    /// The element of this array.
    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => out.write_str(name),
            Path::Member(parent, name) => write!(out, "{parent}.{name}"),
            Path::Index(parent, index) => write!(out, "{parent}[{index}]"),
        }
    }
}

impl Faults {
    /// Notes what is wrong at a place. What is beyond the limit is not even kept.
    pub(crate) fn add(&mut self, at: impl fmt::Display, what: impl Into<String>) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Fault { path: at.to_string(), what: what.into() });
        }
    }

    /// A value that must be there.
    pub(crate) fn required<T>(&mut self, at: Path<'_>, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(at, "is required");
        }
        value
    }

    /// A value that must be there and good, at a place that has no path.
    pub(crate) fn good_member<T>(&mut self, at: &str, value: Option<T>, rule: &str) -> Option<T> {
        if value.is_none() {
            self.add(at, rule);
        }
        value
    }

    /// A value that must be good if it is there.
    pub(crate) fn good<T>(&mut self, at: Path<'_>, value: Option<T>, rule: &str) -> Option<T> {
        if value.is_none() {
            self.add(at, rule);
        }
        value
    }

    /// Notes a fault unless the rule is kept.
    pub(crate) fn check(&mut self, at: Path<'_>, kept: bool, rule: &str) {
        if !kept {
            self.add(at, rule);
        }
    }

    /// The value, if nothing was wrong.
    pub(crate) fn end<T>(self, value: Option<T>) -> Result<T, Failure> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Failure::Malformed(self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_like_javascript() {
        let lines = Path::Root.member("orderLineItems");
        let second = lines.index(1);
        assert_eq!(second.member("quantity").to_string(), "orderLineItems[1].quantity");
        assert_eq!(Path::Root.to_string(), "");
    }
}
