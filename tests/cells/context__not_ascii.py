#! context = "grün ist 漢字 und 🦀 hier\nzweite Zeile äöü\n"
len(context), context[:4], context[9:11], context[16], context.index("🦀"), context[-4:]
#= (40, 'grün', '漢字', '🦀', 16, 'äöü\n')
# %%
context.split()[2], context.encode()[2:4], len(context.encode()), context[::-1][1:4]
#= ('漢字', b'\xc3\xbc', 51, 'üöä')
# %%
import re
re.findall(r"\w*ü\w*", context), [c for c in context if ord(c) > 1000], context.upper()[:4]
#= (['grün', 'äöü'], ['漢', '字', '🦀'], 'GRÜN')
