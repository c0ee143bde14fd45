//! A mail server that takes mails in, or fails in the way that a test wants.

use std::collections::VecDeque;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::certificates::OLD_FILE;
use super::wire::Wire;

/// What is done with one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// The sender is answered with this, and the mail does not come.
    Sender(&'static str),
    /// The recipient is answered with this, and the mail does not come.
    Answer(&'static str),
    /// The connection ends before the final dot is read.
    DropBeforeDot,
    /// The mail is taken, and the connection ends before that is said.
    DropAfterDot,
    /// The mail is taken, and that is not said before the client says something else.
    AnswerLate,
    /// The final dot is answered with this.
    Dot(&'static str),
}

/// How connections are kept private, and who is let in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guard {
    /// The certificate that is shown, and its key; without, there is no TLS.
    pub(crate) shows: Option<[&'static str; 2]>,
    /// TLS begins with the connection, not with STARTTLS.
    pub(crate) is_wrapped: bool,
    /// What must be said after `AUTH PLAIN`, if something must.
    pub(crate) login: Option<&'static str>,
    /// Nothing is said at all.
    pub(crate) is_silent: bool,
}

/// A mail that was taken.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) text: String,
}

/// The commands that came over one connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Visit {
    /// Those that everybody on the way could read.
    pub(crate) plain: Vec<String>,
    /// Those under TLS.
    pub(crate) private: Vec<String>,
}

/// A mail server on a port of its own.
pub(crate) struct Sink {
    pub(crate) port: u16,
    manner: Arc<Mutex<Manner>>,
    letters: UnboundedReceiver<Letter>,
    visits: UnboundedReceiver<Visit>,
}

#[derive(Default)]
struct Manner {
    script: VecDeque<Behaviour>,
    guard: Guard,
}

impl Letter {
    /// The value of a header, with its folded lines joined.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().expect("a mail has a head");
        let joined = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut lines = joined.lines().filter_map(|line| line.split_once(": "));
        let value = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        value.unwrap_or_else(|| panic!("no {name} in {head}")).1.to_owned()
    }
}

impl Sink {
    /// One that takes what comes, but for the first mails.
    pub(crate) fn start(script: &[Behaviour]) -> Sink {
        let sink = Sink::guarded(Guard::default());
        sink.manner().script.extend(script);
        sink
    }

    /// One that takes what comes from those who are let in.
    pub(crate) fn guarded(guard: Guard) -> Sink {
        Sink::at(TcpListener::bind("127.0.0.1:0").expect("there is a port"), guard)
    }

    /// One that takes what comes, on a port that nobody has.
    pub(crate) fn on(port: u16) -> Sink {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        Sink::at(listener, Guard::default())
    }

    fn at(listener: TcpListener, guard: Guard) -> Sink {
        let port = listener.local_addr().expect("it has an address").port();
        let manner = Arc::new(Mutex::new(Manner { guard, ..Manner::default() }));
        let (taken, letters) = unbounded_channel();
        let (seen, visits) = unbounded_channel();
        let shared = manner.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (manner, taken, seen) = (shared.clone(), taken.clone(), seen.clone());
                std::thread::spawn(move || {
                    let mut visit = Visit::default();
                    // A connection that ends is what is tested; the test may be over.
                    let _ = talk(stream, &manner, &taken, &mut visit);
                    let _ = seen.send(visit);
                });
            }
        });
        Sink { port, manner, letters, visits }
    }

    /// The next mail that is taken.
    pub(crate) async fn next(&mut self) -> Letter {
        let letter = tokio::time::timeout(Duration::from_secs(30), self.letters.recv()).await;
        letter.expect("a mail comes in time").expect("the sink lives")
    }

    /// The next connection that has ended.
    pub(crate) async fn visit(&mut self) -> Visit {
        let visit = tokio::time::timeout(Duration::from_secs(30), self.visits.recv()).await;
        visit.expect("a connection ends in time").expect("the sink lives")
    }

    /// Whether no further mail was taken.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.try_next().is_none()
    }

    /// The next mail, if it was taken already.
    pub(crate) fn try_next(&mut self) -> Option<Letter> {
        self.letters.try_recv().ok()
    }

    /// What is done with the next mail.
    pub(crate) fn then(&self, behaviour: Behaviour) {
        self.manner().script.push_back(behaviour);
    }

    /// Who is let in from now on.
    pub(crate) fn guard(&self, guard: Guard) {
        self.manner().guard = guard;
    }

    fn manner(&self) -> MutexGuard<'_, Manner> {
        self.manner.lock().expect("no test failed in here")
    }

    /// What a server's configuration says of it.
    pub(crate) fn settings(&self) -> String {
        self.settings_with("host = \"127.0.0.1\"\ntls = \"none\"\n")
    }

    /// What a server's configuration says that trusts the old certificate and logs in.
    pub(crate) fn private_settings(&self, host: &str, tls: &str) -> String {
        self.settings_with(&format!(
            "host = \"{host}\"\ntls = \"{tls}\"\nca_file = {OLD_FILE:?}\n\
             user = \"certus\"\npassword = \"a secret\"\n"
        ))
    }

    /// What a server's configuration says of it, with these lines.
    pub(crate) fn settings_with(&self, lines: &str) -> String {
        format!(
            "[mail]\n{lines}port = {}\nfrom = \"Certus <reviews@example.org>\"\npause_ms = 1\n\
             public_url = \"http://orders.example.org/\"\n",
            self.port
        )
    }
}

/// One connection, by RFC 5321, 3207 and 4954.
fn talk(
    stream: TcpStream,
    manner: &Mutex<Manner>,
    letters: &UnboundedSender<Letter>,
    visit: &mut Visit,
) -> io::Result<()> {
    let guard = manner.lock().expect("no test failed in here").guard;
    let mut wire = Wire::Plain(stream);
    if guard.is_silent {
        while wire.line()?.is_some() {}
        return Ok(());
    }
    if let Some(certificate) = guard.shows.filter(|_| guard.is_wrapped) {
        wire = wire.private(certificate)?;
    }
    let (mut to, mut behaviour, mut is_in) = (String::new(), None, guard.login.is_none());
    wire.say("220 sink")?;
    while let Some(line) = wire.line()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let heard = if wire.is_private() { &mut visit.private } else { &mut visit.plain };
        heard.push(verb.clone());
        match verb.as_str() {
            "EHLO" => {
                let can_hide = guard.shows.is_some() && !wire.is_private();
                let tls = if can_hide { "250-STARTTLS\r\n" } else { "" };
                let auth = if guard.login.is_some() { "250-AUTH PLAIN\r\n" } else { "" };
                wire.say(&format!("250-sink\r\n{tls}{auth}250 8BITMIME"))?;
            }
            "STARTTLS" => {
                wire.say("220 go on")?;
                wire = wire.private(guard.shows.expect("it was offered"))?;
            }
            "AUTH" => {
                is_in = guard.login.is_some_and(|login| line == format!("AUTH PLAIN {login}"));
                wire.say(if is_in { "235 welcome" } else { "535 who are you" })?;
            }
            "MAIL" if !is_in => wire.say("530 say who you are")?,
            "MAIL" => {
                behaviour = manner.lock().expect("no test failed in here").script.pop_front();
                match behaviour {
                    Some(Behaviour::Sender(text)) => wire.say(text)?,
                    _ => wire.say("250 go on")?,
                }
            }
            "RCPT" => {
                to = line.trim_start_matches("RCPT TO:").trim_matches(['<', '>']).to_owned();
                match behaviour {
                    Some(Behaviour::Answer(text)) => wire.say(text)?,
                    _ => wire.say("250 go on")?,
                }
            }
            "DATA" => {
                wire.say("354 go on")?;
                if !take(&mut wire, &to, behaviour, letters)? {
                    return Ok(());
                }
            }
            "QUIT" => return wire.say("221 good bye"),
            _ => wire.say("250 as you like")?,
        }
    }
    Ok(())
}

/// Takes a mail in; whether the connection goes on.
fn take(
    wire: &mut Wire,
    to: &str,
    behaviour: Option<Behaviour>,
    letters: &UnboundedSender<Letter>,
) -> io::Result<bool> {
    let mut text = String::new();
    loop {
        let Some(line) = wire.line()? else {
            return Ok(false); // whoever was sending it was killed
        };
        if line == "." {
            break;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push_str("\r\n");
        if behaviour == Some(Behaviour::DropBeforeDot) {
            return Ok(false);
        }
    }
    if let Some(Behaviour::Dot(answer)) = behaviour {
        return wire.say(answer).map(|()| true);
    }
    let _ = letters.send(Letter { to: to.to_owned(), text }); // the test may be over
    match behaviour {
        Some(Behaviour::DropAfterDot) => return Ok(false),
        Some(Behaviour::AnswerLate) => {
            if wire.line()?.is_none() {
                return Ok(false);
            }
            wire.say("250 taken, at last")?;
        }
        _ => {}
    }
    wire.say("250 taken").map(|()| true)
}
