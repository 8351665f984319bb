//! The router: a question about little material is answered by one plain call of the root model.

use rlm_model::{ErrorKind, Message};
use rlm_sandbox::estimate_tokens;
use tokio::time::Instant;

use super::{Course, Ended, Said};
use crate::{
    Answer, Earlier, Event, Route, Router, Settings, Source, Took, context::Bound, journal::Hasher, json,
    observation::cut, reply, run::Asked,
};

/// Tokens a plain call may have where nobody knows the model's window.
const UNKNOWN_WINDOW: u64 = 100_000;

/// Tokens of a window that are kept for the reply, where nobody says how long it may be.
const REPLY_TOKENS: u64 = 8_192;

/// Bytes of contexts that no window holds as tokens: more than so many are not copied and counted to find
/// that out.
const MOST_READ: u64 = 32 << 20;

/// Characters of the contexts that a verifier of a plain answer is shown.
const EVIDENCE_CHARS: usize = 100_000;

/// What the model replies when reading is not enough.
const NOT_SETTLED: &str = "NOT FOUND";

impl Course {
    /// Answers by one plain call, where the policy and the sizes allow it. Nothing, where the loop has to
    /// answer.
    pub(crate) async fn plainly(&mut self, asked: Asked<'_>, contexts: &[Bound]) -> Option<Ended> {
        let Settings { router: policy, confidence, .. } = &self.tree.settings;
        let policy = *policy;
        // One call is no vote.
        if policy == Router::Off || confidence.agree.is_some_and(|wanted| wanted > 1) {
            return None;
        }
        let id = format!("{}/plain", self.broker.run);
        let is_long = contexts.iter().map(|bound| bound.context.len()).sum::<u64>() > MOST_READ;
        let texts: Option<Vec<String>> = if is_long { None } else { contexts.iter().map(text_of).collect() };
        let tokens = match &texts {
            Some(texts) => Some(texts.iter().map(|text| estimate_tokens(text)).sum::<u64>()),
            None if is_long => Some(contexts.iter().map(|bound| bound.context.tokens()).sum()),
            None => None,
        };
        let most = self.most_for_plain_call(policy);
        let recorder = &self.tree.recorder;
        // What was decided before a run was resumed is not decided again: the model that lends its name to a
        // replay has no window.
        let routed = match recorder.holds_anything() {
            true => recorder.known(&id).is_some(),
            false => !is_long && tokens.is_some_and(|tokens| tokens <= most),
        };
        let took = |took| Route { policy: policy.name(), tokens, most, took };
        self.route = Some(took(if routed { Took::LoopAfterPlainCall } else { Took::Loop }));
        let ended = match texts.filter(|_| routed) {
            None => None,
            Some(texts) => {
                let ended = self.ask_plainly(&id, asked, &texts).await;
                self.unless_doubted(ended, &texts).await
            }
        };
        if matches!(ended, Some(Ended::Answered(_))) {
            self.route = Some(took(Took::PlainCall));
        }
        let route = self.route?;
        self.tree.trajectory().route(&route);
        self.tell(|| Event::Routed { route });
        ended
    }

    /// How a plain call ended, unless a verifier doubts its answer: then the loop has to find one.
    async fn unless_doubted(&mut self, ended: Option<Ended>, texts: &[String]) -> Option<Ended> {
        if let Some(Ended::Answered(answer)) = &ended {
            let evidence = cut(&texts.join("\n\n"), EVIDENCE_CHARS);
            if self.doubt(0, answer, &evidence).await.is_some() {
                self.candidate = Some(Answer { source: Source::Candidate, ..answer.clone() });
                return None;
            }
        }
        ended
    }

    fn most_for_plain_call(&self, policy: Router) -> u64 {
        let reply = self.tree.reply_tokens().map_or(REPLY_TOKENS, u64::from);
        let window = self.window().map_or(UNKNOWN_WINDOW, |window| {
            // The estimate may be some per cent off.
            (window.saturating_sub(reply + 1_000)) * 9 / 10
        });
        match policy {
            Router::Auto { tokens } => tokens.min(window),
            _ => window,
        }
    }

    async fn ask_plainly(&mut self, id: &str, asked: Asked<'_>, texts: &[String]) -> Option<Ended> {
        let Asked { question, history, .. } = asked;
        let earlier = history.iter().map(earlier).collect::<String>();
        let mut asked = format!("{earlier}Question: {question}\n\nText:\n{}", texts.join("\n\n"));
        if let Some(schema) = &self.schema {
            asked = schema.prompt(&asked);
        }
        let messages = vec![Message::system(self.pack.plain()), Message::user(asked)];
        let mut conversation = Hasher::default();
        messages.iter().for_each(|message| conversation.message(message));
        let began = Instant::now();
        let reply = match self.say_once(id, None, messages.clone(), conversation.digest(), false).await {
            Said::Reply(reply) => reply,
            Said::Failed(error) if error.kind != ErrorKind::TooLong => {
                self.tell(|| Event::ModelFailed { error: error.clone() });
                return Some(Ended::Failed(error));
            }
            // The loop finds out for itself what is in its way.
            _ => return None,
        };
        let answer = self.answer_of(&reply.text);
        self.tree.trajectory().plain_call(&self.broker.run, &messages, &reply, answer.as_ref(), began);
        answer.map(Ended::Answered)
    }

    /// The answer that a plain reply is, if it is one.
    fn answer_of(&mut self, text: &str) -> Option<Answer> {
        let said = reply::without_thoughts(text);
        let bare = said.trim_matches(|c: char| c.is_whitespace() || ".*\"'`".contains(c));
        if bare.is_empty() || bare.eq_ignore_ascii_case(NOT_SETTLED) {
            return None;
        }
        match &self.schema {
            None => Some(Answer::of_text(said, Source::PlainCall)),
            Some(schema) => schema.read(&said).ok().map(|value| Answer::of_value(value, Source::PlainCall)),
        }
    }
}

/// An earlier question as part of a prompt.
fn earlier(Earlier { question, answer }: &Earlier) -> String {
    format!("Earlier question: {question}\nIts answer: {}\n\n", answer.as_deref().unwrap_or("(none)"))
}

/// A context as part of a prompt, if it can be one.
fn text_of(bound: &Bound) -> Option<String> {
    let name = if bound.name == "context" { String::new() } else { format!("[{}]\n", bound.name) };
    if let Some(value) = bound.context.value() {
        return Some(format!("{name}{}", json::text(value)));
    }
    let texts = bound.context.texts_in_memory()?;
    let told =
        texts.iter().map(|(own, text)| if own.is_empty() { (*text).to_owned() } else { format!("[{own}]\n{text}") });
    Some(name + &told.collect::<Vec<_>>().join("\n\n"))
}
