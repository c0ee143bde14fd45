//! Addresses of customers' profiles: their numbers, and where they are. No order and no location is
//! asked.

use smol_str::SmolStr;

use super::{Cast, Scene};
use crate::address::Address;
use crate::command::Promise;
use crate::id::Version;
use crate::limits::ADDRESSES_PER_TENANT_MAX;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::record::Event;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// What is so already makes no record.
    pub(super) fn put_address(
        &mut self,
        number: u32,
        version: Option<Version>,
        (place, country): (Place, Option<SmolStr>),
    ) -> Result<Outcome, Refusal> {
        let known = &mut self.tenant.addresses;
        let old = known.get(&number);
        match (version, old) {
            (Some(_), None) => return Err(Refusal::UnknownAddress),
            (Some(asked), Some(old)) if asked != old.version => {
                return Err(Refusal::WrongVersion { asked, current: old.version });
            }
            (_, Some(old)) if old.place == place && old.country == country => {
                return Ok(Outcome::Address(old.clone()));
            }
            (None, None) if known.len() >= ADDRESSES_PER_TENANT_MAX => {
                return Err(Refusal::TooManyAddresses { limit: ADDRESSES_PER_TENANT_MAX });
            }
            _ => {}
        }
        let version = old.map_or(Version::FIRST, |old| old.version.next());
        let address = Address { number, version, modified: self.now, place, country };
        known.insert(number, address.clone());
        self.events.push(Event::Addressed(address.clone()));
        Ok(Outcome::Address(address))
    }

    pub(super) fn address(&self, number: u32) -> Result<Outcome, Refusal> {
        let known = self.tenant.addresses.get(&number).cloned();
        known.map(Outcome::Address).ok_or(Refusal::UnknownAddress)
    }

    /// Where an order goes, if that is known: to the location that is named, to the address whose
    /// number is, or to where the request says itself.
    pub(super) fn destination(&self, promise: &Promise) -> Result<Option<Place>, Refusal> {
        if let Some(recipient) = &promise.recipient {
            let id = self.find(recipient)?;
            let place = self.tenant.places.card(id).and_then(|card| card.place);
            return Ok(place.or(promise.destination));
        }
        let number = promise.ships_to.as_ref();
        let known = number.and_then(|number| self.tenant.addresses.get(number));
        Ok(known.map(|address| address.place).or(promise.destination))
    }
}
