import textwrap
text = "The quick brown fox jumps over the lazy dog, again and again."
print(textwrap.fill(text, 20)); print(textwrap.wrap(text, 30), textwrap.shorten(text, 25), textwrap.shorten(text, 25, placeholder="..."))
print(textwrap.dedent("""
    a
      b
    c"""), textwrap.indent("x\n\ny", "> "), textwrap.fill("word " * 5, 12, initial_indent="* ", subsequent_indent="  "))
print(textwrap.wrap("averyverylongword", 5), textwrap.wrap("a-b hyphen-ated", 8))
