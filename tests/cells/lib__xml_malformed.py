#! expect = "raised: ParseError: mismatched tag: line 1, column 9"
import xml.etree.ElementTree as ET
ET.fromstring("<a><b></a>")
