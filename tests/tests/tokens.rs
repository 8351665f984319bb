//! How far is the token estimate from a real tokenizer?

#![allow(clippy::print_stdout, reason = "the table is what docs/contexts.md shows")]

use rlm_sandbox::estimate_tokens;

/// Each kind of text, and by how many per cent the estimate may be wrong.
fn texts() -> Vec<(&'static str, String, f64)> {
    let numbers: String =
        (0..2000u64).map(|n| format!("{} {:.3} {}\n", n * 7919 % 10_007, n as f64 * 1.37, n * n * 31)).collect();
    let table: String = (0..800u64)
        .map(|n| {
            format!(
                "{},customer {},{}-{:02}-{:02},{}.{:02},shipped\n",
                n,
                n * 37 % 401,
                2020 + n % 6,
                1 + n % 12,
                1 + n % 28,
                n * 13 % 997,
                n % 100
            )
        })
        .collect();
    let json: String = (0..400u64)
        .map(|n| {
            format!(
                "{{\"id\": {n}, \"name\": \"user{n}\", \"tags\": [\"a\", \"b{}\"], \"active\": {}}}\n",
                n % 7,
                n % 2 == 0
            )
        })
        .collect();
    vec![
        ("English prose", include_str!("../texts/prose.txt").to_owned(), 15.0),
        ("Rust source", include_str!("../src/case.rs").to_owned(), 15.0),
        ("Python source", include_str!("../../guest-stdlib/rlm_context.py").to_owned(), 15.0),
        ("numbers", numbers, 15.0),
        ("CSV", table, 15.0),
        ("JSON lines", json, 15.0),
        ("Chinese", include_str!("../texts/chinese.txt").to_owned(), 15.0),
        ("Japanese", include_str!("../texts/japanese.txt").to_owned(), 15.0),
        ("Russian", include_str!("../texts/russian.txt").to_owned(), 15.0),
        ("mixed", include_str!("../texts/mixed.txt").to_owned(), 15.0),
    ]
}

#[test]
fn the_estimate_is_near_a_real_tokenizer() {
    let tokenizer = bpe_openai::o200k_base();
    println!("| text | bytes | o200k | estimate | error |\n|---|---|---|---|---|");
    let mut wrong = Vec::new();
    for (name, text, most) in texts() {
        let real = tokenizer.count(text.as_str()) as f64;
        let estimate = estimate_tokens(&text) as f64;
        let error = (estimate / real - 1.0) * 100.0;
        println!("| {name} | {} | {real} | {estimate} | {error:+.0} % |", text.len());
        if error.abs() > most {
            wrong.push(format!("{name}: {error:+.1} %, at most {most}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
