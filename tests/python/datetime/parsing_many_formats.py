from datetime import datetime
for text, form in [("05/01/24", "%d/%m/%y"), ("Jan 5 2024", "%b %d %Y"), ("2024-01-05T10:00:00+0530", "%Y-%m-%dT%H:%M:%S%z"), ("12:30:15.123", "%H:%M:%S.%f"), ("Friday, 05 January 2024", "%A, %d %B %Y"), ("2024 005", "%Y %j"), ("13:00", "%I:%M"), ("2024-02-30", "%Y-%m-%d"), ("20240105", "%Y%m%d")]:
    try:
        print(datetime.strptime(text, form))
    except ValueError as error:
        print("ValueError", text)
for text in ["2024-01-05", "2024-01-05 10:00", "20240105T101530", "2024-W01-5", "2024-01-05T10:00:00.5+01:00", "5 Jan 2024"]:
    try:
        print(datetime.fromisoformat(text))
    except ValueError as error:
        print("ValueError", text)
