//! `/admin/v1/suppressions`: addresses that get no mail of a tenant are looked up, added, and taken
//! off again, since anybody who has a mail can press its link.
//!
//! An address is named in the query: no problem's `instance` and no log shows that.

use actix_web::HttpResponse;
use actors::Words;
use serde::Serialize;
use smol_str::SmolStr;
use workflow::command::{Command, Query};
use workflow::outcome::Outcome;

use super::call::{Call, Cause, Handled, outcome_of, tenant};
use crate::http::invitations::bodies::is_address;
use crate::http::promises::routes::query::Params;
use crate::http::reply::{self, json};
use crate::limits::PAGE_ROWS_MAX;

#[derive(Serialize)]
struct SuppressionAnswer<'a> {
    tenant: &'a str,
    address: &'a str,
    suppressed: bool,
    /// Whether it was otherwise before.
    changed: bool,
}

#[derive(Serialize)]
struct SuppressionsAnswer<'a> {
    tenant: &'a str,
    addresses: Vec<SmolStr>,
    total: usize,
}

/// Those of one tenant that get no mail, in their order; or one of them, if it is one: 200.
pub(super) async fn list(call: Call) -> Handled {
    let done = async {
        let who = call.who().await?;
        let mut params = Params::of(call.head.query_string());
        let tenant = tenant(&mut params);
        let named = params.good("address", IS_ADDRESS, address);
        let page = params.page_after("after", PAGE_ROWS_MAX, |after| Some(SmolStr::from(after)));
        let (tenant, page) = params.end(tenant.zip(page))?;
        let caller = who.acting_for(tenant);
        let answered = call.look(&caller, Query::Suppressed(named, page)).await?;
        let at = answered.at;
        let Outcome::Addresses(addresses, total) = outcome_of(answered) else {
            unreachable!("the query is answered with addresses")
        };
        let body = SuppressionsAnswer { tenant: caller.tenant.as_str(), addresses, total };
        Ok(reply::respond(at, reply::plain(200, json(&body))))
    };
    call.end(done).await
}

/// An address gets no mail from now on: 200, also if it got none before.
pub(super) async fn add(call: Call) -> Handled {
    call.end(change(&call, |address| Command::Suppress { address })).await
}

/// An address gets mail again: 200, also if it did before. What was dropped stays dropped.
pub(super) async fn remove(call: Call) -> Handled {
    call.end(change(&call, |address| Command::Unsuppress { address })).await
}

async fn change(
    call: &Call,
    command: impl FnOnce(SmolStr) -> Command,
) -> Result<HttpResponse, Cause> {
    let who = call.who().await?;
    let mut params = Params::of(call.head.query_string());
    let tenant = tenant(&mut params);
    let named = params.good("address", IS_ADDRESS, address);
    if named.is_none() && params.list("address").is_empty() {
        params.bad("address", "is required");
    }
    let (tenant, address) = params.end(tenant.zip(named))?;
    let caller = who.acting_for(tenant);
    // There is no stored reply: the same wish again is the same wish.
    let words = Words::Plain(|_| reply::plain(200, String::new()));
    let answered = call.change(&caller, None, command(address.clone()), words).await?;
    let at = answered.at;
    let (suppressed, changed) = match outcome_of(answered) {
        Outcome::Suppressed(changed) => (true, changed),
        Outcome::Unsuppressed(changed) => (false, changed),
        _ => unreachable!("the command is answered with what the address is now"),
    };
    let (tenant, address) = (caller.tenant.as_str(), address.as_str());
    let body = SuppressionAnswer { tenant, address, suppressed, changed };
    Ok(reply::respond(at, reply::plain(200, json(&body))))
}

const IS_ADDRESS: &str = "must be a mail address of at most 250 characters";

fn address(text: &str) -> Option<SmolStr> {
    is_address(text).then(|| SmolStr::from(text.to_lowercase()))
}
