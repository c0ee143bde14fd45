//! Taking lots away, and moving pieces from one to another.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::{Cast, Look, Scene, Seen};
use crate::command::Lots;
use crate::id::{LocationId, StockId, Version};
use crate::location::{self, Relocation};
use crate::outcome::{Outcome, RemovedBy, RemovedView};
use crate::quantity::Units;
use crate::record::Owner;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Takes lots away; what was reserved of them waits for other stock there.
    pub(super) async fn remove_stocks(
        &mut self,
        which: Vec<Lots>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let mut named: BTreeSet<StockId> = BTreeSet::new();
        let mut by_location: BTreeMap<LocationId, Vec<StockId>> = BTreeMap::new();
        let mut removed = Vec::with_capacity(which.len());
        for lots in which {
            let (by, lots) = self.named(lots).await?;
            let mut ids = Vec::with_capacity(lots.len());
            for id in lots {
                if let Some(location) = self.tenant.places.location_of(id)
                    && named.insert(id)
                {
                    by_location.entry(location).or_default().push(id);
                    ids.push(id);
                }
            }
            removed.push(RemovedView { by, ids });
        }
        let owner = by_location.keys().next().map(|location| Owner::Location(*location));
        let removes = by_location.into_iter();
        let removes = removes.map(|(at, stocks)| (at, location::Command::Remove { stocks }));
        for (location, done) in self.decide_all(removes).await? {
            self.carry_out(location, done.events).await;
        }
        Ok((Outcome::Removed(removed), owner))
    }

    /// The lots that are to go; some may not be there.
    async fn named(&mut self, lots: Lots) -> Result<(RemovedBy, Vec<StockId>), Refusal> {
        match lots {
            Lots::One(id, asked) => {
                self.version_fits(id, asked).await?;
                Ok((RemovedBy::Ids, vec![id]))
            }
            Lots::Ids(ids) => Ok((RemovedBy::Ids, ids)),
            Lots::Articles(at, articles) => {
                let location = self.find(&at)?;
                let look = Look::Lots(articles, None, usize::MAX);
                let Seen::Lots(lots, _) = self.cast.look(location, look, self.now).await else {
                    unreachable!("a look at lots sees lots")
                };
                let ids = lots.into_iter().map(|(_, lot, ..)| lot.id);
                Ok((RemovedBy::Articles, ids.collect()))
            }
            Lots::Storages(at, storages) => {
                let at = at.map(|at| self.find(&at)).transpose()?;
                let mut ids = self.tenant.places.lots_in(&storages);
                ids.retain(|id| at.is_none() || self.tenant.places.location_of(*id) == at);
                Ok((RemovedBy::Storages, ids))
            }
        }
    }

    /// Whether the lot is there, and at the version that the caller saw last.
    async fn version_fits(&mut self, id: StockId, asked: Option<Version>) -> Result<(), Refusal> {
        let unknown = Refusal::UnknownStock { row: None };
        let location = self.tenant.places.location_of(id).ok_or(unknown)?;
        let current = self.stock_view(location, id).await.lot.version;
        match asked.filter(|asked| *asked != current) {
            Some(asked) => Err(Refusal::WrongVersion { asked, current }),
            None => Ok(()),
        }
    }

    /// Moves pieces of a lot to another place within their location.
    pub(super) async fn move_stock(
        &mut self,
        from: StockId,
        to: SmolStr,
        units: Units,
        removes_empty: bool,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let unknown = Refusal::UnknownStock { row: None };
        let location = self.tenant.places.location_of(from).ok_or(unknown)?;
        let new = self.new_stock_id(0);
        let relocation = Relocation { from, to, units, removes_empty, new };
        let moves = [(location, location::Command::Relocate(relocation))].into_iter();
        let (_, done) = self.decide_all(moves).await?.remove(0);
        let arrived = done.rows[1].id;
        self.carry_out(location, done.events).await;
        let from = match self.tenant.places.location_of(from) {
            Some(_) => Some(Box::new(self.stock_view(location, from).await)),
            None => None,
        };
        let to = Box::new(self.stock_view(location, arrived).await);
        Ok((Outcome::Moved { from, to }, Some(Owner::Location(location))))
    }
}
