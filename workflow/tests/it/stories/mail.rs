//! What stories say about reports, invitations and mails.

use std::sync::Arc;

use smol_str::SmolStr;
use workflow::calendar::{Calendar, Delay, Unit};
use workflow::command::{Command, InvitationAction, Invite, OrderName};
use workflow::invitation::{Fact, Invitation, Mail, Trouble, Which, Wish};
use workflow::kept::Kept;
use workflow::order::{Line, Order, Shortage};
use workflow::quantity::Units;
use workflow::settings::{Cap, CountFrom, InvitationRules, Invitations};
use workflow::time::Millis;

use super::parse::Said;
use super::print::clock;
use super::{Script, Todo};
use crate::shop::article;

impl Script {
    /// `report R: tea + book, mail a@b.nl, after 2 days, again 3 days, code x`.
    pub(super) fn report(said: &Said<'_>) -> Todo {
        let product = |name: &str| Line {
            article: article(name),
            title: name.into(),
            quantity: Units::ZERO,
            kept: Kept::default(),
            shortage: Shortage::Unsaid,
        };
        let wish =
            said.value("after").map(|after| Wish::of(delay(after), said.value("again").map(delay)));
        let named = said.body.split(" + ").filter(|name| *name != "nothing");
        let invite = Invite {
            external_id: said.subject.into(),
            email: said.value("mail").unwrap_or("jan@example.nl").into(),
            fullname: None,
            filtercode: said.value("code").map(SmolStr::new),
            products: named.map(product).collect(),
            kept: Kept::of(format!("{{\"products\":{:?}}}", said.body)),
            wrong_check_digit: said.value("wrong").map(|at| at.parse().expect("a product")),
            wish,
        };
        Todo::Submit {
            who: "shop".into(),
            command: Box::new(Command::Invite(Box::new(invite))),
            order: Some(said.value("named").unwrap_or(said.subject).into()),
        }
    }

    /// `claim R invitation`, `done R reminder`, `failed R invitation, deferred`.
    pub(super) fn mail(&self, verb: &str, said: &Said<'_>) -> Todo {
        let (name, which) = said.subject.rsplit_once(' ').expect("an order and its mail");
        let which = match which {
            "invitation" => Which::Invitation,
            "reminder" => Which::Reminder,
            "picked" => Which::Picked,
            "out" => Which::OutForDelivery,
            other => panic!("no such mail: {other}"),
        };
        let trouble = || match said.options.first().map(|(word, _)| *word) {
            Some("unreachable") => Trouble::Unreachable,
            Some("deferred") => Trouble::Deferred,
            Some("rejected") => Trouble::Rejected,
            other => panic!("no such trouble: {other:?}"),
        };
        let action = match verb {
            "claim" => InvitationAction::Claim(which),
            "done" => InvitationAction::Done(which),
            _ => InvitationAction::Failed(which, trouble()),
        };
        self.about("mailer", name, action)
    }

    /// `ask R, after 2 days, again none`, `uninvite R`.
    pub(super) fn invitation(&self, verb: &str, said: &Said<'_>) -> Todo {
        let version = said.version();
        let again = |text| if text == "none" { None } else { Some(delay(text)) };
        let action = match verb {
            "ask" => InvitationAction::Change {
                version,
                delay: said.value("after").map(delay),
                reminder: said.value("again").map(again),
            },
            _ => InvitationAction::Drop { version },
        };
        self.about("shop", said.subject, action)
    }

    fn about(&self, who: &str, name: &str, action: InvitationAction) -> Todo {
        let order = OrderName::Id(self.order(name));
        let command = Box::new(Command::Invitation { order, action });
        Todo::Submit { who: who.into(), command, order: Some(name.into()) }
    }

    /// `rules zone Europe/Amsterdam, quiet 21:00-08:00, cap 2, product 3, all 9, count
    /// confirmed, gtin strict`; caps are for a day.
    pub(super) fn set_rules(&mut self, said: &Said<'_>) {
        let mut rules = InvitationRules::default();
        let (mut zone, mut quiet) = ("UTC", None);
        for (key, value) in said.options.iter().chain([&(said.subject, said.body)]) {
            match (*key, *value) {
                ("zone", name) => zone = name,
                ("quiet", hours) => quiet = Some(hours),
                ("cap", mails) => rules.cap_per_address = Some(a_day(mails)),
                ("product", mails) => rules.cap_per_product = Some(a_day(mails)),
                ("all", mails) => rules.cap_per_tenant = Some(a_day(mails)),
                ("count", "confirmed") => rules.count_from = CountFrom::Confirmed,
                ("count", "delivered") => rules.count_from = CountFrom::Delivered,
                ("gtin", "strict") => rules.strict_gtin = true,
                other => panic!("no such rule: {other:?}"),
            }
        }
        let none: &[&str] = &[];
        rules.calendar = Calendar::parse(zone, none, quiet).expect("a calendar");
        let invitations = Invitations { usual: rules, ..Invitations::default() };
        self.shop.policy.invitations = Arc::new(invitations);
    }
}

/// So many mails a day.
fn a_day(mails: &str) -> Cap {
    Cap { mails: mails.parse().expect("a number"), within: Millis::hours(24) }
}

/// `2 days`.
fn delay(text: &str) -> Delay {
    let (amount, unit) = text.split_once(' ').expect("so many of something");
    let unit = Unit::parse(unit).expect("a unit");
    Delay::of(unit, amount.parse().expect("a number")).expect("ten years at most")
}

/// What is known of an order's invitation and of its other mails.
pub(super) fn words(order: &Order) -> String {
    let mut text = match (order.invitation(), &order.report) {
        (Some(Invitation { version, .. }), _) => format!(", invitation {version}"),
        (None, Some(_)) => ", reported".into(),
        (None, None) => String::new(),
    };
    for (which, mail) in order.mails() {
        let name = match which {
            Which::Invitation => "mail",
            Which::Reminder => "reminder",
            Which::Picked => "mail of picking",
            Which::OutForDelivery => "mail of the route",
        };
        text.push_str(&format!(", {name} {}", mail_words(mail)));
    }
    for notice in order.notices().iter().filter(|notice| notice.count > 1) {
        text.push_str(&format!(", {:?} for the {}. time", notice.which, notice.count));
    }
    text
}

fn mail_words(mail: &Mail) -> String {
    match (mail.fact, mail.next) {
        (Fact::Pending, None) => "without a time".into(),
        (Fact::Pending, Some(next)) if Some(next) == mail.due => format!("at {}", clock(next)),
        (Fact::Pending, Some(next)) => format!("moved to {}", clock(next)),
        (Fact::Claimed { .. }, _) => "on its way".into(),
        (Fact::Sent { at }, _) => format!("sent at {}", clock(at)),
        (Fact::Dropped { why, .. }, _) => format!("dropped ({why:?})"),
    }
}
