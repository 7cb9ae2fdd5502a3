"""One format per file; every report is made from Records only."""
