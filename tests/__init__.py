"""Tests mirror the house: one folder a room, and architecture/ for the house itself."""
