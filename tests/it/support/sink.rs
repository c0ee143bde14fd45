//! A mail server that takes mails in, or fails in the way that a test wants.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What is done with one mail.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    /// The recipient is answered with this, and the mail does not come.
    Answer(&'static str),
    /// The connection ends before the final dot is read.
    DropBeforeDot,
    /// The mail is taken, and the connection ends before that is said.
    DropAfterDot,
}

/// A mail that was taken.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) text: String,
}

/// A mail server on a port of its own.
pub(crate) struct Sink {
    pub(crate) port: u16,
    script: Arc<Mutex<VecDeque<Behaviour>>>,
    letters: UnboundedReceiver<Letter>,
}

impl Letter {
    /// The value of a header, with its folded lines joined.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().expect("a mail has a head");
        let joined = head.replace("\r\n ", " ");
        let mut lines = joined.lines().filter_map(|line| line.split_once(": "));
        let value = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        value.unwrap_or_else(|| panic!("no {name} in {head}")).1.to_owned()
    }
}

impl Sink {
    /// One that takes what comes, but for the first mails.
    pub(crate) fn start(script: &[Behaviour]) -> Sink {
        Sink::at(TcpListener::bind("127.0.0.1:0").expect("there is a port"), script)
    }

    /// The same, on a port that nobody has.
    pub(crate) fn on(port: u16) -> Sink {
        Sink::at(TcpListener::bind(("127.0.0.1", port)).expect("the port is free"), &[])
    }

    fn at(listener: TcpListener, script: &[Behaviour]) -> Sink {
        let port = listener.local_addr().expect("it has an address").port();
        let script = Arc::new(Mutex::new(script.iter().copied().collect::<VecDeque<_>>()));
        let (sender, letters) = unbounded_channel();
        let todo = script.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (todo, sender) = (todo.clone(), sender.clone());
                // A connection that ends is what is tested.
                std::thread::spawn(move || drop(talk(&stream, &todo, &sender)));
            }
        });
        Sink { port, script, letters }
    }

    /// The next mail that is taken.
    pub(crate) async fn next(&mut self) -> Letter {
        let letter = tokio::time::timeout(Duration::from_secs(30), self.letters.recv()).await;
        letter.expect("a mail comes in time").expect("the sink lives")
    }

    /// Whether no further mail was taken.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.letters.try_recv().is_err()
    }

    /// What is done with the next mail.
    pub(crate) fn then(&self, behaviour: Behaviour) {
        self.script.lock().expect("no test failed in here").push_back(behaviour);
    }

    /// What a server's configuration says of it.
    pub(crate) fn settings(&self) -> String {
        format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             from = \"Certus <reviews@example.org>\"\npause_ms = 1\n\
             public_url = \"http://orders.example.org/\"\n",
            self.port
        )
    }
}

/// One connection, by RFC 5321.
fn talk(
    stream: &TcpStream,
    script: &Mutex<VecDeque<Behaviour>>,
    letters: &UnboundedSender<Letter>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let say = |text: &str| -> std::io::Result<()> {
        let mut stream = stream;
        stream.write_all(text.as_bytes())?;
        stream.write_all(b"\r\n")
    };
    let (mut to, mut behaviour) = (String::new(), None);
    say("220 sink")?;
    while let Some(line) = lines.next().transpose()? {
        match line.split([' ', ':']).next().unwrap_or_default().to_uppercase().as_str() {
            "EHLO" => say("250-sink\r\n250 8BITMIME")?,
            "MAIL" => {
                behaviour = script.lock().expect("no test failed in here").pop_front();
                say("250 go on")?;
            }
            "RCPT" => {
                to = line.trim_start_matches("RCPT TO:").trim_matches(['<', '>']).to_owned();
                match behaviour {
                    Some(Behaviour::Answer(text)) => say(text)?,
                    _ => say("250 go on")?,
                }
            }
            "DATA" => {
                say("354 go on")?;
                let mut text = String::new();
                while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                    if matches!(behaviour, Some(Behaviour::DropBeforeDot)) {
                        return Ok(());
                    }
                }
                let _ = letters.send(Letter { to: to.clone(), text }); // the test may be over
                if matches!(behaviour, Some(Behaviour::DropAfterDot)) {
                    return Ok(());
                }
                say("250 taken")?;
            }
            "QUIT" => return say("221 good bye"),
            _ => say("250 as you like")?,
        }
    }
    Ok(())
}
