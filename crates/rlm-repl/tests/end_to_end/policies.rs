//! The flags that say how a run goes about it, and exports of what it did.

use std::path::Path;

use serde_json::Value;

use crate::process::{Ended, file, rlm_repl};

const INDEX: &str = "Package: apple\nVersion: 1.0\nMaintainer: Ann <ann@example.org>\n\n\
                     Package: pear\nVersion: 2.7\nMaintainer: Bob <bob@example.org>\n\n";

fn run(context: &Path, more: &[&str]) -> Ended {
    let question = "Which version has the package pear?";
    rlm_repl(&[&["run", "--json", "--context", context.to_str().unwrap(), question], more].concat(), "")
}

fn record(ended: &Ended) -> Value {
    assert_eq!(ended.code, 0, "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn a_small_context_is_answered_by_one_call_on_request() {
    let (_keep, index) = file("index", INDEX);
    let routed = record(&run(&index, &["--router", "auto"]));
    assert_eq!((&routed["source"], &routed["iterations"]), (&"plain_call".into(), &0.into()), "{routed}");
    assert!(routed["answer"].as_str().unwrap().contains("2.7"), "{routed}");
    let looped = record(&run(&index, &["--router", "10"]));
    assert_eq!((&looped["source"], &looped["route"]), (&"cell".into(), &"loop".into()), "{looped}");
    assert_eq!(record(&run(&index, &[]))["route"], Value::Null);
    let refused = run(&index, &["--router", "maybe"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("expected off, on, auto, or a number of tokens such as 16_000 or 16K"),
        "{refused:?}"
    );
}

#[test]
fn a_cache_answers_the_second_run() {
    let (keep, index) = file("index", INDEX);
    let cache = keep.path().join("replies");
    let cached = ["--cache", cache.to_str().unwrap()];
    let first = record(&run(&index, &cached));
    assert_eq!(first["cached_calls"], 0);
    let second = record(&run(&index, &cached));
    let calls = first["iterations"].as_u64().unwrap() + first["sub_calls"].as_u64().unwrap();
    assert_eq!(second["cached_calls"].as_u64(), Some(calls), "{second}");
    assert_eq!((&second["answer"], &second["usage"]["builtin"]["calls"]), (&first["answer"], &0.into()));
    let refused = run(&index, &["--cache", index.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.ends_with("hint: name a new file, or one that --cache made\n"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&index).unwrap(), INDEX, "what is no cache is left alone");
}

#[test]
fn independent_runs_agree_and_are_said_to() {
    let (_keep, index) = file("index", INDEX);
    let agreed = run(&index, &["--agree", "2"]);
    assert_eq!(record(&agreed)["votes"], serde_json::json!({"agree": 2, "of": 2, "wanted": 2}));
    assert!(agreed.stderr.contains("2 of 2 runs gave this answer, 2 were to agree\n"), "{agreed:?}");
    assert_eq!(run(&index, &["--agree", "1"]).code, 2);
}

#[test]
fn a_follow_up_question_knows_the_earlier_ones_however_it_is_answered() {
    let (keep, index) = file("index", INDEX);
    let first = keep.path().join("first.journal");
    let first = first.to_str().unwrap();
    record(&run(&index, &["--journal", first]));
    let trajectory = keep.path().join("t.jsonl");
    let told = |more: &[&str]| {
        let path = trajectory.to_str().unwrap();
        record(&run(&index, &[&["--follow", first, "--trajectory", path], more].concat()));
        std::fs::read_to_string(&trajectory).unwrap()
    };
    let plain = told(&["--router", "on"]);
    assert!(plain.contains("Earlier question: Which version has the package pear?\\nIts answer: 2.7"), "{plain}");
    let voted = told(&["--agree", "2"]);
    let runs = voted.lines().filter(|line| line.contains("Turn 1/") && line.contains("`history` is a list of them"));
    assert_eq!(runs.count(), 2, "{voted}");
}

#[test]
fn the_file_says_how_a_run_goes_about_it_and_flags_come_before_it() {
    let (keep, index) = file("index", INDEX);
    let config = keep.path().join("own.toml");
    let with = |text: &str, more: &[&str]| {
        std::fs::write(&config, text).unwrap();
        run(&index, &[&["--config", config.to_str().unwrap()], more].concat())
    };
    let routed = "[policy]\nrouter = \"on\"\ncache = \"replies\"\n";
    assert_eq!(record(&with(routed, &[]))["source"], "plain_call");
    assert!(keep.path().join("replies").exists(), "it is beside the file");
    assert_eq!(record(&with(routed, &[]))["cached_calls"], 1);
    assert_eq!(record(&with(routed, &["--no-cache"]))["cached_calls"], 0);
    assert_eq!(record(&with(routed, &["--router", "off"]))["source"], "cell");

    let agree = "[policy]\nagree = 2\n";
    assert_eq!(record(&with(agree, &[]))["votes"]["wanted"], 2);
    assert_eq!(record(&with(agree, &["--agree", "3"]))["votes"]["wanted"], 3);
    assert_eq!(record(&with(agree, &["--agree", "off"]))["votes"], Value::Null);

    // The built-in model has the loop's sub-call for a verifier too.
    let verify = "[policy]\nverify = true\n";
    let calls = |more: &[&str]| record(&with(verify, more))["sub_calls"].as_u64().unwrap();
    assert_eq!(calls(&[]), calls(&["--verify=off"]) + 1);
    assert_eq!(calls(&["--verify"]), calls(&[]));

    let refused = with("[policy]\n\nrooter = \"on\"\n", &[]);
    assert_eq!(refused.code, 2);
    let begins = format!("error: {}:3: unknown field `rooter`, expected one of `router`, ", config.display());
    assert!(refused.stderr.starts_with(&begins), "{refused:?}");
    let refused = with("[policy]\nskills = [\"none\"]\n", &[]);
    let none = keep.path().join("none");
    assert!(refused.stderr.contains(&format!("skills {}: no such file", none.display())), "{refused:?}");
}

#[test]
fn wrong_values_of_flags_are_refused_with_what_is_expected() {
    let (_keep, index) = file("index", INDEX);
    for (flag, value, expected) in [
        ("--agree", "1", "expected a whole number from 2 to 16, or off"),
        ("--unchanged", "0", "expected a whole number from 1, such as 3, or off"),
        ("--compaction", "101", "expected a percentage from 1 to 100, such as 85, or off"),
        ("--window", "0", "expected a number of tokens from 4096, such as 128_000 or 128K"),
        ("--batch-loops", "no", "expected on or off"),
        ("--verify=maybe", "", "expected on or off"),
    ] {
        let words: Vec<&str> = [flag, value].into_iter().filter(|word| !word.is_empty()).collect();
        let refused = run(&index, &words);
        assert_eq!(refused.code, 2, "{flag}");
        assert!(refused.stderr.contains(expected), "{refused:?}");
    }
}

#[test]
fn skills_are_read_from_their_folder_and_bad_ones_are_refused() {
    let (keep, index) = file("index", INDEX);
    let skills = keep.path().join("skills");
    let with = ["--skills", skills.to_str().unwrap()];
    let refused = |why: &str| {
        let ended = run(&index, &with);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.starts_with(&format!("error: {}", why)), "{ended:?}");
    };
    refused(&format!("skills {}: no such file", skills.display()));
    std::fs::create_dir_all(skills.join("dates")).unwrap();
    refused(&format!("skills {}: there are none", skills.display()));
    std::fs::write(skills.join("dates/parse.py"), "def parse(text): return text\n").unwrap();
    refused(&format!("{}: skill \"dates\": neither SKILL.md nor", skills.display()));
    std::fs::write(skills.join("dates/SKILL.md"), "Reads dates.\n").unwrap();
    let trajectory = keep.path().join("t.jsonl");
    let path = trajectory.to_str().unwrap();
    record(&run(&index, &[&with[..], &["--trajectory", path]].concat()));
    assert!(std::fs::read_to_string(&trajectory).unwrap().contains("- `dates`: Reads dates."));
}

#[test]
fn a_trajectory_is_exported_and_what_is_none_is_refused() {
    let (keep, index) = file("index", INDEX);
    let trajectory = keep.path().join("t.jsonl");
    let path = trajectory.to_str().unwrap();
    let turns = record(&run(&index, &["--trajectory", path]))["iterations"].as_u64().unwrap() as usize;
    let lines = |format: &str| -> Vec<Value> {
        let exported = rlm_repl(&["export", path, "--format", format], "");
        assert_eq!((exported.code, exported.stderr.as_str()), (0, ""));
        exported.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let rlms = lines("rlms");
    assert_eq!(rlms.len(), turns + 1);
    assert_eq!((&rlms[0]["type"], &rlms[1]["type"]), (&"metadata".into(), &"iteration".into()));
    assert_eq!(lines("sft").len(), turns);
    let out = keep.path().join("out.jsonl");
    assert_eq!(rlm_repl(&["export", path, "-f", "sft", "-o", out.to_str().unwrap()], "").code, 0);
    assert_eq!(std::fs::read_to_string(out).unwrap().lines().count(), turns);
    let refused = rlm_repl(&["export", index.to_str().unwrap(), "-f", "sft"], "");
    assert_eq!(refused.code, 2, "{refused:?}");
}
