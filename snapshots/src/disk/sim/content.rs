//! The bytes of a simulated file: as a reader sees them, and as a cut would leave them.

use std::collections::BTreeSet;

use super::Dice;

/// What a disk writes whole or not at all.
pub(super) const SECTOR: usize = crate::limits::SECTOR_BYTES as usize;

#[derive(Clone, Default)]
pub(super) struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors that were written since the last sync: a cut leaves anything in them.
    dirty: BTreeSet<usize>,
}

impl Content {
    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: u64) {
        let from = offset as usize;
        let to = from + bytes.len();
        if self.seen.len() < to {
            self.seen.resize(to, 0);
        }
        self.seen[from..to].copy_from_slice(bytes);
        self.dirty.extend(from / SECTOR..to.div_ceil(SECTOR));
    }

    pub(super) fn sync(&mut self) {
        self.durable.resize(self.seen.len(), 0);
        for &sector in &self.dirty {
            let range = range(sector, self.seen.len());
            self.durable[range.clone()].copy_from_slice(&self.seen[range]);
        }
        self.dirty.clear();
    }

    /// As Linux does: the pages are clean, a reader sees them, and the disk never will.
    pub(super) fn fail_sync(&mut self) {
        self.dirty.clear();
    }

    /// A reader sees what the disk has, but for what is still to be written.
    pub(super) fn forget_cached(&mut self) {
        let dirty: Vec<_> = self.dirty.iter().map(|&s| (s, self.sector(s).to_vec())).collect();
        self.seen.clone_from(&self.durable);
        for (sector, bytes) in dirty {
            self.write(&bytes, (sector * SECTOR) as u64);
        }
    }

    pub(super) fn damage(&mut self, offset: u64, change: impl FnOnce(u8) -> u8) {
        let byte = change(self.seen[offset as usize]);
        self.seen[offset as usize] = byte;
        self.durable.resize(self.seen.len(), 0);
        self.durable[offset as usize] = byte;
    }

    /// Every sector that was not synced is old, new, zero or garbage; a file that grew has its old
    /// length or its new one.
    pub(super) fn after_cut(&self, dice: &mut Dice) -> Self {
        let grew = self.seen.len() != self.durable.len() && dice.below(2) == 0;
        let length = if grew { self.seen.len() } else { self.durable.len() };
        let mut left = self.durable.clone();
        left.resize(length, 0);
        for &sector in &self.dirty {
            let range = range(sector, length);
            match dice.below(4) {
                0 => {}
                1 => left[range.clone()].copy_from_slice(&self.seen[range]),
                2 => left[range].fill(0),
                _ => left[range].fill_with(|| dice.below(256) as u8),
            }
        }
        Self { seen: left.clone(), durable: left, dirty: BTreeSet::new() }
    }

    fn sector(&self, sector: usize) -> &[u8] {
        &self.seen[range(sector, self.seen.len())]
    }
}

fn range(sector: usize, length: usize) -> std::ops::Range<usize> {
    let start = (sector * SECTOR).min(length);
    start..(start + SECTOR).min(length)
}
