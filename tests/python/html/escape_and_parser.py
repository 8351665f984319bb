import html
from html.parser import HTMLParser
print(html.escape("<a href='x'>&</a>"), html.unescape("&lt;p&gt; &amp; &eacute; &#8364; &#x41; &nope;"))
class P(HTMLParser):
    def __init__(self):
        super().__init__()
        self.got = []
    def handle_starttag(self, tag, attrs): self.got.append(("+", tag, attrs))
    def handle_endtag(self, tag): self.got.append(("-", tag))
    def handle_data(self, data):
        if data.strip(): self.got.append(data.strip())
    def handle_comment(self, data): self.got.append(("!", data))
p = P()
p.feed('<div class="a b" id=x><p>Hi &amp; <b>bold</b><br/>bye<!-- c --><input disabled></div>')
p.close()
print(p.got)
