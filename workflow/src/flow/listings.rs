//! Making, changing and removing the listings of one location.

use std::collections::BTreeMap;

use super::{Cast, Look, Scene, Seen};
use crate::command::LocationRef;
use crate::location::{self, ListingRow};
use crate::outcome::Outcome;
use crate::record::Owner;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Makes or replaces listings.
    pub(super) async fn put_listings(
        &mut self,
        at: &LocationRef,
        rows: Vec<ListingRow>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let id = self.tenant.places.find(at).ok_or(Refusal::UnknownLocation)?;
        let rows = rows.into_iter().enumerate();
        let rows = rows.map(|(index, row)| (self.new_stock_id(index), row)).collect();
        let done = self.cast.decide(id, location::Command::List { rows }, self.now).await?;
        self.carry_out(id, done.events).await;
        let articles = done.rows.iter().map(|row| row.article.clone()).collect();
        let look = Look::Listings(articles, None, usize::MAX);
        let Seen::Listings(seen, _) = self.cast.look(id, look, self.now).await else {
            unreachable!("a look at listings sees listings")
        };
        let seen: BTreeMap<_, _> = seen.into_iter().collect();
        let rows = done.rows.into_iter().map(|row| {
            let listing = seen[&row.article].clone();
            (row.status, row.article, listing)
        });
        let rows: Vec<_> = rows.collect();
        let total = rows.len();
        Ok((Outcome::Listings { location: id, rows, total }, Some(Owner::Location(id))))
    }
}
