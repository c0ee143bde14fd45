//! What is sent: the scenarios by name, and the bodies they are made of.
//!
//! Bodies are written straight into a buffer that is reused. The echo scenario gets the very
//! bodies of the steady one, or the ratio of the two would compare different work.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, SecondsFormat, SubsecRound as _, TimeDelta, Utc};
use hyper::Uri;

use super::catalog::{Catalog, Shape};
use super::chance::Chance;
use super::ledger::{Asked, LINES_MAX, Line};
use super::zipf::Zipf;

/// What the load looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// Promises of three lines over 10,000 articles by Zipf and 1,000 locations; there is plenty.
    /// Five of the locations are warehouses with every article, the others stores with some.
    Steady,
    /// The same without warehouses: hardly two articles lie together, so orders go in three parts.
    Split,
    /// 50,000 attempts at the 1,000 units of one article in one location.
    Flash,
    /// Promises of which 70 % are confirmed, 10 % cancelled, and 20 % left to expire.
    Lifecycle,
    /// The bodies of `steady`, only parsed and sent back: the ceiling that HTTP itself sets.
    Echo,
    /// `echo` and `steady` in turn on one server, and the one divided by the other.
    Ratio,
}

/// Attempts of a flash sale.
pub(super) const FLASH_ATTEMPTS: u64 = 50_000;

/// How far ahead a promise that is left to expire is dated: the minute that a server demands, and
/// room for the second its `Date` header hides and for a request that waits before it leaves.
pub(super) const LAPSE_AFTER: TimeDelta = TimeDelta::seconds(70);

/// The same with a server that was started for this, and demands no more than
/// [`SPAWNED_FLOOR_MS`].
pub(super) const LAPSE_AFTER_SPAWNED: TimeDelta = TimeDelta::seconds(6);

/// The shortest promise of a server that is started for promises that expire.
pub(super) const SPAWNED_FLOOR_MS: &str = "1000";

impl Scenario {
    /// The catalog it needs.
    pub(super) fn shape(self) -> Shape {
        match self {
            Self::Flash => Shape {
                articles: 1,
                locations: 1,
                places_per_article: 1,
                warehouses: 0,
                value: 1_000,
            },
            Self::Steady | Self::Split | Self::Lifecycle | Self::Echo | Self::Ratio => Shape {
                articles: 10_000,
                locations: 1_000,
                places_per_article: 10,
                warehouses: if self == Self::Split { 0 } else { 5 },
                value: 100_000_000,
            },
        }
    }

    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Split => "split",
            Self::Flash => "flash",
            Self::Lifecycle => "lifecycle",
            Self::Echo => "echo",
            Self::Ratio => "ratio",
        }
    }
}

/// What one phase of a run sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traffic {
    /// Promises that stay open.
    Promises,
    /// Promises of one unit.
    Singles,
    /// Promises, and what becomes of them.
    Lives {
        /// How far ahead those are dated that are left to expire.
        lapse: TimeDelta,
    },
    /// The bodies of `Promises` to the handler that only echoes.
    Echoes,
}

/// One promise to ask for, and what to do with it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) path: Uri,
    pub(super) body: Bytes,
    pub(super) asked: Asked,
    pub(super) then: Then,
}

/// What becomes of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It stays open.
    Nothing,
    /// It stays open until a deadline within reach.
    Lapse(DateTime<Utc>),
    /// It is bought.
    Confirm,
    /// It is given up.
    Cancel,
}

/// The server's clock, as its first answers told it: the generator asks no clock of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServerClock {
    date: DateTime<Utc>,
    seen: Instant,
}

impl ServerClock {
    /// A clock that showed `date` at `seen`.
    pub(super) fn new(date: DateTime<Utc>, seen: Instant) -> Self {
        Self { date, seen }
    }

    /// The server's time now, up to a second late.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.date + TimeDelta::from_std(self.seen.elapsed()).unwrap_or(TimeDelta::zero())
    }
}

/// Makes one thread's jobs.
#[derive(Debug)]
pub(super) struct Maker {
    traffic: Traffic,
    catalog: Arc<Catalog>,
    zipf: Arc<Zipf>,
    clock: ServerClock,
    chance: Chance,
    path: Uri,
    buffer: BytesMut,
}

impl Maker {
    /// A maker whose jobs depend on `chance` alone, but for the deadlines.
    pub(super) fn new(
        traffic: Traffic,
        catalog: Arc<Catalog>,
        zipf: Arc<Zipf>,
        (clock, chance): (ServerClock, Chance),
    ) -> Self {
        let path = Uri::from_static(match traffic {
            Traffic::Echoes => "/bench/echo",
            _ => "/api/promises/deliverypromise",
        });
        Self { traffic, catalog, zipf, clock, chance, path, buffer: BytesMut::new() }
    }

    /// The next job.
    pub(super) fn next(&mut self) -> Job {
        let asked = match self.traffic {
            Traffic::Singles => Asked::one(self.zipf.draw(&mut self.chance), 1),
            _ => self.three_lines(),
        };
        let then = match self.traffic {
            Traffic::Lives { lapse } => self.fate(lapse),
            _ => Then::Nothing,
        };
        Job { path: self.path.clone(), body: self.body(&asked, then), asked, then }
    }

    /// What this makes.
    pub(super) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Three lines of one to three units, or fewer if there are fewer articles.
    fn three_lines(&mut self) -> Asked {
        let mut asked = Asked::default();
        let lines = LINES_MAX.min(self.catalog.shape().articles as usize);
        for nth in 0..lines {
            let article = loop {
                let article = self.zipf.draw(&mut self.chance);
                if asked.lines().all(|line| line.article != article) {
                    break article;
                }
            };
            asked.0[nth] = Line { article, quantity: 1 + self.chance.below(3) };
        }
        asked
    }

    fn fate(&mut self, lapse: TimeDelta) -> Then {
        match self.chance.below(10) {
            0..7 => Then::Confirm,
            7 => Then::Cancel,
            // Whole milliseconds, so that the deadline remembered is the one sent.
            _ => Then::Lapse((self.clock.now() + lapse).trunc_subsecs(3)),
        }
    }

    /// The request's body. The consumer is somewhere in the rectangle that the locations are in.
    fn body(&mut self, asked: &Asked, then: Then) -> Bytes {
        let (east, north) = (self.chance.below(8_000), self.chance.below(6_000));
        let out = &mut self.buffer;
        out.reserve(1024);
        out.extend_from_slice(br#"{"orderDate":"2026-01-12T10:14:03.517Z","orderLineItems":["#);
        for (nth, line) in asked.lines().enumerate() {
            out.extend_from_slice(if nth > 0 { b"," } else { b"" });
            out.extend_from_slice(br#"{"article":{"tenantArticleId":""#);
            self.catalog.write_article(out, line.article);
            let _ = write!(
                out,
                r#"","title":"Article {}"}},"quantity":{}}}"#,
                line.article, line.quantity
            );
        }
        let _ = write!(
            out,
            concat!(
                r#"],"consumer":{{"addresses":[{{"street":"Hauptstr.","houseNumber":"1","#,
                r#""postalCode":"51063","city":"Köln","country":"DE","#,
                r#""coordinates":{{"lat":{},"lon":{}}}}}]}},"#,
                r#""deliveryPreferences":{{"shipping":{{"serviceLevel":"DELIVERY"}}}}"#,
            ),
            Thousandths(48_000 + north),
            Thousandths(6_000 + east),
        );
        if let Then::Lapse(until) = then {
            let until = until.to_rfc3339_opts(SecondsFormat::Millis, true);
            let _ = write!(out, r#","promisesOptions":{{"validUntil":"{until}"}}"#);
        }
        out.extend_from_slice(b"}");
        out.split().freeze()
    }
}

/// The body of an action on an order.
pub(super) fn action_body(name: &str, version: u64) -> Bytes {
    Bytes::from(format!(r#"{{"name":"{name}","version":{version}}}"#))
}

/// A decimal number with three places; cheaper to write than a float.
pub(super) struct Thousandths(pub(super) u32);

impl std::fmt::Display for Thousandths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker(traffic: Traffic, seed: u64) -> Maker {
        let shape =
            Shape { articles: 50, locations: 5, places_per_article: 2, warehouses: 0, value: 1 };
        let catalog = Arc::new(Catalog::new(shape, "t".into()));
        let clock = ServerClock::new(DateTime::UNIX_EPOCH, Instant::now());
        let zipf = Arc::new(Zipf::over(shape.articles));
        Maker::new(traffic, catalog, zipf, (clock, Chance::of(seed, 0)))
    }

    #[test]
    fn a_seed_sends_the_same_bodies_again_and_the_echo_gets_them_too() {
        let bodies = |traffic, seed| {
            let mut maker = maker(traffic, seed);
            (0..20).map(|_| maker.next().body).collect::<Vec<_>>()
        };
        assert_eq!(bodies(Traffic::Promises, 1), bodies(Traffic::Promises, 1));
        assert_eq!(bodies(Traffic::Promises, 1), bodies(Traffic::Echoes, 1));
        assert_ne!(bodies(Traffic::Promises, 1), bodies(Traffic::Promises, 2));
    }

    #[test]
    fn a_body_says_what_is_asked() {
        let job = maker(Traffic::Promises, 1).next();
        let body: serde_json::Value = serde_json::from_slice(&job.body).unwrap();
        let lines = body["orderLineItems"].as_array().unwrap();
        assert_eq!(lines.len(), 3);
        for (line, asked) in lines.iter().zip(job.asked.lines()) {
            assert_eq!(line["article"]["tenantArticleId"], format!("t-{}", asked.article));
            assert_eq!(line["quantity"], asked.quantity);
            assert!((1..=3).contains(&asked.quantity));
        }
        assert!(body["consumer"]["addresses"][0]["coordinates"]["lat"].is_number());
        assert!(body.get("promisesOptions").is_none());
    }

    #[test]
    fn seven_of_ten_lives_are_bought_and_deadlines_are_sent_as_remembered() {
        let mut maker = maker(Traffic::Lives { lapse: LAPSE_AFTER }, 1);
        let (mut bought, mut given_up) = (0, 0);
        for _ in 0..1_000 {
            let job = maker.next();
            let body: serde_json::Value = serde_json::from_slice(&job.body).unwrap();
            match job.then {
                Then::Confirm => bought += 1,
                Then::Cancel => given_up += 1,
                Then::Nothing => panic!("a life has a fate"),
                Then::Lapse(until) => {
                    let sent = body["promisesOptions"]["validUntil"].as_str().unwrap();
                    assert_eq!(sent.parse::<DateTime<Utc>>().unwrap(), until);
                }
            }
        }
        assert!((650..750).contains(&bought) && (70..130).contains(&given_up));
    }
}
