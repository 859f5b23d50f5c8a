"""Benchmarks against the vendor's plugin: ``make benchmark``."""
