//! One connection to the mail server: private and logged in as configured, before any mail goes.

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;

/// How a line is opened.
pub(super) struct Access {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) privacy: Privacy,
    pub(super) login: Option<Credentials>,
    /// How long one of the host's addresses may take to answer, before the next one is tried.
    pub(super) patience: Duration,
    /// Our name for the server.
    pub(super) hello: ClientId,
}

/// How a line is kept private, and whose certificate is believed.
pub(super) enum Privacy {
    Plain,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

/// A connection that is ready for a mail.
pub(super) struct Line {
    connection: AsyncSmtpConnection,
}

/// Why a mail was not taken, by how far it came.
pub(super) enum Failed {
    /// The server is not there, not who it should be, or does not let us in.
    Opening(Error),
    /// It takes nothing from our address, or nothing now.
    Sender(Error),
    /// It takes nothing for this address, or not this mail.
    Mail(Error),
}

impl Access {
    /// A new line. The password goes only where the configuration lets it: `[mail]` refuses one
    /// without TLS, and a connection that is to be private and is not ends here.
    pub(super) async fn open(&self) -> Result<Line, Error> {
        let to = (self.host.as_str(), self.port);
        let tls = match &self.privacy {
            Privacy::Tls(tls) => Some(tls.clone()),
            Privacy::Plain | Privacy::StartTls(_) => None,
        };
        let (patience, hello) = (Some(self.patience), &self.hello);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(to, patience, hello, tls, None).await?;
        if let Privacy::StartTls(tls) = &self.privacy {
            connection.starttls(tls.clone(), hello).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(Line { connection })
    }
}

impl Line {
    /// Hands a mail over. Done is what the server took: its answer to the final dot was 250.
    pub(super) async fn carry(&mut self, letter: &Message) -> Result<(), Failed> {
        // Doors and configuration take addresses in ASCII only, which every server can (RFC 6531).
        let envelope = letter.envelope();
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        self.connection.command(from).await.map_err(Failed::Sender)?;
        for to in envelope.to() {
            let to = Rcpt::new(to.clone(), Vec::new());
            self.connection.command(to).await.map_err(Failed::Mail)?;
        }
        self.connection.command(Data).await.map_err(Failed::Mail)?;
        self.connection.message(&letter.formatted()).await.map_err(Failed::Mail)?;
        Ok(())
    }

    /// Whether the server still answers.
    pub(super) async fn is_there(&mut self) -> bool {
        self.connection.command(Noop).await.is_ok()
    }

    /// Whether the server is ready for another mail after it refused one.
    pub(super) async fn is_reset(&mut self) -> bool {
        self.connection.command(Rset).await.is_ok()
    }

    /// Says good bye.
    pub(super) async fn close(mut self) {
        let _ = self.connection.command(Quit).await; // whatever it says, it is over
    }
}
