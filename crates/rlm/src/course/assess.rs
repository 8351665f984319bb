//! Whether an answer is sure enough: a verifier's word, or a draft that stays what it is.

use rlm_sandbox::{Cell, Limits};

use super::{Course, Ended, ending::CANDIDATE_WALL};
use crate::{
    Answer, Event, Source, Stop,
    observation::cut,
    trajectory::{Ran, Verified},
};

/// Times an answer is sent back; after that it is taken as it is.
const MOST_REJECTIONS: u32 = 2;

/// Characters of what the cells printed last that a verifier is shown, and of an answer.
const EVIDENCE_CHARS: usize = 12_000;
const ANSWER_CHARS: usize = 8_000;

impl Course {
    /// Why a verifier does not accept the answer, where one is asked and says so. One that cannot be asked
    /// accepts.
    pub(super) async fn doubt(&mut self, turn: u32, answer: &Answer, evidence: &str) -> Option<String> {
        if !self.tree.settings.confidence.verify || self.broker.depth > 0 {
            return None;
        }
        self.verified = Some(false);
        if self.rejections >= MOST_REJECTIONS {
            return None;
        }
        let prompt = self.pack.verify(&self.question, evidence, &cut(&answer.text, ANSWER_CHARS));
        let id = format!("{}/{turn}.v", self.broker.run);
        let model = self.tree.models.sub.clone();
        let asked = self.broker.ask(&id, &model, vec![(format!("{id}.0"), prompt)], Some("verifier")).await;
        let said = match asked.map(|mut asked| asked.pop()) {
            Ok(Some(Ok(reply))) => Ok(rejection(&reply)),
            Ok(Some(Err(error))) => Err(format!("the verifier could not be asked: {error}")),
            Ok(None) => Err("the verifier was not asked".to_owned()),
            Err(refused) => Err(format!("the verifier was not asked: {}", refused.message)),
        };
        let calls = self.broker.take_log().calls;
        let (Ok(why) | Err(why)) = said.as_ref().map(Option::as_deref).map_err(|why| Some(why.as_str()));
        self.tree.trajectory().verification(&Verified {
            run: &self.broker.run,
            number: turn,
            answer: &answer.text,
            why,
            calls: &calls,
        });
        let why = said.ok()?;
        self.tell(|| Event::Verified { turn, why: why.clone() });
        self.rejections += u32::from(why.is_some());
        self.verified = Some(why.is_none());
        why
    }

    /// What a verifier is shown of a turn that gave an answer, and of those before it.
    pub(super) fn evidence(&self, cells: &[Ran]) -> String {
        let shown = cells.iter().map(|cell| cell.shown.as_str());
        let evidence: Vec<&str> = std::iter::once(self.evidence.as_str()).chain(shown).collect();
        cut(evidence.join("\n").trim(), EVIDENCE_CHARS)
    }

    /// Keeps what a verifier will be shown: what was printed last before an answer was given.
    pub(super) fn keep_evidence(&mut self, cells: &[Ran]) {
        if self.tree.settings.confidence.verify && !cells.is_empty() {
            self.evidence = cells.iter().map(|cell| cell.shown.as_str()).collect::<Vec<_>>().join("\n");
        }
    }

    /// Ends the run when its draft has stayed the same for as many turns as were asked for.
    pub(super) async fn settled(&mut self, turn: u32) -> Option<Ended> {
        let most = self.tree.settings.confidence.unchanged.filter(|_| self.broker.depth == 0)?;
        self.broker.enter(format!("{}/{turn}.draft", self.broker.run));
        let draft = self.draft().await.filter(|draft| !draft.text.trim().is_empty());
        let same = draft.is_some() && draft.as_ref().map(|draft| &draft.text) == self.drafted.as_ref();
        self.steady = match (&draft, same) {
            (None, _) => 0,
            (Some(_), false) => 1,
            (Some(_), true) => self.steady + 1,
        };
        self.drafted = draft.as_ref().map(|draft| draft.text.clone());
        let draft = draft.filter(|_| self.steady >= most.max(1))?;
        let draft = self.fitted(draft).ok()?;
        Some(Ended::Early(Stop::Settled { turns: self.steady }, Some(draft)))
    }

    /// What a cell left in `answer`.
    pub(super) async fn draft(&mut self) -> Option<Answer> {
        let limits = Limits { wall: CANDIDATE_WALL, ..self.session.limits().clone() };
        let left = Cell::within("FINAL(answer[\"content\"])", limits);
        let submitted = self.execute(&left).await.ok().and_then(|execution| execution.submitted);
        submitted.map(|value| Answer::of_value(value, Source::Candidate))
    }
}

/// What a verifier finds wrong, if it says that something is.
fn rejection(reply: &str) -> Option<String> {
    let said = crate::reply::without_thoughts(reply);
    let said = said.trim_start_matches(|c: char| c.is_whitespace() || "*`\"'#".contains(c));
    let head = said.get(..6).filter(|head| head.eq_ignore_ascii_case("reject"))?;
    let why = said[head.len()..].trim_start_matches(|c: char| c.is_alphabetic()).trim_start_matches([':', '*', ' ']);
    let why = why.lines().next().unwrap_or_default().trim();
    Some(if why.is_empty() { "it gives no reason".to_owned() } else { cut(why, 500) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_rejection_is_one() {
        for (reply, why) in [
            ("REJECT: it names no date", Some("it names no date")),
            ("**Reject**: wrong unit\nmore", Some("wrong unit")),
            ("REJECTED", Some("it gives no reason")),
            ("<think>reject?</think>ACCEPT", None),
            ("I would not reject this", None),
            ("", None),
            ("née", None),
        ] {
            assert_eq!(rejection(reply).as_deref(), why, "{reply}");
        }
    }
}
