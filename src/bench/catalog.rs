//! What there is to sell: articles, locations, and how much of which lies where.
//!
//! A rule instead of a list, so that setting up, sending and auditing agree without sharing one:
//! the first places are warehouses, which have every article; beyond them article `a` lies in the
//! stores `a * 7 + k * stride`. Numbers inside the generator are small indexes;
//! only here do they become the names that the server sees, and back.

use std::collections::HashMap;

use uuid::Uuid;

/// How large a catalog is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Different articles.
    pub(super) articles: u32,
    /// Locations.
    pub(super) locations: u32,
    /// Locations that have a given article, at most all of them.
    pub(super) places_per_article: u32,
    /// Locations that have every article; they count among the places of each.
    pub(super) warehouses: u32,
    /// Units of an article in each of these.
    pub(super) value: u64,
}

/// The articles and locations of one run.
#[derive(Debug)]
pub(super) struct Catalog {
    shape: Shape,
    /// Tells the names of this run from those of earlier runs on the same server.
    tag: String,
    /// The server's ids, by place.
    refs: Vec<Uuid>,
    places: HashMap<Uuid, u32>,
}

impl Catalog {
    /// A catalog whose locations are not known to a server yet.
    pub(super) fn new(shape: Shape, tag: String) -> Self {
        Self { shape, tag, refs: Vec::new(), places: HashMap::new() }
    }

    /// Remembers the server's ids, in the order of the places.
    pub(super) fn know(&mut self, refs: Vec<Uuid>) {
        self.places = refs.iter().zip(0..).map(|(&id, place)| (id, place)).collect();
        self.refs = refs;
    }

    /// The size.
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// How many pairs of article and location have stock.
    pub(super) fn stocks(&self) -> u32 {
        self.shape.articles * self.shape.places_per_article
    }

    /// The location that holds the stock numbered `stock`.
    pub(super) fn place_of(&self, stock: u32) -> u32 {
        let (article, nth) = (self.article_of(stock), stock % self.shape.places_per_article);
        let Shape { locations, places_per_article, warehouses, .. } = self.shape;
        let Some(nth) = nth.checked_sub(warehouses) else {
            return nth;
        };
        // The stride visits different stores, evenly apart.
        let stores = locations - warehouses;
        let stride = stores / (places_per_article - warehouses);
        warehouses + (article * 7 + nth * stride) % stores
    }

    /// The article of the stock numbered `stock`.
    pub(super) fn article_of(&self, stock: u32) -> u32 {
        stock / self.shape.places_per_article
    }

    /// The place whose id at the server this is.
    pub(super) fn place_named(&self, facility: Uuid) -> Option<u32> {
        self.places.get(&facility).copied()
    }

    /// The stock of `article` at a place.
    pub(super) fn stock_at(&self, place: u32, article: u32) -> Option<u32> {
        let mut stocks = self.stocks_of(article);
        if place < self.shape.warehouses {
            return stocks.nth(place as usize);
        }
        stocks.find(|&stock| self.place_of(stock) == place)
    }

    /// All stocks of `article`.
    pub(super) fn stocks_of(&self, article: u32) -> impl Iterator<Item = u32> + use<> {
        let first = article * self.shape.places_per_article;
        first..first + self.shape.places_per_article
    }

    /// The server's ids of the locations, in the order of the places.
    pub(super) fn refs(&self) -> &[Uuid] {
        &self.refs
    }

    /// Appends the article's id.
    pub(super) fn write_article(&self, into: &mut impl std::fmt::Write, article: u32) {
        // Writing to a buffer in memory cannot fail; the trait only allows for it.
        let _ = write!(into, "{}-{article}", self.tag);
    }

    /// The article's id.
    pub(super) fn article_name(&self, article: u32) -> String {
        let mut name = String::new();
        self.write_article(&mut name, article);
        name
    }

    /// Whose id this is, if it is of this run.
    pub(super) fn article_named(&self, name: &str) -> Option<u32> {
        let number = name.strip_prefix(self.tag.as_str())?.strip_prefix('-')?.parse().ok()?;
        (number < self.shape.articles).then_some(number)
    }

    /// The location's own name for itself.
    pub(super) fn place_name(&self, place: u32) -> String {
        format!("{}-place-{place}", self.tag)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Catalog, Shape};

    #[test]
    fn every_article_lies_in_as_many_different_places_as_asked() {
        let shape =
            Shape { articles: 50, locations: 33, places_per_article: 10, warehouses: 4, value: 1 };
        let catalog = Catalog::new(shape, "t".into());
        for article in 0..50 {
            let places: HashSet<_> =
                catalog.stocks_of(article).map(|stock| catalog.place_of(stock)).collect();
            assert_eq!(places.len(), 10, "article {article}");
            assert!((0..4).all(|warehouse| places.contains(&warehouse)), "article {article}");
            assert!(catalog.stocks_of(article).all(|stock| catalog.article_of(stock) == article));
            for stock in catalog.stocks_of(article) {
                assert_eq!(catalog.stock_at(catalog.place_of(stock), article), Some(stock));
            }
        }
    }

    #[test]
    fn names_lead_back_and_strangers_do_not() {
        let shape =
            Shape { articles: 5, locations: 1, places_per_article: 1, warehouses: 0, value: 1 };
        let catalog = Catalog::new(shape, "run7".into());
        assert_eq!(catalog.article_named(&catalog.article_name(4)), Some(4));
        for stranger in ["run7-5", "run8-4", "run7", "4711", "run7--1"] {
            assert_eq!(catalog.article_named(stranger), None, "{stranger}");
        }
    }
}
