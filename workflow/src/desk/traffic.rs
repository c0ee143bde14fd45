//! The mails that have gone or are on their way, by what a cap counts.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::address;
use crate::id::ArticleId;
use crate::invitation::{MailId, Report};
use crate::limits::CAP_WITHIN_MAX;
use crate::settings::Cap;
use crate::time::{Millis, Time};

/// What a cap counts mails by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Mails to an address, without regard to case.
    Address(SmolStr),
    /// Mails about a product, by the shop's id for it.
    Product(ArticleId),
}

/// What a mail has come to. A mail on its way leaves now at the earliest, so it is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gone {
    /// The server took it.
    At(Time),
    /// It was claimed and is not done, however long ago.
    OnItsWay,
}

/// The mails of orders in memory that count.
///
/// It is a function of those mails alone, in whatever order they are noted, so a restart has the
/// same. Of what is counted it keeps the mails of at most [`CAP_WITHIN_MAX`] before the newest
/// one: no cap looks further back. Of all mails of the tenant together, which are many, it keeps
/// only how many went on which day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    mails: BTreeSet<(Counted, Gone, MailId)>,
    /// How many the server took on a day of UTC, counted from 1970; at least one.
    days: BTreeMap<i64, u64>,
    on_their_way: u64,
}

const DAY: Millis = Millis::hours(24);

impl Counted {
    /// What the mails of a report count for.
    pub fn all(report: &Report) -> impl Iterator<Item = Counted> + '_ {
        let products = report.products.iter().cloned().map(Counted::Product);
        std::iter::once(Counted::Address(address(&report.email))).chain(products)
    }
}

impl Traffic {
    /// Counts a mail for what its report says.
    pub(super) fn note(&mut self, report: &Report, gone: Gone, mail: MailId) {
        *self.count(gone) += 1;
        for counted in Counted::all(report) {
            if let Gone::At(_) = gone {
                self.mails.insert((counted.clone(), gone, mail));
                self.forget_old(counted);
            } else {
                self.mails.insert((counted, gone, mail));
            }
        }
    }

    /// Counts it no more.
    pub(super) fn strike(&mut self, report: &Report, gone: Gone, mail: MailId) {
        let left = self.count(gone);
        *left -= 1;
        if let (0, Gone::At(at)) = (*left, gone) {
            self.days.remove(&day(at));
        }
        for counted in Counted::all(report) {
            self.mails.remove(&(counted, gone, mail));
        }
    }

    /// When one more mail may go under a cap that is full; none if it may go now.
    ///
    /// At no instant have more than `cap.mails` gone in the `cap.within` before it, if every mail
    /// asks here at once before it is claimed. What is on its way may leave now, and its place is
    /// free when it would have left the window then, or as soon as it comes back.
    pub fn free_again(&self, counted: &Counted, cap: Cap, now: Time) -> Option<Time> {
        let from = (counted.clone(), Gone::At(now - cap.within + Millis(1)), MailId::LEAST);
        let to = (counted.clone(), Gone::OnItsWay, MailId::MOST);
        let last = (cap.mails as usize).saturating_sub(1);
        let (_, gone, _) = self.mails.range(from..=to).rev().nth(last)?;
        let gone = if let Gone::At(at) = gone { *at } else { now };
        Some(gone + cap.within)
    }

    /// When one more mail of the tenant may go under a cap that is full; none if it may go now.
    ///
    /// Counted by whole days of UTC, as many as the cap says and the present one as the last of
    /// them; so all that has no room moves to the beginning of one day, and not, mail by mail, from
    /// one place that is free again to the next.
    pub fn day_with_room(&self, cap: Cap, now: Time) -> Option<Time> {
        let today = day(now);
        let first = today - (cap.within.0 / DAY.0) as i64 + 1;
        let sent = || self.days.range(first..=today);
        let mut gone = self.on_their_way + sent().map(|(_, mails)| mails).sum::<u64>();
        let mut leaving = sent();
        let mut free = None;
        while gone >= u64::from(cap.mails) {
            // What is on its way is as if it left today.
            let (left, mails) = leaving.next().map_or((today, gone), |(day, mails)| (*day, *mails));
            gone -= mails;
            free = Some(Time((left - first + today + 1) * DAY.0 as i64));
        }
        free
    }

    /// How many mails have come to the same.
    fn count(&mut self, gone: Gone) -> &mut u64 {
        match gone {
            Gone::At(at) => self.days.entry(day(at)).or_default(),
            Gone::OnItsWay => &mut self.on_their_way,
        }
    }

    /// Forgets the mails that are too old beside the newest one that has gone.
    fn forget_old(&mut self, counted: Counted) {
        let on_their_way = (counted.clone(), Gone::OnItsWay, MailId::LEAST);
        let least = (counted.clone(), Gone::At(Time(i64::MIN)), MailId::LEAST);
        let newest = self.mails.range(&least..&on_their_way).next_back();
        let Some((_, Gone::At(newest), _)) = newest else { return };
        let kept = Gone::At(*newest - CAP_WITHIN_MAX);
        while let Some(first) = self.mails.range(&least..).next() {
            if first.0 != counted || first.1 >= kept {
                return;
            }
            let first = first.clone();
            self.mails.remove(&first);
        }
    }
}

fn day(at: Time) -> i64 {
    at.0.div_euclid(DAY.0 as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OrderId;
    use crate::invitation::Which;
    use crate::kept::Kept;

    fn report(products: &[&str]) -> Report {
        let products = products.iter().filter_map(|name| ArticleId::parse(name));
        Report {
            external_id: "R1".into(),
            email: "Jan@Example.nl".into(),
            fullname: None,
            filtercode: None,
            kept: Kept::default(),
            invitation: None,
            products: products.collect(),
        }
    }

    fn mail(number: u64) -> MailId {
        MailId { order: OrderId::of(Time(0), number), which: Which::Invitation }
    }

    fn tea() -> Counted {
        Counted::Product(ArticleId::parse("tea").unwrap())
    }

    /// The edge is the window's length to the millisecond, and the newest mails decide.
    #[test]
    fn a_cap_has_room_again_when_its_window_has_passed() {
        let mut traffic = Traffic::default();
        for at in [1, 5, 9] {
            traffic.note(&report(&["tea"]), Gone::At(Time(at)), mail(at as u64));
        }
        let free = |mails, now| {
            let cap = Cap { mails, within: Millis(10) };
            traffic.free_again(&tea(), cap, Time(now))
        };
        assert_eq!(free(3, 10), Some(Time(11)));
        assert_eq!(free(3, 11), None);
        assert_eq!(free(2, 11), Some(Time(15)));
        assert_eq!(free(1, 11), Some(Time(19)));
        assert_eq!(free(4, 10), None);
    }

    /// A day counts from midnight to midnight, and all of a day leaves the cap at once.
    #[test]
    fn a_tenants_cap_has_room_again_when_a_day_has_passed() {
        let mut traffic = Traffic::default();
        let at = |day: u64, hour| Time(0) + Millis::hours(24 * day + hour);
        for (number, sent) in [at(1, 0), at(1, 23), at(3, 5)].into_iter().enumerate() {
            traffic.note(&report(&[]), Gone::At(sent), mail(number as u64));
        }
        let free = |traffic: &Traffic, mails, days: u64, now| {
            traffic.day_with_room(Cap { mails, within: Millis::hours(24 * days) }, now)
        };
        assert_eq!(free(&traffic, 2, 1, at(1, 23)), Some(at(2, 0)));
        assert_eq!(free(&traffic, 2, 1, at(2, 0)), None);
        assert_eq!(free(&traffic, 3, 3, at(3, 6)), Some(at(4, 0)));
        assert_eq!(free(&traffic, 1, 3, at(3, 6)), Some(at(6, 0)), "the other is of day 3");
        assert_eq!(free(&traffic, 3, 3, at(4, 0)), None);
        assert_eq!(free(&traffic, 4, 366, at(9, 0)), None);
        traffic.note(&report(&[]), Gone::OnItsWay, mail(9));
        assert_eq!(free(&traffic, 1, 2, at(9, 7)), Some(at(11, 0)), "it may leave now");
        traffic.strike(&report(&[]), Gone::OnItsWay, mail(9));
        assert_eq!(free(&traffic, 1, 2, at(9, 7)), None);
    }

    /// However long ago it was claimed: it may leave now.
    #[test]
    fn what_is_on_its_way_counts_until_it_is_taken_or_comes_back() {
        let mut traffic = Traffic::default();
        let cap = Cap { mails: 1, within: DAY };
        let late = Time(0) + Millis::hours(1_000);
        traffic.note(&report(&["tea", "jam"]), Gone::OnItsWay, mail(1));
        let address = Counted::Address("jan@example.nl".into());
        for counted in [tea(), address] {
            assert_eq!(traffic.free_again(&counted, cap, late), Some(late + DAY));
        }
        traffic.strike(&report(&["tea", "jam"]), Gone::OnItsWay, mail(1));
        assert_eq!(traffic, Traffic::default());
    }

    /// A day goes with its last mail, and no other day with it.
    #[test]
    fn what_is_struck_leaves_nothing() {
        let at = |days: u64| Gone::At(Time(0) + Millis::hours(24 * days));
        let noted = |all: &[(u64, u64)]| {
            let mut traffic = Traffic::default();
            for (days, number) in all {
                traffic.note(&report(&["tea"]), at(*days), mail(*number));
            }
            traffic
        };
        let mut traffic = noted(&[(1, 1), (2, 2), (2, 3)]);
        traffic.strike(&report(&["tea"]), at(2), mail(2));
        assert_eq!(traffic, noted(&[(1, 1), (2, 3)]));
        traffic.strike(&report(&["tea"]), at(2), mail(3));
        assert_eq!(traffic, noted(&[(1, 1)]));
        traffic.strike(&report(&["tea"]), at(1), mail(1));
        assert_eq!(traffic, Traffic::default());
    }

    /// In whatever order they are noted, and nothing that a cap could still count.
    #[test]
    fn what_is_older_than_any_cap_is_forgotten() {
        let times = [0, 1, CAP_WITHIN_MAX.0, CAP_WITHIN_MAX.0 + 1];
        let noted = |order: [usize; 4]| {
            let mut traffic = Traffic::default();
            for place in order {
                let gone = Gone::At(Time(0) + Millis(times[place]));
                traffic.note(&report(&["tea"]), gone, mail(place as u64));
            }
            traffic
        };
        let in_time = noted([0, 1, 2, 3]);
        assert_eq!(in_time.mails.len(), 6, "three, for the product and for the address");
        for order in [[3, 2, 1, 0], [2, 0, 3, 1], [3, 0, 1, 2]] {
            assert_eq!(noted(order), in_time);
        }
    }
}
