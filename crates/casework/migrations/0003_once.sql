-- What was asked for once: a key that a client sends with a write, so that sending it again has no second effect
-- (hazards H01, H02). Written in the transaction of the act itself.

create table once (
    county text not null,
    account text not null,
    key text not null,               -- keyed hash of what the client sent
    digest text not null,            -- keyed hash of method, path and body
    status bigint not null,          -- of the answer; 0 while there is none
    answer_sealed bytea,
    made_at text not null,
    expires_at text not null,
    primary key (county, account, key)
);
create index once_expires on once (county, expires_at);
