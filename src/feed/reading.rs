//! One reader's place in the journal, and the messages it is told: one per record.
//!
//! Everything in here blocks on the disk, so it runs on the crew's threads, in steps that are
//! bounded in records and bytes. Only durable records of the reader's own tenant are told.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use snapshots::journal::{Archive, Entry, Reader};
use snapshots::{Error, Lsn, codec};
use workflow::id::TenantId;
use workflow::record::Record;
use workflow::time::Time;

use super::{Kind, News, Subject, event_id, news};

/// Records that one step reads at most: a few milliseconds.
const RECORDS_PER_STEP: usize = 512;
/// Bytes that one step writes, and one message more.
const BYTES_PER_STEP: usize = 128 * 1024;

/// Which records a reader wants, and how it is told.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose records.
    pub tenant: TenantId,
    /// Only these kinds; empty means all.
    pub kinds: Vec<Kind>,
    /// Only news about this.
    pub subject: Option<Subject>,
    /// How messages are written.
    pub form: Form,
    /// How many records at most.
    pub limit: Option<u64>,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As server-sent events.
    Events,
    /// As JSON, one message per line.
    Lines,
}

/// Where a reader begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// After this record.
    After(Lsn),
    /// With the first record that is not before this instant.
    Time(Time),
}

/// A reader's place.
pub struct Reading {
    reader: Box<dyn Reader>,
    wanted: Wanted,
    /// The last record that was looked at.
    at: Lsn,
    /// The last message's.
    told: Lsn,
    left: u64,
}

/// What one step came to.
#[derive(Debug, Default)]
pub struct Step {
    /// Messages, each whole.
    pub messages: Vec<Bytes>,
    /// Whether there is nothing more for now.
    pub is_caught_up: bool,
    /// Whether as many records were told as were wanted.
    pub is_over: bool,
}

/// One message.
#[derive(Serialize)]
struct Message<'a> {
    lsn: Lsn,
    prev: Lsn,
    time: At,
    command: &'a str,
    by: &'a str,
    events: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    subject: Subject,
    data: Data<'a>,
}

struct Data<'a>(News<'a>);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.data().serialize(to)
    }
}

/// How far the reader is, when there was nothing to tell.
#[derive(Serialize)]
struct Place {
    lsn: Lsn,
    prev: Lsn,
}

struct At(Time);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl Reading {
    /// A reader at its first place. Reads at most a segment, or for an instant one for each time
    /// that the journal can be halved.
    ///
    /// # Errors
    /// [`Error::Gone`] if what it wants first was retired, or may have been, [`Error::Beyond`] if it begins past the
    /// end, and what a damaged journal says.
    pub fn open(archive: &Arc<dyn Archive>, from: From, wanted: Wanted) -> Result<Reading, Error> {
        let after = match from {
            From::After(after) => after,
            From::Time(time) => kept_before(archive, time)?,
        };
        let reader = archive.read_from(after)?;
        let left = wanted.limit.unwrap_or(u64::MAX);
        Ok(Reading { reader, wanted, at: after, told: after, left })
    }

    /// The last record that was looked at.
    pub fn at(&self) -> Lsn {
        self.at
    }

    /// Whether records were passed over since the last message.
    pub fn has_passed_some(&self) -> bool {
        self.at > self.told
    }

    /// Reads on, a bounded number of records.
    ///
    /// # Errors
    /// As [`Reader::next`], and a record that cannot be read.
    pub fn step(&mut self) -> Result<Step, Error> {
        let mut step = Step::default();
        let mut bytes = 0;
        for _ in 0..RECORDS_PER_STEP {
            if self.left == 0 {
                step.is_over = true;
                break;
            }
            let Some(entry) = self.reader.next()? else {
                step.is_caught_up = true;
                break;
            };
            self.at = entry.lsn;
            if let Some(message) = self.message(&entry)? {
                bytes += message.len();
                self.told = entry.lsn;
                self.left -= 1;
                step.messages.push(message);
            }
            if bytes >= BYTES_PER_STEP {
                break;
            }
        }
        step.is_over |= self.left == 0;
        Ok(step)
    }

    /// A message that says only how far the reader is.
    pub fn position(&mut self) -> Bytes {
        let place = Place { lsn: self.at, prev: self.told };
        self.told = self.at;
        self.written("position", place.lsn, &place)
    }

    /// What is told of one record, if anything is.
    fn message(&self, entry: &Entry) -> Result<Option<Bytes>, Error> {
        let record = decoded(entry)?;
        if record.tenant != self.wanted.tenant {
            return Ok(None);
        }
        let events = news(&record).into_iter().enumerate().filter(|(_, news)| self.wants(news));
        let events = events.map(|(number, news)| Told {
            id: event_id(entry.timeline, entry.lsn.0, number),
            kind: news.kind.name(),
            subject: news.subject,
            data: Data(news),
        });
        let events: Vec<Told<'_>> = events.collect();
        if events.is_empty() {
            return Ok(None);
        }
        let message = Message {
            lsn: entry.lsn,
            prev: self.told,
            time: At(record.at),
            command: &record.command,
            by: &record.who,
            events,
        };
        Ok(Some(self.written("record", entry.lsn, &message)))
    }

    fn wants(&self, news: &News<'_>) -> bool {
        let Wanted { kinds, subject, .. } = &self.wanted;
        (kinds.is_empty() || kinds.contains(&news.kind))
            && subject.is_none_or(|subject| subject == news.subject)
    }

    fn written(&self, event: &str, lsn: Lsn, message: &impl Serialize) -> Bytes {
        let data = serde_json::to_string(message).expect("a message can be written");
        Bytes::from(match self.wanted.form {
            Form::Events => format!("id: {lsn}\nevent: {event}\ndata: {data}\n\n"),
            Form::Lines => data + "\n",
        })
    }
}

/// The record of an entry.
pub(crate) fn decoded(entry: &Entry) -> Result<Record, Error> {
    codec::decode(&entry.payload).map_err(|source| {
        tracing::error!(lsn = %entry.lsn, %source, "a durable record cannot be read");
        Error::Failed
    })
}

/// The same as [`before`], unless records that are not kept any more may be after the instant: all
/// that is kept is.
fn kept_before(archive: &Arc<dyn Archive>, time: Time) -> Result<Lsn, Error> {
    let oldest = archive.oldest();
    let found = before(archive, time)?;
    let is_lost = oldest > Lsn(1) && found < oldest;
    if is_lost { Err(Error::Gone { after: found, oldest }) } else { Ok(found) }
}

/// The last record before an instant. Record time never goes back (P5), so halving finds it.
pub(crate) fn before(archive: &Arc<dyn Archive>, time: Time) -> Result<Lsn, Error> {
    let (mut low, mut high) = (archive.oldest().before(), archive.durable());
    // All up to `low` is before the instant, what follows `high` is not.
    while low < high {
        let middle = Lsn(low.0 + (high.0 - low.0) / 2);
        let entry = archive.read_from(middle)?.next()?;
        match entry {
            Some(entry) if entry.at_ms < time.0 => low = entry.lsn,
            _ => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use snapshots::journal::Retention;

    use super::*;

    /// A journal that keeps the records from this one on, each a second after the one before.
    struct Kept(u64);

    const NEWEST: u64 = 20;

    struct Walk(VecDeque<Entry>);

    impl Reader for Walk {
        fn next(&mut self) -> Result<Option<Entry>, Error> {
            Ok(self.0.pop_front())
        }
    }

    impl Archive for Kept {
        fn read_from(&self, after: Lsn) -> Result<Box<dyn Reader>, Error> {
            if after.next() < self.oldest() {
                return Err(Error::Gone { after, oldest: self.oldest() });
            }
            let entry = |lsn| Entry {
                lsn: Lsn(lsn),
                at_ms: i64::try_from(lsn).unwrap() * 1_000,
                timeline: 1,
                payload: Vec::new(),
            };
            Ok(Box::new(Walk((after.0 + 1..=NEWEST).map(entry).collect())))
        }

        fn durable(&self) -> Lsn {
            Lsn(NEWEST)
        }

        fn oldest(&self) -> Lsn {
            Lsn(self.0)
        }

        fn retire(&self, _: Retention) -> Result<Lsn, Error> {
            Ok(self.oldest())
        }
    }

    /// What may be lost is said, and never passed over.
    #[test]
    fn an_instant_before_all_that_is_kept_is_gone() {
        for (oldest, second, expected) in [
            (1, 0, Ok(0)),
            (1, 1, Ok(0)),
            (1, 7, Ok(6)),
            (7, 9, Ok(8)),
            (7, 8, Ok(7)),
            (7, 7, Err(7)), // the one before may be of the same instant
            (7, 3, Err(7)),
            (7, 99, Ok(NEWEST)),
        ] {
            let archive: Arc<dyn Archive> = Arc::new(Kept(oldest));
            let found = match kept_before(&archive, Time(second * 1_000)) {
                Ok(lsn) => Ok(lsn.0),
                Err(Error::Gone { oldest, .. }) => Err(oldest.0),
                Err(error) => panic!("{error}"),
            };
            assert_eq!(found, expected, "from second {second}, kept from {oldest} on");
        }
    }
}
