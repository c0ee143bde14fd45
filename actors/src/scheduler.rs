//! Wakes what is due.
//!
//! | receives | from   | answers                                 |
//! |----------|--------|-----------------------------------------|
//! | [`Due`]  | Router | nothing: it sleeps until the new time   |
//! | [`Accepted`] | Router | nothing: it goes by the computer's clock again |
//!
//! Sends `Sweep` to the router, which expires a bounded number of promises per turn, so that
//! traffic goes on, moves a bounded number of orders away from a location that went offline, tells
//! the mailer of mails, and says when the next of these is due. The deadlines themselves are at the
//! router's desk: a promise must see which holds are overdue (S5), and what is kept once cannot
//! differ.

use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message, SpawnHandle, WrapFuture};
use actix::{ActorFutureExt, fut};
use workflow::time::Time;

use crate::pace::Pace;
use crate::router::{Router, Sweep, Swept};

/// How long to wait when nothing could be expired: the disk has no room.
const NO_ROOM_PAUSE: Duration = Duration::from_secs(1);

/// Sleeps until the first deadline.
pub(crate) struct Scheduler {
    router: Addr<Router>,
    /// None when time stands still: then whoever moves it sweeps too.
    pace: Option<Pace>,
    sleep: Option<SpawnHandle>,
}

impl Scheduler {
    pub(crate) fn new(router: Addr<Router>, pace: Option<Pace>) -> Scheduler {
        Scheduler { router, pace, sleep: None }
    }

    /// Sleeps until `due`, in place of any earlier plan.
    fn sleep_until(&mut self, due: Time, ctx: &mut Context<Self>) {
        if let Some(pace) = &mut self.pace {
            let wait = Duration::from_millis(due.since(pace.now()).0);
            self.sleep_for(wait, ctx);
        }
    }

    fn sleep_for(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        if let Some(earlier) = self.sleep.take() {
            ctx.cancel_future(earlier);
        }
        self.sleep = Some(ctx.run_later(wait, |scheduler, ctx| {
            scheduler.sleep = None;
            scheduler.sweep(ctx);
        }));
    }

    /// Asks the router to expire what is due, and again as long as more is.
    fn sweep(&mut self, ctx: &mut Context<Self>) {
        let swept = self.router.send(Sweep).into_actor(self);
        ctx.spawn(swept.then(|swept, scheduler, ctx| {
            match swept {
                Ok(Swept::Next(Some(due))) => scheduler.sleep_until(due, ctx),
                Ok(Swept::Next(None)) | Err(_) => {}
                Ok(Swept::NoRoom) => scheduler.sleep_for(NO_ROOM_PAUSE, ctx),
            }
            fut::ready(())
        }));
    }
}

impl Actor for Scheduler {
    type Context = Context<Self>;
}

/// Something is due earlier than all that was known.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Due(pub(crate) Time);

/// An operator says that the computer's clock is right; this is due next by it.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Accepted(pub(crate) Option<Time>);

impl Handler<Accepted> for Scheduler {
    type Result = ();

    fn handle(&mut self, Accepted(due): Accepted, ctx: &mut Context<Self>) {
        if let Some(pace) = &mut self.pace {
            pace.accept();
        }
        if let Some(due) = due {
            self.sleep_until(due, ctx);
        }
    }
}

impl Handler<Due> for Scheduler {
    type Result = ();

    fn handle(&mut self, Due(at): Due, ctx: &mut Context<Self>) {
        self.sleep_until(at, ctx);
    }
}
