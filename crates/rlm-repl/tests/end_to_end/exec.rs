//! `exec`: outcomes, exit codes, and every input it refuses.

use crate::process::{Ended, command, ended, file, finish, rlm_repl};

#[test]
fn output_is_passed_on() {
    assert_eq!(rlm_repl(&["exec", "-c", "print(1+1)"], ""), ended(0, "2\n", ""));
    let both = "import sys; print('out'); print('err', file=sys.stderr); sys.stdout.write('no newline')";
    assert_eq!(rlm_repl(&["exec", "-c", both], ""), ended(0, "out\nno newline", "err\n"));
}

#[test]
fn the_last_value_is_printed_only_on_request() {
    assert_eq!(rlm_repl(&["exec", "-c", "20 + 22"], ""), ended(0, "", ""));
    assert_eq!(rlm_repl(&["exec", "-p", "-c", "20 + 22"], ""), ended(0, "42\n", ""));
    assert_eq!(rlm_repl(&["exec", "--print", "-c", "None"], ""), ended(0, "", ""));
}

#[test]
fn a_cell_comes_from_a_file_or_from_standard_input() {
    let (_keep, path) = file("cell.py", "print('from a file')");
    assert_eq!(rlm_repl(&["exec", path.to_str().unwrap()], ""), ended(0, "from a file\n", ""));
    assert_eq!(rlm_repl(&["exec", "-"], "print('piped')"), ended(0, "piped\n", ""));
    assert_eq!(rlm_repl(&["exec"], "print('piped')"), ended(0, "piped\n", ""));
    assert_eq!(rlm_repl(&[], "for i in range(2):\n    print(i)\nprint('piped')\n"), ended(0, "0\n1\npiped\n", ""));
    assert_eq!(rlm_repl(&[], ""), ended(0, "", ""));
}

#[test]
fn an_exception_is_exit_code_1_and_a_traceback() {
    assert_eq!(
        rlm_repl(&["exec", "-c", "print('before')\nx = {}\nx['key']"], ""),
        ended(
            1,
            "before\n",
            "Traceback (most recent call last):\n  File \"<cell 1>\", line 3, in <module>\n    x['key']\n    ~^^^^^^^\nKeyError: 'key'\n"
        )
    );
    let syntax = rlm_repl(&["exec", "-c", "print("], "");
    assert_eq!((syntax.code, syntax.stdout.as_str()), (1, ""));
    assert!(syntax.stderr.contains("SyntaxError"), "{}", syntax.stderr);
}

#[test]
fn sys_exit_chooses_the_exit_code() {
    let exit = |argument: &str| rlm_repl(&["exec", "-c", &format!("import sys; sys.exit({argument})")], "");
    assert_eq!(exit("7"), ended(7, "", ""));
    assert_eq!(exit("0"), ended(0, "", ""));
    assert_eq!(exit(""), ended(0, "", ""));
    assert_eq!(exit("1"), ended(1, "", ""));
    assert_eq!(exit("'the reason'"), ended(1, "", "the reason\n"));
    assert_eq!(exit("-1"), ended(255, "", ""));
}

/// What stderr ends with: the traceback before it says where the cell was, which may vary.
fn last_lines(ended: &Ended, count: usize) -> Vec<&str> {
    let lines: Vec<&str> = ended.stderr.lines().collect();
    lines[lines.len().saturating_sub(count)..].to_vec()
}

#[test]
fn a_limit_is_exit_code_3_and_a_hint() {
    let spin = rlm_repl(&["exec", "--timeout", "0.2", "-c", "print('before')\nwhile True: pass"], "");
    assert_eq!((spin.code, spin.stdout.as_str()), (3, "before\n"));
    let [error, hint] = last_lines(&spin, 2)[..] else { panic!("{spin:?}") };
    // How much over it was depends on the machine.
    assert!(error.starts_with("error: limit exceeded: wall: "), "{error}");
    assert!(error.ends_with(" s of 0.200 s"), "{error}");
    assert_eq!(hint, "hint: allow more with --timeout, such as --timeout 120");

    let fuel = rlm_repl(&["exec", "--fuel", "50M", "-c", "while True: pass"], "");
    assert_eq!(fuel.code, 3);
    let [error, hint] = last_lines(&fuel, 2)[..] else { panic!("{fuel:?}") };
    assert!(error.starts_with("error: limit exceeded: fuel: "), "{error}");
    assert!(error.ends_with(" of 50000000"), "{error}");
    assert_eq!(hint, "hint: allow more with --fuel, such as --fuel 500G");

    let memory = rlm_repl(&["exec", "--memory", "64M", "-c", "x = []\nwhile True: x.append('y' * 1_000_000)"], "");
    assert!(memory.code == 3 || memory.stderr.ends_with("MemoryError\n"), "{memory:?}");
}

#[test]
fn a_flood_of_output_keeps_its_head_and_tail() {
    let flood = rlm_repl(&["exec", "--output", "4K", "-c", "for i in range(2000): print('line', i)"], "");
    assert!(flood.stdout.starts_with("line 0\nline 1\n"), "{}", flood.stdout);
    assert!(flood.stdout.contains(" bytes omitted ...]\n"), "{}", flood.stdout);
    assert!(flood.stdout.len() < 10_000, "{}", flood.stdout.len());
}

#[test]
fn nonsense_limits_are_usage_errors() {
    for (flag, value, expected) in [
        ("--timeout", "0", "expected a number of seconds above 0, such as 10 or 0.5"),
        ("--timeout", "-5", "expected a number of seconds above 0, such as 10 or 0.5"),
        (
            "--memory",
            "lots",
            "expected a size above 0, such as 65536, 512K, 128M or 1.5G (K, M and G are powers of 1024)",
        ),
        ("--memory", "5G", "expected at most 4G, the most a session can address"),
        (
            "--fuel",
            "0",
            "expected a number of instructions above 0, such as 2_000_000_000, 500M or 2G (K, M and G are powers of 1000)",
        ),
        ("--output", "0", "expected a size above 0, such as 65536, 512K, 128M or 1.5G (K, M and G are powers of 1024)"),
        ("--host-calls", "x", "expected a whole number, such as 100, 10_000 or 10K"),
    ] {
        let refused = rlm_repl(&["exec", flag, value, "-c", "1"], "");
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
        let first = refused.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with(&format!("error: invalid value '{value}' for '{flag} <")), "{first}");
        assert!(first.ends_with(expected), "{first}");
    }
    assert_eq!(rlm_repl(&["jump"], "").code, 2);
    assert_eq!(rlm_repl(&["exec", "--bytes", "-c", "1"], "").code, 2);
}

#[test]
fn contexts_are_bound() {
    let (_keep, text) = file("a.txt", "héllo\n");
    let (_keep_too, other) = file("b.txt", "other");
    let (text, other) = (text.to_str().unwrap(), other.to_str().unwrap());
    assert_eq!(
        rlm_repl(&["exec", "--context", text, "-c", "print(type(context), len(context), context)"], ""),
        ended(0, "<class 'str'> 6 héllo\n\n", "")
    );
    assert_eq!(
        rlm_repl(&["exec", "--context", text, "--bytes", "-c", "print(context)"], ""),
        ended(0, "b'h\\xc3\\xa9llo\\n'\n", "")
    );
    assert_eq!(
        rlm_repl(&["exec", "--context", text, "--context", other, "-c", "print(context, context_1)"], ""),
        ended(0, "['héllo\\n', 'other'] other\n", "")
    );
    assert_eq!(rlm_repl(&["exec", "--context", "-", "-c", "print(context.upper())"], "piped"), ended(0, "PIPED\n", ""));
}

#[test]
fn contexts_have_names_of_the_person_s_choice() {
    let (folder, text) = file("a.txt", "apples 3");
    let (text, folder) = (text.to_str().unwrap(), folder.path());
    let odd = folder.join("day=1 #ü.txt");
    std::fs::write(&odd, "pears 4").unwrap();
    let odd = odd.to_str().unwrap();
    let (fruit, more) = (format!("fruit={text}"), format!("größe={odd}"));
    let told = "print(context, fruit, context_0, größe, count('4', 'größe'), open('/context/fruit').read())";
    assert_eq!(
        rlm_repl(&["exec", "--context", &fruit, "--context", &more, "-c", told], ""),
        ended(0, "['apples 3', 'pears 4'] apples 3 apples 3 pears 4 1 apples 3\n", "")
    );
    assert_eq!(
        rlm_repl(&["exec", "--context", &fruit, "-c", "print(context is fruit is context_0)"], ""),
        ended(0, "True\n", "")
    );
    assert_eq!(rlm_repl(&["exec", "--context", odd, "-c", "print(context)"], ""), ended(0, "pears 4\n", ""));
    assert_eq!(rlm_repl(&["exec", "--context", "x=-", "-c", "print(x)"], "piped"), ended(0, "piped\n", ""));
    let refused = |given: &[&str]| {
        let contexts = given.iter().flat_map(|given| ["--context", given]);
        let ended = rlm_repl(&["exec"].into_iter().chain(contexts).chain(["-c", "1"]).collect::<Vec<_>>(), "");
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        ended.stderr
    };
    assert_eq!(
        refused(&[&format!("print={text}")]),
        "error: context print: it means something else in the session\n\
         hint: choose another name: --context NAME=PATH\n"
    );
    assert_eq!(refused(&[&fruit, &fruit]), "error: --context fruit=: two contexts have this name\n");
    let both = refused(&["context=a"]);
    assert!(both.contains("context has a meaning of its own; choose another name"), "{both}");
}

/// A file whose name looks like NAME=PATH.
#[test]
fn a_name_may_be_part_of_a_file_s_name() {
    let (folder, _text) = file("day=1", "the first");
    let within = |context: &str| {
        let mut exec = command();
        finish(exec.current_dir(folder.path()).args(["exec", "--context", context, "-c", "print(context)"]), "")
    };
    assert_eq!(within("./day=1"), ended(0, "the first\n", ""));
    assert_eq!(
        within("day=1"),
        ended(2, "", "error: context 1: no such file\nhint: the file day=1 is named ./day=1\n")
    );
}

#[test]
fn folders_and_data_are_bound() {
    let (folder, rows) = file("rows.jsonl", "{\"n\": 1}\n{\"n\": 2}\n");
    std::fs::write(folder.path().join("notes.txt"), "some notes").unwrap();
    std::fs::write(folder.path().join("image"), b"\0\xff").unwrap();
    let (folder, rows) = (folder.path().to_str().unwrap(), rows.to_str().unwrap());
    assert_eq!(
        rlm_repl(
            &["exec", "--context", folder, "-c", "print(list(context), open('/context/notes.txt').read(), count('n'))"],
            ""
        ),
        ended(
            0,
            "['notes.txt', 'rows.jsonl'] some notes 3\n",
            &format!("note: context {folder}: skipped 1 of its files\n  image: not text: it has NULs\n")
        )
    );
    let auto = ["exec", "--context", rows, "--context-format", "auto", "-c", "print(context)"];
    assert_eq!(rlm_repl(&auto, ""), ended(0, "[{'n': 1}, {'n': 2}]\n", ""));
    assert_eq!(
        rlm_repl(&["exec", "--context", rows, "--context-format", "json", "-c", "1"], ""),
        ended(
            2,
            "",
            &format!(
                "error: context {rows}: not JSON: trailing characters at line 2 column 1\n\
                 hint: take it as text with --context-format text\n"
            )
        )
    );
}

#[test]
fn a_pipe_by_name_is_refused_at_once() {
    let (folder, _text) = file("text", "");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    assert_eq!(
        rlm_repl(&["exec", "--context", pipe, "-c", "1"], ""),
        ended(
            2,
            "",
            &format!("error: context {pipe}: is a pipe or a device, not a file\nhint: pipe it in with --context -\n")
        )
    );
}

#[test]
fn a_cache_folder_is_made_and_used() {
    let (folder, text) = file("text", "kept between runs");
    let cache = folder.path().join("made/cache");
    for _ in 0..2 {
        let ran = rlm_repl(
            &[
                "exec",
                "--context",
                text.to_str().unwrap(),
                "--context-cache",
                cache.to_str().unwrap(),
                "-c",
                "print(context)",
            ],
            "",
        );
        assert_eq!(ran, ended(0, "kept between runs\n", ""));
    }
    assert_eq!(std::fs::read_dir(cache).unwrap().count(), 2);
}

#[test]
fn contexts_that_cannot_be_used_are_usage_errors() {
    let (directory, binary) = file("binary", b"line\n\xff\xfe");
    let shown = binary.to_str().unwrap();
    assert_eq!(
        rlm_repl(&["exec", "--context", shown, "-c", "1"], ""),
        ended(
            2,
            "",
            &format!(
                "error: context {shown}: not UTF-8: byte 0xff at offset 5 (line 2) of 7 bytes\n\
                 hint: take it as bytes with --bytes, or convert it to UTF-8 first\n"
            )
        )
    );
    assert_eq!(
        rlm_repl(&["exec", "--context", "-", "-c", "1"], b"line\n\xff\xfe"),
        ended(
            2,
            "",
            "error: context standard input: not UTF-8: byte 0xff at offset 5 (line 2) of 7 bytes\n\
             hint: take it as bytes with --bytes, or convert it to UTF-8 first\n"
        )
    );
    let missing = directory.path().join("missing");
    let missing = missing.to_str().unwrap();
    assert_eq!(
        rlm_repl(&["exec", "--context", missing, "-c", "1"], ""),
        ended(
            2,
            "",
            &format!(
                "error: context {missing}: no such file\n\
                 hint: check the path; it is taken from the current directory\n"
            )
        )
    );
    // It can be opened, and not be read.
    let unreadable = rlm_repl(&["exec", "--context", "/proc/self/mem", "-c", "1"], "");
    assert_eq!(unreadable, ended(2, "", "error: context /proc/self/mem: Input/output error (os error 5)\n"));
    let directory = directory.path().to_str().unwrap();
    assert_eq!(
        rlm_repl(&["exec", "--context", directory, "-c", "1"], ""),
        ended(
            2,
            "",
            &format!("error: context {directory}: no file in it is text\nhint: take them as bytes with --bytes\n")
        )
    );
    assert_eq!(
        rlm_repl(&["exec", "--context", "-", "-"], "1"),
        ended(
            2,
            "",
            "error: standard input cannot be both the cell and the context\n\
             hint: give the cell with -c CODE or as a file\n"
        )
    );
}

#[test]
fn cells_that_cannot_be_read_are_usage_errors() {
    assert_eq!(
        rlm_repl(&["exec", "/nowhere/cell.py"], ""),
        ended(2, "", "error: cell /nowhere/cell.py: no such file\n")
    );
    assert_eq!(
        rlm_repl(&["exec"], b"print(1)\xff"),
        ended(2, "", "error: cell standard input: not UTF-8 at offset 8\n")
    );
}

#[test]
fn json_says_it_all_in_one_line() {
    let ended = rlm_repl(&["exec", "--json", "-c", "print('x'); [1, 2.5, None]"], "");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let mut record: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let usage = record.as_object_mut().unwrap().remove("usage").unwrap();
    assert!(usage["fuel"].as_u64().unwrap() > 0, "{usage}");
    assert_eq!(
        record,
        serde_json::json!({
            "outcome": "completed", "stdout": "x\n", "stderr": "", "omitted": {"stdout": 0, "stderr": 0},
            "value": [1, 2.5, null], "repr": "[1, 2.5, None]", "error": null, "limit": null, "undone": false,
            "answer": null, "notes": [],
        })
    );
    let raised = rlm_repl(&["exec", "--json", "-c", "1/0"], "");
    assert_eq!((raised.code, raised.stderr.as_str()), (1, ""));
}

#[test]
fn nothing_of_the_world_is_in_reach() {
    let probe = "import os\nprint(dict(os.environ))\ntry:\n    open('/etc/passwd')\nexcept OSError as error:\n    print('refused')";
    assert_eq!(
        finish(command().env("SECRET", "s3cret").args(["exec", "-c", probe]), ""),
        ended(0, "{}\nrefused\n", "")
    );
}

#[test]
fn a_session_is_saved_and_loaded() {
    let (folder, text) = file("text", "some text");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (key, saved, text) = (at("key"), at("saved"), text.display().to_string());
    let exec = |args: &[&str]| rlm_repl(&[&["exec", "--snapshot-key", &key], args].concat(), "");
    let make = "import random\nlive = (n for n in range(9))\nnext(live)\nrandom.seed(3)";
    assert_eq!(exec(&["--context", &text, "--save", &saved, "-c", make]), ended(0, "", ""));
    let look = "print(next(live), context, random.randrange(1000))";
    let expected = ended(0, "1 some text 243\n", "");
    for _ in 0..2 {
        assert_eq!(exec(&["--context", &text, "--load", &saved, "-c", look]), expected);
    }
    let raised = exec(&["--context", &text, "--load", &saved, "--save", &saved, "-c", "next(live); 1 / 0"]);
    assert_eq!(raised.code, 1, "what a cell did before it raised is saved");
    let next = exec(&["--context", &text, "--load", &saved, "-c", "print(next(live))"]);
    assert_eq!(next, ended(0, "2\n", ""));
    #[cfg(unix)]
    for private in [&key, &saved] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(private).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{private}");
    }
}

#[test]
fn a_snapshot_that_cannot_be_loaded_says_why() {
    let (folder, text) = file("text", "some text");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (key, saved, text) = (at("key"), at("saved"), text.display().to_string());
    let exec = |args: &[&str]| rlm_repl(&[&["exec", "--snapshot-key"], args].concat(), "");
    let refused = |message: &str, hint: &str| ended(2, "", &format!("error: {message}\nhint: {hint}\n"));
    let name_key = "name the key that the snapshot was sealed with: --snapshot-key PATH";
    assert_eq!(
        exec(&[&key, "--load", &saved, "-c", "1"]),
        refused(&format!("snapshot key {key}: no such file"), name_key)
    );
    assert_eq!(
        exec(&[&text, "--load", &saved, "-c", "1"]).stderr,
        format!("error: snapshot key {text}: expected 64 hex digits\n")
    );
    assert_eq!(exec(&[&key, "--context", &text, "--save", &saved, "-c", "x = 1"]), ended(0, "", ""));
    let missing = exec(&[&key, "--load", &saved, "-c", "1"]);
    assert!(
        missing.stderr.ends_with(
            "of 9 bytes, which was not given\nhint: give the file again that the session had: --context PATH\n"
        ),
        "{missing:?}"
    );
    assert_eq!(exec(&[&key, "--load", &text, "-c", "1"]).stderr, format!("error: {text}: not a snapshot\n"));
    let other = at("other");
    assert_eq!(exec(&[&other, "--save", &at("unused"), "-c", "1"]), ended(0, "", ""));
    assert_eq!(
        exec(&[&other, "--load", &saved, "-c", "1"]),
        refused(
            &format!("{saved}: snapshot was sealed with another key"),
            "name the key it was sealed with: --snapshot-key PATH"
        )
    );
    let mut bytes = std::fs::read(&saved).unwrap();
    bytes.truncate(bytes.len() - 1);
    std::fs::write(&saved, &bytes).unwrap();
    let (len, again) = (bytes.len(), "copy it again from where it was saved");
    assert_eq!(
        exec(&[&key, "--load", &saved, "-c", "1"]),
        refused(&format!("{saved}: snapshot is truncated: {len} of {} bytes", len + 1), again)
    );
}

#[test]
fn packages_of_a_folder_are_imported() {
    let (_keep, path) = file("words.py", "def count(text):\n    return len(text.split())\n");
    let folder = path.parent().unwrap().to_str().unwrap();
    let code = "import words; print(words.count('a b'), words.__file__)";
    assert_eq!(rlm_repl(&["exec", "--python-path", folder, "-c", code], ""), ended(0, "2 /modules/words.py\n", ""));
    let missing = rlm_repl(&["exec", "--python-path", "/no/such/folder", "-c", "1"], "");
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    assert!(missing.stderr.starts_with("error: python path /no/such/folder: no such file"), "{}", missing.stderr);
}
