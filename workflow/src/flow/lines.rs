//! Lines that join an order: routed and held in one record, as long as the order's.

use super::promise::{Base, Ware};
use super::{Cast, Halt, Scene};
use crate::command::{Command, MoreLines};
use crate::order::{self, Added, Event};
use crate::outcome::Outcome;
use crate::record::Owner;
use crate::refusal::Refusal;
use crate::settings::OnShortage;

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
        let ware = Ware {
            lines: &more.lines,
            destination: before.asked.destination,
            delivery: &before.asked.delivery,
            replaced: None,
            backorders: more.backorders,
            explain: false,
        };
        let planned = match self.planned(&ware).await {
            Ok(planned) => planned,
            Err(due) => return Err(Halt::Overdue(due, Box::new(Command::AddLines(more)))),
        };
        let rejects = !more.backorders && self.policy.on_shortage == OnShortage::Reject;
        if rejects && !planned.unplaced.is_empty() {
            return Err(Refusal::OutOfStock { short: planned.unplaced }.into());
        }
        if !self.fits_one_record(&more.lines, &planned.shares, before.reserved) {
            return Err(Refusal::TooMuchAtOnce.into());
        }

        // From here on nothing refuses (S6).
        let lines = u16::try_from(before.asked.lines.len()).expect("an order has few lines");
        let base = Base { line: lines, hold: before.reserved };
        let holds = self.reserve(id, &more.lines, &planned.shares, base).await;
        let event = Event::LinesAdded(Box::new(Added { stage, lines: more.lines, holds }));
        self.tenant.book.acted(&before, &event);
        self.cast.follow(id, event.clone(), self.now).await;
        self.push_order(id, event);
        let after = self.cast.order(id).await;
        let after = self.mails_follow(&before, after).await;
        Ok((Outcome::Order(Box::new(after)), Some(Owner::Order(id))))
    }
}
