"""The dossiers of the demonstration. The places are genuine; what happens there, and to whom, is invented.

`tests/demonstration/test_story.py` holds what each must come to, computed by hand.
"""

from demonstration.stories.paid_in_the_year import chantrans, ornans, saint_vit
from demonstration.stories.paid_the_next_year import besancon, hericourt, pontarlier
from demonstration.stories.turned_aside import belfort, delle, luxeuil, morteau, vesoul
from demonstration.stories.under_way import champagnole, dole, gray, lons
from demonstration.story import Story


def stories() -> list[Story]:
    """In the order of their numbers; a new one goes to the end, since the others have been played."""
    return [
        *(ornans(1), chantrans(2), besancon(3), belfort(4), saint_vit(5), pontarlier(6), hericourt(7)),
        *(lons(8), champagnole(9), dole(10), luxeuil(11), gray(12), delle(13), morteau(14), vesoul(15)),
    ]
