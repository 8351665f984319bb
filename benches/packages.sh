#!/bin/bash
# Six aggregate questions on Debian's package index: what awk says, what a cell says, and how long each
# takes; also how long the cell takes when Python's own `re` in the guest does the searching. The index is made by `apt-cache dumpavail` (Debian or a relative of it), or is the file named.
#
# usage: benches/packages.sh [INDEX]; RLM_REPL names another binary than target/release/rlm-repl
set -euo pipefail
cd "$(dirname "$0")/.."
rlm="${RLM_REPL:-target/release/rlm-repl}"
if [ $# -gt 0 ]; then index="$1"; else
  index="$(mktemp)"; trap 'rm -f "$index"' EXIT
  apt-cache dumpavail > "$index"
fi
echo "$(stat -c %s "$index") bytes"
failed=0

slowly='import re
findall = lambda pattern: re.findall("(?m)" + pattern, context)
count = lambda pattern: len(findall(pattern))
'

ask() { # QUESTION AWK CELL
  local began middle ended last expected got by_re
  began=$(date +%s%N)
  expected="$(LC_ALL=C.UTF-8 awk "$2" "$index")"
  middle=$(date +%s%N)
  got="$("$rlm" exec --context "$index" -c "$3")"
  ended=$(date +%s%N)
  by_re="$("$rlm" exec --timeout 600 --fuel 1000G --context "$index" -c "$slowly$3")"
  last=$(date +%s%N)
  [ "$expected" = "$got" ] && verdict=same || { verdict="DIFFERENT: awk says $expected"; failed=1; }
  [ "$expected" = "$by_re" ] || { verdict="DIFFERENT: by re it is $by_re"; failed=1; }
  printf '%-48s %s (%s)\n%50s awk %d ms, whole run of rlm-repl %d ms, by re %d ms\n' "$1" "$got" "$verdict" "" \
    $(((middle - began) / 1000000)) $(((ended - middle) / 1000000)) $(((last - ended) / 1000000))
}

ask "How many packages are there?" \
  '/^Package: /{n++} END{print n}' \
  'print(count(r"^Package: "))'
ask "How many bytes do all packages take installed?" \
  '/^Installed-Size: /{s+=$2} END{printf "%.0f\n", s*1024}' \
  'print(1024 * sum(map(int, findall(r"^Installed-Size: (\d+)"))))'
ask "Which section has the most packages?" \
  '/^Section: /{c[$2]++} END{for(s in c) if(c[s]>m||(c[s]==m&&s<b)){m=c[s];b=s} print b, m}' \
  'from collections import Counter
counted = Counter(findall(r"^Section: (\S+)"))
most = max(counted.values())
print(min(s for s in counted if counted[s] == most), most)'
ask "How many maintainers are there?" \
  '/^Maintainer: /{m[$0]=1} END{print length(m)}' \
  'print(len(set(findall(r"^Maintainer: .*"))))'
ask "Which package has the longest Depends line?" \
  '/^Package: /{p=$2} /^Depends: /{if(length($0)>m){m=length($0);b=p}} END{print b, m}' \
  'longest, best, package = 0, "", ""
for line in findall(r"^(?:Package|Depends): .*"):
    if line.startswith("P"):
        package = line.split()[1]
    elif len(line) > longest:
        longest, best = len(line), package
print(best, longest)'
ask "How many packages depend on python3 itself?" \
  '/^Depends: /{s=substr($0,10); k=split(s,d,/[,|] */); f=0; for(i=1;i<=k;i++){split(d[i],w,/[ (:]/); if(w[1]=="python3")f=1} n+=f} END{print n}' \
  'print(count(r"^Depends: (?:.*[,|] *)?python3(?:[ (:,|].*)?$"))'
exit $failed
