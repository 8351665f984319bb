import copy, pickle, struct, array
a = [[1], {"k": [2]}]
b = copy.deepcopy(a)
b[0].append(9)
a, b, copy.copy(a)[0] is a[0], pickle.loads(pickle.dumps({"a": (1, {2})})), struct.pack(">IhB", 1, -2, 3), struct.unpack("<d", struct.pack("<d", 1.5)), array.array("i", [1, 2]).tolist()
#= ([[1], {'k': [2]}], [[1, 9], {'k': [2]}], True, {'a': (1, {2})}, b'\x00\x00\x00\x01\xff\xfe\x03', (1.5,), [1, 2])
