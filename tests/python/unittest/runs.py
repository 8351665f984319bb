import unittest, io
class T(unittest.TestCase):
    def setUp(self): self.x = 1
    def test_ok(self): self.assertEqual(self.x, 1)
    def test_fail(self): self.assertIn(2, [1])
    def test_error(self): raise KeyError
    @unittest.skip("why")
    def test_skip(self): pass
    def test_raises(self):
        with self.assertRaises(ValueError) as c: int("x")
        self.assertIn("x", str(c.exception))
r = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(len(r.failures), len(r.errors), len(r.skipped))
from unittest.mock import Mock, patch, MagicMock
m = Mock(return_value=5)
print(m(1, k=2), m.called, m.call_args, MagicMock().__len__())
with patch("os.getcwd", return_value="/mocked"):
    import os
    print(os.getcwd())
