//! `/admin/v1/clock`: the time that records get, a computer's clock that is accepted after a leap
//! (P5), and a time by hand that is moved.

use actix_web::HttpResponse;
use actix_web::web::Payload;
use actors::ClockView;
use serde::{Deserialize, Serialize};
use workflow::time::Millis;

use super::call::{Call, Cause, Handled, decoded};
use crate::failure::Failure;
use crate::http::path::Faults;
use crate::http::promises::bodies::seconds;
use crate::http::reply::{self, json};
use crate::http::text::Text;
use crate::limits::ADVANCE_DAYS_MAX;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceBody<'a> {
    #[serde(borrow)]
    advance: Option<Text<'a>>,
}

#[derive(Serialize)]
struct ClockAnswer {
    now: String,
    computer: String,
    believed: bool,
    by_hand: bool,
}

/// How the clock stands: 200.
pub(super) async fn show(call: Call) -> Handled {
    let done = async {
        call.who().await?;
        answer(&call, clock(&call, false).await?)
    };
    call.end(done).await
}

/// Believes the computer's clock from now on: 200, also if it was believed before.
pub(super) async fn accept(call: Call) -> Handled {
    let done = async {
        let who = call.who().await?.who;
        let view = clock(&call, true).await?;
        tracing::info!(%who, now = %view.now, "the computer's clock is accepted");
        answer(&call, view)
    };
    call.end(done).await
}

/// Moves a time that stands still, and answers when all that is due by then is done: 200. Where
/// time is real there is no such call.
pub(super) async fn advance(call: Call, payload: Payload) -> Handled {
    let done = async {
        let (_, raw) = call.sent(payload).await?;
        if !clock(&call, false).await?.is_by_hand {
            return Err(Failure::NotFound.into());
        }
        let body: AdvanceBody<'_> = decoded(&raw)?;
        let by = body.check().map_err(Cause::Invalid)?;
        call.app.behind.directory().advance(by).await.ok_or(Failure::Stopping)?;
        answer(&call, clock(&call, false).await?)
    };
    call.end(done).await
}

async fn clock(call: &Call, accept: bool) -> Result<ClockView, Failure> {
    call.app.behind.directory().clock(accept).await.ok_or(Failure::Stopping)
}

fn answer(call: &Call, view: ClockView) -> Result<HttpResponse, Cause> {
    let answer = ClockAnswer {
        now: view.now.to_string(),
        computer: view.computer.to_string(),
        believed: view.is_believed,
        by_hand: view.is_by_hand,
    };
    Ok(reply::respond(call.app.latest(), reply::plain(200, json(&answer))))
}

impl AdvanceBody<'_> {
    fn check(self) -> Result<Millis, Failure> {
        let mut faults = Faults::default();
        let fits = |seconds: &u64| (1..=ADVANCE_DAYS_MAX * 86_400).contains(seconds);
        let by = self.advance.as_deref().and_then(seconds).filter(fits);
        let rule = format!("is required: a duration like PT15M, at most P{ADVANCE_DAYS_MAX}D");
        let by = faults.good_member("#/advance", by, &rule);
        faults.end(by.map(|seconds| Millis(seconds * 1_000)))
    }
}
