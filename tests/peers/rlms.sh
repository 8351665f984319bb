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

. "$root/tests/pip.sh"
install 120 --no-deps $NEEDED "$PACKAGE"

"$scratch/venv/bin/python" "$here/rlms.py" "$binary"
