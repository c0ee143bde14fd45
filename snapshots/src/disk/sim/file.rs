//! An open file of a simulated disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content;
use super::{Call, Fault, Sim, State, failed, named};
use crate::Error;
use crate::disk::File;

pub(super) struct SimFile {
    disk: Sim,
    file: usize,
    path: PathBuf,
}

impl SimFile {
    pub(super) fn open(disk: &Sim, file: usize, path: &Path) -> Arc<dyn File> {
        Arc::new(Self { disk: disk.clone(), file, path: path.to_path_buf() })
    }
}

impl File for SimFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), Error> {
        let call = Call { offset, bytes: bytes.len() as u64, ..named("write", &self.path) };
        let write = |state: &mut State, offset| state.files[self.file].write(bytes, offset);
        let half = &bytes[..bytes.len() / 2];
        self.disk.call(
            call,
            |state| write(state, offset),
            |state, fault| {
                match fault {
                    Some(Fault::Misdirect) => write(state, offset + content::SECTOR as u64),
                    Some(Fault::Lose) => {}
                    Some(Fault::Short) => state.files[self.file].write(half, offset),
                    _ => write(state, offset),
                }
                Ok(())
            },
        )
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize, Error> {
        let state = self.disk.state.lock();
        if state.is_off {
            return Err(failed(&named("read", &self.path), "the machine has no power"));
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

    fn preallocate(&self, length: u64, _between: &mut dyn FnMut()) -> Result<(), Error> {
        let call = Call { bytes: length, ..named("preallocate", &self.path) };
        let zeroes = vec![0; length as usize];
        let cut_off = |state: &mut State| state.files[self.file].write(&zeroes, 0);
        self.disk.call(call, cut_off, |state, fault| {
            let grows = length.saturating_sub(state.files[self.file].seen().len() as u64);
            if state.space.is_some_and(|space| space < grows) {
                return Err(Error::NoSpace { file: self.path.clone() });
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
