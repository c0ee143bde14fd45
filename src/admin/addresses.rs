//! `/admin/v1/addresses`: where the addresses of customers' profiles are.
//!
//! Orders of the customers' door name them by number only; routing then measures from there.

use actix_web::web::{self, Path, Payload};
use actors::Words;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::command::{Command, Query};
use workflow::id::TenantId;
use workflow::outcome::Outcome;
use workflow::place::Place;
use workflow::refusal::Refusal;
use workflow::reply::Reply;

use super::call::{Call, Cause, Handled, decoded};
use crate::auth::Caller;
use crate::failure::Failure;
use crate::http::path::Faults;
use crate::http::reply::{self, json};
use crate::http::text::Text;
use crate::limits::PROFILE_ID_MAX;

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
    version: u64,
    coordinates: Coordinates,
    country: Option<&'a str>,
    modified_at: String,
}

/// Says where an address is: 200.
pub(super) async fn put(call: Call, id: Path<String>, payload: Payload) -> Handled {
    let done = async {
        let (who, raw) = call.sent(payload).await?;
        let (caller, number) = named(&call, who, &id)?;
        let version = call.version()?;
        let body: AddressBody<'_> = decoded(&raw)?;
        let (place, country) = body.check().map_err(Cause::Invalid)?;
        let command = Command::PutAddress { number, version, place, country };
        let answered = call.change(&caller, None, command, Words::Plain(shown)).await?;
        Ok(reply::answer(answered, shown))
    };
    call.end(done).await
}

/// Where an address is: 200.
pub(super) async fn show(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let (caller, number) = named(&call, call.who().await?, &id)?;
        let answered = call.look(&caller, Query::Address(number)).await?;
        Ok(reply::answer(answered, shown))
    };
    call.end(done).await
}

/// The address that the path names, and the operator on behalf of the tenant in the query.
fn named(call: &Call, who: Caller, id: &str) -> Result<(Caller, u32), Failure> {
    let is_one = |number: &u32| (1..=PROFILE_ID_MAX).contains(&i64::from(*number));
    let number = id.parse().ok().filter(is_one);
    let number = number.ok_or(Failure::Refused(Refusal::UnknownAddress))?;
    let bad = || Failure::malformed("tenant", "is required: 1 to 250 characters");
    let named = web::Query::<Named>::from_query(call.head.query_string()).map_err(|_| bad())?;
    let tenant = named.tenant.as_deref().and_then(TenantId::parse).ok_or_else(bad)?;
    Ok((who.acting_for(tenant), number))
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
    reply::entity(200, address.version, json(&answer))
}
