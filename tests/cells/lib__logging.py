import logging
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
logging.info("told %d", 5)
logging.debug("quiet")
#2> INFO told 5
