import csv, io
text = 'name,age,note\nAnn,30,"says ""hi"", ok"\nBob,,"two\nlines"\n'
for row in csv.reader(io.StringIO(text)):
    print(row)
print(list(csv.DictReader(io.StringIO(text)))[1], list(csv.reader(["a;b;'c;d'"], delimiter=";", quotechar="'")), list(csv.reader(["a\tb"], dialect="excel-tab")))
print(list(csv.DictReader(["x,y", "1", "1,2,3"])), list(csv.reader([" a, b"], skipinitialspace=True)), list(csv.reader(["1,2.5,x"], quoting=csv.QUOTE_NONE)), list(csv.reader(['"a",1'], quoting=csv.QUOTE_NONNUMERIC)) if False else "")
r = csv.reader(["a", "b"])
next(r)
print(r.line_num, sorted(csv.list_dialects()))
