//! A customer: promises, confirms and cancels, one request after the other, until the server is
//! gone.

use std::cell::RefCell;
use std::rc::Rc;

use actors::Random;
use hyper::Method;
use serde_json::json;

use super::ledger::{Asked, Ledger, Stage, What};
use super::{ARTICLES, name_of};
use crate::support::{Caller, between, promise};

/// Shops until a request gets no answer. What it asks is noted before it is sent.
pub(super) async fn shop(
    http: Caller,
    ledger: Rc<RefCell<Ledger>>,
    mut random: Random,
    (kill, who): (u64, u64),
) {
    let mut lsn = 0;
    for count in 0_u64.. {
        let key = format!("k{kill}-{who}-{count}");
        let asked = next(&ledger.borrow(), &mut random, &key, who);
        let headers = [("idempotency-key", key.as_str())];
        ledger.borrow_mut().ask(&key, asked.clone());
        let reply = http.try_send(Method::POST, &asked.path, &headers, &asked.body).await;
        // A server whose disk is gone may still say that it does not know: no answer either.
        let Some(reply) = reply.filter(|reply| reply.status != 504) else { return };
        assert!(reply.lsn() >= lsn, "D2: {} after {lsn}", reply.lsn());
        lsn = reply.lsn();
        ledger.borrow_mut().answer(&key, asked, &reply);
    }
}

/// Half are promises, the rest ends or sells something that this customer has.
fn next(ledger: &Ledger, random: &mut Random, key: &str, who: u64) -> Asked {
    let mine = ledger.open_orders(who);
    let chance = between(random, 0, 99);
    if mine.is_empty() || chance < 50 {
        let (article, pieces) = (between(random, 0, ARTICLES - 1), between(random, 1, 3));
        let mut body = promise(&name_of(article), pieces.cast_signed());
        body["tenantOrderId"] = json!(key);
        let what = What::Promise { who, article, pieces };
        let path = "/api/promises/deliverypromise".to_owned();
        return Asked { path, body: body.to_string(), what };
    }
    let at = between(random, 0, mine.len() as u64 - 1) as usize;
    let (order, stage, version) = mine[at];
    let (name, to) = match stage {
        Stage::Promised if chance < 75 => ("CONFIRM_PROMISE", Stage::Confirmed),
        _ => ("CANCEL", Stage::Cancelled),
    };
    let body = json!({ "name": name, "version": version }).to_string();
    let what = What::Act { order: order.to_owned(), to };
    Asked { path: format!("/api/orders/{order}/actions"), body, what }
}
