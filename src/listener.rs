//! Where the doors listen: a socket whose connections end when their clients stop reading.
//!
//! actix-web has no timer for what it writes, so an answer that nobody takes would keep its
//! connection for as long as the client likes. The system has such a timer (RFC 5482), also for a
//! client whose buffer stays full.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use rustix::net::sockopt::set_tcp_user_timeout;

/// Connections that the system takes in before a worker does.
const BACKLOG: i32 = 1_024;

/// Listens. Its connections inherit the timer: one whose client takes nothing for `patience`
/// although there is something is ended.
///
/// # Errors
/// An address that cannot be had.
pub(crate) fn listen(address: SocketAddr, patience: Duration) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    set_tcp_user_timeout(&listener, patience.as_millis().try_into().unwrap_or(u32::MAX))?;
    rustix::net::listen(&listener, BACKLOG)?; // once more, for a longer queue
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn connected(patience: Duration) -> (TcpStream, TcpStream) {
        let listener = listen("127.0.0.1:0".parse().unwrap(), patience).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (listener.accept().unwrap().0, client)
    }

    #[test]
    fn a_client_that_does_not_read_is_not_waited_for() {
        let (mut server, client) = connected(Duration::from_millis(300));
        server.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        let piece = [0; 64 * 1024];
        let ended = loop {
            if let Err(error) = server.write_all(&piece) {
                break error;
            }
        };
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut, "{ended}");
        drop(client);
    }

    /// Idle is not slow: nothing waits to be taken.
    #[test]
    fn a_client_that_reads_goes_on() {
        let (mut server, mut client) = connected(Duration::from_millis(1));
        for _ in 0..100 {
            server.write_all(&[7]).unwrap();
            client.read_exact(&mut [0]).unwrap();
        }
    }
}
