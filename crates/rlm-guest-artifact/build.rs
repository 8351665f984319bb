//! Builds the guest for wasm32-wasip1, boots it, compiles it, and hands the result to the crate.
//!
//! Everything happens in `target/guest`, apart from the host's own builds and shared by all host
//! profiles: `tree` is the guest's source with the substitutions of `build/patches.rs` applied to
//! its dependencies, `wasm` and `imager` are the target folders of the two nested builds, `out`
//! holds the artifact. Nothing is done again unless a source changed.
//!
//! `RLM_GUEST_PROFILE=quick` builds the guest without link-time optimisation, for work on it.

#![allow(clippy::disallowed_methods, reason = "building is reading files and running programs")]

#[path = "build/patches.rs"]
mod patches;

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::Hasher,
    path::{Path, PathBuf},
    process::{Child, Command},
};

type Result<T> = std::result::Result<T, String>;

/// SIMD makes text search several times faster; every engine of the last years has all four. With more
/// inlining than usual the interpreter's small steps become part of its loop, some 8 % less time for
/// 40 % more code.
const WASM_FLAGS: &str =
    "-Ctarget-feature=+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext\x1f-Cllvm-args=-inline-threshold=600";

fn main() {
    println!("cargo:rerun-if-env-changed=RLM_GUEST_PROFILE");
    if let Err(error) = build() {
        eprintln!("\nerror: {error}\n");
        std::process::exit(1);
    }
}

fn build() -> Result<()> {
    let places = Places::find()?;
    let sources = Sources::read(&places)?;
    println!("cargo:rustc-env=RLM_GUEST_OUT={}", places.out.display());
    let stamp = format!("{:016x} {} {}", sources.hash(), places.profile, places.target);
    if fs::read_to_string(places.out.join("stamp")).is_ok_and(|made| made == stamp) {
        return Ok(());
    }
    need_wasm_target(&places)?;
    sources.lay_out(&places)?;
    let metadata = metadata(&places)?;
    for (name, patches) in patches::GUEST {
        patches::apply(name, patches, &folder_of(name, &metadata)?, &places.tree.join("patched").join(name))?;
    }
    // Linking the guest keeps one core busy; what makes the image of it is built meanwhile.
    let imager = start(imager(&places)?, BUILDING_IMAGER)?;
    let guest = run(guest(&places)?, "building the guest");
    wait(imager, BUILDING_IMAGER)?;
    guest?;
    run(image(&places), "booting and compiling the guest")?;
    write(&places.out.join("identity"), identity(&places)?.as_bytes())?;
    write(&places.out.join("stamp"), stamp.as_bytes())
}

/// Where things are.
struct Places {
    root: PathBuf,
    tree: PathBuf,
    work: PathBuf,
    out: PathBuf,
    profile: String,
    target: String,
}

impl Places {
    fn find() -> Result<Self> {
        let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let root = manifest.ancestors().nth(2).ok_or("the crate is not inside its workspace")?.to_owned();
        // OUT_DIR is TARGET/PROFILE/build/NAME-HASH/out, with one folder more for `--target`.
        let out_dir = PathBuf::from(variable("OUT_DIR")?);
        let work = out_dir.ancestors().nth(4).ok_or("OUT_DIR is not inside a target folder")?.join("guest");
        let profile = env::var("RLM_GUEST_PROFILE").unwrap_or_else(|_| "release".to_owned());
        let target = variable("TARGET")?;
        let out = work.join("out").join(&profile);
        Ok(Self { root, tree: work.join("tree"), work, out, profile, target })
    }
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| format!("cargo did not set {name}"))
}

/// The files the guest is made of, relative to the workspace.
struct Sources(Vec<(String, Vec<u8>)>);

const GUEST_MANIFEST: &str = "crates/rlm-guest/Cargo.toml";

/// Folders the guest is built from.
const BUILT: &[&str] = &["crates/rlm-guest/", "crates/rlm-abi/"];

/// The Python modules that it boots with.
const STDLIB: &str = "guest-stdlib/";

/// What decides how it is built.
const MAKERS: &[&str] = &[
    "crates/rlm-guest-artifact/build.rs",
    "crates/rlm-guest-artifact/build/",
    "crates/rlm-guest-artifact/imager/",
    "crates/rlm-guest-artifact/src/settings.rs",
];

impl Sources {
    fn read(places: &Places) -> Result<Self> {
        let mut files = Vec::new();
        for place in BUILT.iter().chain([&STDLIB]).chain(MAKERS) {
            let path = places.root.join(place);
            println!("cargo:rerun-if-changed={}", path.display());
            if path.is_dir() {
                collect(&places.root, Path::new(place), &mut files)?;
            } else {
                files.push(((*place).to_owned(), read(&path)?));
            }
        }
        files.sort();
        Ok(Self(files))
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (name, bytes) in &self.0 {
            hasher.write(name.as_bytes());
            hasher.write_usize(bytes.len());
            hasher.write(bytes);
        }
        hasher.finish()
    }

    /// Copies the guest's sources; files that did not change keep their time, so that cargo does
    /// not build them again.
    fn lay_out(&self, places: &Places) -> Result<()> {
        for (name, bytes) in &self.0 {
            if !BUILT.iter().any(|place| name.starts_with(place)) {
                continue;
            }
            let mut bytes = bytes.clone();
            if name == GUEST_MANIFEST {
                bytes.extend(patches::manifest("../../patched").bytes());
            }
            write_if_changed(&places.tree.join(name), &bytes)?;
        }
        Ok(())
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let entries = fs::read_dir(root.join(folder)).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
        let path = folder.join(entry.file_name());
        let name = path.to_string_lossy().into_owned();
        if root.join(&path).is_dir() {
            if entry.file_name() != "target" {
                collect(root, &path, files)?;
            }
        } else if [".rs", ".py", ".txt", ".toml", ".lock"].iter().any(|ending| name.ends_with(ending)) {
            files.push((name, read(&root.join(&path))?));
        }
    }
    Ok(())
}

/// Makes sure the wasm target is there, since a build script is the first to know it is not.
fn need_wasm_target(places: &Places) -> Result<()> {
    let rustc = variable("RUSTC")?;
    let sysroot =
        Command::new(&rustc).args(["--print", "sysroot"]).output().map_err(|error| format!("{rustc}: {error}"))?;
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    let library = Path::new(&sysroot).join("lib/rustlib/wasm32-wasip1/lib");
    if library.is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", "wasm32-wasip1"]).current_dir(&places.root).status();
    match added {
        Ok(status) if status.success() && library.is_dir() => Ok(()),
        _ => Err("the Rust target wasm32-wasip1 is not installed; run `rustup target add wasm32-wasip1`".to_owned()),
    }
}

/// What cargo says of the packages the guest is made of.
fn metadata(places: &Places) -> Result<String> {
    let output = cargo()?
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "wasm32-wasip1",
            "--manifest-path",
        ])
        .arg(places.root.join(GUEST_MANIFEST))
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folder cargo keeps a package in.
fn folder_of(name: &str, metadata: &str) -> Result<PathBuf> {
    // "manifest_path":"/…/rustpython-vm-0.6.0/Cargo.toml"
    let is_it = |folder: &&Path| {
        let file = folder.file_name().unwrap_or_default().to_string_lossy();
        file.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with("-") && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
    };
    metadata
        .split("\"manifest_path\":\"")
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|manifest| Path::new(manifest).parent())
        .find(is_it)
        .map(Path::to_owned)
        .ok_or_else(|| format!("cargo metadata does not list {name}"))
}

const BUILDING_IMAGER: &str = "building what boots the guest";

fn guest(places: &Places) -> Result<Command> {
    let mut command = cargo()?;
    command
        .args(["build", "--ignore-rust-version", "--target", "wasm32-wasip1", "--profile", &places.profile])
        .arg("--manifest-path")
        .arg(places.tree.join(GUEST_MANIFEST))
        .arg("--target-dir")
        .arg(places.work.join("wasm"))
        .env("CARGO_ENCODED_RUSTFLAGS", WASM_FLAGS);
    Ok(command)
}

fn imager(places: &Places) -> Result<Command> {
    let mut command = cargo()?;
    command
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(places.root.join("crates/rlm-guest-artifact/imager/Cargo.toml"))
        .arg("--target-dir")
        .arg(places.work.join("imager"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    Ok(command)
}

fn image(places: &Places) -> Command {
    let wasm = places.work.join("wasm/wasm32-wasip1").join(&places.profile).join("rlm_guest.wasm");
    let mut command = Command::new(places.work.join("imager/release/rlm-imager"));
    command.args([&wasm, &places.root.join(STDLIB), &places.out]).arg(&places.target);
    command
}

/// A cargo that does not take the outer build's target or flags for its own.
fn cargo() -> Result<Command> {
    let mut command = Command::new(variable("CARGO")?);
    for name in [
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET_DIR",
        "CARGO_BUILD_TARGET",
        "RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
    ] {
        command.env_remove(name);
    }
    Ok(command)
}

fn run(command: Command, what: &str) -> Result<()> {
    wait(start(command, what)?, what)
}

fn start(mut command: Command, what: &str) -> Result<Child> {
    command.spawn().map_err(|error| format!("{what}: {error}"))
}

fn wait(mut child: Child, what: &str) -> Result<()> {
    let status = child.wait().map_err(|error| format!("{what}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what} failed; its own messages are above")) }
}

fn identity(places: &Places) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for name in ["guest.cwasm", "guest.image"] {
        hasher.write(&read(&places.out.join(name))?);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    write(path, bytes)
}
