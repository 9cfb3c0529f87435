"""Sentences for benchmarks, no two alike, so that no cache helps; the same ones in every run."""

from __future__ import annotations

import itertools
import random

THINGS = (
    "laundry", "kettle", "oven", "garage door", "washing machine", "back window", "dishwasher", "garden gate", "heater",
    "coffee machine", "front door", "rice cooker", "printer", "water tank", "fridge door", "alarm clock", "side lamp",
    "tumble dryer", "mail box", "air filter",
)  # fmt: skip
STATES = (
    "is open again", "has finished", "is still running", "needs your help", "is almost done", "was left on",
    "has just stopped", "is ready now", "should be checked", "is making noise", "is out of order", "has a new problem",
)  # fmt: skip
OPENINGS = ("Hello, the", "Just so you know, the", "By the way, the", "Please note that the", "I think the")
PLACES = ("in the kitchen", "upstairs", "in the basement", "next to the stairs", "in the hall")


def short(count: int) -> list[str]:
    """Sentences of about two seconds, at most 1200 different ones."""
    every = [f"{opening} {thing} {state}." for opening in OPENINGS for thing in THINGS for state in STATES]
    random.Random(2).shuffle(every)
    if count > len(every):
        raise ValueError(f"there are only {len(every)} sentences")
    return every[:count]


def varied(count: int) -> list[str]:
    """Texts of one to some twelve seconds with times, numbers and money in them, any count."""
    chance = random.Random(3)
    return [f"{_body(chance)}, reminder number {number}." for number in itertools.islice(itertools.count(1), count)]


def _body(chance: random.Random) -> str:
    parts = [f"{chance.choice(OPENINGS)} {chance.choice(THINGS)} {chance.choice(PLACES)} {chance.choice(STATES)}"]
    for _ in range(chance.randrange(4)):
        thing, state = chance.choice(THINGS), chance.choice(STATES)
        fact = chance.choice(
            (
                f"since {chance.randrange(1, 12)}:{chance.randrange(10, 60)}",
                f"and it used {chance.randrange(1, 90)}.{chance.randrange(1, 9)} litres",
                f"which cost ${chance.randrange(1, 99)}.{chance.randrange(10, 99)}",
                f"at {chance.randrange(5, 95)} degrees",
            )
        )
        parts.append(f"the {thing} {state} {fact}")
    return ", ".join(parts)
