//! The orders and invitations door, and the page behind the links of its mails.

use workflow::calendar::Unit;
use workflow::limits::{PRODUCTS_PER_REPORT_MAX, REFERENCE_CHARS_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{
    ExternalIdTaken, ReminderTooSoon, UnknownInvitation, UnknownOrder,
};

use super::api::Api;
use super::door::{INVITATIONS, OUTSIDE};
use super::operation::{Operation, delete, get, patch, post};
use super::refused::{CHANGED, NOTHING_UNSENT, WRONG_CHECK_DIGIT};
use super::schema::{
    Schema, any_of, array, count, flag, given, instant, list, named, order_name, pattern,
    reference, taken, text, text_of, uuid, version, whole, word,
};
use crate::auth::Need;
use crate::failure::Failure;
use crate::limits::{ADDRESS_CHARS_MAX, INVITATION_PAGE_ROWS_MAX, URL_CHARS_MAX};

const ORDER: &str = "/api/v2/orders/{id}";
const INVITATION: &str = "/api/v2/invitations/{id}";
/// What may be asked of an order that was just reported.
const OF_ONE: [&str; 4] =
    ["showReported", "showInvitation", "changeInvitation", "removeInvitation"];

/// Describes the door.
pub(super) fn describe(api: &mut Api) {
    orders(api);
    invitations(api);
    let fields = Schema(serde_json::json!({ "type": "object",
        "additionalProperties": { "type": "array", "items": { "type": "string" } } }));
    api.schema(
        "InvitationError",
        given([
            ("success*", flag()),
            ("error*", text()),
            ("errors", fields.says("What is wrong, field by field.")),
        ]),
    );
    let link = "/unsubscribe/{token}";
    let token = || text().says("Of the link in a mail.");
    api.section(
        &OUTSIDE,
        ("Unsubscribe", "The page behind the links of mails."),
        [
            get(link, "askUnsubscribe", "Asks whether the customer means it", Need::Open)
                .at("token", token())
                .streams("A page.", &["text/html"])
                .tells(&["Cache-Control"])
                .refuses([Failure::NotFound]),
            post(link, "unsubscribeAddress", "Sends the address no mail any more", Need::Open)
                .at("token", token())
                .streams("A page.", &["text/html"])
                .tells(&["Cache-Control"])
                .refuses([Failure::NotFound, Failure::NoRoom, Failure::Overloaded])
                .refuses([Failure::OutcomeUnknown]),
        ],
    );
}

fn orders(api: &mut Api) {
    api.section(
        &INVITATIONS,
        ("Invitations", "Orders that a shop reports, and mails to their customers."),
        [
            post("/api/v2/orders", "report", "Reports an order", P::InvitationsWrite)
                .makes("ReportRequest", "ReportedAnswer")
                .refuses([ExternalIdTaken, ReminderTooSoon, WRONG_CHECK_DIGIT])
                .leads_to(&OF_ONE, "id", "$response.body#/order/id"),
            get("/api/v2/orders", "listReported", "A page of all orders", P::InvitationsRead)
                .part()
                .query("external_id", text())
                .answers(200, "A page.", "ReportedPage"),
            get(ORDER, "showReported", "One order", P::InvitationsRead)
                .at("id", text().says("Its number or its uuid."))
                .shows("ReportedAnswer")
                .refuses([UnknownOrder]),
        ],
    );
    let customer = taken([("email*", address()), ("fullname", reference())]);
    let wish = taken([("delay*", named("Delay")), ("reminder", named("Delay"))]);
    let product = taken([
        ("external_id*", reference()),
        ("name*", reference()),
        ("url*", url()),
        ("sku", reference()),
        ("gtin", pattern("^[0-9]{13}$")),
        ("image_url", url()),
    ]);
    api.schema(
        "ReportRequest",
        taken([
            ("external_id*", reference()),
            ("customer*", customer),
            ("products", list(0..=PRODUCTS_PER_REPORT_MAX, product)),
            ("invitation", wish),
            ("filtercode", text_of(0..=REFERENCE_CHARS_MAX).like(super::schema::PRINTABLE)),
        ]),
    );
    api.schema("Delay", any_of(delays()));
    reported(api);
}

/// A unit and how many of it, ten years at most.
fn delays() -> impl Iterator<Item = Schema> {
    let units = [
        ("minutes", Unit::Minutes),
        ("hours", Unit::Hours),
        ("days", Unit::Days),
        ("weekdays", Unit::Weekdays),
    ];
    units.into_iter().map(|(name, unit)| {
        let most = unit.most().into();
        taken([("unit*", word(&[name])), ("amount*", whole(0..=most))])
    })
}

fn reported(api: &mut Api) {
    let product = given([
        ("external_id*", text()),
        ("name*", text()),
        ("url", text()),
        ("sku", text()),
        ("gtin", text()),
        ("image_url", text()),
    ]);
    let customer = given([("email*", text().or_null()), ("fullname", text())]);
    api.schema(
        "ReportedOrder",
        given([
            ("id*", count()),
            ("uuid*", uuid()),
            ("external_id*", text().or_null()),
            ("created_at*", instant()),
            ("version*", version()),
            ("customer*", customer.or_null()),
            ("filtercode", text()),
            ("products*", array(product)),
        ]),
    );
    let warning = given([("field*", text()), ("message*", text())]);
    api.schema(
        "ReportedAnswer",
        given([
            ("success*", flag()),
            ("order*", named("ReportedOrder")),
            ("invitation", named("Invitation")),
            ("warnings", array(warning)),
        ]),
    );
    api.schema("ReportedPage", page("orders*", "ReportedOrder"));
}

fn invitations(api: &mut Api) {
    let day = || any_of([instant(), text().with("format", "date")]);
    let calendar = "/api/v2/invitations/calendar";
    let id = || text().says("Its order's number or uuid.");
    api.more(
        &INVITATIONS,
        "Invitations",
        [
            get("/api/v2/invitations", "listInvitations", "A page of them", P::InvitationsRead)
                .part()
                .query("filtercode", text())
                .query("is_sent", flag())
                .query("order_id", order_name())
                .answers(200, "A page.", "InvitationPage"),
            get(calendar, "showCalendar", "The mails that are still to go", P::InvitationsRead)
                .asks()
                .query("from", day())
                .query("to", day())
                .answers(200, "Day by day.", "Calendar"),
            get(INVITATION, "showInvitation", "One invitation", P::InvitationsRead)
                .at("id", id())
                .shows("InvitationAnswer")
                .refuses([UnknownInvitation]),
            patch(INVITATION, "changeInvitation", "Asks for other times", P::InvitationsWrite)
                .at("id", id())
                .versioned()
                .body("InvitationChange")
                .shows("InvitationAnswer")
                .refuses([UnknownInvitation, CHANGED, NOTHING_UNSENT, ReminderTooSoon]),
            delete(INVITATION, "removeInvitation", "Drops what is unsent", P::InvitationsWrite)
                .at("id", id())
                .versioned()
                .asks()
                .answers(200, "What it was too late for.", "InvitationDropped")
                .refuses([UnknownInvitation, CHANGED, NOTHING_UNSENT]),
        ],
    );
    let reminder = named("Delay").says("Null: none from now on.");
    api.schema("InvitationChange", taken([("delay", named("Delay")), ("reminder", reminder)]));
    let why = || word(&["removed", "order_closed", "unsubscribed", "rejected", "given_up"]);
    api.schema(
        "Invitation",
        given([
            ("id*", count()),
            ("order_id*", count()),
            ("created_at*", instant()),
            ("send_at*", instant().or_null()),
            ("is_sent*", flag()),
            ("send_reminder_at*", instant().or_null()),
            ("is_reminder_sent*", flag()),
            ("filtercode", text()),
            ("dropped", why()),
            ("reminder_dropped", why()),
        ]),
    );
    let success = || ("success*", flag());
    api.schema("InvitationAnswer", given([success(), ("invitation*", named("Invitation"))]));
    api.schema("InvitationPage", page("invitations*", "Invitation"));
    api.schema("InvitationDropped", given([success(), ("message", text())]));
    let day = given([
        ("day*", text().with("format", "date")),
        ("filtercode*", text().or_null()),
        ("mails*", count()),
    ]);
    api.schema("Calendar", given([success(), ("days*", array(day))]));
}

/// A page with how many there are.
fn page(name: &'static str, of: &str) -> Schema {
    let meta = given([("count*", count())]);
    given([("meta*", meta), ("success*", flag()), (name, array(named(of)))])
}

/// `local@domain.tld` in plain ASCII.
pub(super) fn address() -> Schema {
    let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}";
    let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?";
    let address = format!("^{atom}([.]{atom}){{0,2}}@{label}([.]{label}){{1,3}}$");
    text_of(1..=ADDRESS_CHARS_MAX).like(&address)
}

/// An absolute address of the web.
fn url() -> Schema {
    let rest = "[^\\s\\u0000-\\u001f\\u007f-\\u009f\"<>\\\\^`{|}]";
    let host = "[^\\s\\u0000-\\u001f\\u007f-\\u009f\"<>\\\\^`{|}/?#]";
    text_of(8..=URL_CHARS_MAX).like(&format!("^https?://{host}{rest}*$"))
}

impl Operation {
    /// A page by its number.
    fn part(self) -> Operation {
        let size = i64::try_from(INVITATION_PAGE_ROWS_MAX).expect("a page is short");
        self.asks()
            .query("page", whole(1..=u32::MAX.into()).with("default", 1))
            .query("page_size", whole(1..=size).with("default", 25))
            .query("sort", word(&["-created_at", "created_at"]))
    }
}
