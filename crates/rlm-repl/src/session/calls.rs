//! Host calls that the client answers: out as a line, back as a line, the cell waiting between.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rlm_sandbox::{HostCall, HostError, Value};
use serde::{Serialize, Serializer};
use tokio::sync::oneshot;

use super::output::Output;
use crate::value::AsJson;

/// The calls that wait for a reply. Cloning shares them.
#[derive(Clone)]
pub struct Calls {
    output: Output,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    made: u64,
    waiting: HashMap<u64, oneshot::Sender<Result<Value, HostError>>>,
    closed: bool,
}

/// A call as the client sees it.
#[derive(Serialize)]
struct CallLine<'a> {
    call: u64,
    name: &'a str,
    args: Vec<AsJson<'a>>,
    #[serde(serialize_with = "as_map")]
    kwargs: &'a [(String, Value)],
}

fn as_map<S: Serializer>(kwargs: &[(String, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kwargs.iter().map(|(name, value)| (name, AsJson(value))))
}

/// Forgets a call whose cell has stopped waiting.
struct Waiting<'a> {
    calls: &'a Calls,
    call: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.calls.state().waiting.remove(&self.call);
    }
}

impl Calls {
    /// Calls go out through `output`.
    pub fn new(output: Output) -> Self {
        Self { output, state: Arc::default() }
    }

    /// Sends a call of `name` out and waits for its reply.
    pub async fn ask(&self, name: &str, arguments: HostCall) -> Result<Value, HostError> {
        let (call, reply) = self.open()?;
        let _waiting = Waiting { calls: self, call };
        let args = arguments.args.iter().map(AsJson).collect();
        let line = CallLine { call, name, args, kwargs: &arguments.kwargs };
        self.output.line(&line).map_err(|error| gone(&format!("the call could not be sent: {error}")))?;
        reply.await.unwrap_or_else(|_| Err(input_ended()))
    }

    /// Numbers a call and opens the place its reply goes to.
    fn open(&self) -> Result<(u64, oneshot::Receiver<Result<Value, HostError>>), HostError> {
        let mut state = self.state();
        if state.closed {
            return Err(input_ended());
        }
        state.made += 1;
        let call = state.made;
        let (sender, receiver) = oneshot::channel();
        state.waiting.insert(call, sender);
        Ok((call, receiver))
    }

    /// Hands a reply to the cell that waits for it; one that comes too late is dropped.
    ///
    /// # Errors
    /// When no such call was ever made.
    pub fn reply(&self, call: u64, result: Result<Value, HostError>) -> Result<(), String> {
        let mut state = self.state();
        if call == 0 || call > state.made {
            return Err(format!("there was no call {call}"));
        }
        if let Some(waiting) = state.waiting.remove(&call) {
            // The cell may stop waiting at this very moment, which is the same as too late.
            let _ = waiting.send(result);
        }
        Ok(())
    }

    /// Fails all calls, now and to come: nobody is left to answer.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.waiting.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone(message: &str) -> HostError {
    HostError::new("ConnectionError", message)
}

fn input_ended() -> HostError {
    gone("the session's input ended before the call was answered")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_arguments() -> HostCall {
        HostCall { args: Vec::new(), kwargs: Vec::new() }
    }

    #[tokio::test]
    async fn a_reply_reaches_the_call_it_names() {
        let calls = Calls::new(Output::new(std::io::sink()));
        let replier = calls.clone();
        let asked = calls.ask("f", no_arguments());
        let (answer, ()) = tokio::join!(asked, async { replier.reply(1, Ok(Value::Int(5))).unwrap() });
        assert_eq!(answer, Ok(Value::Int(5)));
        assert_eq!(calls.reply(1, Ok(Value::None)), Ok(()), "a late reply is dropped");
        assert_eq!(calls.reply(2, Ok(Value::None)), Err("there was no call 2".into()));
    }

    #[tokio::test]
    async fn the_end_of_input_fails_calls_that_wait_and_calls_to_come() {
        let calls = Calls::new(Output::new(std::io::sink()));
        let (answer, ()) = tokio::join!(calls.ask("f", no_arguments()), async { calls.close() });
        assert_eq!(answer, Err(input_ended()));
        assert_eq!(calls.ask("f", no_arguments()).await, Err(input_ended()));
    }
}
