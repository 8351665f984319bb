import uuid
u = uuid.UUID("12345678-1234-5678-1234-567812345678")
print(u, u.hex, u.int, u.version, u.bytes[:2], u.fields[0], uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), uuid.uuid3(uuid.NAMESPACE_URL, "x"), len(str(uuid.uuid4())), uuid.uuid4().version, uuid.uuid4() != uuid.uuid4(), u == uuid.UUID(u.hex), u.urn)
try:
    uuid.UUID("bad")
except ValueError as error:
    print(error)
