//! Runs the inputs that the fuzzers kept, and some made up ones, through what the fuzzers do.

#![allow(clippy::disallowed_methods, reason = "inputs are files of this repository")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

fn replay(target: &str, run: fn(&[u8]), made_up: u64, longest: u64) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut kept: Vec<_> = fs::read_dir(&seeds).expect("the kept inputs").map(|entry| entry.unwrap().path()).collect();
    kept.sort();
    assert!(!kept.is_empty(), "no inputs in {}", seeds.display());
    for path in kept {
        println!("{}", path.display());
        run(&fs::read(&path).unwrap());
    }
    let mut numbers = Numbers(1);
    for number in 0..made_up {
        let input: Vec<u8> = (0..numbers.next() % longest).map(|_| numbers.next() as u8).collect();
        println!("made up input {number}: {input:?}");
        run(&input);
    }
}

/// A generator of pseudo-random numbers (splitmix64): the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// What is done with an input.
type Target = fn(&[u8]);

/// Makes up inputs for `RLM_FUZZ_SECONDS`, from the number `RLM_FUZZ_SEED` on, in each target or in the one
/// named `RLM_FUZZ_TARGET`: kept inputs with changes, and new ones. Where cargo-fuzz is at hand, that finds
/// more: it sees which input reaches new code.
#[test]
#[ignore = "takes as long as it is told to"]
fn for_a_while() {
    let told = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let (seconds, seed) = (told("RLM_FUZZ_SECONDS", 60), told("RLM_FUZZ_SEED", 1));
    let only = std::env::var("RLM_FUZZ_TARGET").unwrap_or_default();
    let targets: [(&str, Target); 4] = [
        ("frames", fuzz::frames),
        ("snapshot", fuzz::snapshot),
        ("cell", fuzz::cell),
        ("operations", fuzz::operations),
    ];
    for (target, run) in targets.into_iter().filter(|(target, _)| only.is_empty() || only == *target) {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
        let kept: Vec<_> = fs::read_dir(&seeds)
            .expect("the kept inputs")
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .collect();
        let mut numbers = Numbers(seed);
        let (began, mut count) = (Instant::now(), 0u64);
        while began.elapsed() < Duration::from_secs(seconds) {
            let input = made_up(&mut numbers, &kept);
            if let Err(fell) = std::panic::catch_unwind(|| run(&input)) {
                println!("{target}: input {count} of seed {seed} fell: {input:?}");
                std::panic::resume_unwind(fell);
            }
            count += 1;
        }
        println!("{target}: {count} inputs in {seconds} s from seed {seed}, none fell");
    }
}

/// A kept input with some changes, or a new one.
fn made_up(numbers: &mut Numbers, kept: &[Vec<u8>]) -> Vec<u8> {
    let mut input = match numbers.next() % 3 {
        0 => (0..numbers.next() % 200).map(|_| numbers.next() as u8).collect(),
        _ => kept[numbers.next() as usize % kept.len()].clone(),
    };
    for _ in 0..numbers.next() % 6 {
        let at = numbers.next() as usize % (input.len() + 1);
        match numbers.next() % 4 {
            0 => input.insert(at, numbers.next() as u8),
            1 => input.truncate(at),
            2 => input.extend_from_slice(&kept[numbers.next() as usize % kept.len()]),
            _ if at < input.len() => input[at] ^= 1 << (numbers.next() % 8),
            _ => {}
        }
    }
    input
}

#[test]
fn frames() {
    replay("frames", fuzz::frames, 3000, 200);
}

#[test]
fn snapshot() {
    replay("snapshot", fuzz::snapshot, 40, 60);
}

#[test]
fn cell() {
    replay("cell", fuzz::cell, 60, 60);
}

#[test]
fn operations() {
    replay("operations", fuzz::operations, 10, 120);
}
