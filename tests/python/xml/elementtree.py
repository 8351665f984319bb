import xml.etree.ElementTree as ET
root = ET.fromstring('<r a="1"><item id="x">one</item><item id="y">two<sub/>tail</item><n:e xmlns:n="urn:n"/></r>')
print(root.tag, root.attrib, [i.text for i in root.findall("item")], root.find("item[@id='y']").get("id"), root[1][0].tail, [e.tag for e in root.iter()], root.findtext("item"), root.find("nope"), root.find("{urn:n}e") is not None, len(root))
e = ET.SubElement(root, "new", k="v & w")
e.text = "<t>"
root.remove(root[0])
print(ET.tostring(root, encoding="unicode"))
ET.indent(root)
print(ET.tostring(root).decode().splitlines()[1], "".join(root.itertext()).split())
