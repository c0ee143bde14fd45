//! Lines that join an order: routed and held in one record, as long as the order's.

use super::promise::{Base, Ware};
use super::room::Beside;
use super::{Cast, Halt, Scene};
use crate::command::{Command, MoreLines};
use crate::order::{self, Added, Event};
use crate::outcome::Outcome;
use crate::record::Owner;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Plays the adding of lines. The lines that there are keep what they hold.
    pub(super) async fn add_lines(
        &mut self,
        more: Box<MoreLines>,
    ) -> Result<(Outcome, Option<Owner>), Halt> {
        let id = more.order;
        if !self.tenant.book.holds(id) {
            return Err(Refusal::UnknownOrder.into());
        }
        let before = self.cast.order(id).await;
        let stage = order::takes_lines(&before, more.version, more.lines.len(), self.now)?;
        let at = before.locations();
        let ware = Ware {
            lines: &more.lines,
            destination: before.asked.destination,
            delivery: &before.asked.delivery,
            replaced: None,
            at: &at,
            backorders: more.backorders,
            explain: false,
        };
        let planned = match self.planned(&ware).await {
            Ok(planned) => planned,
            Err(due) => return Err(Halt::Overdue(due, Box::new(Command::AddLines(more)))),
        };
        self.can_bear(&ware, &planned.shortage)?;
        let beside = Beside::of_lines(&more.lines, &before);
        self.fits_one_record(&more.lines, &planned.shares, &beside).await?;

        // From here on nothing refuses (S6).
        let lines = u16::try_from(before.asked.lines.len()).expect("an order has few lines");
        let base = Base { line: lines, hold: before.reserved };
        let holds = self.reserve(id, &more.lines, &planned.shares, base).await;
        let dropped = planned.shortage.dropped.into_iter();
        let dropped = dropped.map(|(line, units)| (base.line + line, units)).collect();
        let added = Added { stage, lines: more.lines, holds, dropped, first: lines };
        let after = self.tell(id, Event::LinesAdded(Box::new(added))).await;
        Ok((Outcome::Order(Box::new(after)), Some(Owner::Order(id))))
    }
}
