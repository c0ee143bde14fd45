//! `[mail]`: the mail server, and how mails look. Without it no mail is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::{MailOptions, Security, Sender, Supplies};
use anyhow::ensure;
use serde::{Deserialize, Serialize};
use workflow::id::TenantId;

use crate::limits::{
    MAIL_CONNECTIONS, MAIL_CONNECTIONS_MAX, MAIL_PAUSE, MAIL_TIME_MAX, URL_CHARS_MAX,
};

/// The mail server, and how mails look.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MailSection {
    host: String,
    port: Option<u16>,
    #[serde(default)]
    tls: Privacy,
    /// Whose certificates are believed, in the place of those that this machine believes.
    ca_file: Option<PathBuf>,
    user: Option<String>,
    #[serde(skip_serializing)]
    password: Option<Secret>,
    from: String,
    reply_to: Option<String>,
    /// Where customers reach this server, for the links that they unsubscribe with.
    pub(crate) public_url: String,
    templates: Option<PathBuf>,
    connections: Option<u32>,
    timeout_ms: Option<u64>,
    pause_ms: Option<u64>,
    #[serde(default)]
    tenants: BTreeMap<String, TenantSection>,
}

/// What one tenant has otherwise; what is not said is as for all.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TenantSection {
    from: Option<String>,
    reply_to: Option<String>,
}

/// How the connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Privacy {
    None,
    #[default]
    Starttls,
    Tls,
}

/// Something that is never printed.
#[derive(Clone, Deserialize)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

impl MailSection {
    /// # Errors
    /// A value that no mail could be sent with.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let url = &self.public_url;
        let is_url = ["https://", "http://"].iter().any(|scheme| {
            url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty())
                && url.len() <= URL_CHARS_MAX
                && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte))
        });
        ensure!(is_url, "mail.public_url: `{url}` is no address like https://orders.example.com");
        ensure!(
            self.user.is_some() == self.password.is_some(),
            "mail.user, mail.password: both or none"
        );
        ensure!(
            self.user.is_none() || !matches!(self.tls, Privacy::None),
            "mail.tls: a password is not sent without TLS"
        );
        ensure!(
            self.ca_file.is_none() || !matches!(self.tls, Privacy::None),
            "mail.ca_file: there is no certificate without TLS"
        );
        let connections = self.connections.unwrap_or(MAIL_CONNECTIONS);
        ensure!(
            (1..=MAIL_CONNECTIONS_MAX).contains(&connections),
            "mail.connections: 1 to {MAIL_CONNECTIONS_MAX}"
        );
        for name in self.tenants.keys() {
            ensure!(TenantId::parse(name).is_some(), "mail.tenants: `{name}` is no tenant");
        }
        ensure!(self.timeout_ms != Some(0), "mail.timeout_ms: at least 1");
        Ok(())
    }

    fn senders(&self) -> BTreeMap<TenantId, Sender> {
        let own = |(name, own): (&String, &TenantSection)| {
            let from = own.from.clone().unwrap_or_else(|| self.from.clone());
            let reply_to = own.reply_to.clone().or_else(|| self.reply_to.clone());
            // An empty text takes what holds for all away from one tenant.
            let sender = Sender { from, reply_to: reply_to.filter(|text| !text.is_empty()) };
            Some((TenantId::parse(name)?, sender))
        };
        self.tenants.iter().filter_map(own).collect()
    }

    /// What the mailer needs.
    pub fn options(&self, supplies: Arc<dyn Supplies>) -> MailOptions {
        let (security, port) = match self.tls {
            Privacy::None => (Security::Plain, 25),
            Privacy::Starttls => (Security::StartTls, 587),
            Privacy::Tls => (Security::Tls, 465),
        };
        let password = self.password.as_ref().map(|Secret(password)| password.clone());
        let millis = |set: Option<u64>, usual| set.map_or(usual, Duration::from_millis);
        MailOptions {
            host: self.host.clone(),
            port: self.port.unwrap_or(port),
            security,
            ca_file: self.ca_file.clone(),
            login: self.user.clone().zip(password),
            senders: self.senders(),
            sender: Sender { from: self.from.clone(), reply_to: self.reply_to.clone() },
            templates: self.templates.clone(),
            connections: self.connections.unwrap_or(MAIL_CONNECTIONS),
            timeout: millis(self.timeout_ms, MAIL_TIME_MAX),
            pause: millis(self.pause_ms, MAIL_PAUSE),
            supplies,
        }
    }
}
