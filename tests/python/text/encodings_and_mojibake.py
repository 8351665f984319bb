raw = "naïve café – “quoted” €5"
print(raw.encode("utf-8").decode("latin-1")[:4], raw.encode("cp1252").hex()[:8], raw.encode("ascii", "namereplace")[:40], [hex(b) for b in "é".encode("utf-16")][:2])
broken = "cafÃ©"
print(broken.encode("latin-1").decode("utf-8"), raw.isascii(), sum(ord(c) > 127 for c in raw), raw.translate({ord("–"): "-", 8220: '"', 8221: '"'}))
