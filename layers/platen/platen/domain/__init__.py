"""What Platen knows about orders, jobs and shipments: pure, no input or output."""
