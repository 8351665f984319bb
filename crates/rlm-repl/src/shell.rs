//! What shells and manuals want to know of the command line.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Cli, failure, failure::Usage, world};

/// Prints the completions of `shell`.
pub fn completions(shell: Shell) -> Result<i32> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rlm-repl", &mut script);
    world::out(&String::from_utf8(script)?)?;
    Ok(failure::OK)
}

/// Prints the manual page of the program, or of one of its subcommands.
pub fn manual(subcommand: Option<&str>) -> Result<i32> {
    let mut command = Cli::command();
    // Gives subcommands the names their pages have, such as rlm-repl-run.
    command.build();
    let shown = match subcommand {
        None => &command,
        Some(name) => command.find_subcommand(name).ok_or_else(|| {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            Usage::new(format!("there is no subcommand {name:?}")).hint(format!("there are {}", known.join(", ")))
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(shown.clone()).render(&mut page)?;
    world::out(&String::from_utf8(page)?)?;
    Ok(failure::OK)
}
