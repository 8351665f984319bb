#! expect = "raised: <*> | exceeded: memory | exceeded: wall | exceeded: fuel"
import xml.etree.ElementTree as ET
entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
ET.fromstring(f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e11;</x>')
# %%
#! expect = "completed | raised: <*>"
found = ET.fromstring('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>').text
# %%
#! expect = "completed | raised: NameError"
assert not found, found
