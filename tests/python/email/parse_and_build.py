from email import message_from_string
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
m = message_from_string("From: Ann <a@x.com>\nSubject: =?utf-8?q?H=C3=A9llo?=\nDate: Mon, 01 Jan 2024 10:00:00 +0000\n\nBody\nline 2")
from email.header import decode_header, make_header
print(m["from"], str(make_header(decode_header(m["Subject"]))), m.get_payload(), parseaddr(m["From"]), parsedate_to_datetime(m["Date"]))
e = EmailMessage()
e["To"] = "b@y.com"
e.set_content("hi")
print(e.as_string().splitlines()[0], e.get_content_type())
