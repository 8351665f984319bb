import hashlib, base64, hmac, zlib, binascii, gzip
hashlib.sha256(b"abc").hexdigest()[:16], hashlib.md5(b"abc").hexdigest(), hashlib.sha1(b"").hexdigest()[:8], hashlib.blake2b(b"x", digest_size=4).hexdigest()
#= ('ba7816bf8f01cfea', '900150983cd24fb0d6963f7d28e17f72', 'da39a3ee', 'b1ba07e5')
# %%
base64.b64encode(b"hi\xff"), base64.b64decode("aGk="), base64.urlsafe_b64encode(b"\xfb\xff"), binascii.hexlify(b"az"), bytes.fromhex("00ff")
#= (b'aGn/', b'hi', b'-_8=', b'617a', b'\x00\xff')
# %%
zlib.decompress(zlib.compress(b"abc" * 100)) == b"abc" * 100, zlib.crc32(b"abc"), gzip.decompress(gzip.compress(b"data")), hmac.new(b"k", b"m", "sha256").hexdigest()[:8]
#= (True, 891568578, b'data', 'b60090e3')
