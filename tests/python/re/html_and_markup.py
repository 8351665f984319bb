import re
html = '<h1>Title</h1><p class="x">One <b>two</b></p><a href="/u?a=1">link</a>'
print(re.findall(r"<(\w+)[^>]*>", html), re.sub(r"<[^>]+>", "", html), re.findall(r'href="([^"]+)"', html))
md = "# Head\n\n- item *one*\n- item **two** [text](http://x.y/z)\n"
print(re.findall(r"^- (.*)$", md, re.M), re.findall(r"\[([^]]+)\]\(([^)]+)\)", md), re.sub(r"\*+([^*]+)\*+", r"\1", md).count("*"))
