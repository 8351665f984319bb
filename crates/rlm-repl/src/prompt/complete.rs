//! Tab: names of the session that complete what was typed.

use reedline::{Completer, CompletionResult, Span, Suggestion};
use tokio::runtime::Handle;

use super::{Shared, command, lock};

/// Asks the session for names. The prompt waits outside the runtime while a line is typed, so the
/// question can simply be waited for.
pub struct SessionCompleter {
    session: Shared,
    handle: Handle,
}

impl SessionCompleter {
    /// Completes names of `session`.
    pub fn new(session: &Shared, handle: &Handle) -> Self {
        Self { session: session.clone(), handle: handle.clone() }
    }
}

impl Completer for SessionCompleter {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        let typed = line.get(..pos).unwrap_or(line);
        let name = dotted_name(typed);
        if name.is_empty() && !typed.starts_with('%') {
            return CompletionResult::fresh(Vec::new());
        }
        if typed.starts_with('%') && !typed.contains(char::is_whitespace) {
            let commands = command::NAMES.iter().filter(|command| command.starts_with(typed));
            return suggestions(commands.map(ToString::to_string), Span::new(0, pos));
        }
        // A sandbox that cannot answer has nothing to suggest; the next cell will say what is wrong.
        let names = self.handle.block_on(lock(&self.session).complete(name)).unwrap_or_default();
        suggestions(names.into_iter(), Span::new(pos - name.len(), pos))
    }
}

fn suggestions(names: impl Iterator<Item = String>, span: Span) -> CompletionResult {
    let all: Vec<Suggestion> = names.map(|value| Suggestion { value, span, ..Suggestion::default() }).collect();
    CompletionResult::fresh(all)
}

/// The dotted name that `typed` ends in, such as `context.spl`.
fn dotted_name(typed: &str) -> &str {
    let start = typed
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.'))
        .last()
        .map_or(typed.len(), |(index, _)| index);
    &typed[start..]
}

#[cfg(test)]
mod tests {
    use super::dotted_name;

    #[test]
    fn the_name_under_the_cursor_is_found() {
        for (typed, name) in
            [("print(con", "con"), ("x = context.spl", "context.spl"), ("a + ", ""), ("été", "été"), ("", "")]
        {
            assert_eq!(dotted_name(typed), name, "{typed:?}");
        }
    }
}
