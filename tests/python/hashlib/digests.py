import hashlib, hmac, zlib
for name in ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"]:
    print(name, hashlib.new(name, b"hello").hexdigest()[:32])
h = hashlib.sha256()
h.update(b"a"); g = h.copy(); h.update(b"b")
print(h.hexdigest() == hashlib.sha256(b"ab").hexdigest(), g.digest_size, h.name, h.block_size, hashlib.shake_128(b"x").hexdigest(8), sorted(hashlib.algorithms_guaranteed)[0])
print(hmac.new(b"key", b"msg", "sha256").hexdigest(), hmac.compare_digest(b"a", b"b"), hmac.digest(b"k", b"m", "md5").hex(), hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 10).hex()[:16])
try:
    hashlib.sha256("text")
except TypeError as error:
    print("TypeError")
try:
    hashlib.new("nope")
except ValueError as error:
    print("ValueError")
