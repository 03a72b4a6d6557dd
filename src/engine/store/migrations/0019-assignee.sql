-- What one person has to handle, among tens of thousands that are in the register.
CREATE INDEX incoming_assignee ON incoming (assignee_id, handle_by, received_at) WHERE assignee_id IS NOT NULL;
