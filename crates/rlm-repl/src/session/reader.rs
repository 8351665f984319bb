//! Reads lines and sends each where it belongs; a thread of its own, since input blocks.

use std::io::{self, BufRead};

use tokio::sync::mpsc;

use super::{
    calls::Calls,
    cancel::Cancels,
    lines::{self, Line, MAX_LINE},
    output::Output,
    wire::{self, Id, Incoming, Op},
};

/// Most requests that may wait for their turn.
pub const MAX_WAITING: usize = 1024;

/// A request in its turn.
pub struct Turn {
    /// Named in the result.
    pub id: Id,
    /// The session it is for.
    pub session: String,
    /// What to do.
    pub op: Op,
    /// The number of a run, by which it can be cancelled; 0 for anything else.
    pub run: u64,
}

/// Where lines go.
pub struct Reader {
    /// Requests, to the thread that owns the session.
    pub turns: mpsc::Sender<Turn>,
    /// Replies to host calls.
    pub calls: Calls,
    /// Cancels.
    pub cancels: Cancels,
    /// Errors about lines.
    pub output: Output,
}

impl Reader {
    /// Reads until input ends or nobody wants the lines any more.
    pub fn read(self, mut input: impl BufRead) {
        // An error while reading or writing ends the conversation as an end of input does.
        let _ = self.read_lines(&mut input);
        self.calls.close();
    }

    fn read_lines(&self, input: &mut impl BufRead) -> io::Result<()> {
        while let Some(line) = lines::next(input, MAX_LINE)? {
            match line {
                Line::Whole(line) if line.iter().all(u8::is_ascii_whitespace) => {}
                Line::Whole(line) => match wire::parse(&line) {
                    Ok(incoming) => self.route(incoming)?,
                    Err(bad) => self.output.error(&bad.id, &bad.message)?,
                },
                Line::TooLong => self.output.error(&Id::None, &format!("line longer than {MAX_LINE} bytes"))?,
            }
        }
        Ok(())
    }

    fn route(&self, incoming: Incoming) -> io::Result<()> {
        match incoming {
            Incoming::Request { id, session, op } => self.queue(id, session, op),
            Incoming::Cancel { id } => {
                self.output.done(&id)?;
                self.cancels.cancel();
                Ok(())
            }
            Incoming::Reply { call, result } => match self.calls.reply(call, result) {
                Ok(()) => Ok(()),
                Err(message) => self.output.error(&Id::None, &message),
            },
        }
    }

    /// Never waits for room: a reply or a cancel may be what makes it.
    fn queue(&self, id: Id, session: String, op: Op) -> io::Result<()> {
        let run = if matches!(op, Op::Run { .. }) { self.cancels.number() } else { 0 };
        match self.turns.try_send(Turn { id, session, op, run }) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(turn)) => {
                self.output.error(&turn.id, &format!("{MAX_WAITING} requests wait already"))
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}
