//! API keys: who is told of them, and when they stop to count.

use std::sync::{Arc, Mutex};

use actors::{KeyWatch, Verdict};
use workflow::command::{Ask, Command};
use workflow::id::KeyId;
use workflow::keyring::{self, Digest, Event};
use workflow::outcome::Outcome;
use workflow::permission::Permissions;
use workflow::stores::Stores;
use workflow::time::Millis;

use crate::support::{BEGIN, TestShard, ask, card};

fn make(lasts: Option<Millis>) -> Command {
    let (permissions, digest) = (Permissions::ORDINARY, Digest([7; 32]));
    Command::Keys(keyring::Command::Make {
        name: "till".into(),
        permissions,
        digest,
        lasts,
        stores: Stores::ALL,
    })
}

async fn made(shard: &TestShard, lasts: Option<Millis>) -> KeyId {
    match shard.change(make(lasts)).await {
        Verdict::Done(shown) => match shown.outcome {
            Outcome::Key(key) => key.id,
            other => panic!("{other:?}"),
        },
        _ => panic!("a key is made"),
    }
}

fn with_key(command: Command, id: KeyId) -> Ask {
    Ask { keys: [None, Some(id)], ..ask(command) }
}

/// What happened is told when it is durable, and before the answer: so there is nothing to wait
/// for once the answer is here.
#[actix_rt::test]
async fn whoever_watches_knows_before_the_answer() {
    let mut shard = TestShard::start().await;
    let first = made(&shard, None).await;
    let told: Arc<Mutex<Vec<Event>>> = Arc::default();
    let list = told.clone();
    let watch: KeyWatch = Arc::new(move |_, event, _| list.lock().unwrap().push(event.clone()));
    let there = shard.handle().watch_keys(watch.clone()).await.unwrap();
    assert_eq!(there.iter().map(|(_, key)| key.id).collect::<Vec<_>>(), [first]);

    let second = made(&shard, None).await;
    let revoke = Command::Keys(keyring::Command::Revoke { id: first });
    assert!(matches!(shard.change(revoke).await, Verdict::Done(_)), "it is there");
    let told = std::mem::take(&mut *told.lock().unwrap());
    let [Event::Made(key), Event::Revoked { id }] = &told[..] else { panic!("{told:?}") };
    assert_eq!((key.id, *id), (second, first));

    shard.restart().await;
    let there = shard.handle().watch_keys(watch).await.unwrap();
    let good: Vec<_> = there.iter().map(|(_, key)| (key.id, key.revoked.is_none())).collect();
    assert_eq!(good, [(first, false), (second, true)]);
}

/// A right that is taken away while a command waits is gone when the command runs.
#[actix_rt::test]
async fn a_command_of_a_key_that_was_taken_back_is_not_carried_out() {
    let shard = TestShard::start().await;
    let id = made(&shard, None).await;
    let open = |name: &str| with_key(Command::OpenLocation { card: card(name) }, id);
    assert!(matches!(shard.submit(open("one")).await.verdict, Verdict::Done(_)), "it is good");

    // Both wait; the router takes them in the order in which they came.
    let revoke = shard.change(Command::Keys(keyring::Command::Revoke { id }));
    let (revoked, late) = futures_util::future::join(revoke, shard.submit(open("two"))).await;
    assert!(matches!(revoked, Verdict::Done(_)), "it is there");
    assert!(matches!(late.verdict, Verdict::NotAdmitted), "it was taken back before");

    let short = made(&shard, Some(Millis(10))).await;
    shard.handle().advance(Millis(10)).await.unwrap();
    let late = with_key(Command::OpenLocation { card: card("three") }, short);
    assert!(matches!(shard.submit(late).await.verdict, Verdict::NotAdmitted), "it has ended");
}

/// The same of a token, which ends by the clock alone.
#[actix_rt::test]
async fn a_command_of_a_token_that_has_ended_is_not_carried_out() {
    let shard = TestShard::start().await;
    let until = Some(BEGIN + Millis(10));
    let open = |name: &str| Ask { until, ..ask(Command::OpenLocation { card: card(name) }) };
    shard.handle().advance(Millis(9)).await.unwrap();
    assert!(matches!(shard.submit(open("one")).await.verdict, Verdict::Done(_)), "it is good");
    shard.handle().advance(Millis(1)).await.unwrap();
    assert!(matches!(shard.submit(open("two")).await.verdict, Verdict::NotAdmitted), "it ended");
}
