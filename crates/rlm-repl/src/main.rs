//! Python in a sandbox at the terminal: a prompt, a pipe, a server over stdio, or a model at work.
#![forbid(unsafe_code)]

mod args;
mod bench;
mod config;
mod contexts;
mod exec;
mod export;
mod failure;
mod interrupt;
mod models;
mod outcome;
mod packages;
mod prompt;
mod python;
mod run;
mod session;
mod shell;
mod snapshots;
mod text;
mod traceback;
mod units;
mod value;
mod view;
mod world;

use anyhow::Result;
use clap::Parser;

use crate::args::{Cli, Command};

fn main() {
    let code = dispatch(Cli::parse()).unwrap_or_else(|error| {
        if closed_pipe(&error) {
            return failure::FAILED;
        }
        let (lines, code) = failure::report(&error);
        world::err(&lines);
        code
    });
    std::process::exit(code)
}

fn dispatch(cli: Cli) -> Result<i32> {
    match cli.command {
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Resume(args)) => run::resume(&args),
        Some(Command::Replay(args)) => run::replay(&args),
        Some(Command::Exec(args)) => exec::exec(&args),
        Some(Command::Session(args)) => session::session(&args),
        Some(Command::Models(args)) => models::models(&args),
        Some(Command::Export(args)) => export::export(&args),
        Some(Command::Bench(args)) => bench::bench(&args),
        Some(Command::View(args)) => view::view(&args),
        Some(Command::Completions { shell }) => shell::completions(shell),
        Some(Command::Man { subcommand }) => shell::manual(subcommand.as_deref()),
        None if world::is_interactive() => prompt::prompt(&cli.prompt),
        None => exec::exec_stdin(&cli.prompt),
    }
}

/// Whether whoever read our output went away, as `head` does: nothing to complain about.
fn closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
