//! What every implementation of [`Journal`] promises: the same tests for all.

use std::path::Path;
use std::sync::Arc;

use snapshots::disk::{Real, Sim};
use snapshots::journal::{Journal, Local, Options};
use snapshots::{Error, Lsn, Position};

use crate::memory::Memory;
use crate::support::{append, append_mark, entry, open};

/// Runs every test of the suite on a journal that is made anew for each; it must begin empty.
macro_rules! suite {
    ($name:ident, $with:path) => {
        mod $name {
            use super::*;

            #[test]
            fn what_was_appended_is_read_back() {
                $with(super::what_was_appended_is_read_back);
            }

            #[test]
            fn a_reader_goes_on_when_more_is_durable() {
                $with(super::a_reader_goes_on_when_more_is_durable);
            }

            #[test]
            fn a_reader_begins_at_any_record() {
                $with(super::a_reader_begins_at_any_record);
            }

            #[test]
            fn an_empty_batch_has_no_position() {
                $with(super::an_empty_batch_has_no_position);
            }

            #[test]
            fn a_claim_answers_with_the_last_position() {
                $with(super::a_claim_answers_with_the_last_position);
            }
        }
    };
}

suite!(local_files, with_local_files);
suite!(simulated_files, with_simulated_files);
suite!(memory, with_memory);

fn with_simulated_files(test: fn(&mut dyn Journal)) {
    test(&mut open(&Sim::new()).unwrap());
}

fn with_local_files(test: fn(&mut dyn Journal)) {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open_real(&dir.path().join("journal")).unwrap();
    test(&mut journal);
}

fn with_memory(test: fn(&mut dyn Journal)) {
    test(&mut Memory::new());
}

fn open_real(dir: &Path) -> Result<Local, Error> {
    let options = Options { segment_bytes: 64 << 10, ..Options::default() };
    Local::open(Arc::new(Real), dir, options)
}

/// D2, D12: every record, in order, without a gap, with its own bytes and time.
fn what_was_appended_is_read_back(journal: &mut dyn Journal) {
    assert_eq!(journal.claim().unwrap().lsn, Lsn::ZERO);
    for batch in 0..60 {
        append(journal, batch * 2 + 1, 2);
    }
    let mut reader = journal.read_from(Lsn::ZERO).unwrap();
    for n in 1..=120 {
        assert_eq!(reader.next().unwrap().unwrap(), entry(n));
    }
    assert_eq!(reader.next().unwrap(), None);
}

/// D12: "nothing for now" is not the end.
fn a_reader_goes_on_when_more_is_durable(journal: &mut dyn Journal) {
    journal.claim().unwrap();
    let mut reader = journal.read_from(Lsn::ZERO).unwrap();
    for n in 1..=300 {
        assert_eq!(reader.next().unwrap(), None);
        append(journal, n, 1);
        assert_eq!(reader.next().unwrap().unwrap(), entry(n));
    }
}

/// D12: from any LSN; beyond the end there is no place to begin at.
fn a_reader_begins_at_any_record(journal: &mut dyn Journal) {
    journal.claim().unwrap();
    for batch in 0..30 {
        append(journal, batch * 2 + 1, 2);
        append_mark(journal);
    }
    for after in 0..60 {
        let mut reader = journal.read_from(Lsn(after)).unwrap();
        assert_eq!(reader.next().unwrap().unwrap(), entry(after + 1));
    }
    assert_eq!(journal.read_from(Lsn(60)).unwrap().next().unwrap(), None);
    let beyond = journal.read_from(Lsn(61)).err();
    let Some(Error::Beyond { last: Lsn(60), .. }) = beyond else { panic!("{beyond:?}") };
}

/// D2: marks leave no holes.
fn an_empty_batch_has_no_position(journal: &mut dyn Journal) {
    journal.claim().unwrap();
    append(journal, 1, 2);
    for _ in 0..3 {
        assert_eq!(append_mark(journal), Lsn(2));
    }
    append(journal, 3, 1);
    let mut reader = journal.read_from(Lsn(1)).unwrap();
    assert_eq!(reader.next().unwrap().unwrap(), entry(2));
    assert_eq!(reader.next().unwrap().unwrap(), entry(3));
}

/// D2: who claims the journal learns where to go on.
fn a_claim_answers_with_the_last_position(journal: &mut dyn Journal) {
    assert_eq!(journal.claim().unwrap(), Position { timeline: 1, lsn: Lsn::ZERO });
    append(journal, 1, 3);
    assert_eq!(journal.claim().unwrap(), Position { timeline: 1, lsn: Lsn(3) });
    let archive = journal.archive();
    assert_eq!((archive.oldest(), archive.durable()), (Lsn(1), Lsn(3)));
}
