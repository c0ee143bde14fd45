//! Idempotency through restarts and out of memory.

use actors::{Verdict, Words, Work};
use workflow::command::Query;
use workflow::limits::PROMISE_FLOOR;
use workflow::outcome::Outcome;
use workflow::reply::Reply;

use crate::support::{BEGIN, TestShard, ask, cancel, confirm, keyed, promise};

fn first(verdict: Verdict) -> Reply {
    match verdict {
        Verdict::Done(shown) => shown.stored.expect("a keyed effect is stored").reply.clone(),
        _ => panic!("the first request is carried out"),
    }
}

fn again(verdict: Verdict) -> Reply {
    match verdict {
        Verdict::Replayed(stored) => stored.reply.clone(),
        Verdict::Done(_) => panic!("carried out twice"),
        _ => panic!("a repetition is replayed"),
    }
}

/// K1, K2, K5: the same bytes again, also after a restart; another request under the key is not
/// carried out.
#[actix_rt::test]
async fn a_repeated_request_gets_the_first_reply() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let request = || keyed(ask(promise(2, Some(BEGIN + PROMISE_FLOOR))), "k1", 1);
    let reply = first(shard.submit(request()).await.verdict);
    assert_eq!(again(shard.submit(request()).await.verdict), reply);
    let other = keyed(ask(promise(3, Some(BEGIN + PROMISE_FLOOR))), "k1", 2);
    assert!(matches!(shard.submit(other.clone()).await.verdict, Verdict::KeyReused));

    shard.restart().await;
    assert_eq!(again(shard.submit(request()).await.verdict), reply);
    assert!(matches!(shard.submit(other).await.verdict, Verdict::KeyReused));
}

/// K1, K7: a key lives as long as its order, in memory or not.
#[actix_rt::test]
async fn a_key_outlives_its_order_in_memory() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let until = BEGIN + PROMISE_FLOOR;
    let request = || keyed(ask(promise(2, Some(until))), "k1", 1);
    let reply = first(shard.submit(request()).await.verdict);
    let order = workflow::id::OrderId::parse(&reply.body).expect("the body is the id");
    let end = || keyed(ask(cancel(order)), "k2", 1);
    let ended = first(shard.submit(end()).await.verdict);

    shard.restart().await; // the order is closed and passed, so it is not loaded
    assert_eq!(shard.handle().figures().await.unwrap().orders, 0);
    assert_eq!(again(shard.submit(request()).await.verdict), reply);
    assert_eq!(again(shard.submit(end()).await.verdict), ended);
    let other = keyed(ask(promise(3, Some(until))), "k1", 2);
    assert!(matches!(shard.submit(other).await.verdict, Verdict::KeyReused));
}

/// K4: a key counts for one caller.
#[actix_rt::test]
async fn another_callers_key_is_another_key() {
    let shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let mine = keyed(ask(promise(1, None)), "k1", 1);
    let mut theirs = ask(promise(1, None));
    theirs.who = "kiosk".into();
    let theirs = keyed(theirs, "k1", 1);
    let mine = first(shard.submit(mine).await.verdict);
    assert_ne!(first(shard.submit(theirs).await.verdict), mine);
}

/// K6: a refusal leaves the key free, and so does what changed nothing.
#[actix_rt::test]
async fn only_an_effect_takes_the_key() {
    let shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let order = shard.promise(2, BEGIN + PROMISE_FLOOR).await;
    shard.change(cancel(order)).await;
    let refused = shard.submit(keyed(ask(confirm(order)), "k1", 1)).await.verdict;
    assert!(matches!(refused, Verdict::Refused(_)));
    let idle = shard.submit(keyed(ask(cancel(order)), "k1", 2)).await.verdict;
    assert!(matches!(idle, Verdict::Done(_)));
    first(shard.submit(keyed(ask(promise(1, None)), "k1", 3)).await.verdict);
}

/// K3: a twin that comes before the first is durable is told to come back; one is carried out.
#[actix_rt::test]
async fn twins_at_once_are_carried_out_once() {
    let shard = TestShard::start().await;
    shard.store_with_tea(50).await;
    let twins: Vec<_> = (0..20)
        .map(|_| {
            let shard = shard.handle();
            let request = keyed(ask(promise(1, None)), "k1", 1);
            let work = actors::Work::Change(
                Box::new(request),
                actors::Words::Plain(crate::support::render),
            );
            actix_rt::spawn(async move { shard.ask(work, None).await.unwrap().verdict })
        })
        .collect();
    let mut carried_out = 0;
    for twin in twins {
        match twin.await.unwrap() {
            Verdict::Done(_) => carried_out += 1,
            Verdict::KeyBusy | Verdict::Replayed(_) => {}
            _ => panic!("a twin is done, replayed, or told to come back"),
        }
    }
    assert_eq!(carried_out, 1);
    let Verdict::Done(shown) = shard.look(Query::Settings).await else { panic!("it runs") };
    drop(shown);
    assert_eq!(shard.handle().figures().await.unwrap().open_promises, 1);
}

/// A door whose words are longer than any record.
fn endless(outcome: &Outcome) -> Reply {
    let body = "x".repeat(snapshots::limits::RECORD_BYTES_MAX);
    Reply { body, ..crate::support::render(outcome) }
}

/// K1: an answer that no record holds is kept and given without its body, and what was asked is
/// done.
#[actix_rt::test]
async fn a_reply_that_no_record_holds_goes_without_its_body() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let request = || keyed(ask(promise(2, Some(BEGIN + PROMISE_FLOOR))), "k1", 1);
    let work = Work::Change(Box::new(request()), Words::Plain(endless));
    let reply = first(shard.handle().ask(work, None).await.unwrap().verdict);
    assert_eq!((reply.status, reply.body.as_str()), (201, ""));
    assert_eq!(again(shard.submit(request()).await.verdict), reply);

    shard.restart().await;
    assert_eq!(again(shard.submit(request()).await.verdict), reply);
    assert_eq!(shard.handle().figures().await.unwrap().open_promises, 1);
}
