"""Judges only: one kind of check per file, a small factory over a pure function from an `Analysis` to a `Finding`; `findings`,
`outlines` and `embedding_findings` are what several of them share."""
