//! A journal that is damaged in the middle: what can still be read of it, and going on without the
//! rest, because an operator says so.
//!
//! Records can be applied only in a row, so there are two ways on, and neither fills the hole:
//!
//! ```text
//!   1 … k  ✗  k+2 … s  s+1 … n     ✗ is damage; a snapshot may be at s
//!
//!   lose_after(k)        keeps 1 … k: the state is the fold of these, on a timeline of its own;
//!                        what can be applied to any state may be carried over behind them
//!   forget_through(s)    keeps s+1 … n: the state is the snapshot's and the fold of these
//! ```
//!
//! One file is written anew under a temporary name and takes the place of the damaged one; every
//! file that is not kept as it was stays in a folder `aside-n`, byte for byte. Until the last step
//! the journal still shows its damage, so a crash in between leads to the same refusal again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Entry;
use super::frame::{self, Kind};
use super::recover::{self, Look};
use super::segment::{self, BODY, Plan, Segment};
use super::walk::{Follow, Found, Walk};
use crate::disk::{Access, Disk, Lock};
use crate::limits::{SECTOR_BYTES, SEGMENT_BYTES_MIN};
use crate::{Error, Lsn, Position};

/// A damaged journal, locked as long as this is kept.
pub struct Salvage {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    /// All that are there, in order; there may be gaps.
    segments: Vec<Segment>,
    /// Those whose heads are wrong.
    headless: Vec<u64>,
    damage: Error,
    _lock: Box<dyn Lock>,
}

/// A record of a damaged journal that is what was written, and its place.
#[derive(Debug, Clone)]
pub struct Readable {
    /// The record.
    pub entry: Entry,
    segment: u64,
    /// Where the bytes behind it begin.
    end: u64,
}

/// A mark that is put into a segment that is written anew.
#[derive(Debug, Clone, Copy)]
struct Mark {
    position: Position,
    at_ms: i64,
}

/// Where a mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Behind,
}

impl Salvage {
    /// Checks every record of the journal in `dir`, and changes nothing. None if it is not damaged.
    ///
    /// # Errors
    /// As [`verify`](super::verify), but for damage.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path) -> Result<Option<Self>, Error> {
        let lock = disk.lock(dir)?;
        let look = Look { bytes: u64::MAX, settle: false };
        let damage = match recover::find_end(&*disk, dir, look) {
            Ok(_) => return Ok(None),
            Err(damage @ Error::Damaged { .. }) => damage,
            Err(other) => return Err(other),
        };
        let (mut segments, mut headless) = (Vec::new(), Vec::new());
        for number in segment::all_numbers(&*disk, dir)? {
            segments.push(match Segment::open(&*disk, dir, number, Access::Read) {
                Err(Error::Damaged { .. }) => {
                    headless.push(number);
                    Segment::without_head(&*disk, dir, number)?
                }
                opened => opened?,
            });
        }
        let dir = dir.to_path_buf();
        Ok(Some(Self { disk, dir, segments, headless, damage, _lock: lock }))
    }

    /// What is wrong first.
    #[must_use]
    pub fn damage(&self) -> &Error {
        &self.damage
    }

    /// The record that the journal begins with, or should.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn oldest(&self) -> Result<Lsn, Error> {
        let segment = &self.segments[0]; // a journal without any is missing, not damaged
        if let Some(first) = segment.first {
            return Ok(first);
        }
        let found = Walk::over(segment.clone()).next_frame(BODY)?;
        Ok(match found.map(|found| found.head) {
            _ if segment.number == 1 => Lsn(1),
            Some(head) if head.kind == Kind::Record => head.lsn,
            Some(head) => head.next(),
            None => Lsn(1),
        })
    }

    /// Hands out every record that can be read, in order, and answers with the last one that is
    /// known to have been durable, which may be none of these.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn read(&self, each: &mut dyn FnMut(Readable)) -> Result<Lsn, Error> {
        let mut due = self.oldest()?;
        let mut last = due.before();
        for (index, segment) in self.segments.iter().enumerate() {
            due = self.row(index, BODY, due, &mut |walk, found| {
                let head = found.head;
                last = last.max(head.durable).max(head.lsn);
                if head.kind == Kind::Record {
                    let payload = walk.payload(&found)?.to_vec();
                    let (lsn, timeline, at_ms) = (head.lsn, head.timeline, head.at_ms);
                    let entry = Entry { lsn, timeline, at_ms, payload };
                    each(Readable { entry, segment: segment.number, end: found.end() });
                }
                Ok(())
            })?;
        }
        Ok(last)
    }

    /// Hands out the frames of a segment from a place on, in order, from the one that is due; answers
    /// with what is due behind them. A valid frame that is older than that is none of them.
    fn row(
        &self,
        index: usize,
        mut from: u64,
        mut due: Lsn,
        each: &mut dyn FnMut(&mut Walk, Found) -> Result<(), Error>,
    ) -> Result<Lsn, Error> {
        let mut walk = Walk::over(self.segments[index].clone());
        while let Some(found) = self.next(&mut walk, from, due, index + 1)? {
            (from, due) = (found.end(), found.head.next());
            each(&mut walk, found)?;
        }
        Ok(due)
    }

    /// The same frames together, and what is due behind them.
    fn frames(&self, index: usize, from: u64, due: Lsn) -> Result<(Vec<Found>, Lsn), Error> {
        let mut frames = Vec::new();
        let next = self.row(index, from, due, &mut |_, found| {
            frames.push(found);
            Ok(())
        })?;
        Ok((frames, next))
    }

    /// The frame that is due; if it is neither here nor at the beginning of the segment at `next`,
    /// the first one here that is not older.
    fn next(
        &self,
        walk: &mut Walk,
        at: u64,
        due: Lsn,
        next: usize,
    ) -> Result<Option<Found>, Error> {
        match walk.follow(at, due)? {
            Follow::Frame(found) => return Ok(Some(found)),
            Follow::Nothing(rest) if rest.junk.is_none() => return Ok(None),
            Follow::Nothing(_) => {}
        }
        if let Some(next) = self.segments.get(next)
            && let Follow::Frame(_) = Walk::over(next.clone()).follow(BODY, due)?
        {
            return Ok(None);
        }
        let mut from = at;
        while let Some(found) = walk.next_frame(from)? {
            if found.head.lsn >= due {
                return Ok(Some(found));
            }
            from = found.end();
        }
        Ok(None)
    }

    /// Goes on with the records up to `last` on a timeline of its own, or with none, and behind them
    /// with what the `carried` ones said, at new positions; answers with the folder of the files
    /// that are not kept as they were.
    ///
    /// # Errors
    /// When the disk refuses; the journal is then as damaged as before.
    pub fn lose_after(self, last: Option<&Readable>, carried: &[Entry]) -> Result<PathBuf, Error> {
        let (damaged, end, mark) = match last {
            Some(last) => (&self.segments[self.place_of(last)], last.end, last.mark(1)),
            None => {
                let position = Position {
                    timeline: self.timeline()?.saturating_add(1),
                    lsn: self.oldest()?.before(),
                };
                (&self.segments[0], BODY, Mark { position, at_ms: 0 })
            }
        };
        let aside = self.aside()?;
        let mut due = self.oldest()?;
        for (index, segment) in self.segments.iter().enumerate() {
            let (mut frames, next) = self.frames(index, BODY, due)?;
            due = next;
            if segment.number == damaged.number {
                frames.retain(|found| found.at < end);
                self.replace(damaged, &aside, &frames, Some((Place::Behind, mark, carried)))?;
                break;
            }
            if self.headless.contains(&segment.number) {
                self.replace(segment, &aside, &frames, None)?;
            }
        }
        self.put_aside(&aside, |number| number > damaged.number)?;
        Ok(aside)
    }

    /// Goes on with the records after `last`, for whoever has the state that it led to; answers as
    /// [`Salvage::lose_after`].
    ///
    /// # Errors
    /// When the disk refuses; the journal is then as damaged as before, or as good as after.
    pub fn forget_through(self, last: &Readable) -> Result<PathBuf, Error> {
        let index = self.place_of(last);
        let damaged = &self.segments[index];
        let aside = self.aside()?;
        // First what is older: `last` stays readable to the end, and proves whose state it is.
        self.put_aside(&aside, |number| number < damaged.number)?;
        let (frames, _) = self.frames(index, last.end, last.entry.lsn.next())?;
        self.replace(damaged, &aside, &frames, Some((Place::Before, last.mark(0), &[])))?;
        Ok(aside)
    }

    /// Which of the segments a record stands in.
    fn place_of(&self, readable: &Readable) -> usize {
        let place = self.segments.iter().position(|it| it.number == readable.segment);
        place.expect("a record was read from it")
    }

    /// The latest timeline of any record.
    fn timeline(&self) -> Result<u32, Error> {
        let mut latest = 1;
        self.read(&mut |readable| latest = latest.max(readable.entry.timeline))?;
        Ok(latest)
    }

    /// A new folder for what is put aside.
    fn aside(&self) -> Result<PathBuf, Error> {
        segment::remove_unfinished(&*self.disk, &self.dir)?;
        let mut number = 1;
        loop {
            let aside = self.dir.join(format!("aside-{number}"));
            self.disk.make_dir(&aside)?;
            if self.disk.list(&aside)?.is_empty() {
                return Ok(aside);
            }
            number += 1;
        }
    }

    /// Puts a file with these frames of a segment, and perhaps a mark with records behind it, in its
    /// place; the segment stays aside.
    fn replace(
        &self,
        old: &Segment,
        aside: &Path,
        frames: &[Found],
        mark: Option<(Place, Mark, &[Entry])>,
    ) -> Result<(), Error> {
        let mut walk = Walk::over(old.clone());
        let at = |wanted| {
            let here = mark.filter(|(place, ..)| *place == wanted);
            here.map_or(Vec::new(), |(_, mark, carried)| mark.sealed(old.number, carried))
        };
        let (before, behind) = (at(Place::Before), at(Place::Behind));
        // A file that was cut short may be too small for a mark, and is made longer.
        let bytes: u64 = frames.iter().map(|found| found.end() - found.at).sum();
        let needed = BODY + bytes + (before.len() + behind.len()) as u64;
        let plan = Plan {
            number: old.number,
            length: old.length.max(needed).max(SEGMENT_BYTES_MIN).next_multiple_of(SECTOR_BYTES),
            timeline: mark.map_or(1, |(_, mark, _)| mark.position.timeline),
            first: old.first.filter(|_| before.is_empty()),
        };
        self.disk.link(&old.path, &segment::path(aside, old.number))?;
        self.disk.sync_dir(aside)?;
        let made = Segment::make_with(&*self.disk, &self.dir, plan, &mut || (), |file| {
            file.write_at(&before, BODY)?;
            let mut at = BODY + before.len() as u64;
            for found in frames {
                let bytes = walk.frame(found)?;
                file.write_at(bytes, at)?;
                at += bytes.len() as u64;
            }
            file.write_at(&behind, at)
        });
        made.map(drop)
    }

    /// Moves the segments that `is_it` names, the oldest first, each for good before the next.
    fn put_aside(&self, aside: &Path, is_it: impl Fn(u64) -> bool) -> Result<(), Error> {
        for segment in self.segments.iter().filter(|segment| is_it(segment.number)) {
            self.disk.rename(&segment.path, &segment::path(aside, segment.number))?;
            self.disk.sync_dir(aside)?;
            self.disk.sync_dir(&self.dir)?;
        }
        Ok(())
    }
}

impl Mark {
    /// Its frame in a segment, and behind it what these records said, at the positions that follow.
    fn sealed(&self, segment: u64, carried: &[Entry]) -> Vec<u8> {
        let Position { timeline, mut lsn } = self.position;
        let mut frames = frame::mark(segment, self.position, self.at_ms);
        for Entry { at_ms, payload, .. } in carried {
            lsn = lsn.next();
            frame::begin(&mut frames, Kind::Record, lsn, *at_ms, payload);
        }
        frame::seal(&mut frames, segment, timeline, self.position.lsn);
        frames
    }
}

impl Readable {
    /// The mark behind it, so many timelines later.
    fn mark(&self, later: u32) -> Mark {
        let Entry { lsn, timeline, at_ms, .. } = self.entry;
        Mark { position: Position { timeline: timeline.saturating_add(later), lsn }, at_ms }
    }
}
