//! SQLite in the guest: compiled to WebAssembly by those who publish `sqlite-wasm-rs`, called through the
//! bindings of `libsqlite3-sys`, its files those of the guest (`rlm-guest/src/sqlite.rs`).

use super::{Patch, WHOLE};

pub const BINDINGS: &[Patch] = &[Patch {
    file: "build.rs",
    reason: "it would compile SQLite with a C compiler for WebAssembly, which no machine with Rust alone has; the \
             bindings are all that is wanted of it",
    old: WHOLE,
    new: r#"fn main() {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let bindings = "sqlite3/bindgen_bundled_version.rs";
    println!("cargo:rerun-if-changed={bindings}");
    std::fs::copy(bindings, out.join("bindgen.rs")).expect("the bindings of the release");
}
"#,
}];

pub const COMPILED: &[Patch] = &[
    Patch {
        file: "Cargo.toml",
        reason: "its Rust is for browsers; the compiled library is all that is wanted of it, and asks only for what \
                 every C library has",
        old: WHOLE,
        new: r#"[package]
name = "sqlite-wasm-rs"
version = "0.3.4"
edition = "2021"
license = "MIT"

[features]
precompiled = []
"#,
    },
    Patch {
        file: "build.rs",
        reason: "by itself it takes a SQLite with a C library of its own in it",
        old: WHOLE,
        new: r#"fn main() {
    let folder = std::env::current_dir().expect("the package's folder").join("sqlite3");
    println!("cargo:rerun-if-changed=sqlite3");
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static=sqlite3");
}
"#,
    },
    Patch { file: "src/lib.rs", reason: "as above", old: WHOLE, new: "#![no_std]\n" },
];

pub const MODULE: &[Patch] = &[
    Patch {
        file: "Cargo.toml",
        reason: "where there is a SQLite for WebAssembly, there can be a module for it",
        old: "[target.'cfg(not(any(target_os = \"android\", target_arch = \"wasm32\")))'.dependencies.libsqlite3-sys]",
        new: "[target.'cfg(not(target_os = \"android\"))'.dependencies.libsqlite3-sys]",
    },
    Patch {
        file: "src/lib.rs",
        reason: "as above",
        old: r#"    feature = "sqlite",
    not(any(target_os = "android", target_arch = "wasm32"))
))]
mod _sqlite3;"#,
        new: r#"    feature = "sqlite",
    not(target_os = "android")
))]
mod _sqlite3;"#,
    },
    Patch {
        file: "src/lib.rs",
        reason: "as above",
        old: r#"            feature = "sqlite",
            not(any(target_os = "android", target_arch = "wasm32"))
        ))]
        _sqlite3::module_def(ctx),"#,
        new: r#"            feature = "sqlite",
            not(target_os = "android")
        ))]
        _sqlite3::module_def(ctx),"#,
    },
    Patch {
        file: "src/_sqlite3.rs",
        reason: "the words of CPython",
        old: "The current statement uses {params_needed}, and 0 were supplied.",
        new: "The current statement uses {params_needed}, and there are 0 supplied.",
    },
    Patch {
        file: "src/_sqlite3.rs",
        reason: "the words of CPython",
        old: "The current statement uses {num_needed}, and {num_supplied} were supplied.",
        new: "The current statement uses {num_needed}, and there are {num_supplied} supplied.",
    },
];
