"""Fabwright: a versioned parametric design and a customer's options become a verified job for the machine at hand."""

__version__ = "0.1.0"
