//! What a tree of runs may spend, and what it has spent: reserved before it is used, settled after.
//!
//! Each run has an account; a child run's is below its parent's, and whatever is taken from it is
//! taken from all above it. A child can be given a share: a cap of its own. Nothing is asked of a
//! model without a reservation, and a reservation is an upper bound of what the call can cost, so
//! the sum of all calls, in whatever order they end, stays within the budget.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rlm_model::{Message, Money, Usage};

use crate::Budget;

/// Kinds of what is counted.
const KINDS: usize = 4;

/// What a budget counts, beside turns and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// Model calls below the root run: sub-calls, and the turns of child runs.
    SubCalls,
    /// Tokens sent, by the root run too.
    InputTokens,
    /// Tokens received, by the root run too.
    OutputTokens,
    /// Money, in billionths of a dollar.
    Money,
}

impl Resource {
    pub(crate) const ALL: [Self; KINDS] = [Self::SubCalls, Self::InputTokens, Self::OutputTokens, Self::Money];

    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::SubCalls => "sub-calls",
            Self::InputTokens => "input tokens",
            Self::OutputTokens => "output tokens",
            Self::Money => "money",
        }
    }

    /// An amount of it, as people write it.
    pub(crate) fn amount(self, amount: u64) -> String {
        match self {
            Self::Money => Money(amount).to_string(),
            _ => amount.to_string(),
        }
    }
}

/// How much of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts(pub [u64; KINDS]);

impl Amounts {
    /// Calls that cost nothing else.
    #[cfg(test)]
    pub(crate) fn calls(calls: u64) -> Self {
        Self([calls, 0, 0, 0])
    }

    pub(crate) fn of(self, resource: Resource) -> u64 {
        self.0[resource as usize]
    }

    /// What a call took: as the provider counted, or, where it did not say, all that was reserved.
    pub(crate) fn spent(usage: Usage, cost: Option<Money>, reserved: Self) -> Self {
        let told = usage.input_tokens > 0 || usage.output_tokens > 0;
        let calls = reserved.of(Resource::SubCalls);
        if !told {
            return reserved;
        }
        Self([calls, usage.input_tokens, usage.output_tokens, cost.map_or(0, |cost| cost.0)])
    }

    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind].saturating_add(other.0[kind])))
    }

    fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind].saturating_sub(other.0[kind])))
    }
}

/// Most tokens the messages can be. A token is seldom shorter than two bytes in any language or
/// code; text made to be worse than that is charged what it came to once that is known.
pub(crate) fn most_input_tokens<'a>(messages: impl IntoIterator<Item = &'a Message>) -> u64 {
    messages.into_iter().map(|message| tokens_of(message.content.len())).sum()
}

/// The same for one text of so many bytes, with what providers wrap around a message.
pub(crate) fn tokens_of(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(2) + 16
}

/// The account of one run. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Ledger {
    books: Arc<Mutex<Vec<Account>>>,
    account: usize,
}

/// One run's account.
#[derive(Clone, Debug, Default)]
struct Account {
    above: Option<usize>,
    limits: [Option<u64>; KINDS],
    used: Amounts,
    reserved: Amounts,
    /// What is kept back for the run's last word.
    kept: Amounts,
}

/// More was asked for than is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Spent {
    pub resource: Resource,
    /// Used, promised to calls in progress, or kept for the last word.
    pub taken: u64,
    /// All there may be.
    pub of: u64,
    /// How much was asked for.
    pub wanted: u64,
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = |amount| self.resource.amount(amount);
        let (name, taken) = (self.resource.name(), amount(self.taken.min(self.of)));
        write!(f, "{name}: {taken} of {} used, {} more asked for", amount(self.of), amount(self.wanted))
    }
}

impl Ledger {
    pub(crate) fn new(budget: &Budget) -> Self {
        let money = budget.money.map(|money| money.0);
        let limits = [Some(budget.sub_calls), budget.input_tokens, budget.output_tokens, money];
        let root = Account { limits, ..Account::default() };
        Self { books: Arc::new(Mutex::new(vec![root])), account: 0 }
    }

    /// An account below this one, with an equal share of what is left among `count` and this one.
    pub(crate) fn share(&self, count: u64) -> Self {
        let mut books = self.lock();
        let limits = std::array::from_fn(|kind| {
            let left = left(&books, self.account, kind)?;
            Some(left / (count + 1).max(2))
        });
        books.push(Account { above: Some(self.account), limits, ..Account::default() });
        Self { books: self.books.clone(), account: books.len() - 1 }
    }

    /// Takes `wanted` out of what is left: all of it or nothing.
    pub(crate) fn reserve(&self, wanted: Amounts) -> Result<Reservation, Spent> {
        self.take(wanted, true)
    }

    /// The same, out of what was kept for the last word too.
    pub(crate) fn reserve_last(&self, wanted: Amounts) -> Result<Reservation, Spent> {
        self.take(wanted, false)
    }

    fn take(&self, wanted: Amounts, keep: bool) -> Result<Reservation, Spent> {
        let mut books = self.lock();
        for at in upwards(&books, self.account) {
            let account = &books[at];
            let mut taken = account.used.plus(account.reserved);
            if keep || at != self.account {
                taken = taken.plus(account.kept);
            }
            for resource in Resource::ALL {
                let (wanted, taken) = (wanted.of(resource), taken.of(resource));
                if let Some(of) = account.limits[resource as usize]
                    && wanted > of.saturating_sub(taken)
                {
                    return Err(Spent { resource, taken, of, wanted });
                }
            }
        }
        for at in upwards(&books, self.account) {
            books[at].reserved = books[at].reserved.plus(wanted);
        }
        Ok(Reservation { ledger: self.clone(), held: wanted, sent: false })
    }

    /// Keeps this much back for the run's last word.
    pub(crate) fn keep(&self, kept: Amounts) {
        self.lock()[self.account].kept = kept;
    }

    /// Books what was spent without asking: it was asked for before the run was resumed.
    pub(crate) fn book(&self, spent: Amounts) {
        self.settle(Amounts::default(), spent);
    }

    fn settle(&self, held: Amounts, spent: Amounts) {
        let mut books = self.lock();
        for at in upwards(&books, self.account) {
            let account = &mut books[at];
            account.reserved = account.reserved.minus(held);
            account.used = account.used.plus(spent);
        }
    }

    /// What this run and those below it have used.
    #[cfg(test)]
    pub(crate) fn used(&self) -> Amounts {
        self.lock()[self.account].used
    }

    /// Used, allowed and left, of one kind; allowed and left are `None` where there is no limit.
    pub(crate) fn state(&self, resource: Resource) -> (u64, Option<u64>, Option<u64>) {
        let books = self.lock();
        let (account, kind) = (&books[self.account], resource as usize);
        (account.used.0[kind], account.limits[kind], left(&books, self.account, kind))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Account>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account and all above it.
fn upwards(books: &[Account], account: usize) -> Vec<usize> {
    std::iter::successors(Some(account), |&at| books[at].above).collect()
}

/// What is left of one kind, where any account upwards has a limit.
fn left(books: &[Account], account: usize, kind: usize) -> Option<u64> {
    let here = |at: usize| {
        let account = &books[at];
        let taken = account.used.plus(account.reserved).plus(account.kept).0[kind];
        account.limits[kind].map(|of| of.saturating_sub(taken))
    };
    upwards(books, account).into_iter().filter_map(here).min()
}

/// What was put aside for one call or several. What was never sent goes back when this is dropped;
/// a call that was sent and cut off may have cost all that was put aside, so that is what is booked.
#[derive(Debug)]
pub(crate) struct Reservation {
    ledger: Ledger,
    held: Amounts,
    sent: bool,
}

impl Reservation {
    /// A part of this, to be settled by itself.
    pub(crate) fn split(&mut self, part: Amounts) -> Self {
        let part = Amounts(std::array::from_fn(|kind| part.0[kind].min(self.held.0[kind])));
        self.held = self.held.minus(part);
        Self { ledger: self.ledger.clone(), held: part, sent: false }
    }

    /// The call is on its way.
    pub(crate) fn sent(&mut self) {
        self.sent = true;
    }

    /// How much was put aside.
    pub(crate) fn held(&self) -> Amounts {
        self.held
    }

    /// Books what was spent in place of what was put aside.
    pub(crate) fn settle(mut self, spent: Amounts) {
        self.ledger.settle(self.held, spent);
        self.held = Amounts::default();
        self.sent = false;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let spent = if self.sent { self.held } else { Amounts::default() };
        self.ledger.settle(self.held, spent);
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ledger({})", self.account)
    }
}

#[cfg(test)]
mod tests;
