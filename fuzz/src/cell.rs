//! The source of a cell.

use rlm_sandbox::{Cell, HostCall, HostError, Value};

use super::{engine, limits, shown, wait};

/// Pieces of Python, of which most orders make no sense and some do.
const WORDS: &[&str] = &[
    "x",
    "y",
    "kept",
    "print",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "<",
    ">",
    "==",
    "!=",
    "\n",
    "\n    ",
    "\n        ",
    "def f(a, b=1):",
    "return ",
    "yield ",
    "lambda ",
    "for x in ",
    "while ",
    "if ",
    "else:",
    "elif ",
    "try:",
    "except BaseException:",
    "finally:",
    "raise ",
    "with ",
    "as ",
    "import ",
    "from ",
    "class A:",
    "async ",
    "await ",
    "match x:",
    "case ",
    "del ",
    "global ",
    "not ",
    "and ",
    "or ",
    "in ",
    "is ",
    "None",
    "True",
    "0",
    "1",
    "-1",
    "10**9",
    "1e308",
    "'text'",
    "b'bytes'",
    "f'{x!r:>{y}}'",
    "'\\ud800'",
    "...",
    "@f\n",
    "range(",
    "len(",
    "list(",
    "str(",
    "repr(",
    "type(",
    "sorted(",
    "map(",
    "zip(",
    "sum(",
    "bytes(",
    "exec(",
    "eval(",
    "open(",
    "iter(",
    "getattr(",
    "setattr(",
    "globals()",
    "__builtins__",
    ".__class__",
    ".__mro__",
    ".__dict__",
    ".append(",
    ".join(",
    ".format(",
    "sys",
    "os",
    "re",
    "json",
    "random",
    "itertools",
    "threading",
    "struct",
    "pickle",
    "; ",
    "\\\n",
    "# note\n",
    "pass",
    "break",
    "continue",
    "assert ",
    "echo(",
    "*x",
    "**y",
    ":=",
    "->",
    "|",
    "&",
    "~",
];

/// Runs the bytes as source: as they are, or each byte as a word. Whatever it is, the outcome is one of
/// four, the session lives on with what it had, and its variables can be listed.
pub fn cell(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else { return };
    let code = if first < 128 {
        rest.iter().map(|&byte| WORDS[usize::from(byte) % WORDS.len()]).collect()
    } else {
        String::from_utf8_lossy(rest).into_owned()
    };
    wait(async {
        let builder = engine().session(limits()).host_function("echo", echo);
        let mut session = builder.start().await.expect("a session");
        shown(&mut session, "import sys\nsafe = [1, 2]\nlive = iter(range(5))\nnext(live)").await;
        let execution = session.run(&Cell::new(code)).await.expect("the sandbox itself works");
        assert!(execution.output.stdout.head.len() <= 3 * limits().output.0 as usize);
        session.variables(100).await.map(drop).or_else(refused).expect("variables are listed");
        // The cell may change what it can name, which `safe` and `live` are not among.
        assert_eq!(shown(&mut session, "(safe, next(live))").await, "([1, 2], 1)");
    });
}

/// A variable may break its own listing.
fn refused(error: rlm_sandbox::SandboxError) -> rlm_sandbox::Result<()> {
    if matches!(error, rlm_sandbox::SandboxError::Refused(_)) { Ok(()) } else { Err(error) }
}

async fn echo(call: HostCall) -> Result<Value, HostError> {
    call.args.into_iter().next().ok_or_else(|| HostError::new("TypeError", "echo() takes one argument"))
}
