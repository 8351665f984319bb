//! What can be said on the command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, builder::TypedValueParser};
use rlm::Budget;
use rlm_model::Money;
use rlm_sandbox::{Bytes, Fuel, Limits};

use crate::{run::PolicyArgs, units};

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
    Run(Box<RunArgs>),
    /// Go on with a run that was ended: nothing a model answered is asked again
    Resume(ResumeArgs),
    /// Do a run again from its journal, asking no model, and report what differs
    Replay(ReplayArgs),
    /// Run one cell: its output, and an exit code that says how it ended
    Exec(ExecArgs),
    /// Serve one session over standard input and output, as JSON lines
    Session(SessionArgs),
    /// List the models that are configured and the providers known; ask each with --check
    Models(ModelsArgs),
    /// Turn a trajectory into lines that the rlms viewer reads, or into samples for supervised training
    Export(ExportArgs),
    /// Make one HTML page of a trajectory, which needs no network to be looked at
    View(ViewArgs),
    /// Measure this machine: what sessions, cells, calls and computing cost, beside its python3
    Bench(BenchArgs),
    /// Print the completions of a shell, to be put where it looks for them
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of the program or of a subcommand
    Man {
        /// The subcommand
        subcommand: Option<String>,
    },
}

/// Settings of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// How often each is done; the least time counts
    #[arg(long, value_name = "N", default_value = "5", value_parser = units::positive, allow_hyphen_values = true)]
    pub runs: u32,
    /// Only the computing programs whose name has this in it
    #[arg(long, value_name = "PART")]
    pub only: Option<String>,
}

/// Settings of `view`.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// What `run --trajectory` wrote
    pub trajectory: PathBuf,
    /// Where the page goes, `-` for standard output; unless told, beside the trajectory as .html
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Where a context of the run is now, in the order the run had them, so that the page can show which
    /// parts of it were read; unless told, where the run had it
    #[arg(long, value_name = "PATH")]
    pub context: Vec<PathBuf>,
}

/// Settings of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What `run --trajectory` wrote
    pub trajectory: PathBuf,
    /// `rlms`: the log that the viewer of the rlms package reads; `sft`: one sample a turn of the root model
    #[arg(short, long, value_name = "FORMAT")]
    pub format: ExportFormat,
    /// Where the lines go, `-` for standard output, which it is unless told
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// What a trajectory is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// The log that the viewer of the rlms package reads.
    Rlms,
    /// One sample a turn of the root model.
    Sft,
}

/// Settings of the interactive prompt.
#[derive(Debug, Args)]
pub struct PromptArgs {
    /// The context.
    #[command(flatten)]
    pub context: ContextArgs,
    /// The key of snapshots.
    #[command(flatten)]
    pub key: KeyArgs,
    /// Packages for `import`.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Limits of each cell.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Who answers `%ask`.
    #[command(flatten)]
    pub models: ModelArgs,
    /// What one `%ask` may spend.
    #[command(flatten)]
    pub budget: BudgetArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
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
    /// Go on from the run of this journal: cells find its question and answer, and those before it,
    /// in `history`; its contexts are taken again unless others are named
    #[arg(long, value_name = "JOURNAL")]
    pub follow: Option<PathBuf>,
    /// File with a JSON schema that the answer has to meet; it is then one JSON value
    #[arg(long, value_name = "PATH")]
    pub schema: Option<PathBuf>,
    /// The prompts the root model gets: general, qwen or reasoning; by its name unless told
    #[arg(long, value_name = "NAME")]
    pub pack: Option<String>,
    /// The contexts.
    #[command(flatten)]
    pub context: ContextArgs,
    /// The models.
    #[command(flatten)]
    pub models: ModelArgs,
    /// What the run may spend.
    #[command(flatten)]
    pub budget: BudgetArgs,
    /// How it goes about it.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Packages for `import`.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Limits of each cell.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
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
    /// The configuration, where it is not where it was.
    #[command(flatten)]
    pub config: ConfigArgs,
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
    /// Who writes the cells: `builtin` (the default: no language model, it searches and extracts),
    /// `PROVIDER:NAME` such as openai:gpt-5 or anthropic:claude-sonnet-4-5, `local:PATH.gguf` in builds that
    /// have it, `recorded:PATH`, or a name
    /// of rlm-repl.toml; `rlm-repl models` lists what there is [env: RLM_MODEL]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Who reads the pieces; unless told, the same model [env: RLM_SUB_MODEL]
    #[arg(long, value_name = "MODEL")]
    pub sub_model: Option<String>,
    /// Where the server is, such as http://localhost:11434/v1; the key is taken from the provider's
    /// usual variable, such as OPENAI_API_KEY, and a server on this machine needs none
    /// [env: OPENAI_BASE_URL and the like]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Write every request and reply to this file, to be asked again as --model recorded:PATH
    #[arg(long, value_name = "PATH")]
    pub record: Option<PathBuf>,
}

/// Where further settings are.
#[derive(Debug, Default, Args)]
pub struct ConfigArgs {
    /// Settings as a file: named models, roles, providers, limits, budget
    /// [env: RLM_CONFIG] [default: rlm-repl/rlm-repl.toml in the user's configuration directory]
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
}

/// Settings of `models`.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// Ask each configured model for one word; a provider may charge for it
    #[arg(long)]
    pub check: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// The models.
    #[command(flatten)]
    pub models: ModelArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
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
    /// What all calls together may cost; every model then needs a known price; not limited unless told
    #[arg(long, value_name = "DOLLARS", value_parser = units::dollars, allow_hyphen_values = true)]
    pub max_cost: Option<Money>,
    /// Levels of child runs (`rlm_query`) below the root, 0 for none; 1 unless told
    #[arg(long, value_name = "N", value_parser = units::level, allow_hyphen_values = true)]
    pub max_depth: Option<u32>,
    #[arg(long, value_name = "N", value_parser = units::positive, allow_hyphen_values = true, help = errors_help())]
    pub max_errors: Option<u32>,
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
    /// Start from the session saved in this file; contexts it refers to are given with --context
    #[arg(long, value_name = "PATH")]
    pub load: Option<PathBuf>,
    /// Save the session to this file after the cell, however it ended
    #[arg(long, value_name = "PATH")]
    pub save: Option<PathBuf>,
    /// The context.
    #[command(flatten)]
    pub context: ContextArgs,
    /// The key of snapshots.
    #[command(flatten)]
    pub key: KeyArgs,
    /// Packages for `import`.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Limits of the cell.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Settings of `session`.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// The contexts of the session `main`.
    #[command(flatten)]
    pub context: ContextArgs,
    /// The key of snapshots.
    #[command(flatten)]
    pub key: KeyArgs,
    /// Packages for `import`.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Limits of each cell, unless its request brings its own.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// The texts bound to `context`.
#[derive(Clone, Debug, Args)]
pub struct ContextArgs {
    /// File to bind to the variable `context`, a folder, which becomes a dict of its files by path, or
    /// `-` for standard input. May be repeated: `context` is then a list, and each is also `context_0`,
    /// `context_1` and so on. NAME= gives it a name of your own besides; a path that looks so is
    /// written ./NAME=PATH
    #[arg(long = "context", value_name = "[NAME=]PATH", value_parser = clap::builder::PathBufValueParser::new().try_map(ContextArg::parse))]
    pub given: Vec<ContextArg>,
    /// Take contexts as bytes rather than as UTF-8 text
    #[arg(long, requires = "given", conflicts_with = "format")]
    pub bytes: bool,
    /// What files are taken as: `text`, the default; `bytes`; as data `json`, `jsonl`, `csv` or `tsv`;
    /// `auto` goes by the name's ending
    #[arg(long = "context-format", value_name = "FORMAT", requires = "given")]
    pub format: Option<Format>,
    /// Keep copies of contexts in this folder, so that the next run opens unchanged ones at once
    #[arg(long = "context-cache", value_name = "FOLDER", requires = "given")]
    pub cache: Option<PathBuf>,
}

/// A context as it was named: `PATH`, or `NAME=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextArg {
    /// The name of the person's own choice.
    pub name: Option<String>,
    /// The file or folder, or `-`.
    pub path: PathBuf,
}

impl ContextArg {
    /// Reads `PATH` or `NAME=PATH`, where NAME is an identifier.
    pub fn parse(text: PathBuf) -> Result<Self, String> {
        let named = text.to_str().and_then(|text| text.split_once('=')).filter(|(name, _)| is_identifier(name));
        let Some((name, path)) = named else { return Ok(Self::from(text)) };
        let number = name.strip_prefix("context_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        if name == "context" || name == "history" || number {
            return Err(format!("{name} has a meaning of its own; choose another name"));
        }
        if path.is_empty() {
            return Err(format!("no path after {name}="));
        }
        Ok(Self { name: Some(name.to_owned()), path: path.into() })
    }
}

impl From<PathBuf> for ContextArg {
    fn from(path: PathBuf) -> Self {
        Self { name: None, path }
    }
}

/// Whether a variable can be called so.
pub fn is_identifier(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic());
    first && text.chars().all(|char| char == '_' || char.is_alphanumeric())
}

/// What a context's file is taken as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `str`.
    Text,
    /// `bytes`.
    Bytes,
    /// What the JSON says.
    Json,
    /// A list, one JSON value a line.
    Jsonl,
    /// A list of dicts.
    Csv,
    /// The same, separated by tabs.
    Tsv,
    /// As the name's ending says; text for any other.
    Auto,
}

/// What saved sessions are sealed with.
#[derive(Clone, Debug, Default, Args)]
pub struct KeyArgs {
    /// File with the key that saved sessions are sealed with: 64 hex digits. It is made on the first
    /// save; unless told, snapshot.key in the user's state folder [env: RLM_SNAPSHOT_KEY]
    #[arg(long, value_name = "PATH")]
    pub snapshot_key: Option<PathBuf>,
}

/// Pure-Python packages for cells.
#[derive(Debug, Default, Args)]
pub struct PackageArgs {
    /// Folder with pure-Python packages that cells may import; they can read it and not change it. May
    /// be repeated
    #[arg(long = "python-path", value_name = "DIR")]
    pub python_path: Vec<PathBuf>,
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
    /// The limits given, and those of `default` where none is.
    pub fn over(&self, default: Limits) -> Limits {
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

fn errors_help() -> String {
    format!("Turns in a row in which every cell fails; {} unless told", Budget::default().errors_in_a_row)
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
    fn a_context_may_have_a_name() {
        let told = |text: &str| match ContextArg::parse(text.into()) {
            Ok(ContextArg { name, path }) => format!("{}|{}", name.unwrap_or_default(), path.display()),
            Err(why) => why,
        };
        assert_eq!(told("report=a/b.txt"), "report|a/b.txt");
        assert_eq!(told("a/b.txt"), "|a/b.txt");
        assert_eq!(told("größe=x=y"), "größe|x=y");
        assert_eq!(told("./day=1.txt"), "|./day=1.txt");
        assert_eq!(told("2024=a"), "|2024=a");
        assert_eq!(told("=a"), "|=a");
        assert_eq!(told("report="), "no path after report=");
        assert_eq!(told("context=a"), "context has a meaning of its own; choose another name");
        assert_eq!(told("context_7=a"), "context_7 has a meaning of its own; choose another name");
        assert_eq!(told("context_a=-"), "context_a|-");
    }

    #[test]
    fn limits_not_given_keep_their_defaults() {
        let cli = Cli::try_parse_from(["rlm-repl", "--timeout", "2", "--host-calls", "0"]).unwrap();
        let limits = cli.prompt.limits.over(Limits::default());
        assert_eq!(limits.wall, Duration::from_secs(2));
        assert_eq!(limits, Limits { wall: limits.wall, host_calls: 0, ..Limits::default() });
    }
}
