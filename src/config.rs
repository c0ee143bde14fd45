//! What the operator has set: defaults, then `certus.toml`, then `CERTUS_…`, then flags.
//!
//! Every key is one field of [`Overrides`], so its file key, its variable and its flag cannot
//! drift apart. An unknown key in the file is an error that names its line. [`Config`] is what
//! came of it, checked once and then believed.

mod deliveries;
mod invitations;
mod mail;

mod credential;
mod issuer;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use snapshots::limits::{SECTOR_BYTES, SEGMENT_BYTES, SEGMENT_BYTES_MIN, SEGMENT_BYTES_WHOLE};
use workflow::limits::{OPEN_PROMISES_PER_CALLER_MAX, PARTS_PER_ORDER_MAX, PROMISE_CEILING};
use workflow::settings::{OnShortage, Policy};
use workflow::time::Millis;

pub use deliveries::DeliveriesSection;
pub use invitations::InvitationsSection;
pub use mail::MailSection;

use crate::limits;
use crate::telemetry;
use crate::tls::Files;
use crate::webhooks::Targets;

pub use credential::Credential;
pub use issuer::{Issuer, Signature};

/// All that can be set, each perhaps not.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// The directory of journal and snapshot [default: data]
    #[arg(long, env = "CERTUS_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Over how many shards the tenants are spread, each with a thread and a journal of its own;
    /// it stays what it was when the directory was made [default: 1]
    #[arg(long, env = "CERTUS_SHARDS", value_name = "N")]
    pub shards: Option<usize>,
    /// Where clients connect [default: 127.0.0.1:8080]
    #[arg(long, env = "CERTUS_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where operators and metrics connect [default: 127.0.0.1:8081]
    #[arg(long, env = "CERTUS_ADMIN_LISTEN", value_name = "ADDR")]
    pub admin_listen: Option<SocketAddr>,
    /// Threads that speak HTTP [default: one per core]
    #[arg(long, env = "CERTUS_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// How long a promise holds if nobody says [default: 28800000, 8 hours, or the longest if that
    /// is shorter]
    #[arg(long, env = "CERTUS_PROMISE_TTL_MS", value_name = "MS")]
    pub promise_ttl_ms: Option<u64>,
    /// The shortest a promise may be asked to hold [default: 60000]
    #[arg(long, env = "CERTUS_PROMISE_FLOOR_MS", value_name = "MS")]
    pub promise_floor_ms: Option<u64>,
    /// The longest [default: 28800000]
    #[arg(long, env = "CERTUS_PROMISE_CEILING_MS", value_name = "MS")]
    pub promise_ceiling_ms: Option<u64>,
    /// What becomes of a promise when pieces have no place: accept or reject [default: accept]
    #[arg(long, env = "CERTUS_PROMISE_ON_SHORTAGE", value_name = "WHAT", value_parser = on_shortage)]
    pub promise_on_shortage: Option<OnShortage>,
    /// Over how many locations one order may be split [default: 3]
    #[arg(long, env = "CERTUS_SPLIT_PARTS_MAX", value_name = "N")]
    pub split_parts_max: Option<u8>,
    /// Open promises that one caller may have [default: 10000]
    #[arg(long, env = "CERTUS_OPEN_PROMISES_MAX", value_name = "N")]
    pub open_promises_max: Option<u32>,
    /// Requests that start a sale and are inside at once [default: 4096]
    #[arg(long, env = "CERTUS_START_PERMITS", value_name = "N")]
    pub start_permits: Option<u32>,
    /// Requests that finish a sale and are inside at once [default: 2048]
    #[arg(long, env = "CERTUS_FINISH_PERMITS", value_name = "N")]
    pub finish_permits: Option<u32>,
    /// Requests that look, or change stock and locations, inside at once [default: 1024]
    #[arg(long, env = "CERTUS_OPERATE_PERMITS", value_name = "N")]
    pub operate_permits: Option<u32>,
    /// Connections that one address may have open at once, 0 for no bound [default: 1000, and no
    /// bound for loopback]
    #[arg(long, env = "CERTUS_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    pub connections_per_address: Option<u32>,
    /// How long an answer may take before its outcome is unknown [default: 30000]
    #[arg(long, env = "CERTUS_ANSWER_TIMEOUT_MS", value_name = "MS")]
    pub answer_timeout_ms: Option<u64>,
    /// Bytes of one journal segment, a multiple of 512, at least 17825792 [default: 67108864]
    #[arg(long, env = "CERTUS_SEGMENT_BYTES", value_name = "BYTES")]
    pub segment_bytes: Option<u64>,
    /// Takes segments in which the largest record has no room, so that a test has many of them.
    #[arg(long, hide = true)]
    #[serde(skip)]
    pub test_segments: bool,
    /// Records of this long before the newest may go, once the snapshot has passed them
    /// [default: none, the journal is kept whole]
    #[arg(long, env = "CERTUS_JOURNAL_KEEP_MS", value_name = "MS")]
    pub journal_keep_ms: Option<u64>,
    /// Beyond so many bytes of journal the oldest may go, once the snapshot has passed them
    /// [default: none, the journal is kept whole]
    #[arg(long, env = "CERTUS_JOURNAL_KEEP_BYTES", value_name = "BYTES")]
    pub journal_keep_bytes: Option<u64>,
    /// Whether webhooks may go to http, to any port, and to private and loopback addresses
    /// [default: false]
    #[arg(long, env = "CERTUS_WEBHOOKS_TO_PRIVATE", value_name = "BOOL")]
    pub webhooks_to_private: Option<bool>,
    /// What is logged, as `info` or `certus=debug,warn` [default: info]
    #[arg(long, env = "CERTUS_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// The certificate that the doors show, with those between it and its authority, PEM
    /// [default: none, the doors speak plain HTTP]
    #[arg(long, env = "CERTUS_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, env = "CERTUS_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Web pages that may call from a browser, by origin, as `https://shop.example`
    /// [default: none]
    #[arg(long, env = "CERTUS_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    pub cors_origins: Option<Vec<String>>,
    /// Whether a request needs a credential: on or off [default: off on loopback while none is
    /// configured, else on]
    #[arg(long, env = "CERTUS_AUTH", value_name = "WHAT", value_parser = auth)]
    pub auth: Option<Auth>,
    /// Requests that one credential may send in a second [default: none, as many as it likes]
    #[arg(long, env = "CERTUS_RATE_PER_SECOND", value_name = "N")]
    pub rate_per_second: Option<u32>,
    /// How many of them at once [default: those of one second]
    #[arg(long, env = "CERTUS_RATE_BURST", value_name = "N")]
    pub rate_burst: Option<u32>,
    /// Who may call, and for which tenant. In the file only.
    #[arg(skip)]
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// How invitations are handled. In the file only.
    #[arg(skip)]
    pub invitations: Option<InvitationsSection>,
    /// Where orders of the workflow server's door may go, and what is told of them. In the file only.
    #[arg(skip)]
    pub deliveries: Option<DeliveriesSection>,
    /// The mail server. In the file only.
    #[arg(skip)]
    pub mail: Option<MailSection>,
    /// Who signs tokens that are believed. In the file only.
    #[arg(skip)]
    #[serde(default)]
    pub jwt: Vec<Issuer>,
}

/// Whether a request needs a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// It does.
    On,
    /// Whoever sends none is the caller `anonymous` of the tenant `default`; on loopback only.
    Off,
}

/// What is in force.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of Overrides, which says what they mean")]
pub struct Config {
    pub data: PathBuf,
    pub shards: usize,
    pub listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub workers: usize,
    pub promise_ttl_ms: u64,
    pub promise_floor_ms: u64,
    pub promise_ceiling_ms: u64,
    pub promise_on_shortage: OnShortage,
    pub split_parts_max: u8,
    pub open_promises_max: u32,
    pub start_permits: u32,
    pub finish_permits: u32,
    pub operate_permits: u32,
    pub connections_per_address: Option<u32>,
    pub answer_timeout_ms: u64,
    pub segment_bytes: u64,
    #[serde(skip)]
    pub test_segments: bool,
    pub journal_keep_ms: Option<u64>,
    pub journal_keep_bytes: Option<u64>,
    pub webhooks_to_private: bool,
    pub log: String,
    #[serde(flatten)] // as its two keys stand in the file
    pub tls: Option<Files>,
    pub cors_origins: Vec<String>,
    pub auth: Auth,
    pub rate_per_second: Option<u32>,
    pub rate_burst: Option<u32>,
    pub credentials: Vec<Credential>,
    pub invitations: InvitationsSection,
    pub deliveries: DeliveriesSection,
    pub mail: Option<MailSection>,
    pub jwt: Vec<Issuer>,
}

impl Config {
    /// Reads the file, if one is named or `certus.toml` is there, and lays `over` on top.
    ///
    /// # Errors
    /// A file that cannot be read, an unknown key or a wrong type in it, a value out of range.
    pub fn read(file: Option<&Path>, over: Overrides) -> anyhow::Result<Config> {
        let default = Path::new("certus.toml");
        let file = file.or_else(|| default.exists().then_some(default));
        let under = match file {
            None => Overrides::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                parse(&text).with_context(|| format!("in {}", path.display()))?
            }
        };
        Config::of(over, under)?.checked()
    }

    fn of(over: Overrides, under: Overrides) -> anyhow::Result<Config> {
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let is_closed = !under.credentials.is_empty() || !under.jwt.is_empty();
        macro_rules! pick {
            ($name:ident, $default:expr) => {
                over.$name.or(under.$name).unwrap_or_else(|| $default)
            };
        }
        let promise_ceiling_ms = pick!(promise_ceiling_ms, PROMISE_CEILING.0);
        let certificate = over.tls_certificate.or(under.tls_certificate);
        let key = over.tls_key.or(under.tls_key);
        let tls = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Files { certificate, key }),
            (None, None) => None,
            _ => bail!("tls_certificate, tls_key: one needs the other"),
        };
        Ok(Config {
            data: pick!(data, "data".into()),
            shards: pick!(shards, 1),
            listen: pick!(listen, local(8080)),
            admin_listen: pick!(admin_listen, local(8081)),
            workers: pick!(workers, cores),
            promise_ttl_ms: pick!(promise_ttl_ms, promise_ceiling_ms.min(PROMISE_CEILING.0)),
            promise_floor_ms: pick!(promise_floor_ms, Millis::minutes(1).0),
            promise_ceiling_ms,
            promise_on_shortage: pick!(promise_on_shortage, OnShortage::Accept),
            split_parts_max: pick!(split_parts_max, 3),
            open_promises_max: pick!(open_promises_max, OPEN_PROMISES_PER_CALLER_MAX),
            start_permits: pick!(start_permits, limits::START_PERMITS),
            finish_permits: pick!(finish_permits, limits::FINISH_PERMITS),
            operate_permits: pick!(operate_permits, limits::OPERATE_PERMITS),
            connections_per_address: over.connections_per_address.or(under.connections_per_address),
            answer_timeout_ms: pick!(answer_timeout_ms, limits::ANSWER_TIME_MAX.as_millis() as u64),
            segment_bytes: pick!(segment_bytes, SEGMENT_BYTES),
            test_segments: over.test_segments,
            journal_keep_ms: over.journal_keep_ms.or(under.journal_keep_ms),
            journal_keep_bytes: over.journal_keep_bytes.or(under.journal_keep_bytes),
            webhooks_to_private: pick!(webhooks_to_private, false),
            log: pick!(log, "info".into()),
            tls,
            cors_origins: pick!(cors_origins, Vec::new()),
            auth: pick!(auth, if is_closed { Auth::On } else { Auth::Off }),
            rate_per_second: over.rate_per_second.or(under.rate_per_second),
            rate_burst: over.rate_burst.or(under.rate_burst),
            credentials: under.credentials,
            invitations: under.invitations.unwrap_or_default(),
            deliveries: under.deliveries.unwrap_or_default(),
            mail: under.mail,
            jwt: under.jwt,
        })
    }

    fn checked(self) -> anyhow::Result<Config> {
        self.check_numbers()?;
        if let Err(error) = telemetry::filter(&self.log) {
            bail!("log: {error}");
        }
        self.invitations.rules()?;
        self.deliveries.areas()?;
        self.deliveries.notices(self.mail.is_some())?;
        self.mail.iter().try_for_each(MailSection::check)?;
        for origin in &self.cors_origins {
            ensure!(
                is_origin(origin),
                "cors_origins: `{origin}` is no origin, as https://shop.example is"
            );
        }
        for credential in &self.credentials {
            credential.caller()?;
        }
        credential::distinct(&self.credentials)?;
        for issuer in &self.jwt {
            issuer.check()?;
        }
        ensure!(
            self.auth == Auth::On || self.listen.ip().is_loopback(),
            "listen: {} is reached from outside, so credentials are needed, or auth = \"on\" and \
             keys",
            self.listen
        );
        ensure!(
            self.auth == Auth::On || (self.credentials.is_empty() && self.jwt.is_empty()),
            "auth: it is off, but credentials are configured"
        );
        ensure!(
            self.admin_listen.ip().is_loopback(),
            "admin_listen: {} is reached from outside; operators connect over loopback",
            self.admin_listen
        );
        Ok(self)
    }

    /// Whether every number is within its bounds.
    fn check_numbers(&self) -> anyhow::Result<()> {
        ensure!(
            (1..=limits::SHARDS_MAX).contains(&self.shards),
            "shards: 1 to {}",
            limits::SHARDS_MAX
        );
        ensure!(self.workers > 0, "workers: at least 1");
        ensure!(self.start_permits > 0, "start_permits: at least 1");
        ensure!(self.finish_permits > 0, "finish_permits: at least 1");
        ensure!(self.operate_permits > 0, "operate_permits: at least 1");
        ensure!(
            (1..=PARTS_PER_ORDER_MAX).contains(&self.split_parts_max),
            "split_parts_max: 1 to {PARTS_PER_ORDER_MAX}"
        );
        ensure!(
            self.promise_floor_ms <= self.promise_ceiling_ms,
            "promise_floor_ms: at most promise_ceiling_ms"
        );
        let promise_ms = self.promise_floor_ms.max(1)..=self.promise_ceiling_ms;
        ensure!(
            promise_ms.contains(&self.promise_ttl_ms),
            "promise_ttl_ms: from promise_floor_ms to promise_ceiling_ms, and at least 1"
        );
        ensure!(self.answer_timeout_ms > 0, "answer_timeout_ms: at least 1");
        ensure!(self.open_promises_max > 0, "open_promises_max: at least 1");
        ensure!(self.journal_keep_ms != Some(0), "journal_keep_ms: at least 1");
        // In smaller ones there is no room for all that one command may do.
        let least = if self.test_segments { SEGMENT_BYTES_MIN } else { SEGMENT_BYTES_WHOLE };
        ensure!(
            self.segment_bytes.is_multiple_of(SECTOR_BYTES) && self.segment_bytes >= least,
            "segment_bytes: a multiple of {SECTOR_BYTES}, at least {least}"
        );
        ensure!(self.rate_per_second != Some(0), "rate_per_second: at least 1");
        ensure!(
            self.rate_burst.is_none_or(|burst| burst >= self.rate_per_second.unwrap_or(u32::MAX)),
            "rate_burst: at least rate_per_second, which it goes with"
        );
        Ok(())
    }

    /// Where webhooks may go.
    pub fn targets(&self) -> Targets {
        if self.webhooks_to_private { Targets::Any } else { Targets::Public }
    }

    /// What the rules need of it.
    pub fn policy(&self) -> Policy {
        Policy {
            promise_floor: Millis(self.promise_floor_ms),
            promise_ceiling: Millis(self.promise_ceiling_ms),
            promise_ttl: Millis(self.promise_ttl_ms),
            on_shortage: self.promise_on_shortage,
            parts_max: self.split_parts_max,
            open_promises_max: self.open_promises_max,
            invitations: self.invitations.rules().expect("the rules were checked with the rest"),
            areas: self.deliveries.areas().expect("the areas were checked with the rest"),
            notices: self
                .deliveries
                .notices(self.mail.is_some())
                .expect("the mails were checked with the rest"),
        }
    }
}

/// What a file says. toml's own words would quote the line, and a secret with it.
fn parse(text: &str) -> anyhow::Result<Overrides> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        match before {
            Some(before) => {
                anyhow!("line {}: {}", before.matches('\n').count() + 1, error.message())
            }
            None => anyhow!("{}", error.message()),
        }
    })
}

/// Scheme, host and perhaps a port, and nothing behind them; `*` would let every page in.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|host| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(fits)
    })
}

fn auth(text: &str) -> Result<Auth, String> {
    match text {
        "on" => Ok(Auth::On),
        "off" => Ok(Auth::Off),
        _ => Err("on or off".into()),
    }
}

fn on_shortage(text: &str) -> Result<OnShortage, String> {
    match text {
        "accept" => Ok(OnShortage::Accept),
        "reject" => Ok(OnShortage::Reject),
        _ => Err("accept or reject".into()),
    }
}

#[cfg(test)]
mod tests;
