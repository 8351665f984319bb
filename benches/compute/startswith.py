"""Lines of 10 MB filtered with string methods."""

lines = [f"{('INFO', 'WARN', 'ERROR')[i % 3]}: message number {i} of the log" for i in range(280_000)]

def run(lines):
    errors = 0
    for line in lines:
        if line.startswith("ERROR") and "999" in line:
            errors += 1
        elif line.endswith("log ") or line.strip() == "":
            errors += 1000
    return errors

#: timed
print(run(lines), sum(1 for line in lines if line.lower().startswith("warn")))
