from subsidies.models.accounts import AccountChange
from subsidies.models.equipment import EquipmentSubsidy
from subsidies.models.orders import OrderAllocation, PurchaseOrder
from subsidies.models.past import PastExpense
from subsidies.models.payments import Payment
from subsidies.models.resources import ResourcesSubsidy
from subsidies.models.statement import ExpenseStatement, Invoice, InvoiceLine

__all__ = [
    "AccountChange",
    "EquipmentSubsidy",
    "ExpenseStatement",
    "Invoice",
    "InvoiceLine",
    "OrderAllocation",
    "PastExpense",
    "Payment",
    "PurchaseOrder",
    "ResourcesSubsidy",
]
