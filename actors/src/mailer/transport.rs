//! The way to the mail server: lines that are kept for the next mail.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lettre::Message;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use workflow::id::TenantId;
use workflow::invitation::Trouble;

use super::letter::Supplies;
use super::line::{Access, Failed, Line, Privacy};
use super::sender::Sender;

/// Where mails go, and how they look.
#[derive(Clone)]
pub struct MailOptions {
    /// The mail server's name; its certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: Security,
    /// Whose certificates are believed, PEM; those that this machine believes if nobody says.
    pub ca_file: Option<PathBuf>,
    /// Name and password, if the server asks for them.
    pub login: Option<(String, String)>,
    /// Whom mails are from.
    pub sender: Sender,
    /// Whom those of some tenants are from.
    pub senders: BTreeMap<TenantId, Sender>,
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
    /// The file of those whose certificates are believed.
    #[error("no certificate can be read from {0}")]
    Authority(PathBuf, #[source] Option<std::io::Error>),
    /// There is no thread for it.
    #[error("the mailer's thread cannot be started")]
    Thread(#[source] std::io::Error),
}

/// The way to the mail server. Its lines belong to the runtime that they were opened in.
pub(super) struct Transport {
    access: Access,
    /// Lines that have nothing to carry. A line that does is owned by its mail alone: what is
    /// given up in the middle is closed, and no later mail takes a late answer for its own.
    kept: RefCell<Vec<Line>>,
    kept_max: usize,
    timeout: Duration,
}

impl Transport {
    pub(super) fn of(options: &MailOptions) -> Result<Transport, Error> {
        let privacy = match options.security {
            Security::Plain => Privacy::Plain,
            Security::StartTls => Privacy::StartTls(tls_of(options)?),
            Security::Tls => Privacy::Tls(tls_of(options)?),
        };
        let credentials =
            |(user, password): &(String, String)| Credentials::new(user.clone(), password.clone());
        Ok(Transport {
            access: Access {
                host: options.host.clone(),
                port: options.port,
                privacy,
                login: options.login.as_ref().map(credentials),
                patience: options.timeout / 2,
                hello: ClientId::default(),
            },
            kept: RefCell::default(),
            kept_max: options.connections as usize,
            timeout: options.timeout,
        })
    }

    /// Says good bye on every line, and waits for the answers no longer than for a mail.
    pub(super) async fn close(&self) {
        let lines = self.kept.take();
        let _ =
            tokio::time::timeout(self.timeout, join_all(lines.into_iter().map(Line::close))).await;
    }

    /// Whether lines are kept.
    pub(super) fn is_open(&self) -> bool {
        !self.kept.borrow().is_empty()
    }

    /// Hands a mail over. Done is what the server took: its answer to the final dot was 250.
    pub(super) async fn send(&self, letter: &Message) -> Result<(), Trouble> {
        let sent = tokio::time::timeout(self.timeout, self.hand_over(letter)).await;
        let trouble = match sent {
            Ok((line, Ok(()))) => {
                self.keep(line);
                return Ok(());
            }
            Ok((line, Err(failed))) => {
                log(&failed);
                let reset = async |mut line: Line| line.is_reset().await.then_some(line);
                if let Some(line) = line
                    && let Ok(line) = tokio::time::timeout(self.timeout, reset(line)).await
                {
                    self.keep(line);
                }
                trouble_of(&failed)
            }
            Err(_) => {
                tracing::warn!("the mail server did not take a mail in time");
                Trouble::Unreachable
            }
        };
        if trouble == Trouble::Unreachable {
            drop(self.kept.take()); // they lead to the same server
        }
        Err(trouble)
    }

    /// Whether the server takes connections, is who it should be, and lets us in.
    pub(super) async fn is_there(&self) -> bool {
        match tokio::time::timeout(self.timeout, self.access.open()).await {
            Ok(Ok(line)) => {
                self.keep(Some(line));
                true
            }
            Ok(Err(error)) => {
                log(&Failed::Opening(error));
                false
            }
            Err(_) => false,
        }
    }

    /// What came of a mail, and its line if that goes on.
    async fn hand_over(&self, letter: &Message) -> (Option<Line>, Result<(), Failed>) {
        let mut line = match self.line().await {
            Ok(line) => line,
            Err(error) => return (None, Err(Failed::Opening(error))),
        };
        let sent = line.carry(letter).await;
        let goes_on = match &sent {
            Ok(()) => true,
            Err(Failed::Opening(_)) => false,
            // An answer with a number is one; anything else is the end of the line.
            Err(Failed::Sender(error) | Failed::Mail(error)) => {
                code(error).is_some_and(|it| it != 421)
            }
        };
        (goes_on.then_some(line), sent)
    }

    /// A line that was kept and still answers, or a new one.
    async fn line(&self) -> Result<Line, smtp::Error> {
        loop {
            let kept = self.kept.borrow_mut().pop();
            match kept {
                Some(mut line) => {
                    if line.is_there().await {
                        return Ok(line);
                    }
                }
                None => return self.access.open().await,
            }
        }
    }

    fn keep(&self, line: Option<Line>) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() < self.kept_max {
            kept.extend(line);
        }
    }
}

/// What is done about a mail that was not taken. Only an answer to its own address or to itself
/// drops it: what is wrong with the server, or with us, is put right while it waits.
fn trouble_of(failed: &Failed) -> Trouble {
    match failed {
        Failed::Opening(_) => Trouble::Unreachable,
        Failed::Sender(error) | Failed::Mail(error) => match (failed, code(error)) {
            (_, None | Some(421)) => Trouble::Unreachable,
            (Failed::Mail(_), Some(500..)) => Trouble::Rejected,
            _ => Trouble::Deferred,
        },
    }
}

/// Logs why a mail was not taken. What the server says of a mail may name the customer, so only
/// its number is logged.
fn log(failed: &Failed) {
    match failed {
        Failed::Opening(why) => tracing::warn!(%why, "the mail server is not there for us"),
        Failed::Sender(why) => {
            tracing::warn!(%why, "the mail server takes nothing from our address")
        }
        Failed::Mail(error) => {
            tracing::warn!(code = code(error), "the mail server did not take a mail")
        }
    }
}

fn code(error: &smtp::Error) -> Option<u16> {
    error.status().map(u16::from)
}

/// The host must show a certificate for its name, by whom the operator believes.
fn tls_of(options: &MailOptions) -> Result<TlsParameters, Error> {
    let builder = TlsParameters::builder(options.host.clone());
    let builder = match &options.ca_file {
        Some(path) => {
            builder.certificate_store(CertificateStore::None).add_root_certificate(authority(path)?)
        }
        None => builder,
    };
    Ok(builder.build()?)
}

fn authority(path: &Path) -> Result<Certificate, Error> {
    let said = |error| Error::Authority(path.into(), error);
    let pem = std::fs::read(path).map_err(|error| said(Some(error)))?;
    // A file without any would be believed to name nobody, and every connection would fail.
    let begins = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(begins.len()).any(|part| part == begins) {
        return Err(said(None));
    }
    Certificate::from_pem(&pem).map_err(|_| said(None))
}
