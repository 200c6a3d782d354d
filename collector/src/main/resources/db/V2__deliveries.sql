-- How far each chat channel is in the alerts' history (alert_events), which is its outbox.
CREATE TABLE deliveries (
    channel TEXT NOT NULL PRIMARY KEY,
    through BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    reason TEXT NOT NULL
);

-- What a channel remembers of an alert that it told and that is not over; goes with the alert.
CREATE TABLE messages (
    channel TEXT NOT NULL,
    alert TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (channel, alert)
) ${clustered};
CREATE INDEX messages_by_alert ON messages (alert);
