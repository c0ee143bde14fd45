//! `/admin/v1/addresses`: where the addresses of customers' profiles are.
//!
//! Orders of the customers' door name them by number only; routing then measures from there.

use actix_web::web::{self, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::{Words, Work};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::command::{Ask, Command, Query};
use workflow::id::TenantId;
use workflow::outcome::Outcome;
use workflow::place::Place;
use workflow::refusal::Refusal;
use workflow::reply::Reply;

use super::operator;
use crate::admission::Lane;
use crate::ask::App;
use crate::auth::Caller;
use crate::failure::{Failed, Failure};
use crate::http::body::Raw;
use crate::http::path::Faults;
use crate::http::problem::Problem;
use crate::http::reply;
use crate::http::text::Text;
use crate::http::visit::asked_version;
use crate::limits::{ADMIN_BODY_BYTES_MAX, PROFILE_ID_MAX};

/// Whose an address is.
#[derive(Deserialize)]
struct Named {
    tenant: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressBody<'a> {
    coordinates: Option<Coordinates>,
    #[serde(borrow)]
    country: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Coordinates {
    lat: f64,
    lon: f64,
}

#[derive(Serialize)]
struct AddressAnswer<'a> {
    id: u32,
    version: u32,
    coordinates: Coordinates,
    country: Option<&'a str>,
    modified_at: String,
}

/// Says where an address is: 200.
pub(super) async fn put(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    Raw::announced(&head, ADMIN_BODY_BYTES_MAX).map_err(|it| problem(it.into()))?;
    let (caller, number) = named(&app, &head, &id).await.map_err(|it| problem(it.into()))?;
    let raw = Raw::read(payload, ADMIN_BODY_BYTES_MAX).await.map_err(|it| problem(it.into()))?;
    let version = asked_version(head.headers()).map_err(|it| problem(it.into()))?;
    let body: AddressBody<'_> = raw.decode().map_err(|it| problem(it.into()))?;
    let checked = body.check().map_err(|it| Problem::invalid(it, head.path()));
    let (place, country) = checked?;
    let command = Command::PutAddress { number, version, place, country };
    let (tenant, who) = (caller.tenant.clone(), caller.who.clone());
    let ask = Box::new(Ask { tenant, who, key: None, keyed: None, command });
    let permit = app.admission.enter(Lane::Operate).map_err(|it| problem(it.into()))?;
    let work = Work::Change(ask, Words::Plain(shown));
    let answered = app.ask(&caller, work, permit).await.map_err(problem)?;
    Ok(reply::answer(answered, shown))
}

/// Where an address is: 200.
pub(super) async fn show(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let problem = |failed: Failed| Problem::of(failed, head.path());
    let (caller, number) = named(&app, &head, &id).await.map_err(|it| problem(it.into()))?;
    let permit = app.admission.enter(Lane::Operate).map_err(|it| problem(it.into()))?;
    let work = Work::Look(caller.tenant.clone(), Query::Address(number));
    let answered = app.ask(&caller, work, permit).await.map_err(problem)?;
    Ok(reply::answer(answered, shown))
}

/// The address that the path names, and who operates on behalf of the tenant in the query.
async fn named(app: &App, head: &HttpRequest, id: &str) -> Result<(Caller, u32), Failure> {
    let who = operator(app, head).await?;
    let is_one = |number: &u32| (1..=PROFILE_ID_MAX).contains(&i64::from(*number));
    let number = id.parse().ok().filter(is_one);
    let number = number.ok_or(Failure::Refused(Refusal::UnknownAddress))?;
    let bad = || Failure::malformed("tenant", "is required: 1 to 250 characters");
    let named = web::Query::<Named>::from_query(head.query_string()).map_err(|_| bad())?;
    let tenant = named.tenant.as_deref().and_then(TenantId::parse).ok_or_else(bad)?;
    Ok((Caller { tenant, who, ..Caller::anonymous() }, number))
}

impl AddressBody<'_> {
    fn check(self) -> Result<(Place, Option<SmolStr>), Failure> {
        let mut faults = Faults::default();
        let place = self.coordinates.and_then(|at| Place::of_degrees(at.lat, at.lon));
        let rule = "is required: degrees, lat -90 to 90 and lon -180 to 180";
        let place = faults.good_member("#/coordinates", place, rule);
        let country = self.country.as_deref().map(SmolStr::new);
        let is_code =
            |code: &SmolStr| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if country.as_ref().is_some_and(|code| !is_code(code)) {
            faults.add("#/country", "must be two capital letters");
        }
        faults.end(place.map(|place| (place, country)))
    }
}

fn shown(outcome: &Outcome) -> Reply {
    let Outcome::Address(address) = outcome else { unreachable!("an address is answered with it") };
    let answer = AddressAnswer {
        id: address.number,
        version: address.version.0,
        coordinates: Coordinates { lat: address.place.lat(), lon: address.place.lon() },
        country: address.country.as_deref(),
        modified_at: address.modified.to_string(),
    };
    let body = serde_json::to_string(&answer).expect("an answer can be written");
    reply::entity(200, address.version, body)
}
