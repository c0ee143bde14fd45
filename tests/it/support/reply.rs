//! An answer, and what a test expects of it.

use hyper::HeaderMap;
use serde_json::Value;

/// One answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    /// The body, if the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.body).expect("bodies are JSON")
    }

    /// The first error's summary, if the status is this one and the body has the door's shape.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        let errors = self.expect(status);
        let summary = errors.get(0).and_then(|error| error.get("summary"));
        summary.and_then(Value::as_str).expect("errors are an array of summaries").to_owned()
    }

    /// What `refused` says, and what is wrong: `summary | description | description`.
    #[track_caller]
    pub(crate) fn complaint(&self) -> String {
        let errors: Value = serde_json::from_str(&self.body).expect("bodies are JSON");
        let errors = errors.as_array().unwrap_or_else(|| panic!("{self:?} is no array"));
        let part = |name| errors.iter().filter_map(move |error| error[name].as_str());
        part("summary").take(1).chain(part("description")).collect::<Vec<_>>().join(" | ")
    }

    /// The journal position that the answer reflects (D2, D11).
    #[track_caller]
    pub(crate) fn lsn(&self) -> u64 {
        let value = self.header("certus-lsn");
        let lsn = value.split_once(':').and_then(|(_, lsn)| lsn.parse().ok());
        lsn.unwrap_or_else(|| panic!("{value} is no position"))
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"));
        value.to_str().expect("headers are text")
    }
}
