"""The messages of a dossier with what they need of the other rooms: a file joined, a mail sent, a page."""
