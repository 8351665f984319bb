from html.parser import HTMLParser
class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.href, self.text = [], None, []
    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.href = dict(attrs).get("href")
    def handle_data(self, data):
        if self.href: self.text.append(data)
    def handle_endtag(self, tag):
        if tag == "a":
            self.links.append((self.href, "".join(self.text)))
            self.href, self.text = None, []
p = Links()
for piece in ["<p><a hr", "ef='/one'>One</a> and <A HREF=", '"/two?a=1&amp;b=2">T<i>w</i>o</A>']:
    p.feed(piece)
print(p.links)
