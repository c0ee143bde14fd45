//! What becomes of pieces that no stock has, when an order is made.
//!
//! A line may say so itself; if it does not, its pieces wait where a listing lets them, and else
//! the operator decides.

use smallvec::SmallVec;

use super::candidates::Want;
use super::promise::{Share, Ware};
use super::{Cast, Look, Scene, Seen};
use crate::id::LocationId;
use crate::location::Status;
use crate::order::{Delivery, Line, Shortage};
use crate::outcome::PartLine;
use crate::quantity::Units;
use crate::refusal::Refusal;
use crate::routing::{Candidate, Plan};
use crate::settings::OnShortage;

/// What was wanted, and who was looked at for it.
pub(super) struct Short<'a> {
    pub(super) ware: &'a Ware<'a>,
    pub(super) wants: &'a [Want],
    pub(super) candidates: &'a [Candidate],
}

/// Line, counted from 0, and so many of its pieces.
type Pieces = Vec<(u16, Units)>;

/// What becomes of short pieces that do not wait.
#[derive(Default)]
pub(super) struct Borne {
    /// These have no place at all.
    unplaced: Pieces,
    /// Without these nothing is wanted.
    critical: Pieces,
    /// These nobody will bring.
    pub(super) dropped: Pieces,
}

impl<C: Cast> Scene<'_, C> {
    /// Lets short lines wait, where that is allowed.
    pub(super) async fn bear_shortage(
        &mut self,
        short: &Short<'_>,
        plan: &Plan,
        shares: &mut Vec<Share>,
    ) -> Borne {
        let mut borne = Borne::default();
        let ware = short.ware;
        for need in &plan.short {
            let want = &short.wants[usize::from(need.need)];
            let mut listed = Pieces::new();
            let mut waiting = Pieces::new();
            for (line, units) in missing(ware.lines, want, shares) {
                match ware.lines[usize::from(line)].shortage {
                    Shortage::Unsaid => listed.push((line, units)),
                    Shortage::Wait => waiting.push((line, units)),
                    Shortage::Substitute => {}
                    Shortage::Critical => borne.critical.push((line, units)),
                    Shortage::Skip => borne.dropped.push((line, units)),
                }
            }
            if !listed.is_empty() {
                match self.host(short, want, shares, ware.backorders) {
                    Some(host) => self.let_wait(want, host, &listed, shares).await,
                    None => borne.unplaced.extend(listed),
                }
            }
            if !waiting.is_empty() {
                let host = self.host(short, want, shares, true);
                // Without a place they wait for one.
                let only = || self.only_place(ware.delivery, &[Status::Online]);
                if let Some(host) = host.or_else(|| Some((only()?, None))) {
                    self.let_wait(want, host, &waiting, shares).await;
                }
            }
        }
        borne.unplaced.sort_unstable();
        borne.critical.sort_unstable();
        borne.dropped.sort_unstable();
        borne
    }

    /// Refuses a request that cannot bear what is short of it.
    pub(super) fn can_bear(&self, ware: &Ware<'_>, borne: &Borne) -> Result<(), Refusal> {
        if !borne.critical.is_empty() {
            return Err(Refusal::CriticalShort { short: borne.critical.clone() });
        }
        let all = ware.lines.iter().map(|line| line.quantity);
        if !ware.lines.is_empty() && borne.dropped.iter().map(|(_, units)| *units).eq(all) {
            return Err(Refusal::NothingLeft);
        }
        let rejects = !ware.backorders && self.policy.on_shortage == OnShortage::Reject;
        if rejects && !borne.unplaced.is_empty() {
            return Err(Refusal::OutOfStock { short: borne.unplaced.clone() });
        }
        Ok(())
    }

    /// Where pieces would wait: where a listing lets them, or else, if they wait `anyway`, wherever
    /// the article is sold; best where the order is held anyway, else the nearest. No order is
    /// held at more locations than it may be.
    fn host(
        &self,
        short: &Short<'_>,
        want: &Want,
        shares: &[Share],
        anyway: bool,
    ) -> Option<(LocationId, Option<u32>)> {
        let places = &self.tenant.places;
        let offer = |it: &Candidate| places.offer(it.location, &want.article);
        let sells =
            |it: &Candidate| places.publishes(it.location, &want.article) && !offer(it).inactive;
        let at = short.ware.at;
        let more = shares.iter().map(|share| share.location).filter(|it| !at.contains(it));
        let may_join = at.len() + more.clone().count() < usize::from(self.policy.parts_max);
        let chosen =
            |it: &Candidate| at.contains(&it.location) || more.clone().any(|of| of == it.location);
        let hosts = short.candidates.iter().filter(|it| it.fence.is_none());
        let hosts = hosts.filter(|it| offer(it).may_wait || (anyway && sells(it)));
        let host = hosts.filter(|it| may_join || chosen(it)).min_by_key(|it| {
            let metres = it.metres.unwrap_or(u32::MAX);
            (!offer(it).may_wait, !chosen(it), metres, it.location)
        });
        host.map(|host| (host.location, host.metres))
    }

    /// The one location that the order may come from, if it has named one, and that is like this:
    /// pieces may wait there although it never had the article.
    pub(super) fn only_place(&self, delivery: &Delivery, like: &[Status]) -> Option<LocationId> {
        let at = match delivery {
            Delivery::Collect { at } => *at,
            Delivery::Ship { from } => *from.first().filter(|_| from.len() == 1)?,
        };
        let card = self.tenant.places.card(at)?;
        like.contains(&card.status).then_some(at)
    }

    async fn let_wait(
        &mut self,
        want: &Want,
        (location, metres): (LocationId, Option<u32>),
        pieces: &[(u16, Units)],
        shares: &mut Vec<Share>,
    ) {
        let available = self.tenant.places.offer(location, &want.article).available;
        let look = Look::OutOfStock(want.article.clone());
        let seen = self.cast.look(location, look, self.now).await;
        let Seen::OutOfStock(out_of_stock) = seen else {
            unreachable!("a look at what happens without stock sees that")
        };
        let expected = out_of_stock.expected(self.now);
        for &(line, units) in pieces {
            let part = PartLine { line, units, waits: true, available, out_of_stock, expected };
            match shares.iter_mut().find(|share| share.location == location) {
                Some(share) => share.lines.push(part),
                None => {
                    shares.push(Share { location, metres, lines: SmallVec::from_iter([part]) });
                }
            }
        }
    }
}

/// Lines of a want that no share fills, with what is missing.
fn missing(lines: &[Line], want: &Want, shares: &[Share]) -> Pieces {
    let given = |line: u16| {
        let parts = shares.iter().flat_map(|share| &share.lines);
        parts.filter(|part| part.line == line).map(|part| part.units).sum::<Units>()
    };
    let missing = |line: u16| lines[usize::from(line)].quantity.less(given(line));
    let lines = want.lines.iter().map(|line| (*line, missing(*line)));
    lines.filter(|(_, units)| !units.is_zero()).collect()
}
