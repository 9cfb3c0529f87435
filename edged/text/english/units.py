"""Signs of units and currencies and their names."""

from __future__ import annotations

_PLAIN = (  # sign singular [plural, where it is not singular + s]
    "km kilometer;cm centimeter;mm millimeter;m meter;nm nanometer;μm micrometer;mi mile;yd yard;ft foot feet;"
    "yds yard;μF microfarad;nF nanofarad;pF picofarad;"
    "kg kilogram;mg milligram;g gram;μg microgram;mcg microgram;lb pound;lbs pound;oz ounce;ml milliliter;"
    "mL milliliter;cl centiliter;dl deciliter;l liter;L liter;gal gallon;qt quart;tsp teaspoon;tbsp tablespoon;"
    "ms millisecond;s second;sec second;secs second;min minute;mins minute;h hour;hr hour;hrs hour;wk week;"
    "wks week;yr year;yrs year;Hz hertz hertz;kHz kilohertz kilohertz;MHz megahertz megahertz;"
    "GHz gigahertz gigahertz;W watt;kW kilowatt;MW megawatt;GW gigawatt;mW milliwatt;V volt;mV millivolt;"
    "kV kilovolt;mA milliamp;kA kiloamp;A amp;Ah amp-hour;mAh milliamp-hour;VA volt-amp;kVA kilovolt-amp;Ω ohm;"
    "kΩ kilohm;MΩ megohm;J joule;kJ kilojoule;MJ megajoule;cal calorie;kcal kilocalorie;N newton;Nm newton-meter;"
    "Pa pascal;hPa hectopascal;kPa kilopascal;mbar millibar;bar bar;dB decibel;dBA decibel;lx lux lux;lm lumen;"
    "KB kilobyte;kB kilobyte;MB megabyte;GB gigabyte;TB terabyte;KiB kibibyte;MiB mebibyte;GiB gibibyte;bit bit;"
    "kbit kilobit;Mbit megabit;Gbit gigabit;px pixel;ha hectare;kn knot;pct percent percent;"
    "mol mole;mmol millimole;μmol micromole;nmol nanomole;mEq milliequivalent;dL deciliter;cL centiliter;"
    "tab. tablet;tabs. tablet;caps. capsule;pt. pint;doz. dozen dozen"
)
UNITS: dict[str, tuple[str, str]] = {
    sign: (words[0], words[-1] if len(words) > 1 else f"{words[0]}s")
    for sign, *words in (entry.split(" ") for entry in _PLAIN.split(";"))
}
"""Sign → name of one and of several."""
UNITS |= {
    f"{base}{power}": (f"{kind} {UNITS[base][0]}", f"{kind} {UNITS[base][1]}")
    for base in ("m", "km", "cm", "mm", "ft")
    for kind, powers in (("square", ("²", "2", "^2")), ("cubic", ("³", "3", "^3")))
    for power in powers
}
UNITS |= {
    sign: (f"{one}{rest}", f"{several}{rest}")
    for sign, one, several, rest in (
        ("Wh", "watt hour", "watt hours", ""),
        ("kWh", "kilowatt hour", "kilowatt hours", ""),
        ("MWh", "megawatt hour", "megawatt hours", ""),
        ("mmHg", "millimeter", "millimeters", " of mercury"),
        ("IU", "international unit", "international units", ""),
        ("bpm", "beat", "beats", " per minute"),
        ("VDC", "volt", "volts", " D.C."),
        ("VAC", "volt", "volts", " A.C."),
        ("mph", "mile", "miles", " per hour"),
        ("kph", "kilometer", "kilometers", " per hour"),
        ("kmh", "kilometer", "kilometers", " per hour"),
        ("rpm", "revolution", "revolutions", " per minute"),
        ("fps", "frame", "frames", " per second"),
        ("bps", "bit", "bits", " per second"),
        ("kbps", "kilobit", "kilobits", " per second"),
        ("Mbps", "megabit", "megabits", " per second"),
        ("Gbps", "gigabit", "gigabits", " per second"),
        ("ppm", "part", "parts", " per million"),
        ("ppb", "part", "parts", " per billion"),
        ("psi", "pound", "pounds", " per square inch"),
        ("sq ft", "square foot", "square feet", ""),
        ("sq m", "square meter", "square meters", ""),
        ("fl oz", "fluid ounce", "fluid ounces", ""),
        ("dBm", "decibel milliwatt", "decibel milliwatts", ""),
        ("°", "degree", "degrees", ""),
        ("deg", "degree", "degrees", ""),
        ("°C", "degree", "degrees", " Celsius"),
        ("degC", "degree", "degrees", " Celsius"),
        ("C", "degree", "degrees", " Celsius"),
        ("°F", "degree", "degrees", " Fahrenheit"),
        ("degF", "degree", "degrees", " Fahrenheit"),
        ("F", "degree", "degrees", " Fahrenheit"),
        ("%", "percent", "percent", ""),
        ("¢", "cent", "cents", ""),
        ("K", "kelvin", "kelvin", ""),
    )
}
PER = {
    "h": "hour",
    "hr": "hour",
    "hour": "hour",
    "min": "minute",
    "minute": "minute",
    "s": "second",
    "sec": "second",
    "d": "day",
    "day": "day",
    "night": "night",
    "wk": "week",
    "week": "week",
    "mo": "month",
    "month": "month",
    "yr": "year",
    "year": "year",
    "person": "person",
    "kg": "kilogram",
    "m²": "square meter",
    "m³": "cubic meter",
    "m2": "square meter",
    "m3": "cubic meter",
    "L": "liter",
    "l": "liter",
    "km": "kilometer",
    "kWh": "kilowatt hour",
    "lb": "pound",
    "dl": "deciliter",
    "dL": "deciliter",
    "cm²": "square centimeter",
    "mol": "mole",
    "each": "each",
}
"""What may stand after a slash → its name."""
MONEY: dict[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("US dollar", "US dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₺": ("lira", "lira", "kurus", "kurus"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₿": ("bitcoin", "bitcoins", "cent", "cents"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
}
"""Sign → unit and its hundredth, one and several."""
MONEY |= {"USD": MONEY["$"], "EUR": MONEY["€"], "GBP": MONEY["£"], "JPY": MONEY["¥"]}
SCALES = {
    "k": "thousand",
    "K": "thousand",
    "m": "million",
    "M": "million",
    "bn": "billion",
    "b": "billion",
    "B": "billion",
}
SCALES |= {name: name for name in ("hundred", "thousand", "million", "billion", "trillion")}
