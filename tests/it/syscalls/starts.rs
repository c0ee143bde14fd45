//! Starts in which a call fails, the first of its kind, the second, and so on.

use super::*;

const CALLS: [(&str, &str); 8] = [
    ("fdatasync", "EIO"),
    ("fsync", "EIO"),
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("rename", "EIO"),
    ("mkdir", "ENOSPC"),
    ("flock", "ENOLCK"),
    ("unlink", "EIO"),
];

/// How many calls of each kind are made to fail, each in a run of its own.
fn sites() -> usize {
    match std::env::var("CERTUS_BUDGET").as_deref() {
        Ok("smoke") => 20,
        Ok("release") => usize::MAX,
        _ => 2,
    }
}

/// D3, D15: a start in which a call fails ends with 1 and says why, or serves; either way the next
/// start has what was answered, and serves.
#[actix_web::test]
async fn a_start_that_fails_is_followed_by_one_that_does_not() {
    if !can_fail_calls() {
        return;
    }
    let (mut refused, mut served) = (0, 0);
    for has_data in [false, true] {
        for (call, error) in CALLS {
            for at in 1..=sites() {
                let dir = tempfile::tempdir().expect("there is room");
                let data = dir.path().join("data");
                let mut told = Told::default();
                if has_data {
                    let program = Program::serve(&data, &MORE).await;
                    furnish(&program.http).await;
                    told.shop(&program.http, 2).await;
                    program.kill();
                }
                let case = format!("{call} {at} says {error}, data: {has_data}");
                let faulty = Faulty::serve(&data, &Fault { call, error, at, file: None }).await;
                let (has_failed, said) = (faulty.has_failed(), faulty.said());
                match faulty.started {
                    Ok(program) => {
                        served += 1;
                        if has_data {
                            told.shop(&program.http, 2).await;
                        }
                        program.kill();
                    }
                    Err(ended) => {
                        refused += 1;
                        assert_eq!(ended.code(), Some(1), "{case}");
                        assert!(said.contains("certus: "), "{case}: it does not say why: {said}");
                    }
                }
                let program = Program::serve(&data, &MORE).await;
                match has_data {
                    true => told.must_be_all(&program.http).await,
                    false => furnish(&program.http).await,
                }
                assert_eq!(program.terminate().code(), Some(0), "{case}");
                must_verify(&data);
                if !has_failed {
                    break; // there are no more calls of this kind
                }
            }
        }
    }
    println!("{refused} refused, {served} served");
    assert!(refused >= 10 && served > 0, "{refused} refused, {served} served");
}
