#! expect = "completed | raised: ParseError | raised: RecursionError | exceeded: stack | exceeded: wall | exceeded: fuel"
import xml.etree.ElementTree as ET
root = ET.fromstring("<a>" * 50_000 + "</a>" * 50_000)
ET.tostring(root)
