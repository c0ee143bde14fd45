//! D7, D15: a snapshot that is damaged, missing, foreign or deadly is never a loss, never a crash
//! loop, and never a wrong answer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use snapshots::Lsn;
use snapshots::disk::make_private;
use snapshots::follower::{FollowerByHand, Options, Turn};
use snapshots::journal::{Archive, Journal};
use snapshots::recovery::recover;
use snapshots::store::{Extent, Store};
use workflow::record::Record;

use crate::history::{append, history, journal_of, open_journal, seed, without_closed, world_of};

/// A snapshot that follows most of a journal, closed; and all the journal's records.
struct Kept {
    dir: tempfile::TempDir,
    records: Vec<Record>,
    archive: Arc<dyn Archive>,
    copies: u32,
}

impl Kept {
    fn new(own: u64) -> Kept {
        let records = history(seed(own), 500);
        let journal = journal_of(&records[..450]);
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&dir.path().join("kept"), Lsn::ZERO).unwrap());
        let options = Options { records_max: 40, ..Options::default() };
        let mut follower = FollowerByHand::new(store, journal.archive(), options);
        while follower.turn().unwrap() != Turn::Idle {}
        drop(follower);
        let archive = journal_of(&records).archive();
        Kept { dir, records, archive, copies: 0 }
    }

    /// A copy of the directory, as another process would find it.
    fn copy_of(&mut self, from: &Path) -> PathBuf {
        self.copies += 1;
        let to = self.dir.path().join(format!("copy-{}", self.copies));
        copy(from, &to);
        to
    }

    fn copy(&mut self) -> PathBuf {
        let kept = self.dir.path().join("kept");
        self.copy_of(&kept)
    }

    /// Starts until a start survives, each as a process of its own, and checks all that it says.
    /// Answers with how many died and whether the database was set aside.
    fn start(&mut self, mut dir: PathBuf, what: &str) -> (u32, bool) {
        for died in 0..=4 {
            let (archive, records, at) = (self.archive.clone(), self.records.clone(), dir.clone());
            let process = std::thread::spawn(move || life(&at, &archive, &records));
            if process.join().is_ok() {
                let names = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name());
                let mut names = names.filter_map(|name| name.into_string().ok());
                return (died, names.any(|name| name.starts_with("aside-")));
            }
            dir = self.copy_of(&dir);
        }
        panic!("{what}: a crash loop");
    }
}

/// One life of a process: it starts, follows, and is asked.
fn life(dir: &Path, archive: &Arc<dyn Archive>, records: &[Record]) {
    let store = Arc::new(Store::open(dir, Lsn::ZERO).unwrap());
    let found = recover(&store, &**archive).unwrap();
    let expected = world_of(records);
    // Checked by hand: a panic of ours would look like one of the database's.
    let (found, live) = (without_closed(found.world), without_closed(expected.clone()));
    require(found.hash() == live.hash() && found.orders == live.orders, "a wrong world");
    let mut follower = FollowerByHand::new(store.clone(), archive.clone(), Options::default());
    while follower.turn().unwrap() != Turn::Idle {}
    loop {
        match store.load(Extent::All) {
            Ok((all, _)) => {
                require(all.orders == expected.orders, "a wrong snapshot");
                break;
            }
            // Found while it is asked: the next turn sets it aside.
            Err(_) => while follower.turn().unwrap() != Turn::Idle {},
        }
    }
    for (tenant, order) in expected.orders.values() {
        require(store.order(tenant, order.id).unwrap().as_ref() == Some(order), "a wrong order");
    }
}

/// What must never happen ends the whole test, and not only the life.
fn require(holds: bool, what: &str) {
    if !holds {
        eprintln!("{what} was served");
        std::process::exit(101);
    }
}

fn copy(from: &Path, to: &Path) {
    make_private(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn a_snapshot_that_is_whole_is_used() {
    let mut kept = Kept::new(15);
    let dir = kept.copy();
    assert_eq!(kept.start(dir, "nothing"), (0, false));
}

#[test]
fn a_snapshot_that_is_gone_is_rebuilt() {
    let mut kept = Kept::new(16);
    let dir = kept.copy();
    fs::remove_dir_all(&dir).unwrap();
    assert_eq!(kept.start(dir, "the whole directory is gone"), (0, false));
    let dir = kept.copy();
    fs::remove_dir_all(dir.join("sled")).unwrap();
    assert_eq!(kept.start(dir, "the database is gone"), (0, false));
}

/// Every file of the database, cut anywhere, filled with garbage, or gone.
#[test]
fn a_snapshot_with_a_bad_file_is_never_believed() {
    let mut kept = Kept::new(17);
    let names = files(&kept.dir.path().join("kept/sled"));
    for name in names.iter().map(|path| path.file_name().unwrap()) {
        for damage in 0..10 {
            let dir = kept.copy();
            let file = dir.join("sled").join(name);
            let mut bytes = fs::read(&file).unwrap();
            let length = bytes.len();
            match damage {
                0..8 => bytes.truncate(length * damage / 8),
                8 => bytes.fill(0xa5),
                _ => bytes.fill(0),
            }
            fs::write(&file, bytes).unwrap();
            kept.start(dir, &format!("damage {damage} of {name:?}"));
        }
        let dir = kept.copy();
        fs::remove_file(dir.join("sled").join(name)).unwrap();
        kept.start(dir, &format!("{name:?} is gone"));
    }
}

/// D7: flipped bits anywhere in the database.
#[test]
fn flipped_bits_are_found_or_harmless() {
    let mut kept = Kept::new(18);
    let db = kept.dir.path().join("kept/sled/db");
    let length = fs::metadata(db).unwrap().len();
    let (mut random, mut aside) = (seed(18), 0);
    for flip in 0..60 {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = ((random >> 20) % length) as usize;
        let dir = kept.copy();
        let file = dir.join("sled/db");
        let mut bytes = fs::read(&file).unwrap();
        // One bit, or a block of zeroes, or two blocks swapped.
        match flip % 3 {
            0 => bytes[at] ^= 1 << (random % 8),
            1 => {
                let end = bytes.len().min(at + 4_096);
                bytes[at..end].fill(0);
            }
            _ => {
                let (here, there) = (at & !4_095, (length as usize / 2) & !4_095);
                for byte in 0..4_096.min(bytes.len() - here.max(there)) {
                    bytes.swap(here + byte, there + byte);
                }
            }
        }
        fs::write(&file, bytes).unwrap();
        let (_, is_aside) = kept.start(dir, &format!("flip {flip} at {at}"));
        aside += u32::from(is_aside);
    }
    println!("{aside} of 60 were set aside, the rest was harmless");
}

#[test]
fn a_start_that_died_while_opening_is_not_repeated() {
    let mut kept = Kept::new(19);
    let dir = kept.copy();
    fs::write(dir.join("opening"), []).unwrap();
    assert_eq!(kept.start(dir.clone(), "a marker"), (0, true));
    assert!(!dir.join("opening").exists());
}

#[test]
fn three_starts_that_came_to_nothing_are_not_repeated() {
    let mut kept = Kept::new(20);
    let dir = kept.copy();
    for _ in 0..3 {
        let position = Store::open(&dir, Lsn::ZERO).unwrap().position();
        assert_eq!(position.lsn, Lsn(450), "a start without a batch is none");
    }
    assert_eq!(Store::open(&dir, Lsn::ZERO).unwrap().position().lsn, Lsn::ZERO);
    assert_eq!(kept.start(dir.clone(), "three starts"), (0, true));
    assert!(!dir.join("starts").exists());
}

/// A snapshot of another journal, or of this one before it was cut, is not mixed with it.
#[test]
fn a_snapshot_of_another_history_is_set_aside() {
    let mut kept = Kept::new(21);
    let before = journal_of(&kept.records[..300]);
    let others = history(99, 500);
    let other = journal_of(&others);
    let mut later = open_journal(2);
    append(&mut later, &kept.records);
    for (journal, records) in
        [(before, kept.records[..300].to_vec()), (other, others), (later, kept.records.clone())]
    {
        let dir = kept.copy();
        (kept.archive, kept.records) = (journal.archive(), records);
        assert_eq!(kept.start(dir, "another history"), (0, true));
    }
}

/// A process that dies at any moment leaves a batch that is whole or not there; nothing is folded
/// in twice. The files are copied while the follower goes on.
#[test]
fn a_follower_that_was_killed_goes_on_where_it_was() {
    let mut kept = Kept::new(22);
    let dir = kept.dir.path().join("killed");
    let store = Arc::new(Store::open(&dir, Lsn::ZERO).unwrap());
    let options = Options { records_max: 60, ..Options::default() };
    let mut follower = FollowerByHand::new(store, kept.archive.clone(), options);
    loop {
        let is_done = follower.turn().unwrap() == Turn::Idle;
        let copy = kept.copy_of(&dir);
        assert_eq!(kept.start(copy, "killed"), (0, false));
        if is_done {
            break;
        }
    }
}

/// While it is rebuilt, a closed order that is in no memory is not said to be unknown.
#[test]
fn a_snapshot_that_is_rebuilt_does_not_answer_before_it_can() {
    let mut kept = Kept::new(23);
    let dir = kept.copy();
    let store = Arc::new(Store::open(&dir, Lsn::ZERO).unwrap());
    let options = Options { records_max: 40, ..Options::default() };
    let mut follower = FollowerByHand::new(store.clone(), kept.archive.clone(), options);
    while follower.turn().unwrap() != Turn::Idle {}
    let world = world_of(&kept.records);
    let (tenant, order) = world.orders.values().next().unwrap();
    assert_eq!(store.order(tenant, order.id).unwrap().as_ref(), Some(order));
    let reached = store.position().lsn;
    store.distrust();
    assert_eq!(follower.turn().unwrap(), Turn::SetAside);
    loop {
        let answer = store.order(tenant, order.id);
        match follower.turn().unwrap() {
            Turn::Idle => {
                assert_eq!(answer.unwrap().as_ref(), Some(order));
                break;
            }
            _ => {
                let Err(snapshots::store::Error::Rebuilding { needed, .. }) = answer else {
                    panic!("{answer:?} at {:?}", store.position());
                };
                assert_eq!(needed, reached);
            }
        }
    }
}
