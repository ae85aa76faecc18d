"""The desk: held answers, and what a named person decides on them."""
