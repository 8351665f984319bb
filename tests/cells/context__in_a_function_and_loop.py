#! context = "a,1\nb,2\nc,3\n"
import csv, io
rows = list(csv.reader(io.StringIO(context)))
rows
#= [['a', '1'], ['b', '2'], ['c', '3']]
# %%
def chunks(size):
    for at in range(0, len(context), size):
        yield context[at:at + size]
list(chunks(5))
#= ['a,1\nb', ',2\nc,', '3\n']
# %%
[echo(piece) for piece in context.splitlines()]
#= ['a,1', 'b,2', 'c,3']
