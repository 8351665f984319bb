#! context = ""
context, len(context), context.split("\n"), list(context)
#= ('', 0, [''], [])
