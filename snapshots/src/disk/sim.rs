//! A disk in memory that loses power, fails and lies when it is told to.
//!
//! Files have two contents: what a reader sees, and what would be there after a cut. Every call is
//! counted and logged, so that a test can cut at each (T4); what a cut leaves is drawn from a
//! seed, sector by sector. The same seed gives the same bytes on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};
use rustix::io::Errno;

use super::{Access, Disk, File, Lock};
use crate::Error;

mod content;
mod dice;
mod file;
mod names;

pub use dice::Dice;

use content::Content;
use file::SimFile;
use names::{Change, Names};

/// A disk in memory. Clones are the same disk; [`Sim::power_cut`] makes another.
#[derive(Clone, Default)]
pub struct Sim {
    state: Arc<Mutex<State>>,
    /// Told when a call stands still, and when it may go on.
    stalls: Arc<Condvar>,
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
    /// A write answers with an error when its first half was written.
    Short,
    /// The call finds that too many files are open, and does nothing.
    Crowd,
    /// The call does not return before [`Sim::go_on`]; what it does is done only then.
    Stall,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    faults: BTreeMap<usize, Fault>,
    /// The machine has no power.
    is_off: bool,
    /// Calls that stand still.
    stalled: usize,
    /// Bytes that files may still grow by; none is no limit.
    space: Option<u64>,
    files: Vec<Content>,
    names: Names,
    dirs: BTreeSet<PathBuf>,
    locked: BTreeSet<PathBuf>,
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

    /// Waits until a call stands still.
    pub fn wait_for_stall(&self) {
        let mut state = self.state.lock();
        self.stalls.wait_while(&mut state, |state| state.stalled == 0);
    }

    /// Lets the calls go on that stand still.
    pub fn go_on(&self) {
        self.state.lock().stalled = 0;
        self.stalls.notify_all();
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
        let names = state.names.after_cut(dice);
        let files = state.files.iter().map(|content| content.after_cut(dice)).collect();
        Self::after(&state, names, files)
    }

    /// What the disk holds when only the process died: everything that was written, although what
    /// is not synced is in memory only.
    #[must_use]
    pub fn kill(&self) -> Self {
        let state = self.state.lock();
        Self::after(&state, state.names.clone(), state.files.clone())
    }

    /// Changes a byte at rest.
    ///
    /// # Panics
    /// If there is no such byte.
    pub fn damage(&self, path: &Path, offset: u64, change: impl FnOnce(u8) -> u8) {
        let mut state = self.state.lock();
        let file = state.names.file(path).expect("the file to damage is there");
        state.files[file].damage(offset, change);
    }

    /// The bytes of a file as a reader sees them.
    #[must_use]
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state.lock();
        state.names.file(path).map(|file| state.files[file].seen().to_vec())
    }

    fn after(state: &State, names: Names, files: Vec<Content>) -> Self {
        let (space, dirs) = (state.space, state.dirs.clone());
        let fresh = State { space, names, files, dirs, ..State::default() };
        Self { state: Arc::new(Mutex::new(fresh)), stalls: Arc::default() }
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
            Some(Fault::Fail | Fault::Short) => {
                let _ = whole(&mut state, fault);
                Err(failed(&call, "the disk says no"))
            }
            Some(Fault::Crowd) => Err(refused(&call, Errno::MFILE.into())),
            Some(Fault::Stall) => {
                state.stalled += 1;
                self.stalls.notify_all();
                self.stalls.wait_while(&mut state, |state| state.stalled > 0);
                whole(&mut state, fault)
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
        let lock = || SimLock { disk: self.clone(), dir: dir.to_path_buf() };
        let call = named("flock", dir);
        self.call(
            call.clone(),
            |_| (),
            |state, fault| {
                if !state.dirs.contains(dir) || fault.is_some() {
                    return Err(failed(&call, "no such directory"));
                }
                if !state.locked.insert(dir.to_path_buf()) {
                    return Err(Error::Locked { dir: dir.to_path_buf() });
                }
                Ok(Box::new(lock()) as Box<dyn Lock>)
            },
        )
    }

    fn create(&self, path: &Path) -> Result<Arc<dyn File>, Error> {
        let file = self.new_file();
        self.change(named("create", path), Change::Create(path.to_path_buf(), file))?;
        Ok(SimFile::open(self, file, path))
    }

    fn open(&self, path: &Path, _: Access) -> Result<Arc<dyn File>, Error> {
        let call = named("open", path);
        let known = |state: &mut State, _| {
            state.names.file(path).ok_or_else(|| failed(&call, "no such file"))
        };
        let file = self.call(call.clone(), |_| (), known)?;
        Ok(SimFile::open(self, file, path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let change = Change::Rename(from.to_path_buf(), to.to_path_buf());
        self.change(named("rename", from), change)
    }

    fn link(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let change = Change::Link(from.to_path_buf(), to.to_path_buf());
        self.change(named("link", to), change)
    }

    fn remove(&self, path: &Path) -> Result<(), Error> {
        self.change(named("unlink", path), Change::Remove(path.to_path_buf()))
    }

    fn list(&self, dir: &Path) -> Result<Vec<String>, Error> {
        self.call(named("readdir", dir), |_| (), |state, _| Ok(state.names.in_dir(dir)))
    }

    fn sync_dir(&self, dir: &Path) -> Result<(), Error> {
        let sync = |state: &mut State, fault| {
            if fault != Some(Fault::Fail) {
                state.names.sync(dir);
            }
            Ok(())
        };
        self.call(named("fsync", dir), |_| (), sync)
    }
}

impl Sim {
    /// A file that has no name yet.
    fn new_file(&self) -> usize {
        let mut state = self.state.lock();
        state.files.push(Content::default());
        state.files.len() - 1
    }

    fn change(&self, call: Call, change: Change) -> Result<(), Error> {
        let cut_off = |state: &mut State| {
            state.names.change(change.clone());
        };
        self.call(call.clone(), cut_off, |state, fault| {
            if fault == Some(Fault::Fail) || !state.names.change(change.clone()) {
                return Err(failed(&call, "there is no such file, or there is one already"));
            }
            Ok(())
        })
    }
}

impl Lock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.disk.state.lock().locked.remove(&self.dir);
    }
}

fn named(name: &'static str, path: &Path) -> Call {
    Call { name, path: path.to_path_buf(), offset: 0, bytes: 0 }
}

fn failed(call: &Call, what: &'static str) -> Error {
    refused(call, io::Error::other(what))
}

fn refused(call: &Call, source: io::Error) -> Error {
    Error::Io { call: call.name, file: call.path.clone(), source }
}

#[cfg(test)]
mod tests;
