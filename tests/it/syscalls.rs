//! T7: calls to the system that fail, made to by `strace` in the real program.
//!
//! A write or a sync of the journal that fails is final: the process ends, with everything that it
//! answered on disk. A start that fails says so, and the next one can use what it left.
//! What is not installed or not permitted here is said, and not run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Caller, Program, not_run, promise, run, text};

mod full_disk;
mod journal;
mod starts;

const PROMISE: &str = "/api/promises/deliverypromise";

/// Small files, which are made in one call.
const MORE: [&str; 5] = ["--workers", "1", "--test-segments", "--segment-bytes", "1048576"];

/// More refusals in a row than this are no passing trouble.
const REFUSALS_MAX: usize = 100_000;

/// Whether calls can be made to fail here.
fn can_fail_calls() -> bool {
    let probe = ["-D", "-f", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO", "true"];
    let can = Command::new("strace").args(probe).output().is_ok_and(|it| it.status.success());
    if !can {
        not_run("calls that fail: strace is not installed, or may not trace");
    }
    can
}

/// One call of each thread that fails.
struct Fault<'a> {
    call: &'a str,
    error: &'a str,
    /// Which one, counted from 1.
    at: usize,
    /// Only calls on this file.
    file: Option<&'a Path>,
}

/// What a server came to under a fault.
struct Faulty {
    /// The server, or how it ended before it answered.
    started: Result<Program, std::process::ExitStatus>,
    said: PathBuf,
    traced: PathBuf,
}

impl Faulty {
    async fn serve(data: &Path, fault: &Fault<'_>) -> Faulty {
        let (said, traced) = (data.with_extension("log"), data.with_extension("calls"));
        let (calls, inject) = (
            format!("trace={}", fault.call),
            format!("inject={}:error={}:when={}", fault.call, fault.error, fault.at),
        );
        let output = traced.to_str().expect("it is text");
        let mut wrapper =
            vec!["strace", "-D", "-f", "-qq", "-o", output, "-e", &calls, "-e", &inject];
        if let Some(file) = fault.file {
            wrapper.extend(["-P", file.to_str().expect("it is text")]);
        }
        let log = std::fs::File::create(&said).expect("there is room");
        let errors = log.try_clone().expect("it is open");
        let started = Program::under(&wrapper, data, &MORE, (log.into(), errors.into())).await;
        Faulty { started, said, traced }
    }

    /// Whether the call that was to fail was made.
    fn has_failed(&self) -> bool {
        std::fs::read_to_string(&self.traced).is_ok_and(|text| text.contains("(INJECTED)"))
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.said).expect("it has a log")
    }
}

/// Orders that were answered, and the request that was not.
#[derive(Default)]
struct Told {
    orders: Vec<String>,
    keys: usize,
}

impl Told {
    /// Orders one after the other, at most so many, until there is no answer.
    async fn shop(&mut self, http: &Caller, at_most: usize) -> Shopped {
        let (mut answered, mut refusals) = (0, 0);
        while answered < at_most {
            let headers = [("idempotency-key", format!("k{}", self.keys))];
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            let body = promise("tea", 1).to_string();
            let reply = http.try_send(hyper::Method::POST, PROMISE, &headers, &body).await;
            match reply {
                None => return Shopped { answered, end: End::Gone },
                Some(reply) if reply.status == 503 => {
                    let wait = reply.header("retry-after").to_owned();
                    match (reply.refused(503).as_str(), wait.as_str()) {
                        ("no room", "30") => return Shopped { answered, end: End::NoRoom },
                        // The snapshot is being made anew, and cannot be asked for the key yet.
                        ("overloaded", _) if refusals < REFUSALS_MAX => refusals += 1,
                        other => panic!("{other:?} after {refusals} refusals"),
                    }
                    continue;
                }
                // The process is about to end, and says that it does not know.
                Some(reply) if reply.status == 504 => {
                    assert_eq!(reply.refused(504), "outcome unknown");
                    return Shopped { answered, end: End::Gone };
                }
                Some(reply) => self.orders.push(text(&reply.expect(201), "orderRef")),
            }
            (answered, self.keys) = (answered + 1, self.keys + 1);
        }
        Shopped { answered, end: End::Enough }
    }

    /// D1, D3: all that was answered is there, and nothing else once the request without an answer
    /// was repeated under its key.
    async fn must_be_all(&mut self, http: &Caller) {
        for order in &self.orders {
            http.get(&format!("/api/orders/{order}")).await.expect(200);
        }
        assert_eq!(self.shop(http, 1).await.answered, 1);
        let all = http.get("/api/orders").await.expect(200);
        assert_eq!(all["total"], self.orders.len(), "D3");
    }
}

/// What shopping came to.
struct Shopped {
    answered: usize,
    end: End,
}

/// Why it ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Enough,
    /// There was no answer, or one that says that nobody knows.
    Gone,
    /// 503: changes are refused for want of room.
    NoRoom,
}

/// A facility with much tea.
async fn furnish(http: &Caller) {
    let store = serde_json::json!({ "name": "gouda", "tenantFacilityId": "gouda", "address": {
        "companyName": "c", "street": "s", "city": "x", "postalCode": "1", "country": "DE" } });
    let store = text(&http.post("/api/facilities", &store.to_string()).await.expect(201), "id");
    let stock =
        serde_json::json!({ "tenantArticleId": "tea", "value": 100_000, "facilityRef": store });
    http.post("/api/stocks", &stock.to_string()).await.expect(201);
}

/// What `certus verify` says of a directory that must be good.
fn must_verify(data: &Path) {
    let verified = run(&["verify", data.to_str().expect("it is text")]);
    assert!(verified.status.success(), "{verified:?}");
}
