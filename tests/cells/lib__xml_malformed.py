#! expect = "raised: ParseError: mismatched tag: line 1, column 8"
import xml.etree.ElementTree as ET
ET.fromstring("<a><b></a>")
