"""One kind of check per file: a small factory over a pure function from facts to a finding."""
