"""Small pictures for pages: arrays as PNG files, and what a PNG says of itself."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from grader.evidence import Forged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PICTURE_SIDE = 4000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def inverted(cmap: str) -> bool:
    """Colour maps in which the highest value is dark."""
    return cmap in ("Greys", "binary", "gray_r", "grey_r", "gist_gray_r", "gist_yarg")


def grey(image: NDArray[Any], invert: bool = False) -> NDArray[np.uint8]:
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


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height that a PNG's header names. Raises `Forged` where it is none, or a huge one."""
    if len(data) < 33 or not data.startswith(PNG_SIGNATURE) or data[12:16] != b"IHDR":
        raise Forged("not a PNG")
    width, height = struct.unpack(">II", data[16:24])
    if not (0 < width <= PICTURE_SIDE and 0 < height <= PICTURE_SIDE):
        raise Forged("a picture too large")
    return width, height
