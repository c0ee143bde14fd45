//! Where an order is fulfilled.
