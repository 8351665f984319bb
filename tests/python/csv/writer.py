import csv, io
out = io.StringIO()
w = csv.writer(out)
w.writerow(["a", 1, 2.5, None, "x,y", 'q"t', "new\nline", True])
w.writerows([[1], []])
print(repr(out.getvalue()))
out = io.StringIO()
d = csv.DictWriter(out, ["b", "a"], extrasaction="ignore", restval="-", lineterminator="\n", quoting=csv.QUOTE_ALL)
d.writeheader(); d.writerow({"a": 1, "z": 9})
print(out.getvalue())
try:
    csv.DictWriter(io.StringIO(), ["a"]).writerow({"b": 1})
except ValueError as error:
    print(error)
print(csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter, csv.Sniffer().has_header("name,n\na,1\nb,2\n"))
