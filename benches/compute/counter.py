"""Words of 5 MB in a Counter."""

from collections import Counter

words = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")
text = " ".join(f"{words[i * 7 % 10]}{i % 1013}" for i in range(560_000))

#: timed
counts = Counter(text.split())
print(len(counts), sorted(counts.most_common(5)))
