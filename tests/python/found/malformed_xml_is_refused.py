import xml.etree.ElementTree as ET
from xml.dom import minidom
from xml.parsers.expat import ExpatError
for text in ["<a><b></a>", "<a><b></b>", "<a></a><c/>", "<a b='1' b='2'/>", "<a>&undefined;</a>", "<a", "plain"]:
    try:
        ET.fromstring(text)
        print("accepted", text)
    except ET.ParseError as error:
        print("refused", error.position[0] > 0)
    try:
        minidom.parseString(text)
        print("accepted", text)
    except ExpatError:
        print("refused")
