//! What the guest changes in the published sources of its dependencies.
//!
//! Each change is an exact piece of text that must occur exactly once; a release that moves it breaks
//! the build instead of going unnoticed.

#[path = "patches/codegen.rs"]
mod codegen;
#[path = "patches/frame.rs"]
mod frame;
#[path = "patches/host.rs"]
mod host;
#[path = "patches/language.rs"]
mod language;
#[path = "patches/numbers.rs"]
mod numbers;
#[path = "patches/objects.rs"]
mod objects;
#[path = "patches/quick.rs"]
mod quick;
#[path = "patches/sqlite.rs"]
mod sqlite;
#[path = "patches/stack.rs"]
mod stack;
#[path = "patches/text.rs"]
mod text;

use std::{fs, path::Path};

/// One change.
pub struct Patch {
    file: &'static str,
    /// Why, and what upstream would have to do to make it unnecessary.
    #[allow(dead_code)]
    reason: &'static str,
    old: &'static str,
    new: &'static str,
}

/// In the place of the text to find: the file is written anew.
const WHOLE: &str = "";

/// Dependencies, and how they are changed.
pub type Crates = &'static [(&'static str, &'static [&'static [Patch]])];

/// The changed dependencies of the guest.
pub const GUEST: Crates = &[
    (
        "rustpython-vm",
        &[
            host::VM,
            language::VM,
            frame::VM,
            objects::VM,
            objects::INT,
            objects::FLOAT,
            objects::LIST,
            text::VM,
            numbers::VM,
            quick::VM,
        ],
    ),
    ("rustpython-stdlib", &[language::STDLIB, sqlite::MODULE]),
    ("rustpython-codegen", &[codegen::CODEGEN, language::CODEGEN]),
    ("rustpython-common", &[text::COMMON, quick::COMMON]),
    ("rustpython-wtf8", &[text::WTF8]),
    ("malachite-nz", &[numbers::MALACHITE_NZ]),
    ("malachite-bigint", &[numbers::MALACHITE_BIGINT]),
    ("stacker", &[stack::STACKER]),
    ("rustpython-pylib", &[]),
    ("libsqlite3-sys", &[sqlite::BINDINGS]),
    ("sqlite-wasm-rs", &[sqlite::COMPILED]),
];

/// What is left out. Of the frozen standard library: windows, editors, and what installs packages; each has a
/// word in `_rlm_compat.py` for who imports it. Of the others, what is not compiled here.
const LEFT_OUT: &[(&str, &[&str])] = &[
    (
        "rustpython-pylib",
        &[
            "Lib/antigravity.py",
            "Lib/ensurepip",
            "Lib/idlelib",
            "Lib/pydoc_data",
            "Lib/tkinter",
            "Lib/turtle.py",
            "Lib/turtledemo",
            "Lib/venv",
        ],
    ),
    ("libsqlite3-sys", &["sqlcipher", "sqlite3/sqlite3.c"]),
    ("sqlite-wasm-rs", &["sqlite3/libsqlite3linked.a", "sqlite3/sqlite3.c", "sqlite3mc", "tests"]),
];

/// The section of the guest's manifest that puts the changed sources, each a folder of `folder`, in
/// the place of the published ones.
pub fn manifest(folder: &str) -> String {
    let entry = |(name, _): &(&str, _)| format!("{name} = {{ path = \"{folder}/{name}\" }}\n");
    format!("\n[patch.crates-io]\n{}", GUEST.iter().map(entry).collect::<String>())
}

/// Copies the source of the dependency `name` from `from` to `to` and applies its patches.
pub fn apply(name: &str, patches: &[&[Patch]], from: &Path, to: &Path) -> Result<(), String> {
    let patches: Vec<&Patch> = patches.iter().copied().flatten().collect();
    let left_out = LEFT_OUT.iter().find(|(from, _)| *from == name).map_or(&[][..], |(_, left_out)| left_out);
    for path in left_out {
        if !from.join(path).exists() {
            return Err(format!("{name} has no {path} to leave out"));
        }
    }
    copy(&patches, left_out, from, from, to)?;
    for file in patches.iter().map(|patch| patch.file) {
        let mut text = fs::read_to_string(from.join(file)).map_err(|error| format!("{file}: {error}"))?;
        for patch in patches.iter().filter(|patch| patch.file == file) {
            if patch.old == WHOLE {
                text = patch.new.to_owned();
                continue;
            }
            let found = text.matches(patch.old).count();
            if found != 1 {
                return Err(format!("patch of {file} must match once, matches {found} times:\n{}", patch.old));
            }
            text = text.replacen(patch.old, patch.new, 1);
        }
        super::write_if_changed(&to.join(file), text.as_bytes())?;
    }
    Ok(())
}

/// Copies what is not patched and not left out.
fn copy(patches: &[&Patch], left_out: &[&str], root: &Path, from: &Path, to: &Path) -> Result<(), String> {
    for entry in fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let entry = entry.map_err(|error| format!("{}: {error}", from.display()))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_patched = || patches.iter().any(|patch| root.join(patch.file) == source);
        if left_out.iter().any(|path| root.join(path) == source) {
            continue;
        }
        if source.is_dir() {
            copy(patches, left_out, root, &source, &target)?;
        } else if !is_patched() {
            super::write_if_changed(&target, &super::read(&source)?)?;
        }
    }
    Ok(())
}
