//! The customer's page: one order, for whoever knows its secret. It needs no credential.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, Job, OrderName, Query};
use workflow::id::TenantId;
use workflow::outcome::{DeliveryView, Outcome};
use workflow::refusal::Refusal;

use super::Handled;
use crate::admission::Lane;
use crate::ask::{App, Said};
use crate::failure::Failure;
use crate::http::body::Raw;
use crate::http::deliveries::answers::order::shown;
use crate::http::deliveries::bodies::Sheet;
use crate::http::deliveries::bodies::wish::Wish;
use crate::http::deliveries::errors::Error;
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version};
use crate::limits::DELIVERY_BODY_BYTES_MAX;

/// The order, as long as it is in memory: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, secret: Path<String>) -> Handled {
    let visit = Visit::of_customer(&app, &head, (nobody(), Lane::Operate))?;
    let answered = visit.look(&app, Query::Shared(parsed(&secret)?)).await?;
    Ok(answer(answered, shown))
}

/// Changes how the order is left at the door, and its flag, until picking begins: 200.
pub(crate) async fn change(
    app: Data<App>,
    head: HttpRequest,
    secret: Path<String>,
    payload: Payload,
) -> Handled {
    Raw::announced(&head, DELIVERY_BODY_BYTES_MAX)?;
    let raw = Raw::read(payload, DELIVERY_BODY_BYTES_MAX).await?;
    let secret = parsed(&secret)?;
    let visit = Visit::of_customer(&app, &head, (nobody(), Lane::Operate))?;
    let asked = asked_version(head.headers())?;
    let sheet: Sheet = raw.decode()?;
    let wish = Wish::read(&sheet)?;
    let (tenant, view) = found(&app, visit, secret).await?;
    let (order, current) = (&view.order, view.order.version);
    if let Some(asked) = asked.filter(|asked| *asked != current) {
        return Err(Failure::Refused(Refusal::WrongVersion { asked, current }).into());
    }
    let job = Job::Reflag(wish.shortage(), wish.kept(&order.asked.kept));
    // What is kept is written whole, so nobody may have changed it meanwhile.
    let (name, version) = (OrderName::Id(order.id), Some(current));
    let visit = Visit::of_customer(&app, &head, (tenant, Lane::Operate))?;
    let command = Command::Handle { order: name, version, job };
    let answered = visit.change(&app, None, command, shown).await?;
    Ok(answer(answered, shown))
}

async fn found(
    app: &App,
    visit: Visit,
    secret: [u8; 32],
) -> Result<(TenantId, Box<DeliveryView>), Error> {
    let found = visit.look(app, Query::Shared(secret)).await?;
    match found.said {
        Said::Now(Outcome::Shared(tenant, view)) => Ok((tenant, view)),
        _ => unreachable!("a look at a shared order is answered with it"),
    }
}

/// 64 hex digits; what is none opens nothing.
fn parsed(text: &str) -> Result<[u8; 32], Failure> {
    let unknown = || Failure::Refused(Refusal::UnknownOrder);
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(unknown());
    }
    let mut secret = [0; 32];
    for (byte, pair) in secret.iter_mut().zip(digits.chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| unknown())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| unknown())?;
    }
    Ok(secret)
}

/// A tenant of whom nothing is asked.
fn nobody() -> TenantId {
    TenantId::parse("default").expect("`default` is short and printable")
}
