//! What the operating system does for us, where it can be seen.

use super::*;

#[test]
fn a_preallocated_file_is_zeroes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let file = Real.create(&path).unwrap();
    let mut pauses = 0;
    file.preallocate((1 << 20) + 512, &mut || pauses += 1).unwrap();
    assert_eq!(pauses, 1, "there are two pieces");
    assert_eq!(file.length().unwrap(), (1 << 20) + 512);
    assert!(fs::read(&path).unwrap().iter().all(|&byte| byte == 0));
    file.write_at(b"tea", 600).unwrap();
    file.settle().unwrap();
    let mut read = [0; 5];
    assert_eq!(Real.open(&path, Access::Read).unwrap().read_at(&mut read, 599).unwrap(), 5);
    assert_eq!(&read, b"\0tea\0");
}

#[test]
fn a_read_behind_the_end_is_short() {
    let dir = tempfile::tempdir().unwrap();
    let file = Real.create(&dir.path().join("file")).unwrap();
    file.write_at(b"tea", 0).unwrap();
    assert_eq!(file.read_at(&mut [0; 8], 1).unwrap(), 2);
    assert_eq!(file.read_at(&mut [0; 8], 9).unwrap(), 0);
}

/// D9: a full disk has an error of its own. `/dev/full` is one that is always full.
#[test]
fn a_full_disk_says_so() {
    let full = Real.open(Path::new("/dev/full"), Access::Write).unwrap();
    let written = full.write_at(&[1], 0);
    let Err(Error::NoSpace { file }) = written else { panic!("{written:?}") };
    assert_eq!(file, Path::new("/dev/full"));
}

/// Errors name the call and the file.
#[test]
fn an_error_says_what_failed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("absent");
    let error = Real.remove(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("unlink of {} failed", path.display()));
    Real.create(&path).unwrap();
    assert!(Real.create(&path).is_err(), "what is there is never made again");
}

#[test]
fn files_are_listed_in_order() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["c", "a", "b"] {
        Real.create(&dir.path().join(name)).unwrap();
    }
    Real.rename(&dir.path().join("c"), &dir.path().join("0")).unwrap();
    Real.sync_dir(dir.path()).unwrap();
    assert_eq!(Real.list(dir.path()).unwrap(), ["0", "a", "b"]);
}
