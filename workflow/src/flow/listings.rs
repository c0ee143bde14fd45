//! The listings of one location: making, changing, removing, reading.

use std::collections::BTreeMap;

use super::{Cast, Look, Scene, Seen};
use crate::command::{ListingFilter, LocationRef, Page};
use crate::id::{ArticleId, LocationId};
use crate::location::{self, Listing, ListingRow, Listings, RowStatus};
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
        let list = [(id, location::Command::List { rows })].into_iter();
        let (_, done) = self.decide_all(list).await?.remove(0);
        self.carry_out(id, done.events).await;
        let articles = done.rows.iter().map(|row| row.article.clone()).collect();
        let filter = ListingFilter { articles, code: None };
        let page = Page { after: None, size: usize::MAX };
        let (seen, _) = self.seen_listings(id, filter, page).await;
        let seen: BTreeMap<_, _> = seen.into_iter().collect();
        let rows = done.rows.into_iter().map(|row| {
            let listing = seen[&row.article].clone();
            (row.status, row.article, listing)
        });
        let rows: Vec<_> = rows.collect();
        let total = rows.len();
        Ok((Outcome::Listings { location: id, rows, total }, Some(Owner::Location(id))))
    }

    /// Takes listings away.
    pub(super) async fn remove_listings(
        &mut self,
        at: &LocationRef,
        which: Listings,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let id = self.tenant.places.find(at).ok_or(Refusal::UnknownLocation)?;
        let unlist = [(id, location::Command::Unlist { which })].into_iter();
        for (id, done) in self.decide_all(unlist).await? {
            self.carry_out(id, done.events).await;
        }
        Ok((Outcome::Gone, Some(Owner::Location(id))))
    }

    /// One listing.
    pub(super) async fn listing(
        &mut self,
        at: &LocationRef,
        article: ArticleId,
    ) -> Result<Outcome, Refusal> {
        let filter = ListingFilter { articles: vec![article], code: None };
        let outcome = self.listings(at, filter, Page { after: None, size: 1 }).await?;
        match outcome {
            Outcome::Listings { total: 0, .. } => Err(Refusal::UnknownListing { row: None }),
            one => Ok(one),
        }
    }

    /// A page of listings.
    pub(super) async fn listings(
        &mut self,
        at: &LocationRef,
        filter: ListingFilter,
        page: Page<ArticleId>,
    ) -> Result<Outcome, Refusal> {
        let location = self.tenant.places.find(at).ok_or(Refusal::UnknownLocation)?;
        let (seen, total) = self.seen_listings(location, filter, page).await;
        let unchanged = |(article, listing)| (RowStatus::Unchanged, article, listing);
        let rows = seen.into_iter().map(unchanged).collect();
        Ok(Outcome::Listings { location, rows, total })
    }

    async fn seen_listings(
        &mut self,
        id: LocationId,
        filter: ListingFilter,
        page: Page<ArticleId>,
    ) -> (Vec<(ArticleId, Listing)>, usize) {
        let look = Look::Listings(filter, page.after, page.size);
        match self.cast.look(id, look, self.now).await {
            Seen::Listings(rows, total) => (rows, total),
            _ => unreachable!("a look at listings sees listings"),
        }
    }
}
