//! `/api/v2/invitations`, and its calendar.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, InvitationAction, InvitationFilter, OrderName, Query};
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::time::Time;

use super::{Handled, part};
use crate::admission::Lane;
use crate::ask::{App, Said};
use crate::failure::{Failed, Failure};
use crate::http::invitations::answers::{days, dropped, invitation, invitations};
use crate::http::invitations::bodies::ChangeBody;
use crate::http::order_name::order_name;
use crate::http::promises::routes::query::Params;
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version};
use crate::limits::INVITATION_BODY_BYTES_MAX;

/// A page of invitations: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let part = part(&mut params);
    let is_sent = params.choice("is_sent", &[("true", true), ("false", false)]);
    let filter = InvitationFilter {
        filtercode: params.text("filtercode"),
        is_sent,
        order: params.id("order_id", order_name),
    };
    let part = params.end(part)?;
    let answered = visit.look(&app, Query::Invitations(filter, part)).await?;
    Ok(answer(answered, invitations))
}

/// One invitation: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let name = named(&id)?;
    let answered = visit.look(&app, Query::Order(name)).await.map_err(no_invitation)?;
    if let Said::Now(Outcome::Order(order)) = &answered.said
        && order.invitation().is_none()
    {
        let failure = Failure::Refused(Refusal::UnknownInvitation);
        return Err(Failed { failure, at: Some(answered.at) }.into());
    }
    Ok(answer(answered, invitation))
}

/// Asks for other times, counted as before: 200.
pub(crate) async fn change(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let bounds = (Lane::Operate, INVITATION_BODY_BYTES_MAX);
    let (visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: ChangeBody<'_> = raw.decode()?;
    let order = named(&id)?;
    let action = body.into_action(asked_version(head.headers())?)?;
    let command = Command::Invitation { order, action };
    Ok(answer(visit.change(&app, None, command, invitation).await?, invitation))
}

/// Drops what is unsent: 200.
pub(crate) async fn remove(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let order = named(&id)?;
    let action = InvitationAction::Drop { version: asked_version(head.headers())? };
    let command = Command::Invitation { order, action };
    Ok(answer(visit.change(&app, None, command, dropped).await?, dropped))
}

/// The mails that are still to go, by day and filter code: 200.
pub(crate) async fn calendar(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let (from, to) = (params.id("from", instant), params.id("to", instant));
    let (from, to) = params.end(Some((from, to)))?;
    let query = Query::MailDays(from.unwrap_or(Time(i64::MIN)), to.unwrap_or(Time(i64::MAX)));
    Ok(answer(visit.look(&app, query).await?, days))
}

/// An instant, or the beginning of a day in UTC.
fn instant(text: &str) -> Option<Time> {
    Time::parse(text).or_else(|| Time::parse(&format!("{text}T00:00:00Z")))
}

/// The order whose invitation a path names: both have the same number.
fn named(id: &str) -> Result<OrderName, Failure> {
    order_name(id).ok_or(Failure::Refused(Refusal::UnknownInvitation))
}

fn no_invitation(failed: Failed) -> Failed {
    match failed.failure {
        Failure::Refused(Refusal::UnknownOrder) => {
            Failed { failure: Failure::Refused(Refusal::UnknownInvitation), ..failed }
        }
        _ => failed,
    }
}
