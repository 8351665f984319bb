import xml.etree.ElementTree as ET, io
print([(ev, el.tag) for ev, el in ET.iterparse(io.BytesIO(b"<a><b/>text<c/></a>"), events=("start", "end"))])
tree = ET.parse(io.StringIO("<a>é<![CDATA[<raw>]]></a>"))
print(tree.getroot().text)
out = io.BytesIO()
tree.write(out, encoding="utf-8", xml_declaration=True)
print(out.getvalue().decode())
for bad in ["<a>", "<a></b>", "", "no", "<a>&nope;</a>", "<a x=1/>", "<a/><b/>"]:
    try:
        ET.fromstring(bad)
        print("accepted", bad)
    except ET.ParseError as error:
        print(repr(bad), "ParseError")
