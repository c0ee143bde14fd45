//! What the server has acknowledged, kept small enough to remember a million promises.
//!
//! The generator writes it while it runs; [`audit`](super::audit) compares it with what the server
//! says afterwards. Nothing here judges.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::answer::Promised;
use super::catalog::Catalog;

/// Lines of the largest promise that a scenario sends.
pub(super) const LINES_MAX: usize = 3;

/// How many odd answers are kept word for word; one is enough to fail, a few help to understand.
const ODD_KEPT: usize = 8;

/// Everything that was acknowledged, refused, or left without an answer.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By stock: units that acknowledged promises hold without any doubt.
    pub(super) held: Vec<u64>,
    /// By stock: units that may or may not be held, since a cancel went without an answer.
    pub(super) unsure: Vec<u64>,
    /// By stock: all units ever acknowledged, given back or not.
    pub(super) ever: Vec<u64>,
    /// By article: units of promises without an answer, which may be held anywhere or nowhere.
    pub(super) unanswered: Vec<u64>,
    /// Holds that end by themselves.
    pub(super) leases: Vec<Lease>,
    /// Acknowledged orders.
    pub(super) orders: Vec<Known>,
    /// What was refused for want of stock, and how often: of each key's lines at least one could
    /// not be filled, says the server.
    pub(super) sold_out: HashMap<Asked, u64>,
    /// Answers that contradict themselves or the request; the first few in words.
    pub(super) odd: Vec<String>,
    /// How many of those there were.
    pub(super) odd_count: u64,
}

/// Some units of one article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Line {
    pub(super) article: u32,
    /// 0 stands for "no line".
    pub(super) quantity: u32,
}

/// The lines of one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Asked(pub(super) [Line; LINES_MAX]);

impl Asked {
    /// A request for one line.
    pub(super) fn one(article: u32, quantity: u32) -> Self {
        let mut asked = Self::default();
        asked.0[0] = Line { article, quantity };
        asked
    }

    /// The lines that are there.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        self.0.iter().copied().filter(|line| line.quantity > 0)
    }
}

/// Units of one stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) stock: u32,
    pub(super) units: u32,
}

/// A hold that ends at its deadline.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) until: DateTime<Utc>,
    pub(super) holding: Holding,
}

/// An order that the server has acknowledged: 17 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: [u8; 16],
    pub(super) end: End,
}

/// The last thing that was acknowledged about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Promised, with a deadline far away.
    Promised,
    /// Promised, with a deadline that may have passed since.
    Leased,
    /// Confirmed.
    Confirmed,
    /// Cancelled.
    Cancelled,
    /// An action went without an answer.
    Unsure,
}

/// An acknowledged promise that an action is to follow.
#[derive(Debug)]
pub(super) struct Sale {
    /// Its place in `orders`.
    order: usize,
    held: Vec<Holding>,
}

impl Ledger {
    /// An empty one.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let stocks = catalog.stocks() as usize;
        Self {
            held: vec![0; stocks],
            unsure: vec![0; stocks],
            ever: vec![0; stocks],
            unanswered: vec![0; catalog.shape().articles as usize],
            ..Self::default()
        }
    }

    /// A promise was acknowledged; `until` is the deadline if the request named one.
    /// Returns its sale, and whether all that was asked for is held.
    pub(super) fn promised(
        &mut self,
        asked: &Asked,
        promised: Promised,
        until: Option<DateTime<Utc>>,
        catalog: &Catalog,
    ) -> (Sale, bool) {
        let whole = self.compare(asked, &promised, catalog);
        for &holding in &promised.held {
            self.ever[holding.stock as usize] += u64::from(holding.units);
            match until {
                Some(until) => self.leases.push(Lease { until, holding }),
                None => self.held[holding.stock as usize] += u64::from(holding.units),
            }
        }
        let end = if until.is_some() { End::Leased } else { End::Promised };
        self.orders.push(Known { id: promised.order.into_bytes(), end });
        (Sale { order: self.orders.len() - 1, held: promised.held }, whole)
    }

    /// Compares an answer with its request, article by article; true if nothing is missing.
    fn compare(&mut self, asked: &Asked, promised: &Promised, catalog: &Catalog) -> bool {
        let mut whole = true;
        let mut answered_units = 0;
        for line in asked.lines() {
            let of_line = |holding: &&Holding| catalog.article_of(holding.stock) == line.article;
            let got: u32 = promised.held.iter().filter(of_line).map(|holding| holding.units).sum();
            answered_units += got;
            if got < line.quantity {
                whole = false;
                *self.sold_out.entry(Asked::one(line.article, line.quantity - got)).or_default() +=
                    1;
            } else if got > line.quantity {
                self.odd(format!(
                    "{} holds {got} units of {} asked",
                    promised.order, line.quantity
                ));
            }
        }
        if promised.held.iter().map(|holding| holding.units).sum::<u32>() > answered_units {
            self.odd(format!("{} holds what nobody asked for", promised.order));
        }
        whole
    }

    /// A promise was refused: for at least one of its lines there was not enough.
    pub(super) fn refused(&mut self, asked: &Asked) {
        *self.sold_out.entry(*asked).or_default() += 1;
    }

    /// Nobody knows whether this promise was made.
    pub(super) fn unanswered(&mut self, asked: &Asked) {
        for line in asked.lines() {
            self.unanswered[line.article as usize] += u64::from(line.quantity);
        }
    }

    /// The confirm of a promise was acknowledged.
    pub(super) fn confirmed(&mut self, sale: &Sale) {
        self.orders[sale.order].end = End::Confirmed;
    }

    /// The cancel of a promise was acknowledged.
    pub(super) fn cancelled(&mut self, sale: &Sale) {
        self.orders[sale.order].end = End::Cancelled;
        for holding in &sale.held {
            self.held[holding.stock as usize] -= u64::from(holding.units);
        }
    }

    /// Nobody knows whether the action on a promise was done; `frees` says if it would give the
    /// units back.
    pub(super) fn action_unanswered(&mut self, sale: &Sale, frees: bool) {
        self.orders[sale.order].end = End::Unsure;
        for holding in sale.held.iter().filter(|_| frees) {
            self.held[holding.stock as usize] -= u64::from(holding.units);
            self.unsure[holding.stock as usize] += u64::from(holding.units);
        }
    }

    /// An answer cannot be right.
    pub(super) fn odd(&mut self, what: String) {
        self.odd_count += 1;
        if self.odd.len() < ODD_KEPT {
            self.odd.push(what);
        }
    }

    /// The id of the order that `sale` is about.
    pub(super) fn order_of(&self, sale: &Sale) -> Uuid {
        Uuid::from_bytes(self.orders[sale.order].id)
    }

    /// Adds what another thread or round has seen of the same catalog.
    pub(super) fn absorb(&mut self, other: Self) {
        let add = |into: &mut Vec<u64>, from: Vec<u64>| {
            into.resize(into.len().max(from.len()), 0);
            for (sum, part) in into.iter_mut().zip(from) {
                *sum += part;
            }
        };
        add(&mut self.held, other.held);
        add(&mut self.unsure, other.unsure);
        add(&mut self.ever, other.ever);
        add(&mut self.unanswered, other.unanswered);
        self.leases.extend(other.leases);
        self.orders.extend(other.orders);
        for (asked, times) in other.sold_out {
            *self.sold_out.entry(asked).or_default() += times;
        }
        self.odd.extend(other.odd);
        self.odd.truncate(ODD_KEPT);
        self.odd_count += other.odd_count;
    }
}
