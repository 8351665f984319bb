#! expect = "raised: <*>"
import socket
socket.create_connection(("127.0.0.1", 80), 1)
# %%
#! expect = "raised: <*>"
import socket
s = socket.socket()
s.connect(("127.0.0.1", 80))
# %%
#! expect = "raised: <*>"
s = socket.socket(socket.AF_UNIX)
s.bind("x")
s.listen()
# %%
#! expect = "raised: <*>"
socket.getaddrinfo("example.org", 80)
# %%
#! expect = "raised: <*>"
import urllib.request
urllib.request.urlopen("http://127.0.0.1:1/").read()
# %%
#! expect = "raised: <*>"
import http.client
http.client.HTTPConnection("127.0.0.1", 1).request("GET", "/")
# %%
#! expect = "raised: <*>"
urllib.request.urlopen("file://" + canary_path).read()
