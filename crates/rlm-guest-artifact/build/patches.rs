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
    ("rustpython-stdlib", &[language::STDLIB]),
    ("rustpython-codegen", &[codegen::CODEGEN, language::CODEGEN]),
    ("rustpython-common", &[text::COMMON, quick::COMMON]),
    ("rustpython-wtf8", &[text::WTF8]),
    ("malachite-nz", &[numbers::MALACHITE_NZ]),
    ("malachite-bigint", &[numbers::MALACHITE_BIGINT]),
    ("stacker", &[stack::STACKER]),
];

/// The section of the guest's manifest that puts the changed sources, each a folder of `folder`, in
/// the place of the published ones.
pub fn manifest(folder: &str) -> String {
    let entry = |(name, _): &(&str, _)| format!("{name} = {{ path = \"{folder}/{name}\" }}\n");
    format!("\n[patch.crates-io]\n{}", GUEST.iter().map(entry).collect::<String>())
}

/// Copies a dependency's source from `from` to `to` and applies its patches.
pub fn apply(patches: &[&[Patch]], from: &Path, to: &Path) -> Result<(), String> {
    let patches: Vec<&Patch> = patches.iter().copied().flatten().collect();
    copy(&patches, from, from, to)?;
    for file in patches.iter().map(|patch| patch.file) {
        let mut text = fs::read_to_string(from.join(file)).map_err(|error| format!("{file}: {error}"))?;
        for patch in patches.iter().filter(|patch| patch.file == file) {
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

/// Copies what is not patched.
fn copy(patches: &[&Patch], root: &Path, from: &Path, to: &Path) -> Result<(), String> {
    for entry in fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let entry = entry.map_err(|error| format!("{}: {error}", from.display()))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_patched = || patches.iter().any(|patch| root.join(patch.file) == source);
        if source.is_dir() {
            copy(patches, root, &source, &target)?;
        } else if !is_patched() {
            super::write_if_changed(&target, &super::read(&source)?)?;
        }
    }
    Ok(())
}
