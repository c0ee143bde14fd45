//! Writes and syncs of the journal that fail.

use super::*;

/// D1, D3, D8: whichever call it is and whatever it says, nothing is answered after it, the process
/// ends with 1 and says why, and the next start has all that was answered.
#[actix_web::test]
async fn a_failed_write_or_sync_of_the_journal_is_final() {
    if !can_fail_calls() {
        return;
    }
    let dir = tempfile::tempdir().expect("there is room");
    let data = dir.path().join("data");
    let program = Program::serve(&data, &MORE).await;
    furnish(&program.http).await;
    assert_eq!(program.terminate().code(), Some(0));
    let file = data.join("shard-0/journal/0000000000000001.journal");
    let mut told = Told::default();
    for (call, error) in [
        ("fdatasync", "EIO"),
        ("fdatasync", "ENOSPC"),
        ("fdatasync", "EINTR"), // repeated by nobody: what it has lost, it does not say
        ("pwrite64", "EIO"),
        ("pwrite64", "ENOSPC"),
        ("pwrite64", "EDQUOT"),
    ] {
        for at in [2, 7] {
            let fault = Fault { call, error, at, file: Some(&file) };
            let case = format!("{call} {at} says {error}");
            let mut faulty = Faulty::serve(&data, &fault).await;
            let program = match std::mem::replace(&mut faulty.started, Err(Default::default())) {
                Ok(program) => program,
                Err(ended) => panic!("{case}: {ended} at the start"),
            };
            let shopped = told.shop(&program.http, 100).await;
            assert_eq!(shopped.end, End::Gone, "{case}: answers after it");
            assert!(
                shopped.answered < at,
                "{case}: {} answers, each after a sync",
                shopped.answered
            );
            assert_eq!(program.ended().code(), Some(1), "{case}");
            let said = faulty.said();
            assert!(faulty.has_failed() && said.contains("the journal failed"), "{case}: {said}");

            let program = Program::serve(&data, &MORE).await;
            told.must_be_all(&program.http).await;
            assert_eq!(program.terminate().code(), Some(0), "{case}");
        }
    }
    must_verify(&data);
    assert!(told.orders.len() >= 12, "too few orders: {}", told.orders.len());
}
