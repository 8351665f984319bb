#!/bin/sh
# Drives every wire format against llmock, a server that others wrote: it fails as providers fail,
# and judges how its client took it.
#
#   tests/providers/llmock.sh [ASK]      target/debug/examples/ask, built by `cargo test --no-run`
#
# Needs python3 with venv and pip; installs the server into a temporary folder. Without them, or
# without an index to install from, nothing is tested and the exit code is 0.
set -u

PACKAGE=llmock==0.2.2
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
ask=${1:-$root/target/debug/examples/ask}
[ -x "$ask" ] || { echo "no program at $ask" >&2; exit 2; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

skip() { echo "skipped: $1"; exit 0; }
command -v python3 >/dev/null || skip "python3 is not installed"
python3 -m venv "$scratch/venv" >"$scratch/log" 2>&1 || skip "python3 cannot make a venv: $(head -1 "$scratch/log")"
timeout 60 "$scratch/venv/bin/pip" install --quiet --retries 0 --timeout 10 --disable-pip-version-check \
    "$PACKAGE" >"$scratch/log" 2>&1 || skip "$PACKAGE could not be installed: $(tail -1 "$scratch/log")"

"$scratch/venv/bin/python" "$here/llmock.py" "$scratch/venv/bin/llmock" "$ask"
