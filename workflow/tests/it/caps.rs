//! Caps of mails, over random days: what a cap counts is told from the records alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use workflow::calendar::{Delay, Unit};
use workflow::command::{Command, InvitationAction, Invite, OrderName};
use workflow::id::OrderId;
use workflow::invitation::{self, Later, MailId, Trouble, Which, Wish};
use workflow::kept::Kept;
use workflow::order::{self, Line, Shortage};
use workflow::quantity::Units;
use workflow::record::Event;
use workflow::settings::{Cap, InvitationRules, Invitations};
use workflow::time::{Millis, Time};
use workflow::world::{Restore, World};

use crate::budget::{budget, seed};
use crate::shop::{Shop, article, tenant};

const ADDRESSES: [&str; 2] = ["jan@example.nl", "Mia@Example.nl"];
const PRODUCTS: [&str; 3] = ["tea", "jam", "honey"];
const PER_ADDRESS: Cap = Cap { mails: 3, within: Millis::hours(48) };
const PER_PRODUCT: Cap = Cap { mails: 2, within: Millis::hours(24) };
/// In two days of UTC.
const PER_TENANT: Cap = Cap { mails: 4, within: Millis::hours(48) };

/// What may come next.
#[derive(Clone, Debug)]
enum Step {
    /// A report: to which address, about which products (a bit each), with a reminder or not.
    Report(usize, u8, bool),
    /// Time passes.
    Pass(u64),
    /// The mailer claims one of the mails that are due.
    Claim(usize),
    /// The server takes one of the mails on their way.
    Done(usize),
    /// It does not take it.
    Fail(usize, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pick = 0..64_usize;
    let step = prop_oneof![
        3 => (0..2_usize, 0..8_u8, any::<bool>()).prop_map(|(to, of, again)| Step::Report(to, of, again)),
        // Often just at the edge of a window.
        2 => prop_oneof![0..40_u64, Just(PER_PRODUCT.within.0 - 1), Just(PER_PRODUCT.within.0),
            3_600_000..90_000_000_u64].prop_map(Step::Pass),
        6 => pick.clone().prop_map(Step::Claim),
        5 => pick.clone().prop_map(Step::Done),
        1 => (pick, any::<bool>()).prop_map(|(which, deferred)| Step::Fail(which, deferred)),
    ];
    proptest::collection::vec(step, 40..160)
}

/// A day at the mailer.
struct Day {
    shop: Shop,
    reports: u64,
    /// What each order's mails count for, as this test knows it.
    counts: BTreeMap<OrderId, Vec<String>>,
    on_their_way: BTreeSet<MailId>,
    sent: Vec<(Time, OrderId)>,
    /// How many mails a cap moved.
    moved: u64,
}

impl Day {
    fn new() -> Day {
        let mut shop = Shop::new();
        let usual = InvitationRules {
            cap_per_address: Some(PER_ADDRESS),
            cap_per_product: Some(PER_PRODUCT),
            cap_per_tenant: Some(PER_TENANT),
            ..InvitationRules::default()
        };
        shop.policy.invitations = Arc::new(Invitations { usual, ..Invitations::default() });
        let (counts, on_their_way, sent) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        Day { shop, reports: 0, counts, on_their_way, sent, moved: 0 }
    }

    fn play(&mut self, step: &Step) {
        let nth =
            |mails: Vec<MailId>, nth: usize| (!mails.is_empty()).then(|| mails[nth % mails.len()]);
        let on_their_way = || self.on_their_way.iter().copied().collect();
        match *step {
            Step::Report(to, products, again) => self.report(ADDRESSES[to], products, again),
            Step::Pass(millis) => self.shop.now = self.shop.now + Millis(millis),
            Step::Claim(number) => {
                let now = self.shop.now;
                let post = &self.shop.world.desk.tenant(&tenant()).post;
                let due = post.due().overdue(now).map(|(_, mail)| mail).collect();
                self.about(nth(due, number), InvitationAction::Claim);
            }
            Step::Done(number) => self.about(nth(on_their_way(), number), InvitationAction::Done),
            Step::Fail(number, deferred) => {
                let trouble = if deferred { Trouble::Deferred } else { Trouble::Unreachable };
                let failed = |which| InvitationAction::Failed(which, trouble);
                self.about(nth(on_their_way(), number), failed);
            }
        }
    }

    fn report(&mut self, email: &str, products: u8, again: bool) {
        self.reports += 1;
        let named = (0..PRODUCTS.len()).filter(|place| products >> place & 1 == 1);
        let named: Vec<&str> = named.map(|place| PRODUCTS[place]).collect();
        let product = |name: &&str| Line {
            article: article(name),
            title: (*name).into(),
            quantity: Units::ZERO,
            kept: Kept::default(),
            shortage: Shortage::Unsaid,
        };
        let reminder = Delay::of(Unit::Days, 1).filter(|_| again);
        let command = Command::Invite(Box::new(Invite {
            external_id: format!("r{}", self.reports).into(),
            email: email.into(),
            products: named.iter().map(product).collect(),
            wish: Delay::of(Unit::Days, 0).map(|delay| Wish::of(delay, reminder)),
            ..Invite::default()
        }));
        let answer = self.shop.submit("shop", command);
        let Event::Order { id, .. } = answer.records(&self.shop)[0].events[0] else { panic!() };
        let counts = named.into_iter().chain([email]).map(str::to_owned).collect();
        self.counts.insert(id, counts);
    }

    fn about(&mut self, mail: Option<MailId>, action: impl Fn(Which) -> InvitationAction) {
        let Some(mail) = mail else { return };
        let order = OrderName::Id(mail.order);
        let command = Command::Invitation { order, action: action(mail.which) };
        let records = self.shop.submit("mailer", command).records(&self.shop).to_vec();
        for event in records.into_iter().flat_map(|record| record.events) {
            let Event::Order { event: order::Event::Invitation(event), .. } = event else {
                panic!()
            };
            self.note(mail, &event);
        }
    }

    fn note(&mut self, mail: MailId, event: &invitation::Event) {
        use invitation::Event;
        match event {
            Event::MailClaimed { .. } => {
                let full = self.counts[&mail.order].iter().find(|it| self.is_full(it));
                assert_eq!(full, None, "{mail:?} goes at {}", self.shop.now);
                assert!(!self.has_sent_enough(), "{mail:?} goes at {}", self.shop.now);
                self.on_their_way.insert(mail);
            }
            Event::MailSent { .. } => {
                self.on_their_way.remove(&mail);
                self.sent.push((self.shop.now, mail.order));
            }
            Event::MailMoved { next, why: Later::Capped, .. } => {
                let is_full = self.counts[&mail.order].iter().any(|it| self.is_full(it));
                assert!(is_full || self.has_sent_enough(), "{mail:?}");
                assert!(*next > self.shop.now, "M4: {mail:?} would be due at once");
                self.moved += 1;
            }
            Event::MailMoved { .. } | Event::MailDropped { .. } => {
                self.on_their_way.remove(&mail);
            }
            other => panic!("{other:?}"),
        }
    }

    /// Whether no mail that counts for this may be on its way besides those that are.
    fn is_full(&self, counted: &str) -> bool {
        let cap = cap_of(counted);
        let counts = |order: &OrderId| self.counts[order].iter().any(|it| it == counted);
        let way = self.on_their_way.iter().filter(|mail| counts(&mail.order)).count();
        let recent = self
            .sent
            .iter()
            .filter(|(at, order)| *at + cap.within > self.shop.now && counts(order));
        way + recent.count() >= cap.mails as usize
    }

    /// Whether none of the tenant's may go today besides those that are on their way.
    fn has_sent_enough(&self) -> bool {
        let today = day(self.shop.now);
        let recent = self.sent.iter().filter(|(at, _)| day(*at) + 1 >= today);
        self.on_their_way.len() + recent.count() >= PER_TENANT.mails as usize
    }

    /// No window that ends with a mail has more of them than it may.
    fn keeps_caps(&self) {
        for mails in self.sent.windows(PER_TENANT.mails as usize + 1) {
            let (first, last) = (day(mails[0].0), day(mails[mails.len() - 1].0));
            assert!(first + 2 <= last, "{} from day {first} to {last}", mails.len());
        }
        for counted in ADDRESSES.iter().chain(&PRODUCTS) {
            let cap = cap_of(counted);
            let mut sent = self
                .sent
                .iter()
                .filter(|(_, order)| self.counts[order].iter().any(|it| it == counted));
            let times: Vec<Time> = sent.by_ref().map(|(at, _)| *at).collect();
            for window in times.windows(cap.mails as usize + 1) {
                let (first, last) = (window[0], window[window.len() - 1]);
                assert!(
                    first + cap.within <= last,
                    "{counted}: {} from {first} to {last}",
                    window.len()
                );
            }
        }
    }
}

fn day(at: Time) -> i64 {
    at.0.div_euclid(24 * 3_600_000)
}

fn cap_of(counted: &str) -> Cap {
    if ADDRESSES.contains(&counted) { PER_ADDRESS } else { PER_PRODUCT }
}

/// The world as a snapshot brings it back: its orders, in the order of their ids.
fn restored(world: &World) -> World {
    let mut restore = Restore::default();
    for (id, it) in world.desk.tenants() {
        restore.tenant(id, it.settings, it.last_number);
    }
    for (tenant, order) in world.orders.values() {
        restore.order(tenant, order.clone()).expect("it holds nothing");
    }
    restore.finish(Time::default())
}

/// M4: no cap is exceeded in any window, none holds a mail back without need, and what counts is
/// the same after a replay and from a snapshot.
#[test]
fn no_window_has_more_mails_than_its_cap() {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases: budget().cases, failure_persistence: None, ..Config::default() };
    let (sent, moved) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = TestRunner::new_with_rng(config, rng).run(&steps(), |steps| {
        let mut day = Day::new();
        for step in &steps {
            day.play(step);
        }
        day.keeps_caps();
        let world = &day.shop.world;
        prop_assert_eq!(&day.shop.replayed(), world);
        prop_assert_eq!(&restored(world), world);
        sent.set(sent.get() + day.sent.len() as u64);
        moved.set(moved.get() + day.moved);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(sent.get() > 500 && moved.get() > 200, "{} sent, {} moved", sent.get(), moved.get());
}
