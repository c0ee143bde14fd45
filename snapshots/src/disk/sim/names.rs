//! Which file of a simulated disk has which name: for a reader, and after a cut.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Dice;

#[derive(Clone, Default)]
pub(super) struct Names {
    seen: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    /// What happened since the directory was synced, in order.
    changes: Vec<Change>,
}

/// What can happen to a name.
#[derive(Clone)]
pub(super) enum Change {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Link(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl Names {
    pub(super) fn file(&self, path: &Path) -> Option<usize> {
        self.seen.get(path).copied()
    }

    pub(super) fn in_dir(&self, dir: &Path) -> Vec<String> {
        let here = self.seen.keys().filter(|path| path.parent() == Some(dir));
        here.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect()
    }

    /// Answers whether the change could be made.
    pub(super) fn change(&mut self, change: Change) -> bool {
        let made = change.make(&mut self.seen);
        self.changes.extend(made.then_some(change));
        made
    }

    /// Makes durable what happened in one directory, and in no other.
    pub(super) fn sync(&mut self, dir: &Path) {
        let is_here = |path: &Path| path.parent() == Some(dir);
        self.durable.retain(|path, _| !is_here(path));
        let here = self.seen.iter().filter(|(path, _)| is_here(path));
        self.durable.extend(here.map(|(path, file)| (path.clone(), *file)));
        self.changes.retain(|change| !is_here(change.path()));
    }

    /// Names after a cut: each change since the last sync is there or is not. One whose file has
    /// no name because an earlier change was lost is lost too.
    pub(super) fn after_cut(&self, dice: &mut Dice) -> Self {
        let mut left = self.durable.clone();
        for change in &self.changes {
            if dice.below(2) == 0 {
                change.make(&mut left);
            }
        }
        Self { seen: left.clone(), durable: left, changes: Vec::new() }
    }
}

impl Change {
    fn path(&self) -> &Path {
        match self {
            Self::Create(path, _)
            | Self::Rename(_, path)
            | Self::Link(_, path)
            | Self::Remove(path) => path,
        }
    }

    fn make(&self, names: &mut BTreeMap<PathBuf, usize>) -> bool {
        match self {
            Self::Create(path, _) if names.contains_key(path) => false,
            Self::Create(path, file) => names.insert(path.clone(), *file).is_none(),
            Self::Remove(path) => names.remove(path).is_some(),
            Self::Link(from, to) => match names.get(from).copied() {
                Some(file) if !names.contains_key(to) => names.insert(to.clone(), file).is_none(),
                _ => false,
            },
            Self::Rename(from, to) => match names.remove(from) {
                Some(file) => {
                    names.insert(to.clone(), file);
                    true
                }
                None => false,
            },
        }
    }
}
