//! The way to the mail server: SMTP over kept connections.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use workflow::invitation::Trouble;

use super::letter::Supplies;

/// Where mails go, and how they look.
#[derive(Clone)]
pub struct MailOptions {
    /// The mail server's name; its certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: Security,
    /// Name and password, if the server asks for them.
    pub login: Option<(String, String)>,
    /// Whom mails are from: `Certus <reviews@example.com>`.
    pub from: String,
    /// Whom an answer goes to, if to somebody else.
    pub reply_to: Option<String>,
    /// The operator's own templates.
    pub templates: Option<PathBuf>,
    /// Mails that are under way at once, each over a connection of its own.
    pub connections: u32,
    /// How long one mail may take.
    pub timeout: Duration,
    /// How long to wait before the server is looked for again; twice as long each time.
    pub pause: Duration,
    /// What only doors know.
    pub supplies: Arc<dyn Supplies>,
}

/// How a connection is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not at all: for a server on the same machine.
    Plain,
    /// It becomes TLS before anything is said, or nothing is.
    StartTls,
    /// It is TLS from the beginning.
    Tls,
}

/// Why there is no mailer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address of the options is none.
    #[error("`{0}` is no address like `Certus <reviews@example.com>`")]
    Address(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] smtp::Error),
    /// There is no thread for it.
    #[error("the mailer's thread cannot be started")]
    Thread(#[source] std::io::Error),
}

/// The way to the mail server.
pub(super) struct Transport {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
    timeout: Duration,
}

/// What a transport is made of, checked; its connections belong to the runtime that it is opened
/// in.
pub(super) struct Plan {
    builder: AsyncSmtpTransportBuilder,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    timeout: Duration,
}

impl Plan {
    pub(super) fn of(options: &MailOptions) -> Result<Plan, Error> {
        let tls = || TlsParameters::new(options.host.clone());
        let tls = match options.security {
            Security::Plain => Tls::None,
            Security::StartTls => Tls::Required(tls()?),
            Security::Tls => Tls::Wrapper(tls()?),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&options.host)
            .port(options.port)
            .tls(tls)
            .timeout(Some(options.timeout))
            .pool_config(PoolConfig::new().max_size(options.connections));
        let builder = match &options.login {
            Some((user, password)) => {
                builder.credentials(Credentials::new(user.clone(), password.clone()))
            }
            None => builder,
        };
        let mailbox = |text: &String| text.parse().map_err(|_| Error::Address(text.clone()));
        Ok(Plan {
            builder,
            from: mailbox(&options.from)?,
            reply_to: options.reply_to.as_ref().map(mailbox).transpose()?,
            timeout: options.timeout,
        })
    }

    /// The transport, in the runtime of the caller.
    pub(super) fn open(self) -> Transport {
        let Plan { builder, from, reply_to, timeout } = self;
        Transport { smtp: builder.build(), from, reply_to, timeout }
    }
}

impl Transport {
    /// Says good bye on every connection.
    pub(super) async fn close(&self) {
        self.smtp.shutdown().await;
    }

    /// Hands a mail over. Done is what the server took: its answer to the final dot was 250.
    pub(super) async fn send(&self, letter: Message) -> Result<(), Trouble> {
        let sent = tokio::time::timeout(self.timeout, self.smtp.send(letter)).await;
        let Ok(sent) = sent else { return Err(Trouble::Unreachable) };
        let Err(error) = sent else { return Ok(()) };
        let code = error.status().map(u16::from);
        // The server's text may name the customer, so only its number is logged.
        tracing::warn!(code, "the mail server did not take a mail");
        match code {
            Some(421) | None => Err(Trouble::Unreachable),
            Some(400..=499) => Err(Trouble::Deferred),
            // What is refused before it knows the mail, as a wrong password, is no word about it.
            Some(_) if self.is_there().await => Err(Trouble::Rejected),
            Some(_) => Err(Trouble::Unreachable),
        }
    }

    /// Whether the server takes connections, and our name.
    pub(super) async fn is_there(&self) -> bool {
        let asked = tokio::time::timeout(self.timeout, self.smtp.test_connection()).await;
        matches!(asked, Ok(Ok(true)))
    }
}
