//! Bytes to a server that may be no HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// After this long a connection that should have been closed is called open.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the server says to these bytes until it closes the connection, or until it has said `end`.
pub(crate) async fn said_to(address: SocketAddr, bytes: &[u8], end: Option<&str>) -> String {
    let mut wire = TcpStream::connect(address).await.expect("it listens");
    // It may close before it has read everything.
    let _ = wire.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    let listening = async {
        while let Ok(count @ 1..) = wire.read(&mut piece).await {
            answer.extend_from_slice(&piece[..count]);
            if end.is_some_and(|end| answer.ends_with(end.as_bytes())) {
                break;
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, listening).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let told = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    assert!(ended.is_ok(), "F2: the connection stays open after {told:?}: {answer}");
    answer
}
