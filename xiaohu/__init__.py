"""Xiaohu 销户: closing business calling lines and their accounts, properly."""

__version__ = "0.1.0"
