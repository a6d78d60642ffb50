"""Reasons and checks in Spanish: the frequent sentences, word for word; others stay English."""

import re

_CHECKS = {
    "calibration study": "estudio de calibración",
    "tipping points": "puntos de inflexión",
    "leave one source out": "dejar fuera una fuente",
    "both visibility laws": "ambas leyes de visibilidad",
    "sampler": "muestreo",
    "baselines": "recuentos simples",
}
_EVIDENCE = {
    "contenders": "organizaciones en liza",
    "sources that report from the window": "fuentes que informan sobre el periodo evaluado",
    "incidents of the window that two independent sources report": (
        "incidentes del periodo evaluado que reportan dos fuentes independientes"
    ),
    "incidents of the window settled by an adjudicated source": (
        "incidentes del periodo evaluado resueltos por una fuente judicial o forense"
    ),
}
_SHORT = " \\((\\d+) more falls? short\\)"
_SENTENCES = (
    (r"The check '([^']+)' was not run\.", "El control «{}» no se realizó."),
    (r"The check '([^']+)' failed\.", "El control «{}» no se superó."),
    (
        r"Too little evidence: ([^:]+): (\d+); the rubric asks for at least (\d+)\.",
        "Evidencia insuficiente: {}: {}; la escala exige al menos {}.",
    ),
    (
        (
            r"Too little evidence: share of the window's reported victims that could not be used: "
            r"([\d.]+); the rubric allows at most ([\d.]+)\."
        ),
        (
            "Evidencia insuficiente: proporción de las víctimas reportadas en el periodo evaluado "
            "que no pudo usarse: {}; la escala admite a lo sumo {}."
        ),
    ),
    (
        (
            r"The R-hat of (\S+) is (.+?); at most ([\d.]+) is accepted(?: of a parameter)?"
            f"(?:{_SHORT})?\\."
        ),
        "El R-hat de {} es {}; se acepta a lo sumo {} (otros que no cumplen: {}).",
    ),
    (
        (
            r"The (?:bulk|tail) ESS of (\S+) is (.+?); at least (\d+) is required"
            f"(?: of a parameter)?(?:{_SHORT})?\\."
        ),
        (
            "El tamaño efectivo de muestra de {} es {}; se exige al menos {} "
            "(otros que no cumplen: {})."
        ),
    ),
    (
        r"([\d,]+) of ([\d,]+) draws diverged \(([\d.]+)%\); more than ([\d.]+)% is refused\.",
        "{} de {} extracciones divergieron ({} %); más del {} % se rechaza.",
    ),
    (
        r"E-BFMI of chain (\d+) is (.+?); at least ([\d.]+) is required\.",
        "El E-BFMI de la cadena {} es {}; se exige al menos {}.",
    ),
    (
        r"The candidate set holds (\d+) organizations; one is required\.",
        "El conjunto de candidatas contiene {} organizaciones; se exige una sola.",
    ),
    (
        r"No contender can be told from the others: the candidate set holds them all\.",
        "Ninguna organización en liza se distingue de las demás: todas son candidatas.",
    ),
    (
        (
            r"The highest probability of being the worst, less twice its Monte-Carlo error, is "
            r"([\d.]+); ([\d.]+) is required \((?:uncalibrated|set by a calibration study)\)\."
        ),
        (
            "La mayor probabilidad de ser la más violenta, menos dos veces su error de Monte "
            "Carlo, es {}; se exige {}."
        ),
    ),
    (
        r"No study of wrong designations covers a round like this one\.",
        "Ningún estudio de designaciones erróneas abarca una ronda como esta.",
    ),
    (
        r"How much silencing or framing would change the leader was not computed\.",
        "No se calculó cuánto silenciamiento o cuántas pistas falsas cambiarían el primer lugar.",
    ),
    (
        r"What the result would be without each source was not computed\.",
        "No se calculó cuál sería el resultado sin cada una de las fuentes.",
    ),
    (
        r"One law of how visible incidents are was used, not the other\.",
        "Se usó una ley de visibilidad de los incidentes, no la otra.",
    ),
    (
        r"There is no fit that may be used to compare simple counts with\.",
        "No hay un ajuste utilizable con el que comparar los recuentos simples.",
    ),
)
_WORDS = _CHECKS | _EVIDENCE | {"not defined": "indefinido", "above 1000": "mayor que 1000"}


def sentence(text: str) -> str | None:
    """Translate a reason; None where its sentence is not among those known."""
    for pattern, said in _SENTENCES:
        if found := re.fullmatch(pattern, text):
            return said.format(*(_WORDS.get(part, part) for part in found.groups("0")))
    return None


def check(name: str, text: str) -> str | None:
    """Translate a check with the sentences of its summary; None where one is not known."""
    said = [sentence(part) for part in re.split(r"(?<=\.) (?=[A-Z0-9])", text)]
    known = [part for part in said if part is not None]
    if name not in _CHECKS or len(known) < len(said):
        return None
    return f"{_CHECKS[name]}: {' '.join(known)}"
