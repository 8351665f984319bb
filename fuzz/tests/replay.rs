//! Runs the kept inputs, and some made up ones, through what the fuzzers do. On any compiler:
//! `cargo test --manifest-path fuzz/Cargo.toml --no-default-features`.

use std::{fs, path::Path};

fn replay(target: &str, run: fn(&[u8]), made_up: u64, longest: u64) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut kept: Vec<_> = fs::read_dir(&seeds).expect("the kept inputs").map(|entry| entry.unwrap().path()).collect();
    kept.sort();
    assert!(!kept.is_empty(), "no inputs in {}", seeds.display());
    for path in kept {
        println!("{}", path.display());
        run(&fs::read(&path).unwrap());
    }
    // A generator of pseudo-random numbers (splitmix64): the same inputs every time.
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    for number in 0..made_up {
        let input: Vec<u8> = (0..next() % longest).map(|_| next() as u8).collect();
        println!("made up input {number}: {input:?}");
        run(&input);
    }
}

#[test]
fn frames() {
    replay("frames", rlm_fuzz::frames, 3000, 200);
}

#[test]
fn snapshot() {
    replay("snapshot", rlm_fuzz::snapshot, 150, 60);
}

#[test]
fn cell() {
    replay("cell", rlm_fuzz::cell, 300, 60);
}

#[test]
fn operations() {
    replay("operations", rlm_fuzz::operations, 60, 120);
}
