import unittest
class Sums(unittest.TestCase):
    def test_good(self):
        self.assertEqual(1 + 1, 2)
    def test_bad(self):
        self.assertEqual(1 + 1, 3)
result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(Sums).run(result)
result.testsRun, len(result.failures), len(result.errors)
#= <*>
# %%
result.testsRun, len(result.failures), result.failures[0][1].splitlines()[-1]
#= (2, 1, 'AssertionError: 2 != 3')
