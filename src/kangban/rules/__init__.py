"""Floor 1: clinical rules, catalogues and articles as data; loader, proofs, evaluator, formulas."""
