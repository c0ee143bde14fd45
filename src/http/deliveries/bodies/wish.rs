//! What a customer may change of an order.

use workflow::kept::Kept;
use workflow::order::Shortage;

use super::order::DELIVERY_OPTIONS;
use super::reader::{At, Reader};
use super::sheet::Sheet;
use crate::http::deliveries::answers::flag;
use crate::http::deliveries::errors::Error;
use crate::http::deliveries::kept::KeptOrder;
use crate::http::reply::json;

/// What a customer may change of an order; what is not there stays.
#[derive(Debug)]
pub(crate) struct Wish {
    option: Option<&'static str>,
    flag: Option<Shortage>,
}

impl Wish {
    /// Reads a wish.
    pub(crate) fn read(sheet: &Sheet) -> Result<Wish, Error> {
        let (mut reader, at) = (Reader::default(), At { sheet, path: "" });
        let option = reader.word(at, &["delivery_option"], &DELIVERY_OPTIONS);
        let flag = reader.flag(at, &["order_flag"]);
        reader.end(Some(Wish { option, flag }))
    }

    /// What becomes of short lines from now on.
    pub(crate) fn shortage(&self) -> Option<Shortage> {
        self.flag
    }

    /// The kept members with the wish in them.
    pub(crate) fn kept(&self, kept: &Kept) -> Kept {
        let mut order = KeptOrder::of(kept);
        let own = order.own.get_or_insert_default();
        if let Some(option) = self.option {
            own.delivery_option = Some(option.into());
        }
        if let Some(shortage) = self.flag {
            own.order_flag = Some(flag(shortage).into());
        }
        Kept::of(json(&order))
    }
}
