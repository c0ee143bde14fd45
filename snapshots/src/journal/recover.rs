//! What the journal holds after whatever happened: finds its end and cuts a torn tail.
//!
//! ```text
//!   … b-3 b-2 b-1 │ b? b+1 b+2 …    a bad record at LSN b, valid ones behind it
//!
//!   none of them carries a durable mark ≥ b   until its sync returned, any part of a batch may
//!                                             be missing: a torn tail, cut at b
//!   one of them carries a durable mark ≥ b    b was durable once: damage, we refuse to start
//! ```
//!
//! Cutting writes zeroes over whole sectors that hold nothing durable, so that old bytes never look
//! like new records. It changes nothing that this file looks at to decide: a crash in the middle
//! leads to the same cut again (D4).

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::batch::whole_sectors;
use super::frame::{Head, Kind};
use super::segment::{self, BODY, Segment};
use super::shelf::Shelved;
use super::walk::{Follow, Rest, Walk};
use crate::disk::{Access, Disk};
use crate::{Error, Lsn};

/// Written over junk in pieces of this size.
static ZEROES: [u8; 64 << 10] = [0; 64 << 10];

/// Where a journal ends, and what lies around there.
#[derive(Debug)]
pub(super) struct End {
    /// The segments up to the one that is written next, oldest first.
    pub(super) shelved: Vec<Shelved>,
    /// Where in the last of these the next batch begins.
    pub(super) at: u64,
    /// Segments behind it that hold nothing.
    pub(super) spares: Vec<u64>,
    /// The last record.
    pub(super) last: Lsn,
    /// What the last frame says, if there is one.
    pub(super) head: Option<Head>,
    /// What has to be cut.
    pub(super) torn: Option<Torn>,
    /// Records that were checked.
    pub(super) records: u64,
    /// Places where bytes that belong to no record were passed over: damaged marks.
    pub(super) skipped: u64,
}

/// A tail that is torn: no record in it was ever answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The file.
    pub file: PathBuf,
    /// Where the first bad record begins.
    pub offset: u64,
    /// Its LSN.
    pub lsn: Lsn,
    /// The sectors that have to be zeroed.
    junk: Vec<(u64, Range<u64>)>,
}

/// How a journal is looked through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Only this many of the newest bytes are checked, whole segments and at least the last.
    pub(super) bytes: u64,
    /// Whether to sync first and then read what the disk has, not what memory has.
    pub(super) settle: bool,
}

/// The search for the end: the last good frame, and what was seen behind it.
struct Search {
    due: Lsn,
    tail: Option<(usize, u64, Head)>,
    hole: Option<(Segment, u64)>,
    junk: Vec<(u64, Range<u64>)>,
    proof: Lsn,
    records: u64,
    skipped: u64,
}

/// Finds the end. Changes nothing. None if there is no segment at all.
pub(super) fn find_end(disk: &dyn Disk, dir: &Path, look: Look) -> Result<Option<End>, Error> {
    let access = if look.settle {
        Access::Write
    } else {
        Access::Read
    };
    let mut segments = Vec::new();
    for number in segment::numbers(disk, dir)? {
        segments.push(beginning(Segment::open(disk, dir, number, Access::Read)?)?);
    }
    if segments.is_empty() {
        return Ok(None);
    }
    let from = first_to_check(&segments, look.bytes);
    let Some(due) = segments[from].first else {
        let file = segment::path(dir, segments[from].number);
        let what = "the first record is missing";
        return Err(Error::Damaged {
            file,
            offset: BODY,
            lsn: Lsn::ZERO,
            what,
        });
    };
    let mut search = Search::from(due);
    for (index, beginning) in segments.iter().enumerate().skip(from) {
        let segment = Segment::open(disk, dir, beginning.number, access)?;
        if look.settle {
            segment.file.settle()?;
        }
        search.through(index, Walk::over(segment))?;
    }
    search.end(from, segments).map(Some)
}

/// Cuts a torn tail, durably.
pub(super) fn cut(disk: &dyn Disk, dir: &Path, torn: &Torn) -> Result<(), Error> {
    tracing::warn!(
        file = %torn.file.display(), offset = torn.offset, lsn = torn.lsn.0,
        "cutting a torn tail: the last batch before the stop was not whole, nobody was answered"
    );
    for (number, sectors) in &torn.junk {
        let segment = Segment::open(disk, dir, *number, Access::Write)?;
        let mut at = sectors.start;
        while at < sectors.end {
            let piece = (sectors.end - at).min(ZEROES.len() as u64);
            segment.file.write_at(&ZEROES[..piece as usize], at)?;
            at += piece;
        }
        segment.file.sync()?;
    }
    Ok(())
}

/// What a segment begins with, before anything else of it is looked at.
struct Beginning {
    number: u64,
    bytes: u64,
    first: Option<Lsn>,
    first_ms: i64,
}

fn beginning(segment: Segment) -> Result<Beginning, Error> {
    let (number, bytes, planned) = (segment.number, segment.length, segment.first);
    let head = Walk::over(segment).frame_at(BODY)?;
    let first = head.map(|head| match head.kind {
        Kind::Record => head.lsn,
        Kind::Mark => head.next(),
    });
    let first_ms = head.map_or(i64::MIN, |head| head.at_ms);
    Ok(Beginning {
        number,
        bytes,
        first: planned.or(first),
        first_ms,
    })
}

/// The oldest segment to check: the newest `bytes`, and further back as long as a segment does not
/// tell which record it begins with; the walk then tells what is wrong, and with which record.
fn first_to_check(segments: &[Beginning], bytes: u64) -> usize {
    let mut from = segments.len() - 1;
    let mut left = bytes.saturating_sub(segments[from].bytes);
    while from > 0 && segments[from - 1].bytes <= left {
        from -= 1;
        left -= segments[from].bytes;
    }
    match segments[..=from]
        .iter()
        .position(|segment| segment.first.is_none())
    {
        Some(unknown) => unknown.saturating_sub(1),
        None => from,
    }
}

impl Search {
    fn from(due: Lsn) -> Self {
        let (tail, hole, junk) = (None, None, Vec::new());
        Self {
            due,
            tail,
            hole,
            junk,
            proof: Lsn::ZERO,
            records: 0,
            skipped: 0,
        }
    }

    /// Walks one segment to its end. Every segment ends with a hole; if the next one goes on with
    /// the record that is due, it was none.
    fn through(&mut self, index: usize, mut walk: Walk) -> Result<(), Error> {
        let mut from = BODY;
        loop {
            match walk.follow(from, self.due)? {
                Follow::Frame(found) => {
                    self.skipped += u64::from(found.skipped || !self.junk.is_empty());
                    self.records += u64::from(found.head.kind == Kind::Record);
                    self.junk.clear();
                    self.hole = None;
                    from = found.end();
                    self.tail = Some((index, from, found.head));
                    self.due = found.head.next();
                }
                Follow::Nothing(rest) => return self.remember(&mut walk, rest),
            }
        }
    }

    fn remember(&mut self, walk: &mut Walk, rest: Rest) -> Result<(), Error> {
        // The hole is where bytes are wrong. A segment may end in zeroes because the batch did not
        // fit; then it is in the next one, unless that begins well, with a record beyond.
        let empty_so_far = self.junk.is_empty();
        let begins_well = walk.frame_at(BODY)?.is_some();
        if self.hole.is_none() || (empty_so_far && rest.junk.is_some() && !begins_well) {
            self.hole = Some((walk.segment().clone(), rest.hole));
        }
        self.proof = self.proof.max(rest.proof);
        let number = walk.segment().number;
        self.junk.extend(rest.junk.map(|sectors| (number, sectors)));
        Ok(())
    }

    fn end(self, from: usize, segments: Vec<Beginning>) -> Result<End, Error> {
        let (hole, offset) = self.hole.expect("every segment ends with a hole");
        if self.proof >= self.due {
            let what = "the record is not what was written, and a later one says it was durable";
            return Err(hole.damaged(offset, self.due, what));
        }
        let (tail, end) = self
            .tail
            .map_or((from, BODY), |(index, end, _)| (index, end));
        let spares = segments[tail + 1..]
            .iter()
            .map(|spare| spare.number)
            .collect();
        let shelved = segments[..=tail].iter().filter_map(|segment| {
            let Beginning {
                number,
                bytes,
                first_ms,
                ..
            } = *segment;
            segment.first.map(|first| Shelved {
                number,
                first,
                first_ms,
                bytes,
            })
        });
        Ok(End {
            shelved: shelved.collect(),
            at: whole_sectors(end),
            spares,
            last: self.due.before(),
            head: self.tail.map(|(_, _, head)| head),
            torn: (!self.junk.is_empty()).then(|| Torn {
                file: hole.path.clone(),
                offset,
                lsn: self.due,
                junk: self.junk,
            }),
            records: self.records,
            skipped: self.skipped,
        })
    }
}
