#! context = "The first line.\nSecond line, with a needle: 4711\nThird line.\n"
type(context), len(context), context[:9], context[-6:]
#= (<class 'str'>, 61, 'The first', 'line.\n')
# %%
context.find("needle"), context.index("4711"), context.count("line"), "needle" in context, context.find("absent")
#= (36, 44, 3, True, -1)
# %%
context.split("\n"), context.splitlines()[1], len(context.split())
#= (['The first line.', 'Second line, with a needle: 4711', 'Third line.', ''], 'Second line, with a needle: 4711', 11)
# %%
import re
re.findall(r"\d+", context), re.search(r"needle: (\d+)", context).group(1), [m.start() for m in re.finditer("line", context)]
#= (['4711'], '4711', [10, 23, 55])
# %%
[c for c in context if c.isupper()], context.upper()[:9], context.replace("line", "row")[:14], context[::10]
#= (['T', 'S', 'T'], 'THE FIRST', 'The first row.', 'Tlnilh\n')
# %%
isinstance(hash(context), int), {context: 1}[context], context == context[:], context == str(context)
#= (True, 1, True, True)
# %%
context.partition("\n")[0], context.startswith("The"), context.endswith("\n"), context.strip().endswith("line.")
#= ('The first line.', True, True, True)
# %%
context
#= 'The first line.\nSecond line, with a needle: 4711\nThird line.\n'
