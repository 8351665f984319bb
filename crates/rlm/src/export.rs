//! Trajectories in the shapes of others: the lines that the viewer of the `rlms` package reads, and samples for
//! supervised training.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::{run::ROOT, trajectory::VERSION};

/// What a trajectory is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One `metadata` and one `iteration` a turn of the root run, as the `rlms` package logs them. Child runs are
    /// among the calls of the cell that started them. The last iteration has the answer of the run, whoever gave it.
    Rlms,
    /// One sample a turn of the root run: the conversation as it was, and the reply as the last of `messages`.
    Sft,
}

/// What cannot be exported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTrajectory {
    /// It does not begin as a trajectory does.
    #[error("it does not begin with a line of type metadata")]
    NoMetadata,
    /// A later version wrote it.
    #[error("it has version {found}, this program reads {VERSION}")]
    Version {
        /// The version it has.
        found: u64,
    },
}

/// What the metadata of `rlms` has.
const METADATA: [&str; 8] = [
    "root_model",
    "max_depth",
    "max_iterations",
    "backend",
    "backend_kwargs",
    "environment_type",
    "environment_kwargs",
    "other_backends",
];

/// The lines of a trajectory in another shape.
///
/// # Errors
/// When they are no trajectory, or one of a later version.
pub fn export(lines: &[Json], format: Format) -> Result<Vec<Json>, BadTrajectory> {
    let metadata = lines.first().filter(|line| line["type"] == "metadata").ok_or(BadTrajectory::NoMetadata)?;
    match metadata["version"].as_u64() {
        Some(version) if version <= u64::from(VERSION) => {}
        found => return Err(BadTrajectory::Version { found: found.unwrap_or(0) }),
    }
    let runs = runs(lines);
    let root = runs.get(ROOT).map(Vec::as_slice).unwrap_or_default();
    Ok(match format {
        Format::Rlms => {
            let mut head = json!({"type": "metadata", "timestamp": metadata["timestamp"]});
            for (key, value) in described(metadata) {
                head[key] = value;
            }
            let mut iterations = Log { metadata, runs: &runs }.iterations(root);
            // Viewers take the last final answer for that of the run, which votes or a draft may have given.
            let answer = &result(lines)["answer"]["text"];
            if let Some(last) = iterations.last_mut().filter(|_| answer.is_string()) {
                last["final_answer"] = answer.clone();
            }
            std::iter::once(head).chain(iterations).collect()
        }
        Format::Sft => samples(metadata, lines, root),
    })
}

/// One turn, with all that the model was told.
struct Turn<'a> {
    line: &'a Json,
    prompt: Vec<Json>,
}

/// The turns of each run, by its name. A line holds the messages that its turn added; after a compaction, all
/// there are.
fn runs(lines: &[Json]) -> BTreeMap<&str, Vec<Turn<'_>>> {
    let mut conversations: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    let mut runs: BTreeMap<&str, Vec<Turn<'_>>> = BTreeMap::new();
    for line in lines {
        let (Some(kind), Some(run)) = (line["type"].as_str(), line["run"].as_str()) else { continue };
        let conversation = conversations.entry(run).or_default();
        match kind {
            "compaction" => conversation.clear(),
            "iteration" | "child_iteration" | "candidate_iteration" => {
                let new = line["prompt"].as_array().map(Vec::as_slice).unwrap_or_default();
                // A plain call is a conversation of its own.
                let prompt = if line["iteration"] == 0 {
                    new.to_vec()
                } else {
                    conversation.extend(new.iter().cloned());
                    let prompt = conversation.clone();
                    conversation.push(json!({"role": "assistant", "content": line["response"]}));
                    prompt
                };
                runs.entry(run).or_default().push(Turn { line, prompt });
            }
            _ => {}
        }
    }
    runs
}

/// What `rlms` says of a run before it begins.
fn described(metadata: &Json) -> Map<String, Json> {
    METADATA.iter().map(|key| ((*key).to_owned(), metadata[*key].clone())).collect()
}

/// A trajectory on its way to a log of `rlms`.
struct Log<'a> {
    metadata: &'a Json,
    runs: &'a BTreeMap<&'a str, Vec<Turn<'a>>>,
}

impl Log<'_> {
    fn iterations(&self, turns: &[Turn<'_>]) -> Vec<Json> {
        (1u32..).zip(turns).map(|(number, turn)| self.iteration(number, turn)).collect()
    }

    fn iteration(&self, number: u32, turn: &Turn<'_>) -> Json {
        let line = turn.line;
        let name = format!("{}/{}", line["run"].as_str().unwrap_or_default(), line["iteration"]);
        let blocks = line["code_blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let blocks = (1u32..).zip(blocks).map(|(cell, block)| self.block(&format!("{name}.{cell}."), block));
        json!({
            "type": "iteration",
            "iteration": number,
            "timestamp": line["timestamp"],
            "prompt": turn.prompt,
            "response": line["response"],
            "code_blocks": blocks.collect::<Vec<_>>(),
            "final_answer": line["final_answer"],
            "iteration_time": line["iteration_time"],
        })
    }

    fn block(&self, cell: &str, block: &Json) -> Json {
        let result = &block["result"];
        let mut calls: Vec<Json> = result["rlm_calls"].as_array().into_iter().flatten().map(plain_call).collect();
        // Names of child runs that the cell started itself: those of their own have a further slash.
        let started =
            self.runs.iter().filter(|(run, _)| run.strip_prefix(cell).is_some_and(|rest| !rest.contains('/')));
        calls.extend(started.map(|(_, turns)| self.child_run(turns)));
        let kept = ["stdout", "stderr", "locals", "execution_time", "final_answer"];
        let mut told: Map<_, _> = kept.iter().map(|key| ((*key).to_owned(), result[*key].clone())).collect();
        told.insert("rlm_calls".into(), calls.into());
        json!({"code": block["code"], "result": told})
    }

    /// A child run as one call, with its own turns beside.
    fn child_run(&self, turns: &[Turn<'_>]) -> Json {
        let sum = |key: &str| turns.iter().filter_map(|turn| turn.line["usage"][key].as_u64()).sum::<u64>();
        let (calls, input, output) = (sum("calls"), sum("input_tokens"), sum("output_tokens"));
        let asked = turns.first().and_then(|turn| turn.prompt.iter().find(|said| said["role"] == "user"));
        let answer = turns.iter().rev().find_map(|turn| turn.line["final_answer"].as_str());
        let model = self.metadata["sub_model"].as_str().unwrap_or_default();
        let mut call = json!({
            "root_model": model,
            "prompt": asked.map_or(Json::Null, |said| said["content"].clone()),
            "response": answer.unwrap_or_default(),
            "usage_summary": {"model_usage_summaries": {model: {
                "total_calls": calls, "total_input_tokens": input, "total_output_tokens": output,
            }}},
            "prompt_tokens": input,
            "completion_tokens": output,
            "execution_time": turns.iter().filter_map(|turn| turn.line["iteration_time"].as_f64()).sum::<f64>(),
            "metadata": {"run_metadata": described(self.metadata), "iterations": self.iterations(turns)},
        });
        if answer.is_none() {
            call["error"] = "the child run gave no answer".into();
        }
        call
    }
}

/// A sub-call as `rlms` logs it; its tokens also under the names that the viewer looks for.
fn plain_call(call: &Json) -> Json {
    let mut told = json!({
        "root_model": call["root_model"],
        "prompt": call["prompt"],
        "response": call["response"].as_str().unwrap_or_default(),
        "usage_summary": call["usage_summary"],
        "prompt_tokens": call["prompt_tokens"].as_u64().unwrap_or(0),
        "completion_tokens": call["completion_tokens"].as_u64().unwrap_or(0),
        "execution_time": call["execution_time"],
    });
    if let Some(error) = call["error"].as_str() {
        told["error"] = error.into();
    }
    told
}

/// How the run ended; null where it has not.
fn result(lines: &[Json]) -> &Json {
    lines.iter().rev().find(|line| line["type"] == "result").unwrap_or(&Json::Null)
}

fn samples(metadata: &Json, lines: &[Json], turns: &[Turn<'_>]) -> Vec<Json> {
    let result = result(lines);
    let sample = |turn: &Turn<'_>| {
        let line = turn.line;
        let reply = json!({"role": "assistant", "content": line["response"]});
        let messages: Vec<&Json> = turn.prompt.iter().chain([&reply]).collect();
        let blocks = line["code_blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let outcomes: Vec<&Json> = blocks.iter().map(|block| &block["result"]["outcome"]).collect();
        json!({
            "messages": messages,
            "metadata": {
                "model": metadata["root_model"],
                "question": metadata["question"],
                "iteration": line["iteration"],
                "closing": line["closing"],
                "outcomes": outcomes,
                "final_answer": line["final_answer"],
                "run_stop": result["stop"],
                "run_answer": result["answer"]["text"],
            },
        })
    };
    turns.iter().map(sample).collect()
}
