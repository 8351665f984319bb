//! A live view at a terminal: what is done scrolls, what is under way stays in the last lines.
//!
//! All that a model or a cell wrote has its control characters made visible before a colour is put on it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use console::{Term, measure_text_width, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use nu_ansi_term::{Color, Style};
use rlm::{Budget, Event, Spend, Turn};
use rlm_sandbox::{Execution, Outcome};

use super::{Calls, remark, spend};
use crate::{
    python, text, traceback,
    world::{self, UnechoedKeys},
};

/// Lines of a cell's code that are shown.
const CODE_LINES: usize = 30;
/// Lines of a cell's output that are shown.
const OUTPUT_LINES: usize = 10;
/// Columns of the last line that are for the time.
const FOR_TIME: usize = 18;
/// How often the last lines are drawn anew.
const TICK: Duration = Duration::from_millis(120);
/// Spinner and bar are ASCII: every terminal has them.
const SPINNER: &str = "|/-\\ ";
const BAR: &str = "=> ";

/// A live view.
pub struct Live {
    screen: MultiProgress,
    /// What is under way, and for how long.
    status: ProgressBar,
    /// What was spent of what may be.
    spent: ProgressBar,
    budget: Budget,
    model: String,
    colour: bool,
    keys: Mutex<UnechoedKeys>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    reply: Reply,
    calls: Calls,
    /// The bar of sub-calls, while there are some.
    bar: Option<ProgressBar>,
    /// The line of the reply that is not whole yet.
    tail: Option<ProgressBar>,
    children: usize,
    cells: usize,
}

/// A reply while it comes.
#[derive(Default)]
struct Reply {
    /// What came since the last whole line.
    line: String,
    characters: usize,
    in_code: bool,
    /// Lines of this code so far.
    code_lines: usize,
    open: python::Open,
}

impl Live {
    /// A view of a run with this budget, whose cells `model` writes.
    pub fn new(model: &str, budget: &Budget) -> Self {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(15));
        let line = |template: &str| {
            let bar = screen.add(ProgressBar::new_spinner());
            bar.set_style(style(template));
            bar
        };
        let time = budget.wall.map_or(String::new(), |wall| format!(" of {}s", wall.as_secs()));
        let status = line("{spinner} {wide_msg} {elapsed}");
        let spent = line(&format!("  {{msg}}, {{elapsed}}{time}"));
        Self {
            screen,
            status,
            spent,
            budget: budget.clone(),
            model: text::visible(model).into_owned(),
            colour: world::err_wants_colour(),
            keys: Mutex::new(UnechoedKeys::take()),
            state: Mutex::default(),
        }
    }

    /// Shows one event.
    pub fn show(&self, event: &Event) {
        let mut state = self.state();
        match event {
            Event::TurnStarted { turn, of } => {
                if *turn == 1 {
                    self.begin();
                }
                self.print(&self.paint(Style::new().bold(), &format!("turn {turn} of {of}")));
                self.doing(format!("waiting for {}", self.model));
            }
            Event::ClosingTurnStarted => self.doing(format!("waiting for the best answer of {}", self.model)),
            Event::ReplyPiece { text, .. } => self.take(&mut state, text),
            Event::ReplyRestarted { .. } => self.forget_reply(&mut state),
            Event::ReplyReceived { text, .. } => self.reply_ended(&mut state, text),
            Event::CellStarted { cell, code, .. } => self.cell_started(&mut state, *cell, code),
            Event::CellEnded { execution, .. } => self.cell_ended(execution),
            Event::SubCallsStarted { model, count } => self.calls_started(&mut state, model, *count),
            Event::SubCallEnded { error, .. } => self.call_ended(&mut state, error.is_some()),
            Event::SpendChanged { spend } => self.show_spend(spend),
            Event::ChildStarted { .. } => state.children += 1,
            Event::ChildEnded { .. } => state.children = state.children.saturating_sub(1),
            _ => {}
        }
        if let Some(remark) = remark(event) {
            self.print(&self.paint(Style::new().dimmed(), &self.cut(&remark)));
        }
    }

    /// Prints a line that stays. It is broken here: what the terminal breaks leaves rests of the last lines behind.
    pub fn say(&self, line: &str) {
        text::wrapped(&text::visible(line), self.width().saturating_sub(1)).iter().for_each(|line| self.print(line));
    }

    /// Takes what is under way off the screen.
    pub fn end(&self) {
        let mut state = self.state();
        self.forget_reply(&mut state);
        for bar in state.bar.take().iter().chain([&self.status, &self.spent]) {
            bar.finish_and_clear();
        }
        // A terminal that is gone has nothing to be cleared.
        let _ = self.screen.clear();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).give_back();
    }

    fn begin(&self) {
        self.spent.reset();
        self.show_spend(&Spend { cost: Some(rlm_model::Money::ZERO), ..Spend::default() });
        self.status.reset();
        for bar in [&self.status, &self.spent] {
            bar.enable_steady_tick(TICK);
        }
    }

    fn show_spend(&self, spend: &Spend) {
        let line = spend::line(spend, &self.budget);
        self.spent.set_message(truncate_str(&line, self.width().saturating_sub(FOR_TIME).max(10), "...").into_owned());
    }

    fn doing(&self, what: String) {
        self.status.reset_elapsed();
        self.status.set_message(what);
    }

    /// A piece of the reply: whole lines scroll, the rest waits for more.
    fn take(&self, state: &mut State, piece: &str) {
        let reply = &mut state.reply;
        reply.characters += piece.chars().count();
        let mut rest = piece;
        while let Some((line, after)) = rest.split_once('\n') {
            reply.line.push_str(line);
            self.reply_line(reply);
            rest = after;
        }
        reply.line.push_str(rest);
        self.break_long_line(reply);
        self.status.set_message(format!(
            "{} replies: {} characters",
            self.model,
            text::grouped(reply.characters as u64)
        ));
        self.show_tail(state);
    }

    /// Prints the line, which is whole.
    fn reply_line(&self, reply: &mut Reply) {
        let line = std::mem::take(&mut reply.line);
        let fence = line.trim();
        if fence.starts_with("```") {
            self.code_ended(reply);
            reply.in_code = !reply.in_code;
            reply.open = None;
        } else if reply.in_code {
            reply.code_lines += 1;
            if reply.code_lines <= CODE_LINES {
                self.print_code(&line, &mut reply.open);
            }
        } else if !fence.is_empty() {
            let width = self.width().saturating_sub(5).max(16);
            for line in text::wrapped(&text::visible(line.trim_end()), width) {
                self.print(&format!("    {line}"));
            }
        }
    }

    /// Says how much of the code was not shown.
    fn code_ended(&self, reply: &mut Reply) {
        let rest = std::mem::take(&mut reply.code_lines).saturating_sub(CODE_LINES);
        if rest > 0 {
            let rest = text::counted(rest as u64, "more line");
            self.print(&self.paint(Style::new().dimmed(), &format!("  | ... {rest}")));
        }
    }

    /// A paragraph without line ends scrolls as it fills the width.
    fn break_long_line(&self, reply: &mut Reply) {
        let width = self.width().saturating_sub(4).max(16);
        while !reply.in_code && measure_text_width(&text::visible(&reply.line)) > width {
            let fits = reply.line.char_indices().map(|(at, _)| at).take(width).last().unwrap_or(0);
            let at = reply.line[..fits].rfind(' ').filter(|at| *at > 0).unwrap_or(fits);
            let rest = reply.line.split_off(at);
            self.reply_line(reply);
            reply.line = rest.trim_start().to_owned();
        }
    }

    fn show_tail(&self, state: &mut State) {
        let line = text::visible(&state.reply.line).into_owned();
        if line.trim().is_empty() {
            if let Some(tail) = state.tail.take() {
                tail.finish_and_clear();
                self.screen.remove(&tail);
            }
            return;
        }
        let tail = state.tail.get_or_insert_with(|| {
            let tail = self.screen.insert_before(&self.status, ProgressBar::new_spinner());
            tail.set_style(style("{wide_msg}"));
            tail
        });
        // The end of a line too long is what is new in it.
        let most = self.width().saturating_sub(6).max(16);
        let shown: String = match line.chars().count() {
            count if count > most => line.chars().skip(count - most).collect(),
            _ => line,
        };
        let gutter = if state.reply.in_code { "  | " } else { "    " };
        tail.set_message(format!("{gutter}{shown}"));
    }

    fn reply_ended(&self, state: &mut State, whole: &str) {
        if state.reply.characters == 0 {
            // It stood in the journal.
            self.take(state, whole);
        }
        if !state.reply.line.is_empty() {
            self.reply_line(&mut state.reply);
        }
        self.code_ended(&mut state.reply);
        state.cells = Turn::parse(whole).cells.len();
        self.forget_reply(state);
        self.doing("reading the reply".into());
    }

    fn forget_reply(&self, state: &mut State) {
        state.reply = Reply::default();
        self.show_tail(state);
    }

    fn cell_started(&self, state: &mut State, cell: u32, code: &str) {
        let of = if state.cells > 1 { format!(" {cell} of {}", state.cells) } else { String::new() };
        if state.cells == 0 {
            // The loop made it of the reply's words.
            let mut open = None;
            text::visible(code).lines().for_each(|line| self.print_code(line, &mut open));
        } else if state.cells > 1 {
            self.print(&self.paint(Style::new().dimmed(), &format!("  output of cell{of}:")));
        }
        self.doing(format!("running cell{of}"));
    }

    fn cell_ended(&self, execution: &Execution) {
        let lines = |symbol: &str, style: Style, content: &str| {
            for line in text::first_lines(&text::visible(content), OUTPUT_LINES, usize::MAX) {
                self.print(&format!("  {}{}", self.paint(style, symbol), self.cut(&line)));
            }
        };
        let (good, bad) = (Color::Green.normal(), Color::Red.bold());
        lines("> ", good, &execution.output.stdout.text());
        lines("> ", Color::Yellow.normal(), &execution.output.stderr.text());
        match &execution.outcome {
            Outcome::Completed(Some(value)) => lines("> ", good, &value.repr),
            Outcome::Completed(None) => {}
            Outcome::Raised(fault) => {
                for line in traceback::innermost(&fault.traceback) {
                    lines("! ", bad, line);
                }
            }
            Outcome::Exceeded(exceeded) => lines("! ", bad, &format!("limit exceeded: {exceeded}")),
            Outcome::Cancelled { .. } => lines("! ", bad, "cancelled"),
        }
        self.doing("cell done".into());
    }

    fn calls_started(&self, state: &mut State, model: &str, count: usize) {
        state.calls.start(model, count);
        let width = (self.width() / 4).clamp(8, 30);
        let bar = state.bar.get_or_insert_with(|| {
            let bar = self.screen.insert_before(&self.status, ProgressBar::new(0));
            bar.set_style(style(&format!("  [{{bar:{width}}}] {{pos}}/{{len}} {{wide_msg}} {{elapsed}}")));
            bar.enable_steady_tick(TICK);
            bar
        });
        bar.set_length(state.calls.started as u64);
        let bar = bar.clone();
        bar.set_message(calls_line(state));
    }

    fn call_ended(&self, state: &mut State, failed: bool) {
        let ended = state.calls.end(failed);
        match (&ended, &state.bar) {
            (None, Some(bar)) => {
                bar.set_position(state.calls.ended as u64);
                bar.set_message(calls_line(state));
            }
            (Some(_), Some(bar)) => {
                bar.finish_and_clear();
                self.screen.remove(bar);
                state.bar = None;
            }
            _ => {}
        }
        if let Some(all) = ended {
            self.print(&self.paint(Style::new().dimmed(), &self.cut(&text::visible(&all.summary()))));
        }
    }

    fn print_code(&self, line: &str, open: &mut python::Open) {
        let line = text::visible(line.trim_end());
        let code = if self.colour { python::painted(&line, open) } else { line.into_owned() };
        self.print(&format!("  {} {code}", self.paint(Style::new().dimmed(), "|")));
    }

    /// Prints a line above what is under way. It may hold colours of ours and no other controls.
    fn print(&self, line: &str) {
        // A terminal that is gone is nobody's fault here.
        let _ = self.screen.println(line);
    }

    /// One line of text, no wider than the terminal.
    fn cut(&self, line: &str) -> String {
        truncate_str(&text::visible(line), self.width().saturating_sub(5).max(16), "...").into_owned()
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour { style.paint(text).to_string() } else { text.to_owned() }
    }

    fn width(&self) -> usize {
        Term::stderr().size_checked().map_or(80, |(_, columns)| columns.into())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn calls_line(state: &State) -> String {
    let failed = if state.calls.failed > 0 { format!(", {} failed", state.calls.failed) } else { String::new() };
    let children = match state.children {
        0 => String::new(),
        children => format!(", {}", text::counted(children as u64, "child run")),
    };
    format!("sub-calls to {}{failed}{children}", text::visible(&state.calls.model))
}

/// A style by a template of ours.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    style.tick_chars(SPINNER).progress_chars(BAR)
}
