import re
text = "Call +1 (555) 010-9999 or mail a.b+c@ex-ample.co.uk by 2024-02-30, 3/4/24; pay $1,234.50 or -7.5e3%"
print(re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text), re.findall(r"\d{4}-\d\d-\d\d|\d+/\d+/\d+", text), re.findall(r"[-+]?\d[\d,]*\.?\d*(?:e\d+)?", text))
print(re.sub(r"(?<=\d)(?=(\d{3})+\b)", ",", "1234567 89"), re.split(r"(?<=[.!?])\s+", "One. Two! Three? four"))
