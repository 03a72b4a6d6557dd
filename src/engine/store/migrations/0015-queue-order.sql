-- Of each kind the errand that goes next, and when the next is due, without reading all that wait.
DROP INDEX job_due;
CREATE INDEX job_order ON job (state, kind, priority DESC, created_at, due_at, key);
CREATE INDEX job_due ON job (state, kind, due_at);
