#!/usr/bin/env python3
"""Rewrites the generated part of THIRD-PARTY.md: the crates inside the binary and their licences.

    python3 docs/third-party.py            writes it
    python3 docs/third-party.py --check    exits 1 if it is not what would be written

Run it after Cargo.lock or crates/rlm-guest/Cargo.lock changed. Needs cargo, and the crates fetched.
"""

import collections, json, pathlib, re, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "THIRD-PARTY.md"
MARK = "<!-- Below this line: written by docs/third-party.py. -->\n"

# What is linked: the manifest, the package and the target it is built for.
LINKED = [
    ("In the program", ROOT / "Cargo.toml", ["-p", "rlm-repl"], "x86_64-unknown-linux-gnu"),
    # Of sqlite-wasm-rs the build takes the compiled SQLite alone: patches/sqlite.rs.
    ("In the guest", ROOT / "crates/rlm-guest/Cargo.toml", ["--prune=sqlite-wasm-rs"], "wasm32-wasip1"),
]
# Packages that name a licence file instead of a licence.
NAMED_BY_FILE = {"mt19937": "BSD-3-Clause", "rustpython-pylib": "PSF-2.0"}
# Texts that the written part of the page holds.
WRITTEN = ("rustpython-", "malachite-")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True, cwd=ROOT).stdout


def crates(manifest, package, target):
    """{(name, version): (licence, directory)} of what the linker sees, our own crates left out."""
    metadata = json.loads(cargo("metadata", "--locked", "--format-version=1", f"--manifest-path={manifest}"))
    places = {(p["name"], p["version"]): p for p in metadata["packages"] if p["source"]}
    tree = cargo("tree", "--locked", f"--manifest-path={manifest}", *package, f"--target={target}",
                 "--edges=normal,no-proc-macro", "--prefix=none", "--no-dedupe", "--format={p}")
    found = {}
    for line in set(tree.splitlines()):
        name, version = line.split()[:2]
        place = places.get((name, version[1:]))
        if place:
            licence = NAMED_BY_FILE.get(name) or place["license"].replace("/", " OR ")
            found[name, version[1:]] = licence, pathlib.Path(place["manifest_path"]).parent
    return found


def texts(licence, directory):
    """The licence files of a package; of a choice that has Apache-2.0 in it, only notices."""
    files = sorted(f for f in directory.iterdir() if f.is_file() and re.match(r"(?i)(un)?licen[cs]e|copying|notice", f.name))
    if re.search(r"\bApache-2\.0\b(?! WITH)", licence) and " AND " not in licence:
        files = [f for f in files if re.match("(?i)notice", f.name)]
    return [f.read_text(errors="replace").strip() for f in files]


def generated():
    page, carried, bare = [], collections.defaultdict(set), set()
    for title, manifest, package, target in LINKED:
        found = crates(manifest, package, target)
        page += [f"\n## {title}: {len(found)} crates\n\n| Crate | Version | Licence |\n|---|---|---|\n"]
        for (name, version), (licence, directory) in sorted(found.items()):
            page += [f"| {name} | {version} | {licence} |\n"]
            if name.startswith(WRITTEN):
                continue
            kept = texts(licence, directory)
            for text in kept:
                carried[text].add(f"{name} {version}")
            if not kept and "Apache-2.0" not in licence:
                bare.add(f"{name} {version} ({licence})")
    page += ["\n## Their licence texts\n\nWhere a crate lets one choose, it is used here under Apache-2.0 if that is among the choices; "
             "that text is in LICENSE-APACHE. The other texts follow, each once, under the crates that carry it.\n"]
    if bare:
        page += [f"Packages that carry no licence file: {', '.join(sorted(bare))}.\n"]
    for text, names in sorted(carried.items(), key=lambda item: sorted(item[1])):
        page += [f"\n### {', '.join(sorted(names))}\n\n~~~text\n{text}\n~~~\n"]
    return "".join(page)


def main():
    head, mark, _ = PAGE.read_text().partition(MARK)
    if not mark:
        sys.exit(f"{PAGE.name} lacks the line {MARK}")
    page = head + mark + generated()
    if "--check" in sys.argv:
        sys.exit(0 if page == PAGE.read_text() else f"{PAGE.name} is out of date: run docs/third-party.py")
    PAGE.write_text(page)


main()
