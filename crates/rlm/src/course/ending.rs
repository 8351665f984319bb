//! How a run comes to its end, with or without an answer.

use std::time::Duration;

use tokio::time::Instant;

use super::{Course, Ended, Said};
use crate::{
    Answer, Event, Report, RlmError, Source, Stop, Turn,
    journal::{Body, Ending},
};

/// Longer than any run.
pub(super) const NO_END: Duration = Duration::from_secs(365 * 24 * 3600);

/// What the cell may take that asks for a candidate when the run has ended.
pub(super) const CANDIDATE_WALL: Duration = Duration::from_secs(5);

impl Course {
    /// Asks once more, for the best answer there is, if the budget keeps something for that.
    /// Whatever comes is taken as one.
    pub(super) async fn last_word(&mut self) -> Result<Option<Answer>, RlmError> {
        if !self.tree.settings.budget.closing_turn || self.tree.stopper.is_stopping() {
            return Ok(None);
        }
        self.tell(|| Event::ClosingTurnStarted);
        // The turn that was refused was begun too; its name is free still.
        let turn = self.iterations + 1;
        self.cells = 0;
        let began = Instant::now();
        let Said::Reply(reply) = self.ask_root(turn, self.pack.closing(), true).await else { return Ok(None) };
        let understood = Turn::parse(&reply.text);
        let (mut cells, mut answer) = self.act(turn, &understood).await?;
        if answer.is_none()
            && !cells.is_empty()
            && let Some(claim) = &understood.claimed
        {
            let (more, claimed) = self.resolve(turn, claim).await?;
            cells.extend(more);
            answer = claimed;
        }
        if answer.is_none() && cells.is_empty() && !understood.prose.is_empty() {
            answer = Some(Answer::of_text(&understood.prose, Source::ClosingTurn));
        }
        let answer = answer.map(|answer| Answer { source: Source::ClosingTurn, ..answer });
        self.record(turn, true, &reply, &cells, answer.as_ref(), began);
        Ok(answer)
    }

    /// The best there is when nobody gave an answer: what a cell left in `answer`, then what was
    /// claimed too early.
    async fn best_candidate(&mut self) -> Option<Answer> {
        self.broker.enter(format!("{}/end", self.broker.run));
        self.draft().await.filter(|answer| !answer.text.is_empty()).or_else(|| self.candidate.take())
    }

    /// Puts together what the run came to.
    pub(crate) async fn report(&mut self, ended: Result<Ended, RlmError>) -> Result<Report, RlmError> {
        let (stop, answer, error) = match ended {
            Ok(Ended::Answered(answer)) => {
                self.tell(|| Event::Answered { answer: answer.clone() });
                (Stop::Answered, Some(answer), None)
            }
            Ok(Ended::Early(stop, answer)) => (stop, answer, None),
            Ok(Ended::Failed(error)) => (Stop::ModelFailed, None, Some(error)),
            Err(error) => return Err(error),
        };
        let answer = match answer {
            Some(answer) => Some(answer),
            None => self.best_candidate().await,
        };
        let totals = self.tree.used();
        let report = Report {
            answer,
            stop,
            iterations: self.iterations,
            sub_calls: totals.calls,
            failed_sub_calls: totals.failed,
            costs: totals.costs,
            usage: totals.usage,
            wall: self.began.elapsed(),
            wall_before: self.tree.recorder.before(),
            phases: self.phases,
            cached_calls: totals.cached,
            route: self.route,
            votes: None,
            verified: self.verified,
            plain_call: None,
            cache_error: None,
            differences: Vec::new(),
            trajectory_error: None,
            journal_error: None,
        };
        if self.broker.depth == 0 {
            self.end_journal(&report);
        }
        match error {
            None => Ok(report),
            Some(error) => Err(RlmError::Model { error, report: Box::new(report) }),
        }
    }

    /// Notes how the root run ended, or compares it with what was noted.
    fn end_journal(&self, report: &Report) {
        let answer = report.answer.as_ref().map(|answer| answer.text.clone());
        let now = Ending { answer, stop: report.stop.name().to_owned() };
        match self.tree.recorder.ending() {
            Some(recorded) if self.tree.recorder.is_offline() && *recorded != now => {
                self.tree.recorder.differs("end", || format!("recorded was {recorded:?}, now it is {now:?}"));
            }
            None if self.tree.recorder.is_offline() => {}
            Some(recorded) if *recorded == now => {}
            _ => self.tree.recorder.commit(&format!("{}/end", self.broker.run), Body::End(now)),
        }
    }
}
