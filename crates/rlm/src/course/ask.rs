//! Asks the root model: paid for beforehand, written down before it is acted on.

use std::{mem, time::Duration};

use rlm_model::{ErrorKind, Message, Request, StreamEvent, StreamListener};
use tokio::time::Instant;

use super::{Course, Said};
use crate::{
    Event,
    budget::Amounts,
    journal::{Bill, Body, record_reply},
};

/// Most tokens kept for the reply of the last word.
const LAST_WORD_TOKENS: u32 = 4_096;

/// Most of the time that is kept for the last word.
const LAST_WORD_TIME: Duration = Duration::from_secs(60);

impl Course {
    /// Tells the root model what is pending, then `line`, and waits for its reply.
    pub(super) async fn ask_root(&mut self, turn: u32, line: String, last: bool) -> Said {
        let mut told = self.pending.clone();
        told.push(line);
        let message = Message::user(told.join("\n\n"));
        let mut conversation = self.conversation.clone();
        conversation.message(&message);
        let id = format!("{}/{turn}", self.broker.run);
        let began = Instant::now();
        let mut messages = self.messages.clone();
        messages.push(message.clone());
        let said = self.say_once(&id, Some(turn), messages, conversation.digest(), last).await;
        match &said {
            Said::Reply(reply) => {
                mem::take(&mut self.pending);
                self.say(message);
                let (text, usage, wall) = (reply.text.clone(), reply.usage, began.elapsed());
                self.tell(|| Event::ReplyReceived { turn, text, usage, wall });
            }
            Said::Failed(error) if error.kind != ErrorKind::TooLong => {
                self.tell(|| Event::ModelFailed { error: error.clone() });
            }
            // Nothing was said, so the conversation stays as it is for whoever asks next.
            _ => {}
        }
        said
    }

    /// The reply to a conversation: the one in the journal under `id`, or a new one. The listener is told
    /// the reply as it comes where it is that of a `turn`.
    pub(super) async fn say_once(
        &mut self,
        id: &str,
        turn: Option<u32>,
        messages: Vec<Message>,
        digest: String,
        last: bool,
    ) -> Said {
        let began = Instant::now();
        let said = match self.tree.recorder.known(id) {
            Some(Body::Reply { model, request, text, usage, cost, finish }) => {
                self.tree.recorder.same_request(id, request, &digest);
                let bill = Bill { is_sub_call: self.is_child(), ..Bill::of_sub_call(model, *usage, *cost, false) };
                self.broker.ledger.book(bill.amounts());
                self.tree.count([&bill]);
                self.tree.cache.key(&self.model, &self.request(messages, last));
                Said::Reply(record_reply(text.clone(), *usage, *finish))
            }
            _ => self.ask_anew(id, turn, messages, digest, last).await,
        };
        self.phases.root += began.elapsed();
        said
    }

    fn request(&self, messages: Vec<Message>, last: bool) -> Request {
        let limit = self.tree.reply_tokens().map(|tokens| if last { tokens.min(LAST_WORD_TOKENS) } else { tokens });
        Request { messages, max_output_tokens: limit }
    }

    /// Asks for something that no journal holds.
    async fn ask_anew(
        &mut self,
        id: &str,
        turn: Option<u32>,
        messages: Vec<Message>,
        digest: String,
        last: bool,
    ) -> Said {
        let tree = &self.tree;
        if let Some(stopped) = self.stopped_then() {
            return stopped;
        }
        if tree.time_left().is_some_and(|left| left <= self.time_kept(last)) {
            return Said::Late;
        }
        let request = self.request(messages, last);
        let most = tree.most(&self.model, &request, self.calls());
        let reserved = if last {
            self.broker.ledger.reserve_last(most)
        } else {
            self.keep_for_last_word(&request);
            self.broker.ledger.reserve(most)
        };
        let reservation = match reserved {
            Ok(reservation) => reservation,
            Err(spent) => return Said::Spent(spent),
        };
        let wait = tree.time_left().map_or(super::ending::NO_END, |left| left.saturating_sub(self.time_kept(last)));
        let broker = self.broker.clone();
        let turn_heard = turn.filter(|_| tree.events.are_heard());
        let told = turn_heard.map(|turn| {
            move |event: StreamEvent<'_>| match event {
                StreamEvent::Text(text) => broker.tell(|| Event::ReplyPiece { turn, text: text.to_owned() }),
                StreamEvent::Waiting { wait, why } => {
                    broker.tell(|| Event::ReplyDelayed { turn, wait, why: why.to_owned() });
                }
                StreamEvent::Restarted => broker.tell(|| Event::ReplyRestarted { turn }),
                _ => {}
            }
        });
        let listener = told.as_ref().map(|told| told as StreamListener<'_>);
        let (result, bill) = tokio::select! {
            asked = tree.ask(&self.model, request, reservation, wait, listener, self.is_child()) => asked,
            () = tree.stopper.aborted() => return Said::Stopped,
        };
        tree.count([&bill]);
        match result {
            // A failure is not written down: whoever resumes the run wants to ask again.
            Err(_) if tree.time_left().is_some_and(|left| left <= self.time_kept(last)) => Said::Late,
            Err(error) => Said::Failed(error),
            Ok(reply) => {
                tree.recorder.append(id, Body::of_reply(digest, &reply, &bill));
                tree.sync();
                Said::Reply(reply)
            }
        }
    }

    /// Why the run that is being replayed went no further, where that was not its own doing.
    fn stopped_then(&self) -> Option<Said> {
        let ending = self.tree.recorder.ending().filter(|_| self.tree.recorder.is_offline())?;
        match ending.stop.as_str() {
            "stopped" => Some(Said::Stopped),
            "time_spent" => Some(Said::Late),
            _ => None,
        }
    }

    /// What a turn counts as among the calls below the root run.
    fn calls(&self) -> u64 {
        u64::from(self.is_child())
    }

    fn is_child(&self) -> bool {
        self.broker.depth > 0
    }

    /// Keeps back what the request after this one could take at the most, if it were the last.
    fn keep_for_last_word(&self, request: &Request) {
        if !self.tree.settings.budget.closing_turn {
            return;
        }
        let now = self.tree.most(&self.model, request, self.calls());
        let reply = u64::from(request.max_output_tokens.unwrap_or(0));
        let observation = self.tree.settings.observation_chars as u64 / 2 + 512;
        let input = now.0[1] + reply + observation;
        let last = request.max_output_tokens.map(|tokens| tokens.min(LAST_WORD_TOKENS));
        let Amounts(kept) = self.tree.most_of(&self.model, input, last, self.calls());
        self.broker.ledger.keep(Amounts(kept));
    }

    /// Time that is not for this request.
    fn time_kept(&self, last: bool) -> Duration {
        let budget = &self.tree.settings.budget;
        match budget.wall {
            Some(wall) if budget.closing_turn && !last => (wall / 10).min(LAST_WORD_TIME),
            _ => Duration::ZERO,
        }
    }
}
