#!/bin/sh
# Looks at the page that `rlm-repl view` makes, in a real browser without a window.
#
#   tests/view.sh [BINARY]      target/debug/rlm-repl
#
# Needs chromium; without it, nothing is tested and the exit code is 0.
set -u

root=$(dirname "$(dirname "$(realpath "$0")")")
binary=${1:-$root/target/debug/rlm-repl}
[ -x "$binary" ] || { echo "no program at $binary" >&2; exit 2; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    { echo "skipped: chromium is not installed"; exit 0; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch"
printf 'Package: pear\nVersion: 2.7\nDescription: </script><b id=broken>\n\nPackage: apple\nVersion: 1.0\n' >"$scratch/index"
"$binary" run --quiet --context "$scratch/index" --trajectory "$scratch/t.jsonl" \
    "Which version has the package pear?" >"$scratch/answer" 2>"$scratch/err" || { cat "$scratch/err"; exit 1; }
"$binary" view "$scratch/t.jsonl" >/dev/null || exit 1
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --enable-logging=stderr --dump-dom \
    "file://$scratch/t.html" >"$scratch/dom" 2>"$scratch/log"

failed=0
# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@"; then echo "ok    $name"; else failed=1; echo "FAIL  $name"; fi
}
not() { ! "$@"; }
check "the question is the title" grep -q '<title>Which version has the package pear?</title>' "$scratch/dom"
check "the answer is shown" grep -q "<div class=\"card answer\">$(head -1 "$scratch/answer")" "$scratch/dom"
check "every turn is shown" [ "$(grep -o 'class="card turn"' "$scratch/dom" | wc -l)" -eq "$(grep -c '"type":"iteration"' "$scratch/t.jsonl")" ]
check "the time of every turn is shown" [ "$(grep -o 'href="#turn-0-' "$scratch/dom" | wc -l)" -eq "$(grep -c '"type":"iteration"' "$scratch/t.jsonl")" ]
check "what was read is shown" grep -q 'root model saw' "$scratch/dom"
check "code is coloured" grep -q '<span class="kw">import</span>' "$scratch/dom"
check "what a context holds is no markup" not grep -q '<b id=' "$scratch/dom"
check "nothing turned into [object ...]" not grep -q '\[object ' "$scratch/dom"
check "no errors on the console" not grep -q 'CONSOLE' "$scratch/log"
exit $failed
