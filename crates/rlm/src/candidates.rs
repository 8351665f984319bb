//! Independent runs of one question, until enough of them agree.
//!
//! As many as have to agree begin at once, each with a session, a conversation and turns of its own. While no
//! answer has enough votes, further ones are begun, up to one less than twice that many: with two answers in
//! play one of them has won by then. All of them draw on one budget.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::{
    Answer, Event, RlmError, Stop, Votes,
    broker::Broker,
    budget::Ledger,
    course::{Course, Ended},
    run::{Asked, ROOT},
    tree::Tree,
};

/// Most runs that may be asked to agree.
const MOST_WANTED: u32 = 16;

/// What an answer is compared by.
fn vote_of(answer: &Answer) -> String {
    let words: Vec<String> = answer.text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches('.').to_owned()
}

/// Goes to the end with `first` and as many others as it takes. The ending is that of the answer with most
/// votes, the earliest of equals; without any answer it is that of `first`.
pub(crate) async fn agree(
    tree: &Arc<Tree>,
    ledger: &Ledger,
    first: &mut Course,
    asked: Asked<'_>,
    wanted: u32,
) -> Result<(Ended, Votes), RlmError> {
    let wanted = wanted.clamp(2, MOST_WANTED);
    let most = 2 * wanted - 1;
    // All shares are made before any run begins, so that they are the same when the run is resumed.
    let shares: Vec<Ledger> = (1..most).map(|_| ledger.share(u64::from(most) - 1)).collect();
    let mut others = (1..).zip(shares);
    let mut ballot = Ballot::default();
    let mut first_ended = None;
    loop {
        let missing = if ballot.runs == 0 { wanted - 1 } else { wanted - ballot.best().map_or(0, |(votes, _)| votes) };
        let more: Vec<(u32, Ledger)> = others.by_ref().take(missing as usize).collect();
        let going = more.into_iter().map(|(number, share)| {
            let tree = tree.clone();
            async move {
                let (mut course, _) = begin(&tree, share, number, asked).await?;
                let ended = course.go().await?;
                Ok::<_, RlmError>((number, course.iterations(), ended))
            }
        });
        let going = join_all(going.map(Box::pin));
        let ended = if ballot.runs == 0 {
            let (own, ended) = tokio::join!(first.go(), going);
            let own = own?;
            ballot.cast(0, &own);
            first_ended = Some(own);
            ended
        } else {
            going.await
        };
        if ended.is_empty() && ballot.runs >= wanted {
            break;
        }
        for ended in ended {
            let (number, iterations, ended) = ended?;
            first.add_iterations(iterations);
            let answer = ballot.cast(number, &ended).map(|answer| answer.text.clone());
            tree.events.tell(|| Event::CandidateEnded { run: name(number), answer });
        }
        if ballot.best().is_some_and(|(votes, _)| votes >= wanted) || tree.stopper.is_stopping() {
            break;
        }
    }
    let agreed = ballot.best().map(|(votes, answer)| (votes, answer.clone()));
    let votes = Votes { agree: agreed.as_ref().map_or(0, |(votes, _)| *votes), of: ballot.answered(), wanted };
    let ended = match (agreed, first_ended) {
        (Some((_, answer)), _) => Ended::Answered(answer),
        (None, Some(ended)) => ended,
        (None, None) => Ended::Early(Stop::Stopped, None),
    };
    Ok((ended, votes))
}

async fn begin(
    tree: &Arc<Tree>,
    share: Ledger,
    number: u32,
    asked: Asked<'_>,
) -> Result<(Course, Vec<crate::context::Bound>), RlmError> {
    let broker = Broker::new(tree.clone(), share, name(number), 0, tree.settings.budget.iterations);
    let Asked { question, history, contexts } = asked;
    Course::of_root(tree.clone(), broker, number.into(), question, history, contexts.to_vec(), None).await
}

/// The run's name in the journal.
fn name(number: u32) -> String {
    format!("{ROOT}v{number}")
}

/// The votes so far.
#[derive(Default)]
struct Ballot {
    runs: u32,
    /// Answers in the order of the runs, with what they are compared by and how many gave them.
    answers: Vec<(u32, String, u32, Answer)>,
}

impl Ballot {
    /// Counts how a run ended, and gives its answer if it has one of its own.
    fn cast<'a>(&mut self, number: u32, ended: &'a Ended) -> Option<&'a Answer> {
        self.runs += 1;
        let (Ended::Answered(answer) | Ended::Early(Stop::Settled { .. }, Some(answer))) = ended else { return None };
        let vote = vote_of(answer);
        match self.answers.iter_mut().find(|(_, known, ..)| *known == vote) {
            Some((_, _, votes, _)) => *votes += 1,
            None => self.answers.push((number, vote, 1, answer.clone())),
        }
        Some(answer)
    }

    /// The answer with most votes, the earliest of equals.
    fn best(&self) -> Option<(u32, &Answer)> {
        let best = self.answers.iter().max_by_key(|(number, _, votes, _)| (*votes, std::cmp::Reverse(*number)))?;
        Some((best.2, &best.3))
    }

    fn answered(&self) -> u32 {
        self.answers.iter().map(|(_, _, votes, _)| votes).sum()
    }
}
