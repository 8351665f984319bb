//! Server-sent events, cut out of a body that arrives in pieces.

/// One event of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// The event's name; empty where the server gives none.
    pub(super) name: String,
    /// What it carries; several `data` lines are joined with a newline.
    pub(super) data: String,
}

/// Whether a body is a stream of events, whatever its content type says.
pub(super) fn looks_like_events(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    [&b"data:"[..], b"event:", b": "].iter().any(|start| body.starts_with(start))
}

/// Collects pieces and hands out the events that are whole.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Bytes not yet ended by a line break.
    pending: Vec<u8>,
    event: Event,
    has_data: bool,
    /// Whether the last line ended in a carriage return that may have a line feed to come.
    after_return: bool,
}

impl Events {
    /// Takes one piece, and returns the events it completes.
    pub(super) fn take(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut complete = Vec::new();
        for &byte in piece {
            match byte {
                b'\n' if self.after_return => self.after_return = false,
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    complete.extend(self.end_line());
                }
                _ => {
                    self.after_return = false;
                    self.pending.push(byte);
                }
            }
        }
        complete
    }

    /// The event that the end of the stream completes. Strictly there is none, but servers forget
    /// the last empty line.
    pub(super) fn end(&mut self) -> Option<Event> {
        if !self.pending.is_empty() {
            self.end_line();
        }
        self.end_event()
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.pending);
        let line = String::from_utf8_lossy(&line);
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field.trim_start_matches('\u{feff}') {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            // Comments, `id`, `retry`, and what nobody has thought of yet.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, size: usize) -> Vec<String> {
        let mut events = Events::default();
        let mut seen: Vec<Event> = body.as_bytes().chunks(size).flat_map(|piece| events.take(piece)).collect();
        seen.extend(events.end());
        seen.into_iter().map(|event| format!("{}|{}", event.name, event.data)).collect()
    }

    #[test]
    fn events_are_the_same_however_the_body_is_cut() {
        let body = "\u{feff}: hello\n\ndata: {\"a\":1}\n\nevent: ping\r\ndata: é 日本\r\ndata:two\r\n\r\n\
                    id: 7\rdata: x\r\rdata: [DONE]\n\nevent: nothing\n\ndata: unended";
        let expected = ["|{\"a\":1}", "ping|é 日本\ntwo", "|x", "|[DONE]", "|unended"];
        for size in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(read(body, size), expected, "pieces of {size}");
        }
    }

    #[test]
    fn a_stream_without_data_has_no_events() {
        assert_eq!(read("", 1), Vec::<String>::new());
        assert_eq!(read(": keep alive\n\n: keep alive\n\n", 5), Vec::<String>::new());
        assert_eq!(read("<html>\nno: stream\n</html>", 5), Vec::<String>::new());
    }
}
