//! An operator looks at the time that the shard goes by, or says that the computer's clock is right
//! (P5).

use actix::{Context, Handler, Message, MessageResult};

use super::Router;
use crate::pace::ClockView;
use crate::scheduler::Accepted;
use crate::tell::tell;

/// Answer with the time; perhaps the computer's clock is to be believed from now on.
#[derive(Message)]
#[rtype(result = "ClockView")]
pub(crate) struct LookAtClock {
    /// Whether it is.
    pub(crate) accept: bool,
}

impl Handler<LookAtClock> for Router {
    type Result = MessageResult<LookAtClock>;

    fn handle(&mut self, message: LookAtClock, _: &mut Context<Self>) -> Self::Result {
        let mut state = self.take();
        if message.accept {
            state.parts.pace.accept();
        }
        let view = state.parts.pace.view();
        let due = state.next_due();
        if message.accept
            && let Some(scheduler) = &self.scheduler
        {
            // Its own clock doubted the computer's, too, and what is due is due now.
            self.armed = due;
            tell(scheduler, Accepted(due));
        }
        self.put_back(state);
        MessageResult(view)
    }
}
