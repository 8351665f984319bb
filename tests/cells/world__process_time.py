import time
first = time.process_time()
first >= 0, time.process_time() >= first, time.process_time_ns() >= 0, time.thread_time() >= 0
#= (True, True, True, True)
