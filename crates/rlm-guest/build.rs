//! Link settings of the guest.

fn main() {
    // RustPython takes its native stack for 8 MiB and raises RecursionError near its end.
    println!("cargo:rustc-link-arg=-zstack-size=8388608");
    println!("cargo:rustc-link-arg=--export=__stack_pointer");
    println!("cargo:rerun-if-changed=build.rs");
}
