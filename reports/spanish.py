"""Reasons and checks in Spanish: for every English template that inference has, its own."""

from ..inference.summary import Check, check_title

CATALOGUE = {
    # Checks by name.
    "baselines": "recuentos simples",
    "both visibility laws": "ambas leyes de visibilidad",
    "calibration study": "estudio de calibración",
    "leave one source out": "dejar fuera una fuente",
    "sampler": "muestreo",
    "tipping points": "puntos de inflexión",
    # Mandatory checks that are open.
    "The check '{check}' failed.": "El control «{check}» no se superó.",
    "The check '{check}' was not run.": "El control «{check}» no se realizó.",
    "No study of wrong designations covers a round like this one.": (
        "Ningún estudio de designaciones erróneas abarca una ronda como esta."
    ),
    "How much silencing or framing would change the leader was not computed.": (
        "No se calculó cuánto silenciamiento o cuántas pistas falsas cambiarían el primer lugar."
    ),
    "What the result would be without each source was not computed.": (
        "No se calculó cuál sería el resultado si se quitara cada fuente por separado."
    ),
    "One law of how visible incidents are was used, not the other.": (
        "Se usó una ley de visibilidad de los incidentes, no la otra."
    ),
    # The draws.
    "All chains agree, and there are draws enough.": (
        "Todas las cadenas coinciden y hay extracciones suficientes."
    ),
    (
        "{number:,} of {total:,} draws diverged; whether scores stay the same at a target "
        "acceptance of 0.99 was not tried."
    ): (
        "Hubo divergencia en {number:,} de {total:,} extracciones; no se probó si los puntajes "
        "siguen siendo los mismos con una aceptación objetivo de 0.99."
    ),
    "{number:,} of {total:,} draws diverged ({share:.2f}%); more than {most:.1f}% is refused.": (
        "Hubo divergencia en {number:,} de {total:,} extracciones ({share:.2f} %); más del "
        "{most:.1f} % se rechaza."
    ),
    "The number of chains is {number}; at least {least} are required.": (
        "El número de cadenas es {number}; se exigen al menos {least}."
    ),
    "The R-hat of {quantity} is {value}; at most {most} is accepted{others}.": (
        "El R-hat de {quantity} es {value}; se acepta a lo sumo {most}{others}."
    ),
    "The R-hat of {quantity} is {value}; at most {most} is accepted of a parameter{others}.": (
        "El R-hat de {quantity} es {value}; de un parámetro se acepta a lo sumo {most}{others}."
    ),
    "The {kind} ESS of {quantity} is {value}; at least {least:.0f} is required{others}.": (
        "El tamaño efectivo de muestra ({kind}) de {quantity} es {value}; se exige al menos "
        "{least:.0f}{others}."
    ),
    (
        "The bulk ESS of {quantity} is {value}; at least {least:.0f} is required of a "
        "parameter{others}."
    ): (
        "El tamaño efectivo de muestra (zona central) de {quantity} es {value}; de un parámetro se "
        "exige al menos {least:.0f}{others}."
    ),
    "an organization's score": "uno de los puntajes",
    "whether an organization is the worst": (
        "la variable que indica si una organización es la más violenta"
    ),
    "bulk": "zona central",
    "tail": "colas",
    " ({number} more falls short)": " ({number} más no cumple)",
    " ({number} more fall short)": " ({number} más no cumplen)",
    "E-BFMI of chain {chain} is {value}; at least {least} is required.": (
        "El E-BFMI de la cadena {chain} es {value}; se exige al menos {least}."
    ),
    (
        "In {number:,} of {total:,} draws more than {most:,} unreported incidents are expected; "
        "the figures count {most:,} in each of those draws."
    ): (
        "En {number:,} de {total:,} extracciones se esperan más de {most:,} incidentes no "
        "reportados; en las cifras se cuentan {most:,} en cada una de esas extracciones."
    ),
    (
        "In {share}% of the draws {quantity} is above {most}, where the likelihood is summed over "
        "too few nodes; at most {accepted:.0f}% is accepted."
    ): (
        "En el {share}% de las extracciones {quantity} es mayor que {most}, donde la verosimilitud "
        "se suma sobre muy pocos nodos; se acepta a lo sumo el {accepted:.0f}%."
    ),
    "above {most:.0f}": "mayor que {most:.0f}",
    "not defined": "indefinido",
    # The evidence.
    "Too little evidence: {what}: {number}; the rubric asks for at least {fewest}.": (
        "Evidencia insuficiente: {what}: {number}; la escala exige al menos {fewest}."
    ),
    (
        "Too little evidence: share of the window's reported victims that could not be used: "
        "{share}; the rubric allows at most {most:.3g}."
    ): (
        "Evidencia insuficiente: proporción de las víctimas reportadas en el periodo evaluado "
        "que no pudo usarse: {share}; la escala admite a lo sumo {most:.3g}."
    ),
    "contenders": "organizaciones en liza",
    "sources that report from the window": "fuentes que informan sobre el periodo evaluado",
    "incidents of the window that two independent sources report": (
        "incidentes del periodo evaluado que reportan dos fuentes independientes"
    ),
    "incidents of the window settled by an adjudicated source": (
        "incidentes del periodo evaluado resueltos por una fuente judicial o forense"
    ),
    # Who leads.
    "There is no contender.": "No hay ninguna organización en liza.",
    "There is only one contender.": "Solo hay una organización en liza.",
    "No contender can be told from the others: the candidate set holds them all.": (
        "Ninguna organización en liza se distingue de las demás: todas son candidatas."
    ),
    "The candidate set holds {number} organizations; one is required.": (
        "El conjunto de candidatas contiene {number} organizaciones; se exige una sola."
    ),
    (
        "The highest probability of being the worst, less twice its Monte-Carlo error, is {sure}; "
        "{threshold:g} is required ({label})."
    ): (
        "La mayor probabilidad de ser la más violenta, menos dos veces su error de Monte Carlo, "
        "es {sure}; el umbral es {threshold:g} ({label})."
    ),
    "set by a calibration study": "fijado por un estudio de calibración",
    "uncalibrated": "sin calibrar",
    "not known": "desconocida",
    (
        "The leaders by probability, by expected rank and by expected loss are not the same "
        "organization."
    ): (
        "No es la misma organización la que está en primer lugar por probabilidad, por rango "
        "esperado y por pérdida esperada."
    ),
    "The organization designated before is no contender any more.": (
        "La organización designada antes ya no está en liza."
    ),
    (
        "The probability of the designated organization, with twice its Monte-Carlo error, is "
        "{most}; below {least:g} a designation is withdrawn."
    ): (
        "La probabilidad de la organización designada, más dos veces su error de Monte Carlo, es "
        "{most}; por debajo de {least:g} se retira una designación."
    ),
    # Simple counts.
    "There is no contender to compare simple counts with.": (
        "No hay ninguna organización en liza con la que comparar los recuentos simples."
    ),
    "There is no fit that may be used to compare simple counts with.": (
        "No hay un ajuste utilizable con el que comparar los recuentos simples."
    ),
    "Nobody is put first in this round, so simple counts put nobody first.": (
        "En esta ronda no se pone a nadie en primer lugar; los recuentos simples tampoco lo hacen."
    ),
    "No report of the window names one contender alone, so simple counts count nothing.": (
        "Ningún informe del periodo evaluado atribuye un hecho únicamente a una organización en "
        "liza, de modo que los recuentos simples no cuentan nada."
    ),
    "What reports of the window lay to one contender alone has no points, so simple counts "
    "count nothing.": (
        "Lo que los informes del periodo evaluado atribuyen únicamente a una organización en liza "
        "no tiene puntos, de modo que los recuentos simples no cuentan nada."
    ),
    "Raw counts and majority vote lead to the model's leader.": (
        "El recuento bruto y el voto mayoritario llevan al mismo primer lugar que el modelo."
    ),
    "By raw counts another organization leads, or several are level.": (
        "Según el recuento bruto encabeza otra organización, o hay varias empatadas."
    ),
    "By majority vote another organization leads, or several are level.": (
        "Según el voto mayoritario encabeza otra organización, o hay varias empatadas."
    ),
    "By raw counts and by majority vote another organization leads, or several are level.": (
        "Según el recuento bruto y según el voto mayoritario encabeza otra organización, o hay "
        "varias empatadas."
    ),
}
"""English template to Spanish template, the same fields in both."""


def check(found: Check) -> str | None:
    """Say a check with its sentences; None where one of them is not in the catalogue."""
    said = [part.translated(CATALOGUE) for part in (check_title(found.name), *found.sentences)]
    known = [part for part in said if part is not None]
    if len(known) < len(said):
        return None
    named, *sentences = known
    return f"{named}: {' '.join(sentences)}"
