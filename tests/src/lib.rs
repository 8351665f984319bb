//! Test cases that are Python files: how they are written, run and compared.
//!
//! ```python
//! #! limits.fuel = 5_000_000
//! #! expect = "raised: ZeroDivisionError: division by zero"
//! print("before")
//! #> before
//! 1 / 0
//! # %%
//! 6 * 7
//! #= 42
//! ```
//!
//! A file is one session; a line `# %%` ends a cell and begins the next. A cell's source is sent
//! whole, these lines included, so that line numbers in tracebacks are those of the file (of its
//! part after `# %%`). Lines that begin with one of these marks say what is wanted of the cell they
//! stand in, wherever in it they stand:
//!
//! | Line | Says |
//! |---|---|
//! | `#! key = value` | see below |
//! | `#> text` | the next line of stdout |
//! | `#2> text` | the next line of stderr |
//! | `#= text` | the next line of the value shown |
//! | <code>#&#124; text</code> | the next line of the traceback |
//!
//! | Key | Value |
//! |---|---|
//! | `limits.fuel`, `.wall_ms`, `.memory_bytes`, `.output_bytes`, `.host_calls`, `.host_wait_ms` | a limit, for this cell and those after it |
//! | `expect` | how the cell ends; `"completed"` unless told. Several are separated by ` \| ` |
//! | `expect.stdout`, `expect.stderr`, `expect.value` | the same as the marks, where the last line has no end |
//! | `expect.exit` | the exit code of a `SystemExit` |
//! | `expect.undone` | whether the cell was rolled back |
//! | `expect.note` | one remark for whoever wrote the cell; may be repeated |
//! | `expect.submitted` | the submitted answer as JSON |
//! | `expect.host_calls` | how many host functions were called |
//! | `known` | a defect of the guest that makes the file fail today: it must fail until the defect is mended |
//! | `context` | text that the file's session has as `context` |
//! | `expand` | `true`: `{{text * 5000}}` in this cell's source stands for that many repetitions |
//!
//! A value is a number (with underscores), `true`, `false`, a JSON string, or text in single quotes
//! taken as it stands. What is not mentioned must be empty: output, value and remarks of a cell
//! file are compared whole (those of an escape only where it mentions them). An outcome may be cut
//! after a part: `"raised: KeyError"` takes any message, `"exceeded: fuel"` any numbers. `<*>` in
//! an expected text stands for any text.
//!
//! Sessions have the host functions `echo(x)`, `add(a, b=1)` and `fail(kind, message)`, and the
//! names of `rlm_answer`.

mod case;
mod compare;
mod play;

pub use case::{CaseCell, CaseFile, Expected, load};
pub use compare::{differences, matches, outcome};
pub use play::{start, transcript};
