//! A server that is just enough of door 3 to be sold out, with faults that can be planted.
//!
//! One thread, one request at a time, state in memory. It lies only where it is told to.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::rc::Rc;
use std::thread::JoinHandle;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use uuid::Uuid;

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// Nothing.
    Honest,
    /// Shortage is a 409, as with `promise_on_shortage = reject`; no lie, but another dialect.
    Rejects,
    /// The hundredth promise is acknowledged and its stock given to the next one.
    SellsTwice,
    /// The hundredth promise is acknowledged and forgotten, its hold kept.
    Forgets,
    /// Says "sold out" with ten units left.
    SellsOutEarly,
    /// A cancel is acknowledged and its stock kept.
    KeepsCancelled,
    /// A confirm is acknowledged and not done.
    DropsConfirms,
    /// A promise past its deadline is kept, with its stock.
    NeverExpires,
    /// The hundredth promise is made and the connection cut before the answer.
    Cuts,
    /// Every other promise is shed.
    Sheds,
    /// The hundredth promise and everything after it is cut off.
    Dies,
}

/// A running server; it stops when it is dropped.
pub(super) struct Fake {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts one.
    pub(super) fn start(lie: Lie) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let shop = Rc::new(RefCell::new(Shop::new(lie)));
                tokio::select! {
                    () = accept(listener, shop) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// Where it listens.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "the fake server panicked");
    }
}

async fn accept(listener: TcpListener, shop: Rc<RefCell<Shop>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::task::spawn_local(serve(stream, shop.clone()));
    }
}

async fn serve(stream: TcpStream, shop: Rc<RefCell<Shop>>) {
    stream.set_nodelay(true).unwrap();
    let answer = service_fn(|request: Request<Incoming>| {
        let shop = shop.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let target = head.uri.path_and_query().unwrap().as_str().to_owned();
            let Some((status, body)) = shop.borrow_mut().answer(&head.method, &target, &body)
            else {
                return Err(std::io::Error::other("cut"));
            };
            let mut response = Response::new(Full::new(body));
            *response.status_mut() = status;
            Ok(response)
        }
    });
    // A client that hangs up is no fault of the test.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

/// Everything it knows.
struct Shop {
    lie: Lie,
    facilities: u128,
    /// By location and article: value and reserved.
    stocks: BTreeMap<(Uuid, String), (u64, u64)>,
    orders: HashMap<Uuid, (String, Vec<Hold>)>,
    promises: u128,
    dead: bool,
}

/// Place, article, units.
type Hold = (Uuid, String, u64);

/// `None` cuts the connection.
type Reply = Option<(StatusCode, Bytes)>;

impl Shop {
    fn new(lie: Lie) -> Self {
        let (stocks, orders) = (BTreeMap::new(), HashMap::new());
        Self { lie, facilities: 0, stocks, orders, promises: 0, dead: false }
    }

    fn answer(&mut self, method: &Method, target: &str, body: &Bytes) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
        let sent = || serde_json::from_slice::<Value>(body).unwrap();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["api", "facilities"]) => {
                self.facilities += 1;
                reply(StatusCode::CREATED, &json!({ "id": Uuid::from_u128(self.facilities) }))
            }
            ("PUT", ["api", "stocks"]) => self.put(&sent()),
            _ if self.dead => None,
            ("GET", ["api", "stocks"]) => self.page(query),
            ("POST", ["api", "promises", "deliverypromise"]) => self.promise(&sent()),
            ("POST", ["api", "orders", id, "actions"]) => self.act(id.parse().unwrap(), &sent()),
            ("GET", ["api", "orders", id]) => match self.orders.get(&id.parse().unwrap()) {
                Some((status, _)) => reply(StatusCode::OK, &json!({ "status": status })),
                None => reply(StatusCode::NOT_FOUND, &json!([])),
            },
            ("POST", ["bench", "echo"]) => Some((StatusCode::OK, body.clone())),
            _ => reply(StatusCode::NOT_FOUND, &json!([])),
        }
    }

    fn put(&mut self, sent: &Value) -> Reply {
        let stocks = sent["stocks"].as_array().unwrap();
        assert!(stocks.len() <= 500, "a batch has at most 500 stocks");
        for stock in stocks {
            let facility = stock["facility"]["facilityRef"].as_str().unwrap().parse().unwrap();
            let article = stock["tenantArticleId"].as_str().unwrap().to_owned();
            self.stocks.insert((facility, article), (stock["value"].as_u64().unwrap(), 0));
        }
        reply(StatusCode::OK, &json!([]))
    }

    fn page(&self, query: &str) -> Reply {
        let member = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let facility: Uuid = member("facilityRef").unwrap().parse().unwrap();
        let size = member("size").unwrap().parse().unwrap();
        let after = member("startAfterId").unwrap_or_default();
        let stocks: Vec<_> = self
            .stocks
            .iter()
            .filter(|((place, article), _)| *place == facility && article.as_str() > after)
            .take(size)
            .map(|((_, article), (value, reserved))| {
                json!({ "id": article, "tenantArticleId": article, "value": value,
                    "reserved": reserved, "available": value - reserved })
            })
            .collect();
        reply(StatusCode::OK, &json!({ "stocks": stocks, "pageInfo": {} }))
    }

    fn promise(&mut self, sent: &Value) -> Reply {
        self.promises += 1;
        self.dead |= self.lie == Lie::Dies && self.promises == 100;
        if self.dead {
            return None;
        }
        if self.lie == Lie::Sheds && self.promises.is_multiple_of(2) {
            return reply(StatusCode::SERVICE_UNAVAILABLE, &json!([]));
        }
        let planted = self.promises == 100;
        let (mut held, mut short) = (Vec::new(), 0);
        for line in sent["orderLineItems"].as_array().unwrap() {
            let article = line["article"]["tenantArticleId"].as_str().unwrap();
            let units = line["quantity"].as_u64().unwrap();
            match self.reserve(article, units, planted && self.lie == Lie::SellsTwice) {
                Some(place) => held.push((place, article.to_owned(), units)),
                None => short += 1,
            }
        }
        if short > 0 && self.lie == Lie::Rejects {
            for hold in held {
                self.release(hold);
            }
            return reply(StatusCode::CONFLICT, &json!([{ "summary": "out of stock" }]));
        }
        let order = Uuid::from_u128(u128::MAX - self.promises);
        let body = json!({ "orderRef": order, "orderVersion": 1,
            "shipToCustomer": held.iter().map(|(place, article, units)| json!({
                "facility": { "facilityRef": place, "facilityName": "Store" },
                "lineItems": [{ "tenantArticleId": article, "title": "A", "quantity": units }],
                "carriers": [],
            })).collect::<Vec<_>>() });
        // Deadlines lie in the past here.
        let is_over = sent["promisesOptions"]["validUntil"].is_string();
        if is_over && self.lie != Lie::NeverExpires {
            held.into_iter().for_each(|hold| self.release(hold));
            self.orders.insert(order, ("OBSOLETE".into(), Vec::new()));
        } else if !(planted && self.lie == Lie::Forgets) {
            self.orders.insert(order, ("PROMISED".into(), held));
        }
        if planted && self.lie == Lie::Cuts {
            return None;
        }
        reply(StatusCode::CREATED, &body)
    }

    /// Finds a place with enough, and takes it there unless only pretending.
    fn reserve(&mut self, article: &str, units: u64, pretend: bool) -> Option<Uuid> {
        let kept = if self.lie == Lie::SellsOutEarly { 10 } else { 0 };
        let fits = |(value, reserved): &(u64, u64)| reserved + units + kept <= *value;
        let mut places = self.stocks.iter_mut().filter(|((_, name), _)| name == article);
        let ((place, _), stock) = places.find(|(_, stock)| fits(stock))?;
        if !pretend {
            stock.1 += units;
        }
        Some(*place)
    }

    fn release(&mut self, (place, article, units): Hold) {
        self.stocks.get_mut(&(place, article)).unwrap().1 -= units;
    }

    fn act(&mut self, id: Uuid, sent: &Value) -> Reply {
        assert_eq!(sent["version"], 1);
        let (status, held) = self.orders.get_mut(&id).unwrap();
        match sent["name"].as_str().unwrap() {
            "CONFIRM_PROMISE" if self.lie == Lie::DropsConfirms => {}
            "CONFIRM_PROMISE" => *status = "OPEN".into(),
            "CANCEL" => {
                *status = "CANCELLED".into();
                let held = std::mem::take(held);
                let frees = self.lie != Lie::KeepsCancelled;
                for hold in held.into_iter().filter(|_| frees) {
                    self.release(hold);
                }
            }
            other => panic!("{other} is no action of this load"),
        }
        reply(StatusCode::OK, &json!({}))
    }
}

fn reply(status: StatusCode, body: &Value) -> Reply {
    Some((status, Bytes::from(body.to_string())))
}
