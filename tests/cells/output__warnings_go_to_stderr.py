import warnings
warnings.warn("careful")
#2> <cell 1>:2: UserWarning: careful
#2>   warnings.warn("careful")
