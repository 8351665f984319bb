text = "the cat sat on the mat the end"
counts = {}
for w in text.split():
    counts[w] = counts.get(w, 0) + 1
print(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
from collections import Counter, defaultdict
print(Counter(text.split()).most_common(1), max(text.split(), key=text.split().count))
by = defaultdict(list)
for w in text.split(): by[len(w)].append(w)
print(dict(by))
