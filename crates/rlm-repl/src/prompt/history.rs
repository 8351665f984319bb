//! The states a person can go back to: before each cell, and the copies of the session.

use std::collections::{BTreeMap, VecDeque};

use rlm::Earlier;
use rlm_sandbox::Checkpoint;

/// Most cells that can be taken back.
const MOST_UNDO: usize = 100;

/// Most copies of the session.
const MOST_FORKS: usize = 100;

/// The copy that is there from the start.
const MAIN: &str = "main";

/// Where a person was: the session, and what was asked in it so far.
#[derive(Clone)]
pub struct State {
    /// The session.
    pub session: Checkpoint,
    /// What `%ask` answered, the oldest first.
    pub earlier: Vec<Earlier>,
}

/// The states before the cells of the present copy, and all other copies.
pub struct History<S = State> {
    current: String,
    before: VecDeque<Before<S>>,
    others: BTreeMap<String, Copy<S>>,
}

/// A state, and what was done in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before<S = State> {
    /// The state.
    pub state: S,
    /// The cell or command.
    pub did: String,
}

/// A copy that is not worked in now.
struct Copy<S> {
    state: S,
    before: VecDeque<Before<S>>,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self { current: MAIN.to_owned(), before: VecDeque::new(), others: BTreeMap::new() }
    }
}

impl<S: Clone> History<S> {
    /// Remembers the state before something that can be taken back.
    pub fn note(&mut self, state: S, did: impl Into<String>) {
        if self.before.len() == MOST_UNDO {
            self.before.pop_front();
        }
        self.before.push_back(Before { state, did: did.into() });
    }

    /// The last thing that can be taken back, and the state before it.
    pub fn undo(&mut self) -> Option<Before<S>> {
        self.before.pop_back()
    }

    /// The name of the present copy.
    pub fn current(&self) -> &str {
        &self.current
    }

    /// Makes a copy and goes there; its state, which is the `present` one.
    pub fn fork(&mut self, name: String, present: S) -> Result<S, String> {
        if name == self.current || self.others.contains_key(&name) {
            return Err(format!("there is a copy {name} already"));
        }
        if self.others.len() >= MOST_FORKS {
            return Err(format!("there are {MOST_FORKS} copies already"));
        }
        let copy = Copy { state: present.clone(), before: self.before.clone() };
        self.others.insert(std::mem::replace(&mut self.current, name), copy);
        Ok(present)
    }

    /// Leaves the present copy as it is and goes to another; the other's state.
    pub fn switch(&mut self, name: String, present: S) -> Result<S, String> {
        if name == self.current {
            return Ok(present);
        }
        let Some(other) = self.others.remove(&name) else {
            return Err(format!("there is no copy {name}"));
        };
        let before = std::mem::replace(&mut self.before, other.before);
        self.others.insert(std::mem::replace(&mut self.current, name), Copy { state: present, before });
        Ok(other.state)
    }

    /// The names, one a line, the present one marked.
    pub fn listing(&self) -> String {
        let others = self.others.keys().map(|name| format!("  {name}\n"));
        std::iter::once(format!("* {}\n", self.current)).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_taken_back_in_turn_and_only_so_many() {
        let mut history = History::default();
        (0..MOST_UNDO + 5).for_each(|state| history.note(state, "x"));
        let undone: Vec<usize> = std::iter::from_fn(|| history.undo()).map(|before| before.state).collect();
        assert_eq!(undone, (5..MOST_UNDO + 5).rev().collect::<Vec<_>>());
    }

    #[test]
    fn copies_have_states_of_their_own() {
        let mut history = History::default();
        history.note(0, "x = 0");
        assert_eq!(history.fork("a".into(), 1), Ok(1));
        history.note(1, "x = 1");
        assert_eq!(history.switch("main".into(), 2), Ok(1));
        assert_eq!(history.listing(), "* main\n  a\n");
        let before = |state, did: &str| Some(Before { state, did: did.into() });
        assert_eq!(history.undo(), before(0, "x = 0"));
        assert_eq!(history.switch("a".into(), 0), Ok(2));
        assert_eq!((history.undo(), history.undo()), (before(1, "x = 1"), before(0, "x = 0")));
        assert_eq!(history.undo(), None);
        assert_eq!(history.fork("main".into(), 0), Err("there is a copy main already".into()));
        assert_eq!(history.switch("b".into(), 0), Err("there is no copy b".into()));
    }
}
