from pathlib import PurePosixPath, Path
import os.path, urllib.parse
p = PurePosixPath("/a/b/c.tar.gz")
p.name, p.suffix, p.stem, str(p.parent), p.parts[1], str(p / "d"), os.path.join("a", "b"), os.path.splitext("x.py"), Path("a").exists()
#= ('c.tar.gz', '.gz', 'c.tar', '/a/b', 'a', '/a/b/c.tar.gz/d', 'a/b', ('x', '.py'), False)
# %%
u = urllib.parse.urlparse("https://x.org:80/p/q?a=1&b=2#f")
u.netloc, u.path, urllib.parse.parse_qs(u.query), urllib.parse.quote("a b/ü"), urllib.parse.unquote("%C3%BC"), urllib.parse.urljoin("http://a/b/c", "../d"), urllib.parse.urlencode({"k": "v w"})
#= ('x.org:80', '/p/q', {'a': ['1'], 'b': ['2']}, 'a%20b/%C3%BC', 'ü', 'http://a/d', 'k=v+w')
