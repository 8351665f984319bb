import secrets
print(len(secrets.token_hex(8)), len(secrets.token_bytes(5)), secrets.randbelow(1), secrets.choice([7]), secrets.compare_digest("a", "a"), isinstance(secrets.token_urlsafe(), str), 0 <= secrets.randbits(4) < 16)
