"""Words of 5 MB counted in a dict."""

words = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")
text = " ".join(f"{words[i * 7 % 10]}{i % 1013}" for i in range(560_000))

def count(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts

#: timed
counts = count(text)
print(len(text), len(counts), sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3])
