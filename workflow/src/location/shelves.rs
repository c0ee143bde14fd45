//! The shelves of a location, by article.
//!
//! A file of its own because they are wanted in two ways: a promise looks one up by the name of
//! its article, as fast as possible; lists and hashes walk over all in the order of names.

use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::ops::Index;

use foldhash::fast::RandomState;

use super::Shelf;
use crate::id::ArticleId;

/// What lies at a location.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelves {
    /// Only looked up, never walked over: its order is chance.
    by_article: HashMap<ArticleId, Shelf, RandomState>,
    /// The same articles in their order.
    articles: BTreeSet<ArticleId>,
}

impl Shelves {
    /// An article's shelf.
    pub fn get(&self, article: &ArticleId) -> Option<&Shelf> {
        self.by_article.get(article)
    }

    /// The same, to change it; made if there is none.
    pub fn at(&mut self, article: &ArticleId) -> &mut Shelf {
        if !self.by_article.contains_key(article) {
            self.insert(article.clone(), Shelf::default());
        }
        self.by_article.get_mut(article).expect("the shelf is there by now")
    }

    /// Puts a shelf there.
    pub fn insert(&mut self, article: ArticleId, shelf: Shelf) {
        self.articles.insert(article.clone());
        self.by_article.insert(article, shelf);
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        *self = Shelves::default();
    }

    /// The articles, in their order.
    pub fn articles(&self) -> impl Iterator<Item = &ArticleId> {
        self.articles.iter()
    }

    /// The shelves, in the order of articles.
    pub fn iter(&self) -> impl Iterator<Item = (&ArticleId, &Shelf)> {
        self.articles.iter().map(|article| (article, &self.by_article[article]))
    }
}

impl Index<&ArticleId> for Shelves {
    type Output = Shelf;

    fn index(&self, article: &ArticleId) -> &Shelf {
        &self.by_article[article]
    }
}

impl Hash for Shelves {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.articles.len());
        self.iter().for_each(|shelf| shelf.hash(state));
    }
}
