//! `/admin/v1/import/stocks`: many stocks, a line each, and a line of answer for each.
//!
//! Every row is a command of its own: one that is refused refuses no other. So many are under way
//! at once, and the next is read when the client takes answers, so nothing of a long file is held.
//! The credential is looked at for each, since a body may last longer than that is good.

use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Payload};
use actors::Words;
use futures_util::StreamExt;
use serde::Serialize;
use snapshots::Lsn;
use workflow::id::StockId;
use workflow::location::RowStatus;
use workflow::outcome::Outcome;

use super::call::{Call, Handled, outcome_of, private, tenant};
use crate::ask::Answered;
use crate::auth::Caller;
use crate::failure::{Failed, Failure};
use crate::http::idempotency::IDEMPOTENCY_KEY;
use crate::http::json;
use crate::http::lines::{CutOff, Line, NDJSON, are_announced, lines};
use crate::http::promises::answers::row_status;
use crate::http::promises::bodies::StockBody;
use crate::http::promises::errors::Error;
use crate::http::promises::routes::query::Params;
use crate::http::reply::{json, plain};
use crate::limits::{IMPORT_ROW_BYTES_MAX, IMPORT_ROWS_AT_ONCE};

/// What came of a row that was taken.
#[derive(Serialize)]
struct RowAnswer {
    row: u64,
    status: u16,
    result: &'static str,
    id: StockId,
    version: u64,
    /// The record that the answer reflects.
    lsn: Lsn,
}

/// Makes or changes stocks, each by itself: 200, and a line for each as it is done.
pub(super) async fn stocks(call: Call, payload: Payload) -> Handled {
    let done = async {
        if !are_announced(call.head.headers()) {
            return Err(Failure::UnsupportedMediaType.into());
        }
        let who = call.who().await?;
        if call.head.headers().contains_key(IDEMPOTENCY_KEY) {
            let why = "is not taken here: by its tenantStockId a row is the same stock again";
            return Err(Failure::malformed("Idempotency-Key", why).into());
        }
        let mut params = Params::of(call.head.query_string());
        let tenant = tenant(&mut params);
        let caller = Rc::new(who.acting_for(params.end(tenant)?));
        let rows = call.clone();
        let results = lines(payload, IMPORT_ROW_BYTES_MAX).map(move |line| {
            let (call, caller) = (rows.clone(), caller.clone());
            async move {
                let answer = result(&call, &caller, line?).await;
                Ok::<_, CutOff>(Bytes::from(answer))
            }
        });
        let mut response = HttpResponse::Ok();
        response.insert_header((CONTENT_TYPE, NDJSON));
        Ok(private(response.streaming(results.buffered(IMPORT_ROWS_AT_ONCE))))
    };
    call.end(done).await
}

/// The line that answers a row: as the door answers that takes such a stock alone.
async fn result(call: &Call, caller: &Caller, Line { number, text }: Line) -> String {
    match put(call, caller, text).await {
        Ok(answered) => {
            let lsn = answered.at.lsn;
            let Outcome::Stocks { rows, .. } = outcome_of(answered) else {
                unreachable!("stocks are answered with stocks")
            };
            let (status, view) = rows.first().expect("one stock is answered with one row");
            let code = if *status == RowStatus::Created { 201 } else { 200 };
            let (id, version) = (view.lot.id, view.lot.version.0);
            let result = row_status(*status);
            let mut line = json(&RowAnswer { row: number, status: code, result, id, version, lsn });
            line.push('\n');
            line
        }
        Err(failed) => {
            let (status, errors) = Error::from(failed).told();
            format!("{{\"row\":{number},\"status\":{status},\"errors\":{errors}}}\n")
        }
    }
}

async fn put(call: &Call, caller: &Caller, text: Option<Bytes>) -> Result<Answered, Failed> {
    let too_long = || Failure::malformed("", "the row is longer than 64 KiB");
    let text = text.ok_or_else(too_long)?;
    let sent: StockBody<'_> = json::decode(&text)?;
    let words = Words::Plain(|_| plain(200, String::new())); // there is no stored reply
    call.change(caller, None, sent.into_row()?, words).await
}
