//! A body of lines, each a JSON text of its own: read one by one, however many there are.
//!
//! No more of it is held than the line that is being read and the piece that came last.

use std::pin::pin;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::{Stream, StreamExt, stream};

use crate::limits::BODY_TIME_MAX;
use crate::patience::within;

/// What a body of lines is announced as, and an answer.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// A line that is not blank, and its number; lines count from 1, blank ones too.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: u64,
    /// What stands in it; none if that is too long.
    pub(crate) text: Option<Bytes>,
}

/// The body did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body was cut off, or too slow")]
pub(crate) struct CutOff;

struct Lines<S> {
    pieces: S,
    held: BytesMut,
    /// Bytes of `held` that have no end of a line.
    looked: usize,
    number: u64,
    bytes_max: usize,
    /// Whether the line that is being read has bytes that were thrown away.
    is_long: bool,
    is_over: bool,
}

/// Whether the body is announced as lines, and plain.
pub(crate) fn are_announced(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(NDJSON) && !headers.contains_key(CONTENT_ENCODING)
}

/// The lines of a body, of at most so many bytes each.
pub(crate) fn lines(
    payload: Payload,
    bytes_max: usize,
) -> impl Stream<Item = Result<Line, CutOff>> + use<> {
    lines_of(payload.map(|piece| piece.map_err(|_| CutOff)), bytes_max)
}

fn lines_of<S>(pieces: S, bytes_max: usize) -> impl Stream<Item = Result<Line, CutOff>> + use<S>
where
    S: Stream<Item = Result<Bytes, CutOff>> + Unpin,
{
    let held = BytesMut::new();
    let lines =
        Lines { pieces, held, looked: 0, number: 0, bytes_max, is_long: false, is_over: false };
    stream::try_unfold(lines, |mut lines| async move {
        Ok(lines.next().await?.map(|line| (line, lines)))
    })
}

impl<S: Stream<Item = Result<Bytes, CutOff>> + Unpin> Lines<S> {
    async fn next(&mut self) -> Result<Option<Line>, CutOff> {
        loop {
            let rest = &self.held[self.looked..];
            if let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
                let whole = self.held.split_to(self.looked + at + 1);
                if let Some(line) = self.line(&whole[..whole.len() - 1]) {
                    return Ok(Some(line));
                }
                continue;
            }
            if self.is_over {
                let last = self.held.split();
                return Ok(self.line(&last));
            }
            self.looked = self.held.len();
            if self.looked > self.bytes_max {
                self.is_long = true;
                (self.looked, self.held) = (0, BytesMut::new());
            }
            let came = pin!(self.pieces.next());
            match within(BODY_TIME_MAX, came).await.ok_or(CutOff)? {
                Some(piece) => self.held.extend_from_slice(&piece?),
                None => self.is_over = true,
            }
        }
    }

    /// The line that ends here, unless it is blank.
    fn line(&mut self, bytes: &[u8]) -> Option<Line> {
        self.number += 1;
        self.looked = 0;
        let is_long = std::mem::take(&mut self.is_long) || bytes.len() > self.bytes_max;
        let text = bytes.trim_ascii();
        if text.is_empty() && !is_long {
            return None;
        }
        let text = (!is_long).then(|| Bytes::copy_from_slice(text));
        Some(Line { number: self.number, text })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    /// The lines of a body that came in these pieces, `-` for one that is too long.
    async fn read(pieces: &[&'static str]) -> Vec<(u64, String)> {
        let pieces = pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
        let pieces: Vec<Result<Bytes, CutOff>> = pieces.collect();
        let lines: Vec<Line> = lines_of(stream::iter(pieces), 4).try_collect().await.unwrap();
        let text = |text: Option<Bytes>| match text {
            Some(text) => String::from_utf8(text.to_vec()).unwrap(),
            None => "-".to_owned(),
        };
        lines.into_iter().map(|line| (line.number, text(line.text))).collect()
    }

    #[actix_web::test]
    async fn a_body_is_its_lines_however_it_comes() {
        let all = [(1, "a".to_owned()), (2, "bcd".to_owned()), (4, "e".to_owned())];
        assert_eq!(read(&["a\nbcd\n\ne"]).await, all);
        assert_eq!(read(&["a\r\nbcd\r\n\r\ne\r\n"]).await, all[..]);
        assert_eq!(read(&["a", "\nb", "c", "d\n \n", "e\n", "\n\n"]).await, all);
        assert!(read(&[]).await.is_empty() && read(&["\n", " \n"]).await.is_empty());
    }

    #[actix_web::test]
    async fn a_line_that_is_too_long_is_passed_by() {
        let all = [(1, "-".to_owned()), (2, "abcd".to_owned()), (3, "-".to_owned())];
        assert_eq!(read(&["abcde\nabcd\n123456789"]).await, all);
        assert_eq!(read(&["abc", "de", "fghij", "\nab", "cd\n123", "4", "56", "789"]).await, all);
        assert_eq!(read(&["12345", "\n", "abcd\n", "     "]).await[..2], all[..2]);
    }

    #[actix_web::test]
    async fn a_body_without_its_end_is_cut_off() {
        let pieces = [Ok(Bytes::from_static(b"a\nb")), Err(CutOff)];
        let mut lines = pin!(lines_of(stream::iter(pieces), 9));
        assert_eq!(lines.next().await.unwrap().unwrap().number, 1);
        assert_eq!(lines.next().await, Some(Err(CutOff)), "half a line is none");
    }
}
