//! From one frame of a segment to the next.
//!
//! The frame of LSN n+1 stands right behind that of n, or at the next sector: there a new batch
//! begins. Where neither holds, the rest is searched: for the frame that is due, because a damaged
//! mark hides no record, and for the largest durable mark, which tells damage from a torn tail.
//! Reads only; what a finding means is decided in `recover.rs` and by readers.

use std::ops::Range;

use super::batch::whole_sectors;
use super::frame::{self, ALIGN_BYTES, HEAD_BYTES, Head, Kind};
use super::segment::Segment;
use crate::{Error, Lsn};

/// Read from the disk at once.
const CHUNK_BYTES: usize = 128 << 10;

/// Most of a segment, most of the time: compared with in one go.
static ZEROES: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];

/// A window of bytes on a segment.
pub(super) struct Walk {
    segment: Segment,
    buffer: Vec<u8>,
    start: u64,
}

/// What follows a place.
#[derive(Debug)]
pub(super) enum Follow {
    /// The frame that was due.
    Frame(Found),
    /// It is not in this segment.
    Nothing(Rest),
}

/// A valid frame and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Where it begins.
    pub(super) at: u64,
    /// What it says.
    pub(super) head: Head,
    /// Whether bytes that belong to no record stand before it.
    pub(super) skipped: bool,
}

/// What a segment holds behind its last frame.
#[derive(Debug)]
pub(super) struct Rest {
    /// Where the frame that is due should begin.
    pub(super) hole: u64,
    /// Whole sectors that are not all zero, from first to last.
    pub(super) junk: Option<Range<u64>>,
    /// The largest durable mark of a valid frame in there.
    pub(super) proof: Lsn,
}

impl Found {
    /// Where the bytes behind it begin.
    pub(super) fn end(&self) -> u64 {
        self.at + frame::bytes_of(self.head.length as usize) as u64
    }
}

impl Walk {
    /// A walk over `segment`, which begins wherever it is asked to.
    pub(super) fn over(segment: Segment) -> Self {
        Self { segment, buffer: Vec::new(), start: 0 }
    }

    /// The segment.
    pub(super) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Drops what was read before more became durable.
    pub(super) fn forget(&mut self) {
        self.buffer.clear();
    }

    /// The frame that is due, if it stands at `from` or at the next sector.
    pub(super) fn step(&mut self, from: u64, due: Lsn) -> Result<Option<Found>, Error> {
        for at in [from, whole_sectors(from)] {
            if let Some(head) = self.frame_at(at)?.filter(|head| head.fits(due)) {
                return Ok(Some(Found { at, head, skipped: false }));
            }
        }
        Ok(None)
    }

    /// What follows `from`, searching all the segment if it must.
    pub(super) fn follow(&mut self, from: u64, due: Lsn) -> Result<Follow, Error> {
        match self.step(from, due)? {
            Some(found) => Ok(Follow::Frame(found)),
            None => self.search(from, due),
        }
    }

    /// The valid frame at a place, whatever it says.
    pub(super) fn frame_at(&mut self, at: u64) -> Result<Option<Head>, Error> {
        let Some(head) = Head::read(self.bytes_at(at, HEAD_BYTES)?) else {
            return Ok(None);
        };
        let segment = self.segment.number;
        let frame = self.bytes_at(at, head.bytes())?;
        Ok((frame.len() == head.bytes() && frame::is_valid(frame, segment)).then_some(head))
    }

    /// The next valid frame at or behind `from`, whatever it says.
    pub(super) fn next_frame(&mut self, mut from: u64) -> Result<Option<Found>, Error> {
        while let Some(at) = self.next_word(from)? {
            let magic = (self.word_at(at)? >> 32) as u32;
            if Kind::of(&magic.to_le_bytes()).is_some()
                && let Some(head) = self.frame_at(at)?
            {
                return Ok(Some(Found { at, head, skipped: false }));
            }
            from = at + ALIGN_BYTES;
        }
        Ok(None)
    }

    /// All bytes of a valid frame, the zeroes behind it included.
    pub(super) fn frame(&mut self, found: &Found) -> Result<&[u8], Error> {
        self.bytes_at(found.at, (found.end() - found.at) as usize)
    }

    /// The payload of the record that was found last: all of it has been read and checked.
    pub(super) fn payload(&mut self, found: &Found) -> Result<&[u8], Error> {
        Ok(&self.bytes_at(found.at, found.head.bytes())?[HEAD_BYTES..])
    }

    fn search(&mut self, from: u64, due: Lsn) -> Result<Follow, Error> {
        // Bytes between a record and its sector's end may be what a cut left there: they were
        // never written over, since the sector also holds what is durable. They are no junk.
        let whole = whole_sectors(from);
        let hole = if self.word_at(from)? == 0 { whole } else { from };
        let mut rest = Rest { hole, junk: None, proof: Lsn::ZERO };
        let mut at = from;
        while let Some(word_at) = self.next_word(at)? {
            if word_at >= whole {
                let sectors = rest.junk.get_or_insert(sector_of(word_at));
                sectors.end = sector_of(word_at).end;
            }
            at = word_at + ALIGN_BYTES;
            let magic = (self.word_at(word_at)? >> 32) as u32;
            if Kind::of(&magic.to_le_bytes()).is_none() {
                continue;
            }
            if let Some(head) = self.frame_at(word_at)? {
                if head.fits(due) {
                    return Ok(Follow::Frame(Found { at: word_at, head, skipped: true }));
                }
                rest.proof = rest.proof.max(head.durable);
                at = word_at + frame::bytes_of(head.length as usize) as u64;
                if let Some(sectors) = &mut rest.junk {
                    sectors.end = sector_of(at - 1).end;
                }
            }
        }
        Ok(Follow::Nothing(rest))
    }

    /// The first eight bytes at or behind `at` that are not all zero.
    fn next_word(&mut self, mut at: u64) -> Result<Option<u64>, Error> {
        loop {
            let bytes = self.bytes_from(at)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let head = &bytes[..bytes.len().min(CHUNK_BYTES)];
            if head == &ZEROES[..head.len()] {
                at += head.len() as u64;
                continue;
            }
            match bytes.chunks(ALIGN_BYTES as usize).position(|word| word.iter().any(|&b| b != 0)) {
                Some(words) => return Ok(Some(at + words as u64 * ALIGN_BYTES)),
                None => at += bytes.len() as u64,
            }
        }
    }

    fn word_at(&mut self, at: u64) -> Result<u64, Error> {
        let mut word = [0; ALIGN_BYTES as usize];
        let bytes = self.bytes_at(at, word.len())?;
        word[..bytes.len()].copy_from_slice(bytes);
        Ok(u64::from_le_bytes(word))
    }

    /// All that is in memory from `at` on; reads more if that is nothing. Empty behind the end.
    /// Whole words: what was read last may end with a payload, in the middle of one.
    fn bytes_from(&mut self, at: u64) -> Result<&[u8], Error> {
        self.bytes_at(at, ALIGN_BYTES as usize)?;
        let from = at.saturating_sub(self.start).min(self.buffer.len() as u64);
        let bytes = &self.buffer[from as usize..];
        let words = bytes.len() - bytes.len() % ALIGN_BYTES as usize;
        Ok(if words > 0 { &bytes[..words] } else { bytes })
    }

    /// The bytes of a place, fewer only where the segment ends.
    fn bytes_at(&mut self, at: u64, wanted: usize) -> Result<&[u8], Error> {
        let there = self.segment.length.saturating_sub(at).min(wanted as u64) as usize;
        if there == 0 {
            return Ok(&[]);
        }
        let end = self.start + self.buffer.len() as u64;
        if at < self.start || at + there as u64 > end {
            let size = there.max(CHUNK_BYTES).min((self.segment.length - at) as usize);
            self.buffer.resize(size, 0);
            let read = self.segment.file.read_at(&mut self.buffer, at)?;
            self.buffer.truncate(read);
            self.start = at;
        }
        let from = (at - self.start) as usize;
        let to = (from + there).min(self.buffer.len());
        Ok(&self.buffer[from..to])
    }
}

fn sector_of(at: u64) -> Range<u64> {
    use crate::limits::SECTOR_BYTES;
    let start = at - at % SECTOR_BYTES;
    start..start + SECTOR_BYTES
}
