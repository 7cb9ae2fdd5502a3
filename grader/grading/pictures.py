"""Small pictures for pages: arrays as PNG files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def inverted(cmap: str) -> bool:
    """Colour maps in which the highest value is dark."""
    return cmap in ("Greys", "binary", "gray_r", "grey_r", "gist_gray_r", "gist_yarg")


def grey(image: NDArray[np.generic], invert: bool = False) -> NDArray[np.uint8]:
    """An image of shape (height, width) on the scale 0 to 255, stretched to its own range as `imshow` does."""
    import numpy as np

    values = np.nan_to_num(image.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255.0 / (high - low)) if high > low else np.zeros_like(values)
    whole: NDArray[np.uint8] = scaled.round().astype(np.uint8)
    return 255 - whole if invert else whole


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file of `pixels`, shape (height, width) grey or (height, width, 3) colour."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
