#! context = "ä"
context, len(context), context[0], context[-1], context * 3
#= ('ä', 1, 'ä', 'ä', 'äää')
