from xml.dom import minidom
d = minidom.parseString("<r><a k='1'>x</a><a>y</a></r>")
print([n.firstChild.data for n in d.getElementsByTagName("a")], d.documentElement.tagName, d.getElementsByTagName("a")[0].getAttribute("k"))
print(d.documentElement.toxml())
