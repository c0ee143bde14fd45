//! Requests as HTTP writes them, `###` between two, at the doors and at the operators' address, over
//! a shard with a journal of its own. None causes a 5xx (F4), and what they left is recovered (D7).
//!
//! `$store`, `$stock` and `$order` stand for ids of the shop that each of them enters.

#![no_main]

use std::cell::RefCell;
use std::fs;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::pin::Pin;

use actix_rt::{Runtime, System};
use actix_web::body::to_bytes;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{Bytes, Data, ServiceConfig};
use actors::{Options, Pace, Random};
use certus::ask::{App, Behind};
use certus::auth::Credentials;
use certus::shards::{Directory, Shards};
use certus::{admin, http};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tempfile::TempDir;
use workflow::settings::Policy;
use workflow::time::Time;

/// 2026-01-12T10:00:00Z.
const BEGIN: Time = Time(1_768_212_000_000);
/// So many inputs enter the same shop, which is then closed and opened once more.
const INPUTS_PER_SHOP: u32 = 2_000;
const REQUESTS_MAX: usize = 8;

type Answering = Pin<Box<dyn Future<Output = (u16, Bytes)>>>;
type Door = Box<dyn Fn(TestRequest) -> Answering>;

struct Shop {
    runtime: Runtime,
    shards: Shards,
    doors: Door,
    operators: Door,
    names: Vec<(&'static str, String)>,
    inputs: u32,
}

thread_local! {
    static DIR: TempDir = tempfile::tempdir().expect("there is room");
    /// When the program ends, the thread is too far gone to stop a shop.
    static SHOP: RefCell<Option<ManuallyDrop<Shop>>> = const { RefCell::new(None) };
}

fuzz_target!(|bytes: &[u8]| SHOP.with_borrow_mut(|open| {
    let shop = open.get_or_insert_with(|| ManuallyDrop::new(Shop::open()));
    for request in split(bytes, b"###\n").take(REQUESTS_MAX) {
        shop.send(&shop.named(request));
    }
    shop.inputs += 1;
    if shop.inputs == INPUTS_PER_SHOP
        && let Some(shop) = open.take()
    {
        ManuallyDrop::into_inner(shop).close();
    }
}));

impl Shop {
    /// With a store, a lot of tea and a promise.
    fn open() -> Shop {
        let _ = System::new();
        let runtime = Runtime::new().expect("there is a thread");
        let shards = runtime.block_on(shards());
        let app = App::of(Behind::Live(Directory::of(shards.handles())), credentials());
        app.set_ready(shards.handles()[0].durable());
        let app = Data::new(app);
        let doors = runtime.block_on(door(app.clone(), http::routes));
        let operators = runtime.block_on(door(app, admin::routes));
        let names = Vec::new();
        let mut shop = Shop { runtime, shards, doors, operators, names, inputs: 0 };
        let made = [
            ("$store", "id", include_str!("../made/store.http")),
            ("$stock", "id", include_str!("../made/stock.http")),
            ("$order", "orderRef", include_str!("../made/promise.http")),
        ];
        for (name, member, request) in made {
            let made = shop.send(&shop.named(request.as_bytes())).expect("it is a request");
            let made: Value = serde_json::from_slice(&made).expect("it is JSON");
            let id = made[member].as_str().unwrap_or_else(|| panic!("{made}"));
            shop.names.push((name, id.to_owned()));
        }
        shop
    }

    /// What was written is read again, and the same commands do not fail when they are replayed.
    fn close(self) {
        let Shop { runtime, shards: open, doors, operators, .. } = self;
        drop((doors, operators)); // they know the shards
        open.stop().expect("it stops cleanly");
        let again = runtime.block_on(shards());
        again.stop().expect("it stops cleanly");
        fs::remove_dir_all(data()).expect("nobody uses it");
    }

    /// The request with ids in the place of their names.
    fn named(&self, request: &[u8]) -> Vec<u8> {
        let mut request = request.to_vec();
        for (name, id) in &self.names {
            let mut from = 0;
            while let Some(at) = find(&request[from..], name.as_bytes()) {
                request.splice(from + at..from + at + name.len(), id.bytes());
                from += at + id.len();
            }
        }
        request
    }

    /// The body of the answer; none if that is no request.
    fn send(&self, text: &[u8]) -> Option<Bytes> {
        let (request, path) = request(text)?;
        let is_operators = path.starts_with("/admin") || path.starts_with("/metrics");
        let door = if is_operators { &self.operators } else { &self.doors };
        let (status, body) = self.runtime.block_on(door(request));
        // Nobody follows the journal here.
        let is_good = status < 500 || (status == 503 && path.starts_with("/feed"));
        assert!(is_good, "F4: {status} {}", String::from_utf8_lossy(&body));
        Some(body)
    }
}

async fn shards() -> Shards {
    let options = Options {
        policy: Policy::default(),
        segment_bytes: 17 << 20,
        keep_ms: Some(0),
        keep_bytes: None,
    };
    let failed = Box::new(|error| panic!("the journal failed: {error}"));
    let (pace, random) = (Pace::by_hand(BEGIN), Random::seeded(7));
    let shards = Shards::open(&data(), 1, options, pace, random, failed).await;
    shards.expect("a directory that was left is one that opens")
}

fn data() -> PathBuf {
    DIR.with(|dir| dir.path().join("data"))
}

fn credentials() -> Credentials {
    Credentials::of([]).by(Pace::by_hand(BEGIN).clock())
}

async fn door(app: Data<App>, routes: fn(&mut ServiceConfig)) -> Door {
    let service = init_service(actix_web::App::new().app_data(app).configure(routes)).await;
    let service = std::rc::Rc::new(service);
    Box::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            let response = call_service(&*service, request.to_request()).await;
            let status = response.status().as_u16();
            // A body that ends early ends its connection; there is none.
            (status, to_bytes(response.into_body()).await.unwrap_or_default())
        })
    })
}

/// A request line, headers, an empty line, a body; with its path.
fn request(text: &[u8]) -> Option<(TestRequest, String)> {
    let end = find(text, b"\n\n").unwrap_or(text.len());
    let body = text.get(end + 2..).unwrap_or_default();
    let mut head = text[..end].split(|byte| *byte == b'\n');
    let (method, target) = std::str::from_utf8(head.next()?).ok()?.split_once(' ')?;
    let target: Uri = target.parse().ok().filter(|it: &Uri| it.path().starts_with('/'))?;
    let path = target.path().to_owned();
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let mut request = TestRequest::with_uri(&target.to_string()).method(method);
    for line in head {
        let colon = find(line, b": ")?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        request = request.append_header((name, HeaderValue::from_bytes(&line[colon + 2..]).ok()?));
    }
    Some((request.set_payload(body.to_vec()), path))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}

fn split<'a>(mut bytes: &'a [u8], between: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    std::iter::from_fn(move || {
        (!bytes.is_empty()).then(|| {
            let end = find(bytes, between).unwrap_or(bytes.len());
            let first = &bytes[..end];
            bytes = bytes.get(end + between.len()..).unwrap_or_default();
            first
        })
    })
}
