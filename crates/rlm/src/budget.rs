//! What a run may spend, and what it has spent: reserved before it is used, settled after.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use crate::Budget;

/// The account of one run. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Ledger {
    budget: Budget,
    turn: Arc<AtomicU32>,
    sub_calls: Arc<Mutex<Account>>,
}

/// How much of one kind is used, and how much of the rest is promised.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    used: u64,
    reserved: u64,
}

/// More was asked for than is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sub-calls: {taken} of {of} used, {wanted} more asked for")]
pub(crate) struct Spent {
    /// Used or promised to calls in progress.
    pub taken: u64,
    /// All there may be.
    pub of: u64,
    /// How many were asked for.
    pub wanted: u64,
}

impl Ledger {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { budget, turn: Arc::default(), sub_calls: Arc::default() }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Notes which turn has begun.
    pub(crate) fn begin_turn(&self, turn: u32) {
        self.turn.store(turn, Ordering::Relaxed);
    }

    /// The turn in progress.
    pub(crate) fn turn(&self) -> u32 {
        self.turn.load(Ordering::Relaxed)
    }

    /// Sub-calls made.
    pub(crate) fn sub_calls(&self) -> u64 {
        self.account().used
    }

    /// Takes `wanted` sub-calls out of what is left: all of them or none, so that a batch that
    /// does not fit costs nothing.
    pub(crate) fn reserve(&self, wanted: u64) -> Result<Reservation, Spent> {
        let mut account = self.account();
        let (taken, of) = (account.used + account.reserved, self.budget.sub_calls);
        if wanted > of.saturating_sub(taken) {
            return Err(Spent { taken, of, wanted });
        }
        account.reserved += wanted;
        Ok(Reservation { ledger: self.clone(), left: Mutex::new(wanted) })
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.sub_calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sub-calls put aside. What is not used goes back when this is dropped.
pub(crate) struct Reservation {
    ledger: Ledger,
    left: Mutex<u64>,
}

impl Reservation {
    /// Uses one call, at the moment it is sent: a call cut off later has been paid for. Says
    /// whether there was one.
    pub(crate) fn use_one(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if *left == 0 {
            return false;
        }
        *left -= 1;
        let mut account = self.ledger.account();
        account.reserved -= 1;
        account.used += 1;
        true
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let left = *self.left.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.ledger.account().reserved -= left;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ledger(sub_calls: u64) -> Ledger {
        Ledger::new(Budget { sub_calls, ..Budget::default() })
    }

    #[test]
    fn what_does_not_fit_says_how_much_of_how_much() {
        let ledger = ledger(10);
        let first = ledger.reserve(8).unwrap();
        assert!(first.use_one());
        let refused = ledger.reserve(3).err().unwrap();
        assert_eq!(refused.to_string(), "sub-calls: 8 of 10 used, 3 more asked for");
        drop(first);
        assert_eq!(ledger.sub_calls(), 1);
        assert!(ledger.reserve(9).is_ok());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Reserve(u64),
        Use(usize),
        Drop(usize),
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0u64..12).prop_map(Step::Reserve),
            any::<usize>().prop_map(Step::Use),
            any::<usize>().prop_map(Step::Drop),
        ]
    }

    proptest! {
        #[test]
        fn no_order_of_steps_overspends(of in 0u64..30, steps in proptest::collection::vec(any_step(), 0..200)) {
            let ledger = ledger(of);
            let mut open: Vec<Reservation> = Vec::new();
            let mut used = 0;
            for step in steps {
                match step {
                    Step::Reserve(wanted) => open.extend(ledger.reserve(wanted)),
                    Step::Use(which) if !open.is_empty() => used += u64::from(open[which % open.len()].use_one()),
                    Step::Drop(which) if !open.is_empty() => drop(open.swap_remove(which % open.len())),
                    _ => {}
                }
                let account = *ledger.account();
                prop_assert_eq!(account.used, used);
                prop_assert!(account.used + account.reserved <= of);
            }
            drop(open);
            prop_assert_eq!(ledger.account().reserved, 0);
        }

        #[test]
        fn no_race_of_threads_overspends(of in 0u64..40, wanted in proptest::collection::vec(0u64..9, 1..8)) {
            let ledger = ledger(of);
            let made: u64 = std::thread::scope(|scope| {
                let threads: Vec<_> = wanted
                    .iter()
                    .map(|&wanted| {
                        let ledger = ledger.clone();
                        scope.spawn(move || {
                            ledger.reserve(wanted).map_or(0, |held| (0..wanted / 2 + 1).filter(|_| held.use_one()).count() as u64)
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            prop_assert_eq!(ledger.sub_calls(), made);
            prop_assert!(made <= of);
        }
    }
}
