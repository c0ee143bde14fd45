//! A receiver of calls in the test's own process: it keeps what it hears and answers as told.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::header::HeaderMap;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::watch;

/// Whoever is called here asks to be called again in an hour.
pub(super) const BUSY: &str = "/busy";

/// One call as it came.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) path: String,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Heard {
    #[track_caller]
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"));
        value.to_str().expect("headers are text")
    }

    pub(super) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("calls are JSON")
    }
}

/// A receiver on a port of its own.
pub(super) struct Sink {
    address: SocketAddr,
    handle: ServerHandle,
    shared: Arc<Shared>,
}

struct Shared {
    heard: Mutex<Vec<Heard>>,
    /// The statuses of the next answers; then 200. 0 means no answer at all.
    script: Mutex<VecDeque<u16>>,
    count: watch::Sender<usize>,
}

impl Sink {
    /// A receiver that answers its first calls with these statuses.
    pub(super) fn start(script: &[u16]) -> Sink {
        let shared = Arc::new(Shared {
            heard: Mutex::default(),
            script: Mutex::new(script.iter().copied().collect()),
            count: watch::Sender::new(0),
        });
        let data = web::Data::from(shared.clone());
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).default_service(web::to(hear))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0));
        let server = server.expect("there is a port");
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Sink { address, handle, shared }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All calls, once there are so many.
    pub(super) async fn heard(&self, count: usize) -> Vec<Heard> {
        let mut counted = self.shared.count.subscribe();
        let came = counted.wait_for(|known| *known >= count);
        let came = tokio::time::timeout(Duration::from_secs(30), came).await;
        let heard = self.shared.heard.lock().clone();
        assert!(came.is_ok(), "only {} calls came: {heard:#?}", heard.len());
        heard
    }

    pub(super) fn count(&self) -> usize {
        *self.shared.count.borrow()
    }

    /// Answers the next calls like this.
    pub(super) fn answer(&self, script: &[u16]) {
        *self.shared.script.lock() = script.iter().copied().collect();
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn hear(shared: web::Data<Shared>, head: HttpRequest, body: web::Bytes) -> HttpResponse {
    let heard = Heard {
        path: head.path().to_owned(),
        headers: head.headers().clone(),
        body: String::from_utf8(body.to_vec()).expect("calls are text"),
    };
    shared.heard.lock().push(heard);
    let is_busy = head.path() == BUSY;
    let status = if is_busy { None } else { shared.script.lock().pop_front() };
    shared.count.send_modify(|count| *count += 1);
    match status.unwrap_or(200) {
        _ if is_busy => {
            HttpResponse::ServiceUnavailable().insert_header(("retry-after", "3600")).finish()
        }
        0 => std::future::pending().await,
        302 => HttpResponse::Found().insert_header(("location", "/elsewhere")).finish(),
        status => HttpResponse::build(status.try_into().expect("it is a status")).finish(),
    }
}

/// A receiver that goes on answering its first call until somebody stops listening.
pub(super) struct Endless {
    pub(super) url: String,
    sent: tokio::sync::oneshot::Receiver<usize>,
}

impl Endless {
    /// One whose answers have this line in their heads.
    pub(super) fn start(head: &'static str) -> Endless {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a port");
        let url = format!("http://{}/hooks", listener.local_addr().expect("it is bound"));
        let (done, sent) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let mut done = Some(done);
            for stream in listener.incoming() {
                let sent = stream.and_then(|stream| go_on(stream, head)).unwrap_or_default();
                if let Some(done) = done.take() {
                    let _ = done.send(sent);
                }
            }
        });
        Endless { url, sent }
    }

    /// How many bytes it got rid of in its first answer.
    pub(super) async fn sent(self) -> usize {
        let sent = tokio::time::timeout(Duration::from_secs(60), self.sent).await;
        sent.expect("nobody listens for ever").expect("its thread lives")
    }
}

fn go_on(mut stream: TcpStream, head: &str) -> std::io::Result<usize> {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request)?; // its head is enough
    stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes())?;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let mut sent = 0;
    while stream.write_all(chunk.as_bytes()).is_ok() {
        sent += chunk.len();
    }
    Ok(sent)
}
