import xml.etree.ElementTree as ET
root = ET.fromstring("<r><i n='1'>a</i><i n='2'>b &amp; c</i></r>")
[(i.get("n"), i.text) for i in root.findall("i")], ET.tostring(root.find("i")), root.find("i[@n='2']").text
#= ([('1', 'a'), ('2', 'b & c')], b'<i n="1">a</i>', 'b & c')
# %%
from html.parser import HTMLParser
class Links(HTMLParser):
    found = []
    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs)["href"])
Links().feed("<p><a href='x'>1</a><a href=y>2</a>")
Links.found
#= ['x', 'y']
