//! Whom mails are from: a tenant's own address, or that of all others.

use std::collections::BTreeMap;

use lettre::message::Mailbox;
use workflow::id::TenantId;

use super::transport::Error;

/// Whom mails are from, as the configuration says it.
#[derive(Clone, Debug)]
pub struct Sender {
    /// `Certus <reviews@example.com>`.
    pub from: String,
    /// Whom an answer goes to, if to somebody else.
    pub reply_to: Option<String>,
}

/// The same as a mail needs it.
pub(super) struct Addresses {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

/// All of them.
pub(super) struct Senders {
    usual: Addresses,
    tenants: BTreeMap<TenantId, Addresses>,
}

impl Senders {
    pub(super) fn of(
        usual: &Sender,
        tenants: &BTreeMap<TenantId, Sender>,
    ) -> Result<Senders, Error> {
        let own = |(id, sender): (&TenantId, &Sender)| Ok((id.clone(), Addresses::of(sender)?));
        Ok(Senders {
            usual: Addresses::of(usual)?,
            tenants: tenants.iter().map(own).collect::<Result<_, Error>>()?,
        })
    }

    /// Those of a tenant's mails.
    pub(super) fn addresses(&self, tenant: &TenantId) -> &Addresses {
        self.tenants.get(tenant).unwrap_or(&self.usual)
    }
}

impl Addresses {
    fn of(sender: &Sender) -> Result<Addresses, Error> {
        // In ASCII, which every server can.
        let mailbox = |text: &String| {
            let mailbox = text.parse().ok().filter(|it: &Mailbox| it.email.to_string().is_ascii());
            mailbox.ok_or_else(|| Error::Address(text.clone()))
        };
        let reply_to = sender.reply_to.as_ref().map(mailbox).transpose()?;
        Ok(Addresses { from: mailbox(&sender.from)?, reply_to })
    }
}
