from urllib.parse import urlparse, urlsplit, urlunparse, urljoin, quote, unquote, quote_plus, unquote_plus, urlencode, parse_qs, parse_qsl
u = urlparse("https://user:pw@Host.com:8080/p/a;x?q=1&r=a%20b#frag")
print(u.scheme, u.netloc, u.hostname, u.port, u.path, u.params, u.query, u.fragment, u.username, urlunparse(u._replace(scheme="http")))
print(urljoin("http://a/b/c", "../d"), urljoin("http://a/b/", "//x/y"), quote("a b/é?"), quote("a/b", safe=""), unquote("%C3%A9%20+"), quote_plus("a b&c"), unquote_plus("a+b%26"), urlencode({"a": 1, "b": "x y"}), urlencode({"k": [1, 2]}, doseq=True))
print(parse_qs("a=1&a=2&b=&c"), parse_qs("b=", keep_blank_values=True), parse_qsl("x=%20y"), urlsplit("//h/p").netloc, u.geturl() == urlunparse(u))
