//! What can be said on the command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use rlm::Budget;
use rlm_sandbox::{Bytes, Fuel, Limits};

use crate::units;

/// Python in a sandbox: at a prompt, in a pipe, under another program, or written by a model to
/// answer a question about a text far larger than the model's window.
#[derive(Debug, Parser)]
#[command(name = "rlm-repl", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do; without one, an interactive prompt, or one cell when standard input is a pipe.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings of the prompt.
    #[command(flatten)]
    pub prompt: PromptArgs,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 the cell raised or rlm-repl failed, 2 usage, \
                          3 a limit or the budget was met, 130 interrupted.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer a question about texts of any size
    Run(RunArgs),
    /// Go on with a run that was ended: nothing a model answered is asked again
    Resume(ResumeArgs),
    /// Do a run again from its journal, asking no model, and report what differs
    Replay(ReplayArgs),
    /// Run one cell: its output, and an exit code that says how it ended
    Exec(ExecArgs),
    /// Serve one session over standard input and output, as JSON lines
    Session(SessionArgs),
}

/// Settings of the interactive prompt.
#[derive(Debug, Args)]
pub struct PromptArgs {
    /// The context.
    #[command(flatten)]
    pub context: ContextArgs,
    /// Limits of each cell.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Settings of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// What to find out
    pub question: String,
    /// Print one JSON object with answer, stop, iterations, sub-calls, usage and time
    #[arg(long)]
    pub json: bool,
    /// Show no progress and no spend; errors and what answered are still said
    #[arg(short, long)]
    pub quiet: bool,
    /// Write what happens to this file, as JSON lines
    #[arg(long, value_name = "PATH")]
    pub trajectory: Option<PathBuf>,
    /// Write the journal, from which `resume` goes on, to this new file; unless told, it is kept in
    /// ~/.local/state/rlm-repl/runs
    #[arg(long, value_name = "PATH", conflicts_with = "no_journal")]
    pub journal: Option<PathBuf>,
    /// Keep no journal
    #[arg(long)]
    pub no_journal: bool,
    /// The contexts.
    #[command(flatten)]
    pub context: ContextArgs,
    /// The models.
    #[command(flatten)]
    pub models: ModelArgs,
    /// What the run may spend.
    #[command(flatten)]
    pub budget: BudgetArgs,
    /// Limits of each cell.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Settings of `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The journal
    pub journal: PathBuf,
    /// Print one JSON object, as `run --json` does
    #[arg(long)]
    pub json: bool,
    /// Show no progress and no spend; errors and what answered are still said
    #[arg(short, long)]
    pub quiet: bool,
    /// Write what happens to this file, as JSON lines, from the start of the run
    #[arg(long, value_name = "PATH")]
    pub trajectory: Option<PathBuf>,
    /// The contexts, where they are not where they were.
    #[command(flatten)]
    pub context: ContextArgs,
}

/// Settings of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The journal
    pub journal: PathBuf,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
    /// Write what happens to this file, as JSON lines
    #[arg(long, value_name = "PATH")]
    pub trajectory: Option<PathBuf>,
    /// The contexts, where they are not where they were.
    #[command(flatten)]
    pub context: ContextArgs,
}

/// Who is asked.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Models")]
pub struct ModelArgs {
    /// Who writes the cells: `builtin` (the default: no language model, it searches and extracts) or
    /// `openai:NAME`, such as openai:gpt-5, of any server that speaks that format [env: RLM_MODEL]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Who reads the pieces; unless told, the same model [env: RLM_SUB_MODEL]
    #[arg(long, value_name = "MODEL")]
    pub sub_model: Option<String>,
    /// Where the server is, such as http://localhost:11434/v1; the key is taken from OPENAI_API_KEY,
    /// and a server on this machine needs none [env: OPENAI_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

/// What one run may spend.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Budget of the run")]
pub struct BudgetArgs {
    #[arg(long, value_name = "N", value_parser = units::positive, allow_hyphen_values = true, help = iterations_help())]
    pub max_iterations: Option<u32>,
    #[arg(long, value_name = "N", value_parser = units::count, allow_hyphen_values = true, help = sub_calls_help())]
    pub max_sub_calls: Option<u64>,
    /// Tokens sent to all models together; not limited unless told
    #[arg(long, value_name = "N", value_parser = units::count, allow_hyphen_values = true)]
    pub max_input_tokens: Option<u64>,
    /// Tokens received from all models together; not limited unless told
    #[arg(long, value_name = "N", value_parser = units::count, allow_hyphen_values = true)]
    pub max_output_tokens: Option<u64>,
    /// Time of the whole run, waiting included; not limited unless told
    #[arg(long, value_name = "SECONDS", value_parser = units::seconds, allow_hyphen_values = true)]
    pub max_time: Option<Duration>,
    /// Levels of child runs (`rlm_query`) below the root, 0 for none; 1 unless told
    #[arg(long, value_name = "N", value_parser = units::count, allow_hyphen_values = true)]
    pub max_depth: Option<u64>,
}

/// Settings of `exec`.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// The cell itself
    #[arg(short = 'c', value_name = "CODE", conflicts_with = "file")]
    pub code: Option<String>,
    /// File that holds the cell; `-`, or nothing, is standard input
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the value of the cell's last expression, as the prompt does
    #[arg(short, long)]
    pub print: bool,
    /// Print one JSON object with output, value, error and usage instead of the output
    #[arg(long, conflicts_with = "print")]
    pub json: bool,
    /// The context.
    #[command(flatten)]
    pub context: ContextArgs,
    /// Limits of the cell.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Settings of `session`.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// Limits of each cell, unless its request brings its own.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// The texts bound to `context`.
#[derive(Debug, Args)]
pub struct ContextArgs {
    /// File to bind to the variable `context`, or `-` for standard input; of several, `context` is
    /// a list
    #[arg(long = "context", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Take contexts as bytes rather than as UTF-8 text
    #[arg(long, requires = "paths")]
    pub bytes: bool,
}

/// What one cell may use.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits of each cell")]
pub struct LimitArgs {
    #[arg(long, value_name = "SECONDS", value_parser = units::seconds, allow_hyphen_values = true, help = timeout_help())]
    timeout: Option<Duration>,
    #[arg(long, value_name = "SIZE", value_parser = units::memory, allow_hyphen_values = true, help = memory_help())]
    memory: Option<Bytes>,
    #[arg(long, value_name = "N", value_parser = units::fuel, allow_hyphen_values = true, help = fuel_help())]
    fuel: Option<Fuel>,
    #[arg(long, value_name = "SIZE", value_parser = units::size, allow_hyphen_values = true, help = output_help())]
    output: Option<Bytes>,
    #[arg(long, value_name = "N", value_parser = units::count, allow_hyphen_values = true, help = host_calls_help())]
    host_calls: Option<u64>,
}

impl LimitArgs {
    /// The limits given, and the defaults for those not given.
    pub fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            wall: self.timeout.unwrap_or(default.wall),
            memory: self.memory.unwrap_or(default.memory),
            fuel: self.fuel.unwrap_or(default.fuel),
            output: self.output.unwrap_or(default.output),
            host_calls: self.host_calls.unwrap_or(default.host_calls),
            ..default
        }
    }
}

fn iterations_help() -> String {
    format!("Turns of the model; {} unless told", Budget::default().iterations)
}

fn sub_calls_help() -> String {
    format!("Sub-calls, 0 for none; {} unless told", Budget::default().sub_calls)
}

fn timeout_help() -> String {
    format!("Time, such as 10 or 0.5; {} unless told", Limits::default().wall.as_secs_f64())
}

fn memory_help() -> String {
    format!("Memory of the session, such as 128M; {} unless told", Limits::default().memory)
}

fn fuel_help() -> String {
    format!("Instructions, such as 500M or 2_000_000_000; {}G unless told", Limits::default().fuel.0 / 1_000_000_000)
}

fn output_help() -> String {
    format!("Output kept of each stream, such as 64K; {} unless told", Limits::default().output)
}

fn host_calls_help() -> String {
    format!("Calls of host functions, 0 for none; {} unless told", Limits::default().host_calls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn limits_not_given_keep_their_defaults() {
        let cli = Cli::try_parse_from(["rlm-repl", "--timeout", "2", "--host-calls", "0"]).unwrap();
        let limits = cli.prompt.limits.limits();
        assert_eq!(limits.wall, Duration::from_secs(2));
        assert_eq!(limits, Limits { wall: limits.wall, host_calls: 0, ..Limits::default() });
    }
}
