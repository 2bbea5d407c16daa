"""The figures of the lessons, one module a lesson.

Each function draws its figure, shows it, and shows beneath it a description in words, computed
from the data that was drawn.
"""
