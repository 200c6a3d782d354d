"""Norms of small tensors, reduced side by side, against torch's own of each."""
import math
import unittest

import torch
from torch import nn

from gradwatch.reading import SMALL_ELEMENTS, Meter

SHAPES = [(3,), (2, 3, 4), (0,), (SMALL_ELEMENTS + 1,), (SMALL_ELEMENTS,), (1,), (), (70, 80)]


class MeterTest(unittest.TestCase):
    def parameters(self, shapes, dtype=torch.float32):
        torch.manual_seed(0)
        parameters = [nn.Parameter(torch.randn(shape).to(dtype)) for shape in shapes]
        for parameter in parameters:
            parameter.grad = torch.randn(parameter.shape).to(dtype)
        return parameters

    def norms(self, parameters):
        return list(Meter(parameters).read(True, False, None, None).norm_values())

    def check(self, parameters):
        for seen, parameter in zip(self.norms(parameters), parameters):
            expected = -1.0 if parameter.grad is None else float(parameter.grad.double().norm())
            self.assertAlmostEqual(expected, seen, delta=1e-5 * max(1.0, expected))

    def test_norms_are_torchs_own_whatever_the_sizes(self):
        for shapes in (SHAPES, SHAPES[:2], SHAPES[3:4], SHAPES[2:4], SHAPES[:1] * 300):
            for dtype in (torch.float32, torch.float64, torch.bfloat16):
                with self.subTest(shapes=shapes[:8], dtype=dtype):
                    self.check(self.parameters(shapes, dtype))

    def test_missing_mixed_and_strided_gradients_keep_their_places(self):
        parameters = self.parameters(SHAPES) + self.parameters(SHAPES, torch.float64)
        parameters[1].grad = None
        parameters[7].grad = torch.randn(80, 70).t()
        parameters[8].grad = torch.randn(1, dtype=torch.float64).expand(3)
        self.check(parameters)

    def test_small_gradients_that_are_zero_tiny_huge_or_not_finite_are_told_apart(self):
        parameters = self.parameters([(2,)] * 5)
        for parameter, value in zip(parameters, (0.0, 1e-30, 1e30, math.inf, math.nan)):
            parameter.grad.fill_(value)
        zero, tiny, huge, infinite, nan = self.norms(parameters)
        self.assertEqual((0.0, math.inf, True), (zero, infinite, math.isnan(nan)))
        self.assertTrue(0 < tiny < 1e-29 and 1e29 < huge < math.inf, (tiny, huge))

    def test_checksum_is_the_sum_of_the_weights_norms(self):
        parameters = self.parameters(SHAPES)
        expected = sum(float(parameter.detach().double().norm()) for parameter in parameters)
        self.assertAlmostEqual(expected, Meter(parameters).read(False, True, None, None).checksum_value(), delta=1e-3)


if __name__ == "__main__":
    unittest.main()
