#![allow(clippy::disallowed_methods, reason = "the cases are files")]

use std::{fmt::Write, fs, path::Path};

use super::*;

/// What is understood of a reply, as the case files write it.
fn render(turn: &Turn) -> String {
    let mut shown = String::new();
    for cell in &turn.cells {
        shown.push_str("cell\n");
        for line in cell.trim_end().lines() {
            let _ = writeln!(shown, "  | {line}");
        }
    }
    match &turn.claimed {
        Some(Final::Text(text)) => writeln!(shown, "final {text:?}"),
        Some(Final::Variable(name)) => writeln!(shown, "final variable {name:?}"),
        None if turn.cells.is_empty() => writeln!(shown, "nothing"),
        None => Ok(()),
    }
    .unwrap();
    shown
}

#[test]
fn every_reply_is_understood_as_its_file_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/turns");
    let mut count = 0;
    let mut wrong = String::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        count += 1;
        let case = fs::read_to_string(&path).unwrap();
        let (reply, expected) = case.rsplit_once("\n=====\n").unwrap_or_else(|| panic!("{}: no =====", path.display()));
        let understood = render(&Turn::parse(reply));
        if understood != expected {
            let _ = writeln!(wrong, "{}\n--- expected\n{expected}--- understood\n{understood}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 40, "only {count} cases in {}", folder.display());
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_reply_breaks_the_reader(pieces in proptest::collection::vec(
            prop_oneof![
                Just("```"), Just("```repl\n"), Just("~~~py\n"), Just("\n"), Just("FINAL("), Just("FINAL_VAR("), Just(")"),
                Just("\"\"\""), Just("'"), Just("\\"), Just("<think>"), Just("</think>"), Just("é "), Just("x = 1\n"), Just("**"),
            ], 0..40)
        ) {
            Turn::parse(&pieces.concat());
        }

        #[test]
        fn a_cell_comes_out_as_it_went_in(code in "[a-z =()\n]{1,60}[a-z]") {
            let turn = Turn::parse(&format!("Text\n```repl\n{code}\n```\nmore"));
            prop_assert_eq!(turn.cells, vec![format!("{}\n", code)]);
        }
    }
}
