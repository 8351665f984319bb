//! The `%` commands of the prompt.

use std::path::PathBuf;

use rlm::Budget;
use rlm_sandbox::{Bytes, Limits, Variable};

use crate::{args::ContextArg, text, units};

/// What `%help` prints.
pub const HELP: &str = "\
%vars               list the variables
%limits             show the limits of a cell
%limits NAME VALUE  change one, such as: %limits timeout 10
%context PATH       bind one more context; with NAME=PATH, under that name too
%time CELL          run a cell and say what it used
%ask QUESTION       have the model answer by working in this session; what it
                    leaves in variables is there afterwards
%budget             show what one %ask may spend
%budget NAME VALUE  change one, such as: %budget cost 0.50
%undo               take the last cell back, or the last %load
%fork NAME          go on in a copy of the session; %fork alone lists them
%switch NAME        go to another copy; the first one is main
%save PATH          save the session to a file
%load PATH          go on with a saved session
%help               this list
%quit               leave, as Ctrl-D does
Enter runs a cell; a block ends with an empty line; Alt-Enter adds a line.
Tab completes. Ctrl-C stops the running cell and keeps the variables.
";

/// The commands, for completion.
pub const NAMES: [&str; 13] = [
    "%ask", "%budget", "%context", "%fork", "%help", "%limits", "%load", "%quit", "%save", "%switch", "%time", "%undo",
    "%vars",
];

/// Changes one limit.
pub type Change = Box<dyn FnOnce(&mut Limits)>;

/// Changes one part of the budget.
pub type BudgetChange = Box<dyn FnOnce(&mut Budget)>;

/// Something other than a cell to do.
pub enum Command {
    /// Explain the commands.
    Help,
    /// List the variables.
    Vars,
    /// Show the limits.
    ShowLimits,
    /// Change a limit.
    SetLimit(Change),
    /// Show the budget.
    ShowBudget,
    /// Change a part of the budget.
    SetBudget(BudgetChange),
    /// Have the model answer in this session.
    Ask(String),
    /// Run a cell and say what it used.
    Time(String),
    /// Bind one more context.
    Context(ContextArg),
    /// Take the last cell back.
    Undo,
    /// Go on in a copy of the session.
    Fork(String),
    /// Name the copies.
    ListForks,
    /// Go to another copy.
    Switch(String),
    /// Save the session.
    Save(PathBuf),
    /// Go on with a saved session.
    Load(PathBuf),
    /// Leave.
    Quit,
}

/// Why a text is no command.
#[derive(Debug, PartialEq, Eq)]
pub enum NotACommand {
    /// There is nothing in it.
    Empty,
    /// It is Python.
    Cell,
    /// It begins like a command; the text says what is wrong.
    Unknown(String),
}

/// Reads what was typed.
pub fn parse(text: &str) -> Result<Command, NotACommand> {
    let text = text.trim();
    match text {
        "" => return Err(NotACommand::Empty),
        "exit" | "quit" => return Ok(Command::Quit),
        _ if !text.starts_with('%') => return Err(NotACommand::Cell),
        _ => {}
    }
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match (name, rest.trim()) {
        ("%help", "") => Ok(Command::Help),
        ("%vars", "") => Ok(Command::Vars),
        ("%limits", "") => Ok(Command::ShowLimits),
        ("%limits", change) => change_of(change).map(Command::SetLimit).map_err(NotACommand::Unknown),
        ("%budget", "") => Ok(Command::ShowBudget),
        ("%budget", change) => budget_change_of(change).map(Command::SetBudget).map_err(NotACommand::Unknown),
        ("%ask", "") => {
            Err(NotACommand::Unknown("%ask takes a question, such as: %ask Which of these names occur twice?".into()))
        }
        ("%ask", question) => Ok(Command::Ask(question.to_owned())),
        ("%time", "") => Err(NotACommand::Unknown("%time takes a cell, such as: %time len(context)".into())),
        ("%time", cell) => Ok(Command::Time(cell.to_owned())),
        ("%context", "") => {
            Err(NotACommand::Unknown("%context takes a path, such as: %context report=report.txt".into()))
        }
        ("%context", given) => {
            let parsed = ContextArg::parse(given.into());
            parsed.map(Command::Context).map_err(|why| NotACommand::Unknown(format!("%context {given}: {why}")))
        }
        ("%undo", "") => Ok(Command::Undo),
        ("%fork", "") => Ok(Command::ListForks),
        ("%fork", name) => Ok(Command::Fork(name.to_owned())),
        ("%switch", name) if !name.is_empty() => Ok(Command::Switch(name.to_owned())),
        ("%save", path) if !path.is_empty() => Ok(Command::Save(path.into())),
        ("%load", path) if !path.is_empty() => Ok(Command::Load(path.into())),
        ("%switch", _) => Err(NotACommand::Unknown("%switch takes a name, such as: %switch main".into())),
        ("%save" | "%load", _) => {
            Err(NotACommand::Unknown(format!("{name} takes a path, such as: {name} work.session")))
        }
        ("%quit" | "%exit", "") => Ok(Command::Quit),
        ("%help" | "%vars" | "%undo" | "%quit" | "%exit", _) => {
            Err(NotACommand::Unknown(format!("{name} takes nothing after it")))
        }
        _ => Err(NotACommand::Unknown(format!("unknown command {name}"))),
    }
}

/// Reads `NAME VALUE` or `NAME=VALUE`.
fn change_of(text: &str) -> Result<Change, String> {
    let (name, value) = text
        .split_once(|c: char| c.is_whitespace() || c == '=')
        .map(|(name, value)| (name, value.trim()))
        .ok_or("%limits takes a name and a value, such as: %limits timeout 10")?;
    let named = |message: String| format!("{name} {value}: {message}");
    Ok(match name {
        "timeout" => {
            let wall = units::seconds(value).map_err(named)?;
            Box::new(move |limits| limits.wall = wall)
        }
        "memory" => {
            let memory = units::memory(value).map_err(named)?;
            Box::new(move |limits| limits.memory = memory)
        }
        "fuel" => {
            let fuel = units::fuel(value).map_err(named)?;
            Box::new(move |limits| limits.fuel = fuel)
        }
        "output" => {
            let output = units::size(value).map_err(named)?;
            Box::new(move |limits| limits.output = output)
        }
        "host-calls" => {
            let calls = units::count(value).map_err(named)?;
            Box::new(move |limits| limits.host_calls = calls)
        }
        _ => return Err(format!("unknown limit {name}, expected timeout, memory, fuel, output or host-calls")),
    })
}

/// Reads `NAME VALUE` or `NAME=VALUE`; `none` lifts what can be without a limit.
fn budget_change_of(text: &str) -> Result<BudgetChange, String> {
    let (name, value) = text
        .split_once(|c: char| c.is_whitespace() || c == '=')
        .map(|(name, value)| (name, value.trim()))
        .ok_or("%budget takes a name and a value, such as: %budget cost 0.50")?;
    let named = |message: String| format!("{name} {value}: {message}");
    /// A value, or none.
    fn limit<T>(value: &str, read: fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
        if value == "none" { Ok(None) } else { read(value).map(Some) }
    }
    Ok(match name {
        "turns" => {
            let turns = units::positive(value).map_err(named)?;
            Box::new(move |budget| budget.iterations = turns)
        }
        "sub-calls" => {
            let calls = units::count(value).map_err(named)?;
            Box::new(move |budget| budget.sub_calls = calls)
        }
        "input-tokens" => {
            let tokens = limit(value, units::count).map_err(named)?;
            Box::new(move |budget| budget.input_tokens = tokens)
        }
        "output-tokens" => {
            let tokens = limit(value, units::count).map_err(named)?;
            Box::new(move |budget| budget.output_tokens = tokens)
        }
        "cost" => {
            let money = limit(value, units::dollars).map_err(named)?;
            Box::new(move |budget| budget.money = money)
        }
        "time" => {
            let wall = limit(value, units::seconds).map_err(named)?;
            Box::new(move |budget| budget.wall = wall)
        }
        "depth" => {
            let depth = units::level(value).map_err(named)?;
            Box::new(move |budget| budget.depth = depth)
        }
        _ => {
            return Err(format!(
                "unknown part {name}, expected turns, sub-calls, input-tokens, output-tokens, cost, time or depth"
            ));
        }
    })
}

/// The budget, one part a line.
pub fn budget_shown(budget: &Budget) -> String {
    let none = || "no limit".to_owned();
    let tokens = |limit: Option<u64>| limit.map_or_else(none, text::grouped);
    format!(
        "turns          {}\nsub-calls      {}\ninput-tokens   {}\noutput-tokens  {}\ncost           {}\n\
         time           {}\ndepth          {}\n",
        budget.iterations,
        text::grouped(budget.sub_calls),
        tokens(budget.input_tokens),
        tokens(budget.output_tokens),
        budget.money.map_or_else(none, |money| money.to_string()),
        budget.wall.map_or_else(none, |wall| format!("{} s", wall.as_secs_f64())),
        budget.depth,
    )
}

/// The limits, one a line.
pub fn shown(limits: &Limits) -> String {
    let Limits { fuel, wall, memory, output, host_calls, .. } = limits;
    format!(
        "timeout     {} s\nmemory      {memory}\nfuel        {}\noutput      {output} of each stream\nhost-calls  {}\n",
        wall.as_secs_f64(),
        text::grouped(fuel.0),
        text::grouped(*host_calls),
    )
}

/// The variables, one a line of so many columns: name, type, size, beginning.
pub fn listing(variables: &[Variable], columns: usize) -> String {
    if variables.is_empty() {
        return "no variables yet\n".into();
    }
    let width = variables.iter().map(|variable| variable.name.chars().count()).max().unwrap_or(0).min(24);
    variables.iter().map(|variable| line_of(variable, width, columns)).collect()
}

fn line_of(variable: &Variable, width: usize, columns: usize) -> String {
    let Variable { name, kind, size, preview } = variable;
    let size = match size {
        None => String::new(),
        Some(bytes) if kind == "bytes" => format!(" of {}", Bytes(*bytes)),
        Some(size) => format!(" of {}", text::grouped(*size)),
    };
    let about = format!("{name:width$}  {kind}{size}  ");
    let room = columns.saturating_sub(about.chars().count()).clamp(8, 60);
    format!("{about}{}\n", text::cut(&preview.replace('\n', " "), room))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> NotACommand {
        match parse(text) {
            Err(problem) => problem,
            Ok(_) => panic!("{text:?} is a command"),
        }
    }

    #[test]
    fn commands_are_read() {
        assert!(matches!(parse("%help"), Ok(Command::Help)));
        assert!(matches!(parse("  %vars\n"), Ok(Command::Vars)));
        assert!(
            matches!(parse("%time for x in y:\n    pass"), Ok(Command::Time(cell)) if cell == "for x in y:\n    pass")
        );
        assert!(matches!(parse("exit"), Ok(Command::Quit)));
        assert!(matches!(parse("%ask  Why? "), Ok(Command::Ask(question)) if question == "Why?"));
        let mut budget = Budget::default();
        for change in ["cost 0.5", "time=30", "sub-calls 2K", "time none"] {
            let Ok(Command::SetBudget(change)) = parse(&format!("%budget {change}")) else { panic!("{change}") };
            change(&mut budget);
        }
        let expected = Budget { money: rlm_model::Money::from_dollars(0.5), sub_calls: 2_000, ..Budget::default() };
        assert_eq!(budget, expected);
        assert!(matches!(parse("%undo"), Ok(Command::Undo)));
        assert!(matches!(parse("%fork"), Ok(Command::ListForks)));
        assert!(matches!(parse("%fork try one"), Ok(Command::Fork(name)) if name == "try one"));
        assert!(matches!(parse("%save a b.session"), Ok(Command::Save(path)) if path.as_os_str() == "a b.session"));
        let Ok(Command::SetLimit(change)) = parse("%limits memory=2M") else { panic!("no change") };
        let mut limits = Limits::default();
        change(&mut limits);
        assert_eq!(limits, Limits { memory: Bytes(2 << 20), ..Limits::default() });
    }

    #[test]
    fn what_is_no_command_says_why() {
        let unknown = |message: &str| NotACommand::Unknown(message.into());
        assert_eq!(problem(" "), NotACommand::Empty);
        assert_eq!(problem("x % 2"), NotACommand::Cell);
        assert_eq!(problem("%nope"), unknown("unknown command %nope"));
        assert_eq!(problem("%load"), unknown("%load takes a path, such as: %load work.session"));
        assert_eq!(problem("%vars x"), unknown("%vars takes nothing after it"));
        assert_eq!(problem("%ask"), unknown("%ask takes a question, such as: %ask Which of these names occur twice?"));
        assert_eq!(problem("%budget cost -1"), unknown("cost -1: expected US dollars above 0, such as 5 or 0.25"));
        assert_eq!(
            problem("%budget money 1"),
            unknown("unknown part money, expected turns, sub-calls, input-tokens, output-tokens, cost, time or depth")
        );
        assert_eq!(
            problem("%limits timeout 0"),
            unknown("timeout 0: expected a number of seconds above 0, such as 10 or 0.5")
        );
        assert_eq!(
            problem("%limits speed 9"),
            unknown("unknown limit speed, expected timeout, memory, fuel, output or host-calls")
        );
    }

    #[test]
    fn variables_are_listed_in_columns() {
        let variable = |name: &str, kind: &str, size, preview: &str| Variable {
            name: name.into(),
            kind: kind.into(),
            size,
            preview: preview.into(),
        };
        let variables = [variable("x", "int", None, "5"), variable("context", "str", Some(52_000), "'Package:\n'")];
        assert_eq!(listing(&variables, 80), "x        int  5\ncontext  str of 52,000  'Package: '\n");
        assert_eq!(listing(&variables, 32), "x        int  5\ncontext  str of 52,000  'Pack...\n");
        assert_eq!(listing(&[], 80), "no variables yet\n");
    }
}
