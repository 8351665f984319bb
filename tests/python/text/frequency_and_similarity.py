from collections import Counter
import difflib, math
docs = ["the cat sat", "the dog sat down", "a bird flew"]
words = [Counter(d.split()) for d in docs]
df = Counter(w for c in words for w in c)
def score(q, c): return sum(c[w] * math.log2(1 + len(docs) / df[w]) for w in q.split() if w in c)
print(sorted(range(3), key=lambda i: -score("the dog", words[i])), df.most_common(2))
def cosine(a, b): return sum(a[w] * b[w] for w in a) / math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
print(round(cosine(words[0], words[1]), 4), [round(difflib.SequenceMatcher(None, "cat", w).ratio(), 2) for w in ("cart", "dog")])
