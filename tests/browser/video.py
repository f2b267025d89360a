"""What the fake camera sees: a QR code on a phone in somebody's hand, as a film for Chromium."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import qrcode
from PIL import Image, ImageFilter
from qrcode.constants import ERROR_CORRECT_M

WIDTH, HEIGHT = 640, 480
FRAMES = 4
RATE = 20
"""Pictures a second."""


def film(file: Path, text: str, *, side: int = 280, angle: float = 4, blur: float = 0.6) -> None:
    """Write a film of a code that is held still; an empty text is nobody at the door.

    Chromium reads the file again each time a page opens the camera.
    """
    sequence(file, [(scene(text, side, angle, blur), FRAMES)])


def sequence(file: Path, scenes: Iterable[tuple[Image.Image, int]]) -> None:
    """Write a film of scenes, all of one size; each stays for so many pictures."""
    with file.open("wb") as out:
        for number, (picture, frames) in enumerate(scenes):
            if not number:
                size = f"W{picture.width} H{picture.height}"
                out.write(f"YUV4MPEG2 {size} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
            frame = _frame(picture)
            for _ in range(frames):
                out.write(frame)


def scene(
    text: str, side: int, angle: float, blur: float, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Image.Image:
    """Return one picture of the camera; from a ``blur`` of about 5 on no code can be read."""
    picture = Image.new("RGB", size, (112, 104, 98))
    if text:
        phone = Image.new("RGBA", (side + 60, side + 120), (245, 246, 248, 255))
        phone.paste(_code(text).resize((side, side), Image.Resampling.LANCZOS), (30, 60))
        turned = phone.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
        place = ((picture.width - turned.width) // 2, (picture.height - turned.height) // 2)
        picture.paste(turned, place, turned)
    return picture.filter(ImageFilter.GaussianBlur(blur))


def _code(text: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=8, border=4)
    code.add_data(text)
    png = io.BytesIO()
    code.make_image().save(png)
    return Image.open(png).convert("RGB")


def _frame(picture: Image.Image) -> bytes:
    """Return a picture as Y, Cb and Cr, the colours at half the size."""
    light, *colours = picture.convert("YCbCr").split()
    half = (picture.width // 2, picture.height // 2)
    planes = [light, *(colour.resize(half, Image.Resampling.BILINEAR) for colour in colours)]
    return b"FRAME\n" + b"".join(plane.tobytes() for plane in planes)
