//! `/admin/v1/suppressions`: addresses that get no mail of a tenant are looked up, added, and taken
//! off again, since anybody who has a mail can press its link.
//!
//! An address is named in the query: no problem's `instance` and no log shows that.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use actors::{Words, Work};
use serde::Serialize;
use smol_str::SmolStr;
use workflow::command::{Ask, Command, Query};
use workflow::id::TenantId;
use workflow::outcome::Outcome;

use super::operator;
use crate::admission::Lane;
use crate::ask::{Answered, App, Said};
use crate::auth::Caller;
use crate::failure::{Failed, Failure};
use crate::http::invitations::bodies::is_address;
use crate::http::problem::Problem;
use crate::http::promises::routes::query::Params;
use crate::http::reply;
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
pub(super) async fn list(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let caller = caller(&app, &head).await.map_err(|it| problem(it.into()))?;
    let mut params = Params::of(head.query_string());
    let tenant = tenant(&mut params);
    let named = params.good("address", IS_ADDRESS, address);
    let page = params.page_after("after", PAGE_ROWS_MAX, |after| Some(SmolStr::from(after)));
    let wanted = params.end(tenant.zip(page)).map_err(|it| problem(it.into()))?;
    let (tenant, page) = wanted;
    let query = Query::Suppressed(named, page);
    let answered = ask(&app, &caller, &tenant, |tenant| Work::Look(tenant, query)).await;
    let answered = answered.map_err(problem)?;
    let Said::Now(Outcome::Addresses(addresses, total)) = answered.said else {
        unreachable!("the query is answered with addresses")
    };
    let body = SuppressionsAnswer { tenant: tenant.as_str(), addresses, total };
    Ok(reply::respond(answered.at, reply::plain(200, json(&body))))
}

/// An address gets no mail from now on: 200, also if it got none before.
pub(super) async fn add(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    change(&app, &head, |address| Command::Suppress { address }).await
}

/// An address gets mail again: 200, also if it did before. What was dropped stays dropped.
pub(super) async fn remove(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    change(&app, &head, |address| Command::Unsuppress { address }).await
}

async fn change(
    app: &App,
    head: &HttpRequest,
    command: impl FnOnce(SmolStr) -> Command,
) -> Result<HttpResponse, Problem> {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let caller = caller(app, head).await.map_err(|it| problem(it.into()))?;
    let mut params = Params::of(head.query_string());
    let tenant = tenant(&mut params);
    let named = params.good("address", IS_ADDRESS, address);
    if named.is_none() && params.list("address").is_empty() {
        params.bad("address", "is required");
    }
    let wanted = params.end(tenant.zip(named)).map_err(|it| problem(it.into()))?;
    let (tenant, address) = wanted;
    let (who, command) = (caller.who.clone(), command(address.clone()));
    let change = |tenant| {
        let ask = Ask { tenant, who, key: None, keyed: None, command };
        // There is no stored reply: the same wish again is the same wish.
        Work::Change(Box::new(ask), Words::Plain(|_| reply::plain(200, String::new())))
    };
    let answered = ask(app, &caller, &tenant, change).await.map_err(problem)?;
    let (suppressed, changed) = match answered.said {
        Said::Now(Outcome::Suppressed(changed)) => (true, changed),
        Said::Now(Outcome::Unsuppressed(changed)) => (false, changed),
        _ => unreachable!("the command is answered with what the address is now"),
    };
    let (tenant, address) = (tenant.as_str(), address.as_str());
    let body = SuppressionAnswer { tenant, address, suppressed, changed };
    Ok(reply::respond(answered.at, reply::plain(200, json(&body))))
}

async fn caller(app: &App, head: &HttpRequest) -> Result<Caller, Failure> {
    let who = operator(app, head).await?;
    Ok(Caller { who, ..Caller::anonymous() })
}

/// Has the tenant's shard do it. An operator belongs to no tenant.
async fn ask(
    app: &App,
    caller: &Caller,
    tenant: &TenantId,
    work: impl FnOnce(TenantId) -> Work,
) -> Result<Answered, Failed> {
    let caller = Caller { tenant: tenant.clone(), ..caller.clone() };
    let permit = app.admission.enter(Lane::Operate)?;
    app.ask(&caller, work(tenant.clone()), permit).await
}

const IS_ADDRESS: &str = "must be a mail address of at most 250 characters";

fn address(text: &str) -> Option<SmolStr> {
    is_address(text).then(|| SmolStr::from(text.to_lowercase()))
}

fn tenant(params: &mut Params) -> Option<TenantId> {
    if params.list("tenant").is_empty() {
        params.bad("tenant", "is required");
    }
    params.good("tenant", "must be 1 to 250 characters", TenantId::parse)
}

fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("an answer can be written")
}
