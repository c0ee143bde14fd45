//! Which failures a route may come to. What follows from how it is built is said here, once for
//! all routes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Operation;
use crate::auth::Need;
use crate::failure::Failure;
use crate::http::lines::NDJSON;
use crate::http::openapi::door::Door;
use crate::http::openapi::no::{No, responses};

impl Operation {
    /// Whether it may come to this because of how it is built; [`examples`] has one of each.
    fn comes_to(&self, failure: &Failure, door: &Door) -> bool {
        match failure {
            // Of any address, any header, and whatever broke.
            Failure::Malformed(_)
            | Failure::UriTooLong
            | Failure::HeadTooLarge
            | Failure::Broken(_) => true,
            Failure::Unauthorized | Failure::Forbidden | Failure::TooMany => {
                self.need != Need::Open
            }
            Failure::NotAcceptable => self.enters && door.minds_accept,
            Failure::Overloaded => self.enters,
            // Until everything is recovered, only this one is served.
            Failure::Stopping => self.path != "/healthz",
            Failure::OutcomeUnknown => self.asks,
            Failure::NoRoom => self.asks && self.method != "get",
            Failure::KeyReused | Failure::KeyBusy => self.takes_key,
            Failure::UnsupportedMediaType => self.body.is_some(),
            // Of lines, the answer has begun by then.
            Failure::TooLarge | Failure::SlowBody => self.body.is_some() && !self.takes_lines(),
            // Of other paths and other methods; what the rules refuse, each route says itself.
            Failure::NotFound | Failure::MethodNotAllowed(_) | Failure::Refused(_) => false,
        }
    }

    fn takes_lines(&self) -> bool {
        self.body.as_ref().is_some_and(|it| it["content"][NDJSON].is_object())
    }

    /// Its noes as responses, by their status.
    pub(in crate::http::openapi) fn noes(&mut self, door: &Door) -> BTreeMap<u16, Value> {
        let built = examples().into_iter().filter(|failure| self.comes_to(failure, door));
        let mut noes: Vec<No> = built.map(|failure| No::of(door, failure)).collect();
        let unfit = |name: &str| Failure::malformed(name, "is not good");
        for name in &self.judged {
            noes.push(No::said("Invalid", door.error, (door.says)(unfit(name))));
        }
        if self.body.as_ref().is_some_and(|it| it["content"]["application/json"].is_object()) {
            let finds = door.finds_unfit.unwrap_or(door.says);
            noes.push(No::said("Invalid", door.error, finds(unfit("member"))));
        }
        noes.extend(self.failures.drain(..).map(|failure| No::of(door, failure)));
        noes.append(&mut self.others);
        responses(noes, &self.around(door, &["Certus-Lsn?"]))
    }
}

/// Every failure that does not depend on the rules, by example.
fn examples() -> [Failure; 17] {
    [
        Failure::malformed("", "the path has a bad % encoding"),
        Failure::UriTooLong,
        Failure::HeadTooLarge,
        Failure::Unauthorized,
        Failure::Forbidden,
        Failure::TooMany,
        Failure::NotAcceptable,
        Failure::UnsupportedMediaType,
        Failure::TooLarge,
        Failure::SlowBody,
        Failure::KeyReused,
        Failure::KeyBusy,
        Failure::NoRoom,
        Failure::Overloaded,
        Failure::Stopping,
        Failure::OutcomeUnknown,
        Failure::Broken("5ba1c9d2-1f".to_owned()),
    ]
}
