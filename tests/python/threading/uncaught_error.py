import threading, sys
seen = []
threading.excepthook = lambda args: seen.append((args.exc_type.__name__, str(args.exc_value)))
t = threading.Thread(target=lambda: 1 / 0)
t.start(); t.join()
print(seen)
