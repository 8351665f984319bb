import logging, io
out = io.StringIO()
log = logging.getLogger("app.db")
h = logging.StreamHandler(out)
h.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
log.addHandler(h); log.setLevel(logging.INFO); log.propagate = False
log.debug("hidden"); log.info("n=%d", 5); log.warning("w %s", "x"); log.error("e", extra={"k": 1})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
lines = out.getvalue().splitlines()
print(lines[:4], lines[-1], log.isEnabledFor(10), logging.getLevelName(30), log.parent.name, log.getEffectiveLevel())
class Only(logging.Filter):
    def filter(self, r): return "keep" in r.getMessage()
h.addFilter(Only())
log.info("keep me"); log.info("drop")
print(out.getvalue().splitlines()[-1])
