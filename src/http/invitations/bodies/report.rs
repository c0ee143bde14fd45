//! `POST /api/v2/orders`: an order that a shop reports for reviews.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::command::{Command, Invite};
use workflow::invitation::Wish;
use workflow::kept::Kept;
use workflow::limits::PRODUCTS_PER_REPORT_MAX;
use workflow::order::Line;

use super::delay::DelayBody;
use super::product::ProductBody;
use super::{address, check_digit, name, tag};
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;

/// The body.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ReportBody<'a> {
    #[serde(borrow)]
    external_id: Option<Text<'a>>,
    customer: Option<CustomerBody<'a>>,
    products: Option<Vec<ProductBody<'a>>>,
    invitation: Option<InvitationBody<'a>>,
    filtercode: Option<Text<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
struct CustomerBody<'a> {
    #[serde(borrow)]
    email: Option<Text<'a>>,
    fullname: Option<Text<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
struct InvitationBody<'a> {
    #[serde(borrow)]
    delay: Option<DelayBody<'a>>,
    reminder: Option<DelayBody<'a>>,
}

/// What an order of another door keeps of a report: it has lines of its own.
#[derive(Serialize)]
struct KeptReport<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    products: &'a [ProductBody<'a>],
}

impl ReportBody<'_> {
    /// The command, or all that is wrong.
    pub(crate) fn into_command(self) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let root = Path::Root;
        let at = root.member("external_id");
        let external_id = faults.required(at, self.external_id.as_ref());
        let external_id = external_id.and_then(|text| name(&mut faults, at, text));
        let (email, fullname) = self.customer(&mut faults);
        let products = self.products(&mut faults);
        let wish = self.wish(&mut faults);
        let code = self.filtercode.as_ref();
        let filtercode = code.and_then(|text| tag(&mut faults, root.member("filtercode"), text));
        let sent = self.products.as_deref().unwrap_or_default();
        let wrong = |product: &ProductBody<'_>| product.gtin.as_deref().and_then(check_digit);
        let kept = serde_json::to_string(&KeptReport { products: sent });
        let built = || {
            Some(Command::Invite(Box::new(Invite {
                external_id: external_id?,
                email: email?,
                fullname,
                filtercode,
                products: products?,
                kept: Kept::of(kept.expect("a body that was read can be written")),
                wrong_check_digit: sent.iter().position(|product| wrong(product).is_some()),
                wish: wish?,
            })))
        };
        let command = built();
        faults.end(command)
    }

    fn customer(&self, faults: &mut Faults) -> (Option<SmolStr>, Option<SmolStr>) {
        let root = Path::Root.member("customer");
        let at = root.member("email");
        let sent = self.customer.as_ref().and_then(|customer| customer.email.as_ref());
        let email = faults.required(at, sent).and_then(|text| {
            let email = address::is_address(text).then(|| SmolStr::from(&**text));
            faults.good(at, email, "must be a mail address of at most 250 characters")
        });
        let fullname = self.customer.as_ref().and_then(|customer| customer.fullname.as_ref());
        let fullname = fullname.and_then(|text| name(faults, root.member("fullname"), text));
        (email, fullname)
    }

    fn products(&self, faults: &mut Faults) -> Option<Vec<Line>> {
        let path = Path::Root.member("products");
        let sent = self.products.as_deref().unwrap_or_default();
        if sent.len() > PRODUCTS_PER_REPORT_MAX {
            faults.add(path, "must have at most 100 entries");
            return None;
        }
        let mut lines = Vec::with_capacity(sent.len());
        for (index, product) in sent.iter().enumerate() {
            lines.extend(product.read(faults, path.index(index)));
        }
        (lines.len() == sent.len()).then_some(lines)
    }

    /// What is asked for: the outer none is a fault, the inner one no invitation.
    fn wish(&self, faults: &mut Faults) -> Option<Option<Wish>> {
        let Some(invitation) = &self.invitation else { return Some(None) };
        let root = Path::Root.member("invitation");
        let at = root.member("delay");
        let delay = faults.required(at, invitation.delay.as_ref());
        let delay = delay.and_then(|delay| delay.read(faults, at));
        let reminder = match &invitation.reminder {
            None => Some(None),
            Some(body) => body.read(faults, root.member("reminder")).map(Some),
        };
        Some(Some(Wish::of(delay?, reminder?)))
    }
}
