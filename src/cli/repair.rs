//! `certus repair SHARD`: says what damage in the middle of a journal costs, and changes nothing
//! but what it is told to, by a flag that names the position.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, ensure};
use clap::Args;
use snapshots::disk::Real;
use snapshots::repair::{Behind, Choice, Examined, Snapshot, examine};
use snapshots::{Lsn, Position};
use workflow::record::{Event, Record};

use super::verify;

/// What is asked of `certus repair`.
#[derive(Args)]
pub(super) struct Options {
    /// The folder of the shard, as the refusal names it: DATA/shard-0
    shard: PathBuf,
    /// Go on with the records before this one; it and all behind it are lost
    #[arg(long, value_name = "LSN", conflicts_with = "forget_through")]
    lose_from: Option<u64>,
    /// Go on with the snapshot, which has passed the damage, and the records after this one
    #[arg(long, value_name = "LSN")]
    forget_through: Option<u64>,
}

impl Options {
    fn choice(&self) -> Option<Choice> {
        let forget = self.forget_through.map(|lsn| Choice::ForgetThrough(Lsn(lsn)));
        self.lose_from.map(|lsn| Choice::LoseFrom(Lsn(lsn))).or(forget)
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let shard = &options.shard;
    let (journal, snapshot) = actors::folders(shard);
    ensure!(
        journal.is_dir(),
        "{0} is not the folder of a shard; it is one shard that is repaired, as {0}/shard-0",
        shard.display()
    );
    let Some(found) = examine(Arc::new(Real), &journal, &snapshot, &mut tell_behind)? else {
        println!("the journal is not damaged; nothing was changed");
        return Ok(ExitCode::SUCCESS);
    };
    tell(&found);
    let Some(choice) = options.choice() else {
        tell_choices(options, &found);
        return Ok(ExitCode::FAILURE);
    };
    let aside = found.carry_out(choice)?;
    println!("aside      {}: all files that were changed, as they were", aside.display());
    println!();
    let report = verify::check(shard).context("the journal is still not whole")?;
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A line for what stands behind the damage. No customer is named: ids only.
fn tell_behind(behind: Behind) {
    match behind {
        Behind::Unreadable(first, last) if first == last => println!("unreadable {first}"),
        Behind::Unreadable(first, last) => println!("unreadable {first} to {last}"),
        Behind::Record(at, Ok(record)) => println!("behind     {}", line(at, &record)),
        Behind::Record(at, Err(error)) => println!("behind     {at} cannot be decoded: {error}"),
    }
}

/// When a record was made, by whom, and what it touched.
fn line(at: Position, record: &Record) -> String {
    let touched: BTreeSet<String> = record.events.iter().map(touched).collect();
    let touched = Vec::from_iter(touched).join(", ");
    let Record { at: time, tenant, who, command, .. } = record;
    format!("{at} {time} {command} of {tenant} by {who}: {touched}")
}

fn touched(event: &Event) -> String {
    match event {
        Event::Order { id, .. } => format!("order {id}"),
        Event::Location { id, .. } => format!("facility {id}"),
        Event::Configured(_) => "configuration".into(),
        Event::Secured { .. } | Event::Unsecured { .. } => "safety stock".into(),
        Event::Keyring(_) => "API keys".into(),
        Event::Suppressed { .. } => "an address that gets no mail".into(),
        Event::Unsuppressed { .. } => "an address that gets mail again".into(),
        Event::Subscribed(subscription) => format!("subscription {}", subscription.id),
        Event::Unsubscribed { id } | Event::Subscription { id, .. } => {
            format!("subscription {id}")
        }
        Event::Addressed(address) => format!("address {} of a profile", address.number),
    }
}

fn tell(found: &Examined) {
    println!("damage     {}", found.damage);
    match found.kept() {
        Some(last) => println!("before it  {} to {}, all whole", found.oldest, last.lsn),
        None => println!("before it  nothing"),
    }
    match &found.snapshot {
        Snapshot::Empty => println!("snapshot   empty"),
        Snapshot::At(at) if at.lsn >= found.missing => {
            println!("snapshot   whole, at {at}: it has passed the damage");
        }
        Snapshot::At(at) => println!("snapshot   whole, at {at}: before the damage"),
        Snapshot::Unproven(at) => {
            println!("snapshot   at {at}; its record cannot be read, so it proves nothing")
        }
        Snapshot::Unusable(why) => println!("snapshot   cannot be used: {why}"),
    }
}

fn tell_choices(options: &Options, found: &Examined) {
    let shard = options.shard.display();
    println!("changed    nothing; a backup of the journal, if there is one, loses nothing");
    let choices = found.choices();
    for choice in &choices {
        let (flag, lsn) = match choice {
            Choice::ForgetThrough(lsn) => ("forget-through", lsn),
            Choice::LoseFrom(lsn) => ("lose-from", lsn),
        };
        println!("\ncertus repair {shard} --{flag} {lsn}\n{}", cost(*choice, found));
    }
    if choices.is_empty() {
        println!("\n{NO_WAY_ON}");
    }
}

/// What a way on costs.
fn cost(choice: Choice, found: &Examined) -> String {
    let last = found.last;
    match choice {
        Choice::ForgetThrough(lsn) => format!(
            "    Goes on with the snapshot at {lsn} and the records after it.
    Nothing that was answered is lost. The journal no longer has the records up to {lsn}:
    from then on only the snapshot has what they came to, and readers of the feed that
    were not that far miss them."
        ),
        Choice::LoseFrom(lsn) if lsn > last => {
            "    No record is lost; what is damaged is written anew.".to_owned()
        }
        Choice::LoseFrom(lsn) => format!(
            "    Goes on as it was before {lsn}. {} records are LOST, although they were answered:
    {lsn} to {last}, all listed above{}. Positions from {lsn} on are of a new timeline; whoever
    was told of the lost ones, and readers of the feed, must be set back.",
            last.0 - lsn.0 + 1 - found.carried() as u64,
            match found.carried() {
                0 => String::new(),
                1 => "; one that revokes API keys goes on".to_owned(),
                carried => format!("; {carried} that revoke API keys go on"),
            }
        ),
    }
}

const NO_WAY_ON: &str = "There is no way on: the journal does not begin with its first record, \
and no snapshot
leads up to the damage or past it. Put back a backup of the whole data directory.";
