"""Any other table with guests, ours among them: usual headings in four languages. Pure."""

from __future__ import annotations

from eventsite.core.domain.guest_columns import (
    Cells,
    Profile,
    RowState,
    Target,
    meaning,
    states,
)
from eventsite.core.domain.guest_imports import FileFormat


def _reference(cells: Cells) -> str:
    order, position = cells.get(Target.ORDER, ""), cells.get(Target.POSITION, "")
    made = f"{order}-{position}" if order and position else ""
    return cells.get(Target.REFERENCE) or made or cells.get(Target.BARCODE, "")


PROFILE = Profile(
    format=FileFormat.CSV,
    headings=meaning(
        {
            Target.NAME: "name|full name|guest|guest name|attendee|attendee name|participant"
            "|teilnehmer|teilnehmerin|name teilnehmer*in|vollständiger name|nom complet"
            "|nombre completo|nombre y apellidos",
            Target.FIRST_NAME: "first name|firstname|given name|vorname|prénom|prenom|nombre",
            Target.LAST_NAME: "last name|lastname|surname|family name|nachname|familienname|nom"
            "|nom de famille|apellido|apellidos",
            Target.EMAIL: "email|e-mail|mail|email address|e-mail address|e-mail-adresse"
            "|emailadresse|adresse e-mail|courriel|correo|correo electrónico",
            Target.PHONE: "phone|phone number|telephone|mobile|mobile phone|cell phone|telefon"
            "|telefonnummer|handy|mobil|téléphone|portable|teléfono|móvil",
            Target.LOCALE: "locale|language|lang|sprache|langue|idioma",
            Target.TICKET: "ticket|ticket type|tickettype|type|type id|category|ticketart"
            "|tickettyp|ticket-typ|kategorie|billet|type de billet|entrada|tipo de entrada",
            Target.STATUS: "status|state|attendee status|zustand|statut|estado",
            Target.REFERENCE: "reference|external id|id|guest id|attendee id|attendee #"
            "|ticket id|ticket number|ticket no.|referenz|ticketnummer|référence|referencia",
            Target.BARCODE: "barcode|barcode #",
            Target.ORDER: "order|order #|order id|order number|order code|bestellnummer"
            "|bestellung|commande|pedido",
            Target.POSITION: "position|position id|line",
            Target.QUANTITY: "quantity|qty|number of tickets|anzahl|menge|quantité|cantidad",
        }
    ),
    marks=(),
    states=states(
        {
            RowState.COMING: "confirmed|registered|attending|checked in|paid|active|valid|yes|ok"
            "|completed|bestätigt|bezahlt|angemeldet|aktiv|ja|confirmé|payé|inscrit|oui"
            "|confirmado|pagado|inscrito|sí|si",
            RowState.UNSETTLED: "pending|unpaid|open|waiting|waitlisted|waitlist|invited|offen"
            "|ausstehend|unbezahlt|warteliste|en attente|impayé|pendiente|lista de espera",
            RowState.GONE: "cancelled|canceled|refunded|declined|deleted|expired|not attending"
            "|transferred|no|storniert|abgesagt|erstattet|nein|annulé|remboursé|non|cancelado"
            "|anulado|reembolsado",
        }
    ),
    reference=_reference,
)
