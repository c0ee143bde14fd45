//! What all routes of a door have in common: how it says no, and what it looks at.

use actix_web::{HttpResponse, ResponseError};
use smol_str::SmolStr;

use super::refused::THEN;
use crate::failure::{Failed, Failure};
use crate::http::orders::call::Call;
use crate::http::problem::Problem;
use crate::http::{deliveries, invitations, orders, promises};

/// A dialect, as the document needs to know it.
pub(super) struct Door {
    /// The first part of its components' names.
    pub(super) name: &'static str,
    /// The schema of its errors.
    pub(super) error: &'static str,
    /// What it answers to a failure.
    pub(super) says: fn(Failure) -> HttpResponse,
    /// What it answers to a body that could be read, with values that are not good, if that is
    /// told apart from one that cannot be read.
    pub(super) finds_unfit: Option<fn(Failure) -> HttpResponse>,
    /// Which credentials it wants.
    pub(super) wants: Wants,
    /// Whether it looks at `Accept`.
    pub(super) minds_accept: bool,
    /// What it says of the caller's rate.
    pub(super) rates: &'static [&'static str],
}

/// Which credentials a door wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// A bearer's token or a key.
    Either,
    /// A bearer's token and a key.
    Both,
    /// Either, or none at all: whoever gets there is an operator.
    None,
}

const RATES: [&str; 2] = ["RateLimit-Policy?", "RateLimit?"];

/// Other paths that begin with `/api/`.
pub(super) const PROMISES: Door = Door {
    name: "Promises",
    error: "Errors",
    says: |failure| promises::errors::Error::from(failure).error_response(),
    finds_unfit: None,
    ..OUTSIDE
};

/// Paths that begin with `/orders`.
pub(super) const ORDERS: Door = Door {
    name: "Orders",
    error: "CustomerProblem",
    says: |failure| of_customers(Failed::from(failure).into()),
    finds_unfit: None,
    wants: Wants::Both,
    rates: &[
        "RateLimit-Policy?",
        "RateLimit?",
        "X-RateLimit-Limit?",
        "X-RateLimit-Remaining?",
        "X-RateLimit-Reset?",
    ],
    ..OUTSIDE
};

/// The workflow server's paths.
pub(super) const DELIVERIES: Door = Door {
    name: "Deliveries",
    error: "DeliveryError",
    says: |failure| deliveries::errors::Error::from(failure).error_response(),
    finds_unfit: Some(|failure| match failure {
        Failure::Malformed(faults) => deliveries::errors::Error::invalid(faults).error_response(),
        other => deliveries::errors::Error::from(other).error_response(),
    }),
    ..OUTSIDE
};

/// Paths that begin with `/api/v2/`.
pub(super) const INVITATIONS: Door = Door {
    name: "Invitations",
    error: "InvitationError",
    says: |failure| invitations::errors::Error::from(failure).error_response(),
    finds_unfit: None,
    ..OUTSIDE
};

/// All other paths.
pub(super) const OUTSIDE: Door = Door {
    name: "Outside",
    error: "Problem",
    says: |failure| Problem::of(failure, PATH).error_response(),
    finds_unfit: Some(|failure| Problem::invalid(failure, PATH).error_response()),
    wants: Wants::Either,
    minds_accept: true,
    rates: &RATES,
};

/// The operators' address.
pub(super) const OPERATORS: Door =
    Door { name: "Operators", wants: Wants::None, minds_accept: false, rates: &[], ..OUTSIDE };

/// The path of examples.
pub(super) const PATH: &str = "/the/path";

/// What the customers' door answers.
pub(super) fn of_customers(cause: orders::errors::Cause) -> HttpResponse {
    let name = SmolStr::new_static("5ba1c9d2-1f");
    let call = Call { name, at: THEN, instance: PATH.into() };
    orders::errors::Error::of(cause, call).error_response()
}
