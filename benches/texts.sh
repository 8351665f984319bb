#!/bin/bash
# Real texts from Debian: what it takes to have each ready in a session and to ask it something, as wall
# time and as the most memory the process had.
#
# The packages ghc-doc and libreoffice-help-* are downloaded by apt-get (30 MB, 340 MB unpacked; 5 GB of disk
# with what is made of them).
# usage: benches/texts.sh [FOLDER], where the texts are kept; RLM_REPL names another binary than
# target/release/rlm-repl
set -euo pipefail
cd "$(dirname "$0")/.."
rlm="$(realpath "${RLM_REPL:-target/release/rlm-repl}")"
folder="${1:-}"
[ -n "$folder" ] || { folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT; }
mkdir -p "$folder"
cd "$folder"

text_of() { # PACKAGE OUTPUT
  [ -s "$2" ] && return
  apt-get download "$1" >/dev/null 2>&1
  dpkg-deb -x "$1"_*.deb "of-$1"
  find "of-$1" -type f -name '*.html' -print0 | sort -z | xargs -0 cat > "$2"
  rm -rf "$1"_*.deb
}

times() { # COUNT TEXT OUTPUT
  [ -s "$3" ] || for _ in $(seq "$1"); do cat "$2"; done > "$3"
}

[ -s packages.txt ] || apt-cache dumpavail > packages.txt
text_of ghc-doc docs.txt
times 4 docs.txt docs-1g.txt
times 9 docs.txt docs-2g.txt
for language in ja zh-cn ru; do text_of "libreoffice-help-$language" "help-$language.txt"; done

row() { # NAME CELL ARGUMENTS...
  local name="$1" cell="$2" got
  shift 2
  got="$(python3 - "$rlm" exec "$@" -c "$cell" <<'PY'
import os, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
took = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
out = done.stdout.strip().splitlines() or done.stderr.strip().splitlines()
print(f"{took:.2f} s | {peak:,} MB | {out[0] if out else 'nothing'}")
PY
)"
  echo "| $name | $got |"
}

echo "| text, and what is asked | time of the whole process | most memory | said |"
echo "|---|---|---|---|"
for text in packages docs docs-1g docs-2g help-ja help-zh-cn help-ru; do
  size="$(($(stat -c %s "$text.txt") / 1000000)) MB"
  row "$text, $size: \`len(context)\`" 'print(type(context).__name__, len(context))' --context "$text.txt"
  row "$text: \`count('(?i)html')\`" 'print(count("(?i)html"))' --context "$text.txt"
  row "$text: \`search('no such words')\`" 'print(search("no such words"))' --context "$text.txt"
  row "$text: \`outline()\`" 'print(outline().splitlines()[0])' --context "$text.txt"
done
for text in packages help-ja; do
  row "$text: \`rank('font size')\`" 'print(len(rank("font size")))' --context "$text.txt"
done
row "the files of ghc-doc: how many" 'print(len(context), sum(map(len, context.values())))' --context of-ghc-doc
