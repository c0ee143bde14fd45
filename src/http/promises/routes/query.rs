//! The query of a request: `size`, `startAfterId` and filters.

use smol_str::SmolStr;
use workflow::command::Page;

use crate::failure::Failure;
use crate::http::path::Faults;
use crate::limits::{ENTRIES_MAX, PAGE_ROWS};

/// The parameters of a query, decoded. Unknown ones are ignored.
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    faults: Faults,
}

impl Params {
    /// Reads the part behind the question mark.
    pub(crate) fn of(query: &str) -> Params {
        let mut faults = Faults::default();
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decoded(name), decoded(value)) {
                (Some(name), Some(value)) => pairs.push((name, value)),
                _ => faults.add(name, "has a bad % encoding"),
            }
        }
        Params { pairs, faults }
    }

    /// The part of the list that is wanted.
    pub(crate) fn page<Id>(
        &mut self,
        rows_max: usize,
        parse: impl FnOnce(&str) -> Option<Id>,
    ) -> Option<Page<Id>> {
        self.page_after("startAfterId", rows_max, parse)
    }

    /// The same, where the list calls its beginning something else.
    pub(crate) fn page_after<Id>(
        &mut self,
        name: &'static str,
        rows_max: usize,
        parse: impl FnOnce(&str) -> Option<Id>,
    ) -> Option<Page<Id>> {
        let size = self.one("size").map(|text| text.parse::<usize>().ok());
        let size = match size {
            None => Some(PAGE_ROWS),
            Some(size) => size.filter(|size| (1..=rows_max).contains(size)),
        };
        if size.is_none() {
            self.faults.add("size", format!("must be 1 to {rows_max}"));
        }
        let after = match self.one(name).map(|text| parse(&text)) {
            None => Some(None),
            Some(None) => {
                self.faults.add(name, "is no id");
                None
            }
            Some(id) => Some(id),
        };
        Some(Page { after: after?, size: size? })
    }

    /// One whole number within these bounds, or the usual one.
    pub(crate) fn number(
        &mut self,
        name: &'static str,
        least: usize,
        most: usize,
        usual: usize,
    ) -> Option<usize> {
        let Some(text) = self.one(name) else { return Some(usual) };
        let number = text.parse::<usize>().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.faults.add(name, format!("must be {least} to {most}"));
        }
        number
    }

    /// The place of one of these words in their list; the first one if it is not there.
    pub(crate) fn place_of(&mut self, name: &'static str, words: &[&'static str]) -> Option<usize> {
        let Some(text) = self.one(name) else { return Some(0) };
        let place = words.iter().position(|word| *word == text);
        if place.is_none() {
            self.faults.add(name, format!("must be one of {}", words.join(", ")));
        }
        place
    }

    /// One text, if it is there and not empty.
    pub(crate) fn filled(&mut self, name: &str) -> Option<SmolStr> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// One text, if it is there.
    pub(crate) fn text(&mut self, name: &str) -> Option<SmolStr> {
        self.one(name).map(SmolStr::from)
    }

    /// One id, if it is there.
    pub(crate) fn id<Id>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<Id>,
    ) -> Option<Id> {
        let id = parse(&self.one(name)?);
        if id.is_none() {
            self.faults.add(name, "is no id");
        }
        id
    }

    /// What one of these words stands for, if it is there.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.one(name)?;
        let choice = words.iter().find(|(word, _)| *word == text).map(|(_, it)| *it);
        if choice.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.faults.add(name, format!("must be {}", words.join(" or ")));
        }
        choice
    }

    /// One value, if it is there; what it must be is said if it is not.
    pub(crate) fn value<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        rule: &str,
    ) -> Option<T> {
        let value = parse(&self.one(name)?);
        if value.is_none() {
            self.faults.add(name, rule);
        }
        value
    }

    /// One of a few words, if it is there.
    pub(crate) fn one_of<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(&self.one(name)?);
        if value.is_none() {
            self.faults.add(name, "has an unknown value");
        }
        value
    }

    /// One value, if it is there and good.
    pub(crate) fn good<T>(
        &mut self,
        name: &'static str,
        rule: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(&self.one(name)?);
        if value.is_none() {
            self.bad(name, rule);
        }
        value
    }

    /// Notes that something is wrong with a parameter.
    pub(crate) fn bad(&mut self, name: &'static str, what: &str) {
        self.faults.add(name, what);
    }

    /// All values of a parameter: repeated, or with commas in between.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.values(name).filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let is_it = move |known: &str| known.strip_suffix("[]").unwrap_or(known) == name;
        let values = self.pairs.iter().filter(move |(known, _)| is_it(known));
        values.flat_map(|(_, value)| value.split(','))
    }

    /// All values of a parameter that are not empty, at most 500, each of them good.
    pub(crate) fn named<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let values = self.list(name);
        if values.len() > ENTRIES_MAX {
            self.bad(name, "must have at most 500 values");
            return Vec::new();
        }
        let all: Option<Vec<T>> = values.iter().map(|value| parse(value)).collect();
        self.known(name, all)
    }

    /// All values of a parameter, each of them a word that is known; an empty one is none.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let all: Option<Vec<T>> = self.values(name).map(parse).collect();
        self.known(name, all)
    }

    fn known<T>(&mut self, name: &'static str, all: Option<Vec<T>>) -> Vec<T> {
        if all.is_none() {
            self.faults.add(name, "has an unknown value");
        }
        all.unwrap_or_default()
    }

    /// `true` or `false`; not there means false.
    pub(crate) fn flag(mut self, name: &'static str) -> Result<bool, Failure> {
        let flag = match self.one(name).as_deref() {
            None | Some("false") => Some(false),
            Some("true") => Some(true),
            Some(_) => {
                self.faults.add(name, "must be true or false");
                None
            }
        };
        self.end(flag)
    }

    /// The value, if all parameters were good.
    pub(crate) fn end<T>(self, value: Option<T>) -> Result<T, Failure> {
        self.faults.end(value)
    }

    fn one(&mut self, name: &str) -> Option<String> {
        let mut values = self.pairs.iter().filter(|(known, _)| known == name);
        let value = values.next()?.1.clone();
        if values.next().is_some() {
            self.faults.add(name, "must come once");
        }
        Some(value)
    }
}

/// Undoes `%41` and `+`.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_page_has_a_size_within_its_bounds() {
        let mut params = Params::of("size=3&startAfterId=a%20b");
        let page = params.page(100, id);
        let page = params.end(page).unwrap();
        assert_eq!((page.size, page.after.as_deref()), (3, Some("a b")));
        for bad in ["size=0", "size=101", "size=-1", "size=x", "size=1&size=2", "a=%zz"] {
            let mut params = Params::of(bad);
            let page = params.page(100, id);
            assert!(params.end(page).is_err(), "{bad}");
        }
        let mut params = Params::of("");
        let page = params.page(100, id);
        assert_eq!(params.end(page).unwrap().size, PAGE_ROWS);
    }

    #[test]
    fn a_list_is_repeated_or_has_commas() {
        let params = Params::of("a=1&a=2,3&a[]=4");
        assert_eq!(params.list("a"), ["1", "2", "3", "4"]);
        for (count, fits) in [(ENTRIES_MAX, true), (ENTRIES_MAX + 1, false)] {
            let mut params = Params::of(&format!("a={}", vec!["1"; count].join(",")));
            let values = params.named("a", id);
            assert_eq!(params.end(Some(values)).is_ok(), fits, "{count}");
        }
    }
}
