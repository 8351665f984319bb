//! Child runs: `rlm_query` and `rlm_query_batched`.

use std::{future::Future, pin::Pin, sync::Arc};

use futures_util::{StreamExt, stream};
use rlm_sandbox::{Checkpoint, Context, HostCall, HostError, Session, Value};
use tokio::task::JoinSet;

use super::{Broker, Schema, query::raises};
use crate::{
    Event, RlmError,
    args::Args,
    budget::Ledger,
    course::{Child, Course},
    journal::{Body, Outside, digest},
};

/// Characters of a child's question that its root model is shown in full; the rest it reads from its
/// context.
const QUESTION_CHARS: usize = 8_000;

/// What a child run is to do.
#[derive(Clone)]
pub(super) struct Task {
    question: String,
    context: Option<Vec<String>>,
    /// The state of the session that asked, for a child that goes on from there.
    state: Option<Checkpoint>,
}

impl Broker {
    /// `rlm_query(prompt, context=None, model=None, inherit=False, schema=None)`
    pub(super) async fn child(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let parameters = &["prompt", "context", "model", "inherit", "schema"];
        let mut args = Args::bind("rlm_query", parameters, call)?;
        let question = args.text("prompt")?;
        let context = args.text_or_texts("context")?;
        let model = self.model(args.optional_text("model")?)?;
        let schema = Schema::of_argument(&mut args)?;
        let state = self.inherited(&mut args)?;
        let id = self.next_call();
        let task = Task { question, context, state };
        let result = self.run_children(&id, &model, vec![task], schema).await?.pop();
        result.unwrap_or_else(|| Err(HostError::new("RuntimeError", "the child run was lost")))
    }

    /// `rlm_query_batched(prompts, contexts=None, model=None, errors="none", inherit=False, schema=None)`
    pub(super) async fn children(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let function = "rlm_query_batched";
        let parameters = &["prompts", "contexts", "model", "errors", "inherit", "schema"];
        let mut args = Args::bind(function, parameters, call)?;
        let questions = args.texts("prompts")?;
        let contexts = args.optional_texts("contexts")?;
        let model = self.model(args.optional_text("model")?)?;
        let raises = raises(function, &mut args)?;
        let schema = Schema::of_argument(&mut args)?;
        let state = self.inherited(&mut args)?;
        if let Some(contexts) = &contexts
            && contexts.len() != questions.len()
        {
            let message = format!("{function}(): {} prompts and {} contexts", questions.len(), contexts.len());
            return Err(HostError::new("ValueError", message));
        }
        let contexts = contexts.unwrap_or_default().into_iter().map(|text| Some(vec![text]));
        let contexts = contexts.chain(std::iter::repeat(None));
        let tasks: Vec<Task> = questions
            .into_iter()
            .zip(contexts)
            .map(|(question, context)| Task { question, context, state: state.clone() })
            .collect();
        let id = self.next_call();
        let results = self.run_children(&id, &model, tasks, schema).await?;
        let results = results.into_iter().map(|result| result.map_err(|error| error.message)).collect();
        self.gather(function, results, raises)
    }

    /// The state of the calling session, if `inherit` asks for it.
    fn inherited(&self, args: &mut Args) -> Result<Option<Checkpoint>, HostError> {
        if !args.truth("inherit")? {
            return Ok(None);
        }
        self.checkpoint().map(Some)
    }

    /// The calling session as it is now, in the middle of its cell.
    pub(super) fn checkpoint(&self) -> Result<Checkpoint, HostError> {
        let forker =
            self.forker.get().ok_or_else(|| HostError::new("RuntimeError", "this session cannot be forked"))?;
        forker.checkpoint().map_err(|error| HostError::new("MemoryError", error.to_string()))
    }

    /// A session that goes on from `state`.
    pub(super) async fn fork(&self, state: &Checkpoint) -> Result<Session, HostError> {
        let forker =
            self.forker.get().ok_or_else(|| HostError::new("RuntimeError", "this session cannot be forked"))?;
        forker.start(state).await.map_err(|error| HostError::new("MemoryError", error.to_string()))
    }

    /// Runs child runs, some at a time, each on a task of its own. At the depth bound each is a plain
    /// sub-call.
    pub(super) async fn run_children(
        self: &Arc<Self>,
        id: &str,
        model: &rlm_model::SharedModel,
        tasks: Vec<Task>,
        schema: Option<Arc<Schema>>,
    ) -> Result<Vec<Result<Value, HostError>>, HostError> {
        if self.depth >= self.tree.settings.budget.depth {
            self.note("rlm_query: no more levels below this one, so a plain sub-call was made".to_owned());
            let prompts = tasks.into_iter().map(|task| task.plain()).collect();
            return self.ask_plainly(id, model, prompts, schema).await;
        }
        let count = tasks.len() as u64;
        let child = |(index, task)| {
            let share = self.ledger.share(count);
            let child = ChildRun {
                parent: self.clone(),
                name: format!("{id}.{index}"),
                model: model.clone(),
                schema: schema.clone(),
                share,
            };
            async move { (index, on_its_own(child.start(task)).await) }
        };
        // All are made, and with them their shares, before any begins: their order does not matter then.
        let children: Vec<_> = tasks.into_iter().enumerate().map(child).collect();
        let most = self.tree.settings.child_concurrency.max(1);
        let mut results: Vec<_> = stream::iter(children).buffer_unordered(most).collect().await;
        self.tree.sync();
        results.sort_by_key(|(index, _)| *index);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }
}

/// Runs a future on a task of its own, so that another core can take it. It ends with this one.
pub(super) async fn on_its_own<T: Send + 'static>(
    future: Pin<Box<dyn Future<Output = Result<T, HostError>> + Send>>,
) -> Result<T, HostError> {
    let mut alone = JoinSet::new();
    alone.spawn(future);
    match alone.join_next().await {
        Some(Ok(result)) => result,
        _ => Err(HostError::new("RuntimeError", "the task was lost")),
    }
}

impl Task {
    /// Tasks that are told in their questions.
    pub(super) fn all(questions: Vec<String>) -> Vec<Self> {
        questions.into_iter().map(|question| Self { question, context: None, state: None }).collect()
    }

    /// The task as one prompt, for where there can be no child.
    fn plain(self) -> String {
        match self.context {
            None => self.question,
            Some(texts) => format!("{}\n\n{}", self.question, texts.join("\n\n")),
        }
    }
}

/// A child run before it begins.
struct ChildRun {
    parent: Arc<Broker>,
    name: String,
    model: rlm_model::SharedModel,
    schema: Option<Arc<Schema>>,
    share: Ledger,
}

impl ChildRun {
    /// The run as a future of a named type, because it contains calls of this very function.
    fn start(self, task: Task) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>> {
        Box::pin(async move {
            let tree = self.parent.tree.clone();
            let digest = digest(
                [self.model.name(), &task.question]
                    .into_iter()
                    .chain(task.context.iter().flatten().map(String::as_str)),
            );
            if let Some(Body::Child { request, text, failure }) = tree.recorder.known(&self.name) {
                tree.recorder.same_request(&self.name, request, &digest);
                let bills = tree.bills_below(&self.name);
                bills.iter().for_each(|bill| self.share.book(bill.amounts()));
                tree.count(&bills);
                return match (text, failure) {
                    (Some(text), _) => self.value(text),
                    (None, Some(Outside::Error { kind, message })) => Err(HostError::new(kind, message.as_str())),
                    _ => Err(HostError::new("RuntimeError", "the journal does not say how the child run ended")),
                };
            }
            let result = self.run(task).await;
            // A run that ended because this one is being stopped has not answered anything.
            if !tree.stopper.is_stopping() && tree.recorder.divergence().is_none() {
                let (text, failure) = match &result {
                    Ok(text) => (Some(text.clone()), None),
                    Err(error) => (None, Some(Outside::from(error))),
                };
                tree.recorder.append(&self.name, Body::Child { request: digest, text, failure });
            }
            self.value(&result?)
        })
    }

    async fn run(&self, task: Task) -> Result<String, HostError> {
        let failed = |error: RlmError| HostError::new("RuntimeError", format!("child run: {error}"));
        let tree = &self.parent.tree;
        let (question, context) = told(task.question, task.context);
        let contexts = match &task.state {
            // A child that goes on from here has the context already.
            Some(_) if context.is_none() => Vec::new(),
            _ => contexts(&context.unwrap_or_default())?,
        };
        let session = match &task.state {
            Some(state) => Some(self.parent.fork(state).await?),
            None => None,
        };
        let iterations = tree.settings.budget.child_iterations;
        let (name, depth) = (self.name.clone(), self.parent.depth + 1);
        tree.events.tell(|| Event::ChildStarted { run: name.clone(), depth, question: question.clone() });
        let broker = Broker::new(tree.clone(), self.share.clone(), self.name.clone(), depth, iterations);
        let child = Child { broker, model: self.model.clone(), schema: self.schema.clone(), session, number: 0 };
        let ended = Course::of_child(child, &question, contexts).await.map_err(failed)?.go_as_child().await;
        let stop = ended.as_ref().map_or("failed", |ended| ended.stop.name());
        tree.events.tell(|| Event::ChildEnded { run: self.name.clone(), stop });
        let ended = ended.map_err(failed)?;
        match ended.answer {
            Some(answer) => Ok(answer.text),
            None => Err(HostError::new("RuntimeError", format!("child run: no answer: {}", ended.stop))),
        }
    }

    /// The answer as the parent sees it.
    fn value(&self, text: &str) -> Result<Value, HostError> {
        match &self.schema {
            None => Ok(Value::Str(text.to_owned())),
            Some(schema) => {
                schema.read(text).map_err(|why| HostError::new("ValueError", format!("the child run's answer: {why}")))
            }
        }
    }
}

/// What a child's root model is told, and its context: a long task is its own context.
fn told(question: String, context: Option<Vec<String>>) -> (String, Option<Vec<String>>) {
    if question.len() <= QUESTION_CHARS {
        return (question, context);
    }
    let head: String = question.chars().take(QUESTION_CHARS / 2).collect();
    let told = format!("{head}\n[... this task is longer: it stands in full in the context ...]");
    let mut texts = vec![question];
    texts.extend(context.into_iter().flatten());
    (told, Some(texts))
}

fn contexts(texts: &[String]) -> Result<Vec<(String, Context)>, HostError> {
    let name = |index: usize| if texts.len() == 1 { "context".to_owned() } else { format!("context_{index}") };
    let open = |(index, text): (usize, &String)| {
        let context = Context::text(text).map_err(|error| HostError::new("ValueError", error.to_string()))?;
        Ok((name(index), context))
    };
    texts.iter().enumerate().map(open).collect()
}
