"""An inverted index in a defaultdict of sets."""

from collections import defaultdict

documents = [f"w{i % 7919} w{i * 31 % 9973} w{i % 101} w{i % 17}" for i in range(60_000)]

def index(documents):
    found = defaultdict(set)
    for number, document in enumerate(documents):
        for word in document.split():
            found[word].add(number)
    return found

#: timed
found = index(documents)
print(len(found), len(found["w3"]), min(found["w16"]))
