import importlib
names = """abc argparse array ast base64 binascii bisect calendar cmath codecs collections configparser contextlib
contextvars copy csv dataclasses datetime decimal difflib email.message enum errno fnmatch fractions functools gc
getopt getpass gettext glob graphlib gzip hashlib heapq hmac html http inspect io ipaddress itertools json keyword
linecache locale logging math mimetypes numbers operator os pathlib pickle platform pprint queue random re reprlib
secrets selectors shelve shlex shutil signal socket stat statistics string stringprep struct subprocess symtable sys
tempfile textwrap threading time timeit token tokenize tomllib traceback types typing unicodedata unittest
unittest.mock urllib.parse urllib.request uuid warnings weakref xml.dom.minidom xml.etree.ElementTree zipfile zlib
zoneinfo asyncio concurrent.futures colorsys copyreg dis doctest filecmp bz2 lzma tarfile""".split()
missing = []
for name in names:
    try:
        importlib.import_module(name)
    except Exception as error:
        missing.append((name, type(error).__name__))
missing
#= []
