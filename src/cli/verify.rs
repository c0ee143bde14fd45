//! `certus verify DIR`: checks every record, the snapshot, and all invariants of a directory that
//! nobody serves. It changes nothing, and the exit code tells whether all is well.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::ensure;
use clap::Args;
use snapshots::disk::{Disk, Real};
use snapshots::journal;
use snapshots::verify::{Report, Snapshot, verify};

use crate::shards;

/// What is asked of `certus verify`.
#[derive(Args)]
pub(super) struct Options {
    /// The data directory
    dir: PathBuf,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let shards = shards::existing(&options.dir)?;
    ensure!(!shards.is_empty(), "{} holds no shard", options.dir.display());
    let mut all_clean = true;
    for shard in shards {
        println!("shard      {}", shard.display());
        all_clean &= check(&shard)?.is_clean();
    }
    Ok(if all_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks the folder of one shard, and says what is there.
pub(super) fn check(shard: &Path) -> anyhow::Result<Report> {
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let (journal, snapshot) = actors::folders(shard);
    let checked = journal::check(&disk, &journal)?;
    let files = &checked.report;
    println!("journal    {} segments, {} bytes", files.segments, files.bytes);
    if let Some(torn) = &files.torn {
        let (file, offset, lsn) = (torn.file.display(), torn.offset, torn.lsn);
        println!("torn tail  {file} from byte {offset}, LSN {lsn}: the next start cuts it");
    }
    if files.marks_damaged > 0 {
        println!("marks      {} are damaged: harmless, but look at the disk", files.marks_damaged);
    }
    let report = verify(&snapshot, &*checked.archive)?;
    print(&report);
    Ok(report)
}

fn print(report: &Report) {
    let from = if report.is_whole { "from the first one" } else { "after the snapshot" };
    println!("records    {} read {from}, up to {}", report.records, report.last);
    match &report.snapshot {
        Snapshot::Empty => println!("snapshot   empty"),
        Snapshot::Agrees(at) => println!("snapshot   agrees with the journal at {at}"),
        Snapshot::Alone(at) => println!("snapshot   at {at}; the records before it are gone"),
        Snapshot::Differs { at, what } => println!("snapshot   DIFFERS at {at}: {what}"),
        Snapshot::Unusable(why) => {
            println!("snapshot   UNUSABLE, the next start rebuilds it: {why}")
        }
    }
    for fault in &report.faults {
        println!("broken     {}: {}", fault.invariant, fault.what);
    }
    println!("invariants {}", if report.faults.is_empty() { "all hold" } else { "BROKEN" });
    println!("hash       {:016x}", report.hash);
}
