#! expect = "exceeded: wall | raised: OSError | raised: ValueError | raised: AttributeError | raised: ImportError | raised: ModuleNotFoundError"
import select
select.select([], [], [], 1000)
