"""Finds medicines, doses, complaints, numbers and persons in Chinese and English words; no model."""
