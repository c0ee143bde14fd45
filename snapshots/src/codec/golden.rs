//! D10: what a released version wrote is read for ever, as the same value.

use std::path::PathBuf;

use super::{decode, encode, samples};

fn fixture(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1/record");
    dir.join(name).with_extension("bin")
}

/// D10. `CERTUS_BLESS=1` writes the bytes of a sample that has none yet, and changes none.
#[test]
fn every_released_record_is_read_as_what_it_was() {
    for (name, record) in samples::records() {
        let file = fixture(name);
        if !file.exists() && std::env::var_os("CERTUS_BLESS").is_some() {
            let mut bytes = Vec::new();
            encode(&record, &mut bytes);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, bytes).unwrap();
        }
        let bytes = std::fs::read(&file).unwrap_or_else(|error| {
            panic!("{}: {error}; CERTUS_BLESS=1 writes it", file.display())
        });
        assert_eq!(decode(&bytes), Ok(record), "{name} is read differently now");
    }
}

/// The version that is written now is still the one that was released.
#[test]
fn the_present_version_writes_the_released_bytes() {
    for (name, record) in samples::records() {
        let mut bytes = Vec::new();
        encode(&record, &mut bytes);
        assert_eq!(std::fs::read(fixture(name)).unwrap(), bytes, "{name}");
    }
}

#[test]
fn every_fixture_has_a_sample() {
    let names: Vec<&str> = samples::records().iter().map(|(name, _)| *name).collect();
    let dir = fixture("x").parent().unwrap().to_path_buf();
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "bin") {
            continue; // a journal's bytes, which are no record
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(names.contains(&name), "{name} is no sample any more");
    }
}
