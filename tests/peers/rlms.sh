#!/bin/sh
# Reads back, with the code of the `rlms` package itself, what `rlm-repl export --format rlms` writes.
#
#   tests/peers/rlms.sh [BINARY]      target/debug/rlm-repl
#
# Needs python3 with venv and pip; installs the package into a temporary folder. Without them, or
# without an index to install from, nothing is tested and the exit code is 0.
set -u

PACKAGE=rlms==0.1.3
# What its logger and types import; the clients of all providers, which it asks for too, are not needed.
NEEDED="rich markdown-it-py mdurl pygments python-dotenv"
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
binary=${1:-$root/target/debug/rlm-repl}
[ -x "$binary" ] || { echo "no program at $binary" >&2; exit 2; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

skip() { echo "skipped: $1"; exit 0; }
command -v python3 >/dev/null || skip "python3 is not installed"
python3 -m venv "$scratch/venv" >"$scratch/log" 2>&1 || skip "python3 cannot make a venv: $(head -1 "$scratch/log")"
timeout 120 "$scratch/venv/bin/pip" install --quiet --retries 0 --timeout 10 --disable-pip-version-check --no-deps \
    "$PACKAGE" $NEEDED >"$scratch/log" 2>&1 || skip "$PACKAGE could not be installed: $(tail -1 "$scratch/log")"

"$scratch/venv/bin/python" "$here/rlms.py" "$binary"
