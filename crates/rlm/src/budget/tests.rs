use proptest::prelude::*;

use super::*;

fn ledger(sub_calls: u64) -> Ledger {
    Ledger::new(&Budget { sub_calls, ..Budget::default() })
}

#[test]
fn what_does_not_fit_says_how_much_of_how_much() {
    let ledger = ledger(10);
    let mut first = ledger.reserve(Amounts::calls(8)).unwrap();
    first.split(Amounts::calls(1)).settle(Amounts::calls(1));
    let refused = ledger.reserve(Amounts::calls(3)).unwrap_err();
    assert_eq!(refused.to_string(), "sub-calls: 8 of 10 used, 3 more asked for");
    drop(first);
    assert_eq!(ledger.used(), Amounts::calls(1));
    assert!(ledger.reserve(Amounts::calls(9)).is_ok());
}

#[test]
fn money_reads_as_money() {
    let ledger = Ledger::new(&Budget { money: Money::from_dollars(1.5), ..Budget::default() });
    let refused = ledger.reserve(Amounts([0, 0, 0, 2_000_000_000])).unwrap_err();
    assert_eq!(refused.to_string(), "money: $0.00 of $1.50 used, $2.00 more asked for");
}

#[test]
fn a_call_cut_off_is_booked_in_full_and_one_never_sent_not_at_all() {
    let ledger = ledger(10);
    let mut cut_off = ledger.reserve(Amounts([1, 500, 0, 0])).unwrap();
    let never = ledger.reserve(Amounts([1, 700, 0, 0])).unwrap();
    cut_off.sent();
    drop((cut_off, never));
    assert_eq!(ledger.used(), Amounts([1, 500, 0, 0]));
}

#[test]
fn what_is_kept_is_there_for_the_last_word_only() {
    let ledger = Ledger::new(&Budget { output_tokens: Some(1_000), ..Budget::default() });
    ledger.keep(Amounts([0, 0, 300, 0]));
    assert!(ledger.reserve(Amounts([0, 0, 701, 0])).is_err());
    // A child cannot take it either.
    assert!(ledger.share(1).reserve(Amounts([0, 0, 701, 0])).is_err());
    assert!(ledger.reserve_last(Amounts([0, 0, 1_000, 0])).is_ok());
}

#[test]
fn a_share_is_a_cap_and_counts_above() {
    let ledger = ledger(10);
    let child = ledger.share(1);
    let refused = child.reserve(Amounts::calls(6)).unwrap_err();
    assert_eq!(refused.to_string(), "sub-calls: 0 of 5 used, 6 more asked for");
    child.reserve(Amounts::calls(5)).unwrap().settle(Amounts::calls(5));
    assert_eq!(ledger.used(), Amounts::calls(5));
    assert_eq!(child.state(Resource::SubCalls), (5, Some(5), Some(0)));
}

#[derive(Clone, Debug)]
enum Step {
    Share(usize, u64),
    Reserve(usize, [u64; KINDS]),
    Split(usize, u64),
    Send(usize),
    /// Settles with a part, in percent, of what was reserved: never more, which is what makes a
    /// reservation one.
    Settle(usize, u64),
    Keep(usize, u64),
    Drop(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let which = any::<usize>;
    prop_oneof![
        1 => (which(), 0u64..5).prop_map(|(at, count)| Step::Share(at, count)),
        4 => (which(), any::<[u8; KINDS]>()).prop_map(|(at, some)| Step::Reserve(at, some.map(|some| u64::from(some) / 8))),
        1 => (which(), 0u64..20).prop_map(|(at, part)| Step::Split(at, part)),
        2 => which().prop_map(Step::Send),
        2 => (which(), 0u64..101).prop_map(|(at, part)| Step::Settle(at, part)),
        1 => (which(), 0u64..10).prop_map(|(at, kept)| Step::Keep(at, kept)),
        2 => which().prop_map(Step::Drop),
    ]
}

proptest! {
    #[test]
    fn no_order_of_steps_overspends(
        limits in any::<[u8; KINDS]>(),
        steps in proptest::collection::vec(any_step(), 0..200),
    ) {
        let [calls, input, output, money] = limits.map(u64::from);
        let root = Ledger::new(&Budget {
            sub_calls: calls,
            input_tokens: Some(input),
            output_tokens: Some(output),
            money: Some(Money(money)),
            ..Budget::default()
        });
        let mut runs = vec![root.clone()];
        let mut open: Vec<Reservation> = Vec::new();
        for step in steps {
            match step {
                Step::Share(at, count) => runs.push(runs[at % runs.len()].share(count)),
                Step::Reserve(at, some) => open.extend(runs[at % runs.len()].reserve(Amounts(some))),
                Step::Keep(at, kept) => runs[at % runs.len()].keep(Amounts([0, kept, kept, kept])),
                _ if open.is_empty() => {}
                Step::Split(at, part) => {
                    let at = at % open.len();
                    let part = open[at].split(Amounts([part; KINDS]));
                    open.push(part);
                }
                Step::Send(at) => {
                    let at = at % open.len();
                    open[at].sent();
                }
                Step::Settle(at, percent) => {
                    let one = open.swap_remove(at % open.len());
                    let spent = Amounts(one.held().0.map(|held| held * percent / 100));
                    one.settle(spent);
                }
                Step::Drop(at) => drop(open.swap_remove(at % open.len())),
            }
            for account in root.lock().iter() {
                for resource in Resource::ALL {
                    let of = account.limits[resource as usize].unwrap();
                    prop_assert!(account.used.of(resource) + account.reserved.of(resource) <= of, "{account:?}");
                }
            }
        }
        drop(open);
        prop_assert!(root.lock().iter().all(|account| account.reserved == Amounts::default()));
    }

    #[test]
    fn no_race_of_threads_overspends(of in 0u64..40, wanted in proptest::collection::vec(0u64..9, 1..8)) {
        let ledger = ledger(of);
        std::thread::scope(|scope| {
            for &wanted in &wanted {
                let ledger = ledger.clone();
                scope.spawn(move || {
                    if let Ok(mut held) = ledger.reserve(Amounts::calls(wanted)) {
                        (0..wanted / 2 + 1).for_each(|_| held.split(Amounts::calls(1)).sent());
                    }
                });
            }
        });
        prop_assert!(ledger.used().of(Resource::SubCalls) <= of);
        prop_assert_eq!(ledger.lock()[0].reserved, Amounts::default());
    }
}
