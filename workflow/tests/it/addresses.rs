//! Addresses of customers' profiles: a version each, and the same again from the records.

use workflow::command::{Command, Query};
use workflow::id::Version;
use workflow::outcome::Outcome;
use workflow::place::Place;
use workflow::refusal::Refusal;

use crate::shop::Shop;

fn put(shop: &mut Shop, number: u32, asked: Option<u64>, lat: f64) -> Result<u64, Refusal> {
    let place = Place::of_degrees(lat, 7.0).expect("it is on earth");
    let (version, country) = (asked.map(Version), Some("DE".into()));
    let command = Command::PutAddress { number, version, place, country };
    match shop.submit("operator", command).result {
        Ok(Outcome::Address(address)) => Ok(address.version.0),
        Err(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_address_has_a_version_that_grows_with_each_change() {
    let mut shop = Shop::new();
    let unknown = put(&mut shop, 7, Some(1), 50.0);
    let Err(Refusal::UnknownAddress) = unknown else { panic!("{unknown:?}") };
    assert_eq!(put(&mut shop, 7, None, 50.0), Ok(1));
    let records = shop.records.len();
    assert_eq!(put(&mut shop, 7, Some(1), 50.0), Ok(1));
    assert_eq!(shop.records.len(), records, "what is so already makes no record");
    assert_eq!(put(&mut shop, 7, Some(1), 51.0), Ok(2));
    let stale = put(&mut shop, 7, Some(1), 52.0);
    let Err(Refusal::WrongVersion { current: Version(2), .. }) = stale else { panic!("{stale:?}") };
    assert_eq!(put(&mut shop, 8, None, 50.0), Ok(1));
    let seen = shop.read(Query::Address(7));
    let Ok(Outcome::Address(seen)) = seen else { panic!("{seen:?}") };
    assert_eq!(seen.place.lat(), 51.0);
    let nobody = shop.read(Query::Address(9));
    let Err(Refusal::UnknownAddress) = nobody else { panic!("{nobody:?}") };
    assert_eq!(shop.replayed().hash(), shop.world.hash());
}
