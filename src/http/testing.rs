//! A door with the core behind it, for tests: no journal, no actors, and a time that stands still.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Data;
use actors::{Answer, Shown, Verdict, Work};
use snapshots::{Lsn, Position};
use workflow::settings::Policy;
use workflow::time::{Millis, Time};
use workflow::world::World;

use crate::ask::{App, Behind};
use crate::auth::Credentials;

/// The time at which a test begins: 2026-01-12T10:14:03.517Z.
pub(crate) const BEGIN: Time = Time(1_768_212_843_517);

/// A world, with the time and the random number of its next command.
#[derive(Default)]
pub struct Played(Mutex<State>);

struct State {
    world: World,
    policy: Policy,
    now: Time,
    count: u64,
    is_stuck: bool,
    is_far_behind: bool,
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
}

impl Default for State {
    fn default() -> State {
        State {
            world: World::default(),
            policy: Policy::default(),
            now: BEGIN,
            count: 0,
            is_stuck: false,
            is_far_behind: false,
            meanwhile: None,
        }
    }
}

/// One response, read whole.
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A server's worth of routes over a played world.
pub(crate) struct Door {
    app: Data<App>,
    played: Arc<Played>,
}

impl Played {
    /// Whether the snapshot that there would be is stuck.
    pub(crate) fn is_stuck(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_stuck
    }

    /// Whether it is far behind the journal that there would be.
    pub(crate) fn is_far_behind(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_far_behind
    }

    /// Plays one request.
    pub(crate) fn answer(&self, work: Work) -> Answer {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { world, policy, now, count, meanwhile, .. } = &mut *state;
        if let Some(happens) = meanwhile.take() {
            happens();
        }
        *count += 1;
        let come = match work {
            Work::Change(ask, _) => world.submit(&ask, policy, *now, *count).1,
            Work::Look(tenant, query) => world.read(&tenant, *query, policy, *now),
        };
        let verdict = match come {
            Ok(outcome) => Verdict::Done(Shown { outcome, stored: None }),
            Err(refusal) => Verdict::Refused(refusal),
        };
        Answer { at: Position { timeline: 1, lsn: Lsn(*count) }, verdict }
    }
}

impl Door {
    /// An empty world behind a door that anybody may enter.
    pub(crate) fn open() -> Door {
        Door::with(|_| {})
    }

    /// The same, set up otherwise.
    pub(crate) fn with(set_up: impl FnOnce(&mut App)) -> Door {
        let played = Arc::new(Played::default());
        let mut app = App::of(Behind::Played(played.clone()), Credentials::of([]));
        app.set_ready(Position { timeline: 1, lsn: Lsn(0) });
        set_up(&mut app);
        Door { app: Data::new(app), played }
    }

    /// Says whether the snapshot follows, and whether it is far behind.
    pub(crate) fn follow(&self, is_stuck: bool, is_far_behind: bool) {
        let mut state = self.played.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.is_stuck, state.is_far_behind) = (is_stuck, is_far_behind);
    }

    /// Has something happen while the next request waits for its answer.
    pub(crate) fn meanwhile(&self, happens: impl FnOnce() + Send + 'static) {
        let mut state = self.played.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.meanwhile = Some(Box::new(happens));
    }

    /// Moves the time.
    pub(crate) fn advance(&self, by: Millis) {
        let mut state = self.played.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = state.now + by;
    }

    /// Sends a request with a JSON body.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> Seen {
        let request = TestRequest::with_uri(path).method(method.parse().unwrap());
        let request = request.insert_header(("content-type", "application/json"));
        self.ask(request.set_payload(body.to_owned())).await
    }

    /// Sends a request.
    pub(crate) async fn ask(&self, request: TestRequest) -> Seen {
        let app = actix_web::App::new().app_data(self.app.clone()).configure(super::routes);
        let service = init_service(app).await;
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
        Seen { status, headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

impl Seen {
    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as a JSON value.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}
