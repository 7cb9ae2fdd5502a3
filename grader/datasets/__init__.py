"""Where the data comes from: files, the Keras cache, a download that was asked for, else the embedded stand-in.

Whatever its source, a dataset is made ready once, as a *prepared folder* in the cache (see `prepared`), and from
then on everything reads that folder. One file describes one dataset; `KNOWN` is where it is looked up by name.
"""

from grader.datasets.needed import needed_by
from grader.datasets.prepared import load, row_index
from grader.datasets.resolving import KNOWN, cache_folder, fetch, resolve

__all__ = ["KNOWN", "cache_folder", "fetch", "load", "needed_by", "resolve", "row_index"]
