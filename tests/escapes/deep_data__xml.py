#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: ParseError | raised: RecursionError | exceeded: stack"
import xml.etree.ElementTree as ET
root = ET.fromstring("<a>" * 50_000 + "</a>" * 50_000)
ET.tostring(root)
