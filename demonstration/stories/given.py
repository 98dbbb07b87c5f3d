"""What several dossiers share: the national lists that retain them, three classes at the cap."""

PHASE_2 = "liste nationale de la phase 2 (date d’exemple)"
PHASE_3 = "liste nationale de la phase 3 (date d’exemple)"
CAP = ("8000", "8000", "8000")
