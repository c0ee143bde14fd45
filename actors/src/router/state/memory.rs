//! What leaves memory, and what comes back (D14).
//!
//! An order that is done leaves it once the snapshot has passed its end. One that somebody may
//! still join comes back with the command that may do so, as the snapshot has it, and leaves again
//! if nothing came of that: neither is in a record, since neither changes anything.

use snapshots::Lsn;
use workflow::desk::Tenant;
use workflow::flow::Cast;
use workflow::id::{OrderId, TenantId};
use workflow::order::Order;

use super::State;
use crate::limits::DISMISSED_PER_COMMAND_MAX;

impl State {
    /// Lets a few closed orders that the snapshot has passed leave memory.
    pub(super) async fn dismiss(&mut self) {
        if self.closed.is_empty() {
            return;
        }
        let passed = (self.parts.passed)();
        for _ in 0..DISMISSED_PER_COMMAND_MAX {
            let Some((lsn, tenant, id)) = self.closed.pop_front() else { return };
            if lsn > passed {
                self.closed.push_front((lsn, tenant, id));
                return;
            }
            let order = self.live.order(id).await;
            if !order.is_done() {
                continue; // somebody reported it since
            }
            let Tenant { book, keys, .. } = self.desk.tenant(&tenant);
            book.forget(&order);
            for reply in &order.replies {
                keys.remove(&reply.key);
            }
            self.live.dismiss(id);
            // A door that looked for a key before this must look again.
            self.dismissed = self.dismissed.max(passed);
        }
    }

    /// These orders come back, unless they are here; answers with those that were not.
    pub(super) fn recall(&mut self, tenant: &TenantId, found: Vec<Order>) -> Vec<OrderId> {
        let mut recalled = Vec::with_capacity(found.len());
        for order in found {
            let desk = self.desk.tenant(tenant);
            if !desk.book.holds(order.id) {
                desk.recall(&order);
                recalled.push(order.id);
                self.live.seat_order(order);
            }
        }
        recalled
    }

    /// Those of the orders that came back for nothing are the next to leave.
    pub(super) async fn send_back(&mut self, tenant: &TenantId, recalled: Vec<OrderId>) {
        for id in recalled {
            if self.live.order(id).await.is_done() {
                self.closed.push_front((Lsn::ZERO, tenant.clone(), id));
            }
        }
    }
}
