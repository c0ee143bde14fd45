//! A disk in memory that loses power, fails and lies when it is told to.
//!
//! Files have two contents: what a reader sees, and what would be there after a cut. Every call is
//! counted and logged, so that a test can cut at each (T4); what a cut leaves is drawn from a
//! seed, sector by sector. The same seed gives the same bytes on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Access, Disk, File, Lock};
use crate::Error;

mod content;
mod dice;

use content::Content;
pub use dice::Dice;

/// A disk in memory. Clones are the same disk; [`Sim::power_cut`] makes another.
#[derive(Clone, Default)]
pub struct Sim {
    state: Arc<Mutex<State>>,
}

/// One call that changed something or could have, in the order they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was called.
    pub name: &'static str,
    /// On which file or directory.
    pub path: PathBuf,
    /// Where, if it was a write.
    pub offset: u64,
    /// How much, if it was a write.
    pub bytes: u64,
}

/// What is to go wrong, at a call counted from 0 over all calls of this disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Power is gone: this call has begun and does not return, later ones find no machine.
    Cut,
    /// The call answers with an error. A sync that fails does so once, as on Linux: the pages
    /// count as clean from then on, and what was in them never reaches the disk.
    Fail,
    /// A write goes one sector further than it should, and says nothing.
    Misdirect,
    /// A write is reported as done and goes nowhere; a reader sees the old bytes.
    Lose,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    faults: BTreeMap<usize, Fault>,
    /// The machine has no power.
    is_off: bool,
    /// Bytes that files may still grow by; none is no limit.
    space: Option<u64>,
    files: Vec<Content>,
    /// Which file has which name, for a reader, and after a cut.
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    /// What happened to names since their directory was synced, in order.
    changes: Vec<Change>,
    dirs: BTreeSet<PathBuf>,
    locked: BTreeSet<PathBuf>,
}

#[derive(Clone)]
enum Change {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

struct SimFile {
    disk: Sim,
    file: usize,
    path: PathBuf,
}

struct SimLock {
    disk: Sim,
    dir: PathBuf,
}

impl Sim {
    /// An empty disk that works.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets something go wrong at call number `call`.
    pub fn plan(&self, call: usize, fault: Fault) {
        self.state.lock().faults.insert(call, fault);
    }

    /// How many bytes files may still grow by, from now on; none is no limit.
    pub fn set_space(&self, bytes: Option<u64>) {
        self.state.lock().space = bytes;
    }

    /// All calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state.lock().calls.clone()
    }

    /// What the disk holds when power comes back: of everything that was not synced, any part.
    #[must_use]
    pub fn power_cut(&self, dice: &mut Dice) -> Self {
        let state = self.state.lock();
        let names = state.names_after_cut(dice);
        let files = state
            .files
            .iter()
            .map(|content| content.after_cut(dice))
            .collect();
        Self::after(&state, names, files)
    }

    /// What the disk holds when only the process died: everything that was written, although what
    /// is not synced is in memory only.
    #[must_use]
    pub fn kill(&self) -> Self {
        let state = self.state.lock();
        let after = Self::after(&state, state.names.clone(), state.files.clone());
        let mut fresh = after.state.lock();
        fresh.durable_names = state.durable_names.clone();
        fresh.changes = state.changes.clone();
        drop(fresh);
        after
    }

    /// Changes a byte at rest.
    ///
    /// # Panics
    /// If there is no such byte.
    pub fn damage(&self, path: &Path, offset: u64, change: impl FnOnce(u8) -> u8) {
        let mut state = self.state.lock();
        let file = *state.names.get(path).expect("the file to damage is there");
        state.files[file].damage(offset, change);
    }

    /// The bytes of a file as a reader sees them.
    #[must_use]
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state.lock();
        state
            .names
            .get(path)
            .map(|&file| state.files[file].seen().to_vec())
    }

    fn after(state: &State, names: BTreeMap<PathBuf, usize>, files: Vec<Content>) -> Self {
        let fresh = State {
            space: state.space,
            files,
            durable_names: names.clone(),
            names,
            dirs: state.dirs.clone(),
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(fresh)),
        }
    }

    /// Logs a call, then does it unless the fault planned for it says otherwise. A call that is cut
    /// off has begun: what it does may be on the disk, but never counts as synced.
    fn call<T>(
        &self,
        call: Call,
        cut_off: impl FnOnce(&mut State),
        whole: impl FnOnce(&mut State, Option<Fault>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut state = self.state.lock();
        if state.is_off {
            return Err(failed(&call, "the machine has no power"));
        }
        let fault = state.faults.get(&state.calls.len()).copied();
        state.calls.push(call.clone());
        match fault {
            Some(Fault::Cut) => {
                cut_off(&mut state);
                state.is_off = true;
                Err(failed(&call, "power was cut"))
            }
            Some(Fault::Fail) => {
                let _ = whole(&mut state, fault);
                Err(failed(&call, "the disk says no"))
            }
            _ => whole(&mut state, fault),
        }
    }
}

impl Disk for Sim {
    fn make_dir(&self, dir: &Path) -> Result<(), Error> {
        let make = |state: &mut State| {
            state.dirs.insert(dir.to_path_buf());
        };
        self.call(named("mkdir", dir), make, |state, _| {
            make(state);
            Ok(())
        })
    }

    fn lock(&self, dir: &Path) -> Result<Box<dyn Lock>, Error> {
        let lock = || SimLock {
            disk: self.clone(),
            dir: dir.to_path_buf(),
        };
        let call = named("flock", dir);
        self.call(
            call.clone(),
            |_| (),
            |state, fault| {
                if !state.dirs.contains(dir) || fault.is_some() {
                    return Err(failed(&call, "no such directory"));
                }
                if !state.locked.insert(dir.to_path_buf()) {
                    return Err(Error::Locked {
                        dir: dir.to_path_buf(),
                    });
                }
                Ok(Box::new(lock()) as Box<dyn Lock>)
            },
        )
    }

    fn create(&self, path: &Path) -> Result<Arc<dyn File>, Error> {
        let call = named("create", path);
        let create = |state: &mut State| {
            let file = state.files.len();
            state.files.push(Content::default());
            state.names.insert(path.to_path_buf(), file);
            state.changes.push(Change::Create(path.to_path_buf(), file));
            file
        };
        let cut_off = |state: &mut State| {
            create(state);
        };
        let file = self.call(call.clone(), cut_off, |state, fault| {
            if fault == Some(Fault::Fail) || state.names.contains_key(path) {
                return Err(failed(&call, "the file exists"));
            }
            Ok(create(state))
        })?;
        Ok(self.file(file, path))
    }

    fn open(&self, path: &Path, _: Access) -> Result<Arc<dyn File>, Error> {
        let call = named("open", path);
        let known = |state: &mut State, _| {
            state
                .names
                .get(path)
                .copied()
                .ok_or_else(|| failed(&call, "no such file"))
        };
        let file = self.call(call.clone(), |_| (), known)?;
        Ok(self.file(file, path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let change = Change::Rename(from.to_path_buf(), to.to_path_buf());
        self.change(named("rename", from), change)
    }

    fn remove(&self, path: &Path) -> Result<(), Error> {
        self.change(named("unlink", path), Change::Remove(path.to_path_buf()))
    }

    fn list(&self, dir: &Path) -> Result<Vec<String>, Error> {
        self.call(
            named("readdir", dir),
            |_| (),
            |state, _| {
                let here = state.names.keys().filter(|path| path.parent() == Some(dir));
                let names = here.filter_map(|path| path.file_name()?.to_str());
                Ok(names.map(str::to_owned).collect())
            },
        )
    }

    fn sync_dir(&self, dir: &Path) -> Result<(), Error> {
        self.call(
            named("fsync", dir),
            |_| (),
            |state, fault| {
                if fault != Some(Fault::Fail) {
                    state.sync_names(dir);
                }
                Ok(())
            },
        )
    }
}

impl Sim {
    fn file(&self, file: usize, path: &Path) -> Arc<dyn File> {
        Arc::new(SimFile {
            disk: self.clone(),
            file,
            path: path.to_path_buf(),
        })
    }

    fn change(&self, call: Call, change: Change) -> Result<(), Error> {
        let make = |state: &mut State| {
            let made = change.make(&mut state.names);
            state.changes.push(change.clone());
            made
        };
        let cut_off = |state: &mut State| {
            make(state);
        };
        self.call(call.clone(), cut_off, |state, fault| {
            if fault == Some(Fault::Fail) || !make(state) {
                return Err(failed(&call, "no such file"));
            }
            Ok(())
        })
    }
}

impl File for SimFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), Error> {
        let call = Call {
            offset,
            bytes: bytes.len() as u64,
            ..named("write", &self.path)
        };
        let write = |state: &mut State, offset| state.files[self.file].write(bytes, offset);
        self.disk.call(
            call,
            |state| write(state, offset),
            |state, fault| {
                match fault {
                    Some(Fault::Misdirect) => write(state, offset + content::SECTOR as u64),
                    Some(Fault::Lose) => {}
                    _ => write(state, offset),
                }
                Ok(())
            },
        )
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize, Error> {
        let state = self.disk.state.lock();
        if state.is_off {
            return Err(failed(
                &named("read", &self.path),
                "the machine has no power",
            ));
        }
        let seen = state.files[self.file].seen();
        let from = seen.len().min(offset as usize);
        let read = into.len().min(seen.len() - from);
        into[..read].copy_from_slice(&seen[from..from + read]);
        Ok(read)
    }

    fn sync(&self) -> Result<(), Error> {
        self.disk.call(
            named("fdatasync", &self.path),
            |_| (),
            |state, fault| {
                let content = &mut state.files[self.file];
                match fault {
                    Some(Fault::Fail) => content.fail_sync(),
                    _ => content.sync(),
                }
                Ok(())
            },
        )
    }

    fn preallocate(&self, length: u64) -> Result<(), Error> {
        let call = Call {
            bytes: length,
            ..named("preallocate", &self.path)
        };
        let zeroes = vec![0; length as usize];
        let cut_off = |state: &mut State| state.files[self.file].write(&zeroes, 0);
        self.disk.call(call, cut_off, |state, fault| {
            let grows = length.saturating_sub(state.files[self.file].seen().len() as u64);
            if state.space.is_some_and(|space| space < grows) {
                return Err(Error::NoSpace {
                    file: self.path.clone(),
                });
            }
            state.space = state.space.map(|space| space - grows);
            state.files[self.file].write(&zeroes, 0);
            match fault {
                Some(Fault::Fail) => state.files[self.file].fail_sync(),
                _ => state.files[self.file].sync(),
            }
            Ok(())
        })
    }

    fn settle(&self) -> Result<(), Error> {
        self.sync()?;
        self.disk.state.lock().files[self.file].forget_cached();
        Ok(())
    }

    fn length(&self) -> Result<u64, Error> {
        Ok(self.disk.state.lock().files[self.file].seen().len() as u64)
    }
}

impl Lock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.disk.state.lock().locked.remove(&self.dir);
    }
}

impl State {
    /// Makes durable what happened in one directory, and in no other.
    fn sync_names(&mut self, dir: &Path) {
        let is_here = |path: &Path| path.parent() == Some(dir);
        self.durable_names.retain(|path, _| !is_here(path));
        let here = self.names.iter().filter(|(path, _)| is_here(path));
        self.durable_names
            .extend(here.map(|(path, file)| (path.clone(), *file)));
        self.changes.retain(|change| !is_here(change.path()));
    }

    /// Names after a cut: each change since the last sync is there or is not. One whose file has
    /// no name because an earlier change was lost is lost too.
    fn names_after_cut(&self, dice: &mut Dice) -> BTreeMap<PathBuf, usize> {
        let mut names = self.durable_names.clone();
        for change in &self.changes {
            if dice.below(2) == 0 {
                change.make(&mut names);
            }
        }
        names
    }
}

impl Change {
    fn path(&self) -> &Path {
        match self {
            Self::Create(path, _) | Self::Rename(_, path) | Self::Remove(path) => path,
        }
    }

    fn make(&self, names: &mut BTreeMap<PathBuf, usize>) -> bool {
        match self {
            Self::Create(path, file) => names.insert(path.clone(), *file).is_none(),
            Self::Remove(path) => names.remove(path).is_some(),
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

fn named(name: &'static str, path: &Path) -> Call {
    Call {
        name,
        path: path.to_path_buf(),
        offset: 0,
        bytes: 0,
    }
}

fn failed(call: &Call, what: &'static str) -> Error {
    Error::Io {
        call: call.name,
        file: call.path.clone(),
        source: std::io::Error::other(what),
    }
}
