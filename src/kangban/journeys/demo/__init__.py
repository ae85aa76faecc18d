"""The invented demo family; it lives in its own folder and never loads without --demo."""
