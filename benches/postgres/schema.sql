-- The same network as `certus bench --scenario steady`: 1,000 locations, 10,000 articles, each in
-- ten of them, with plenty of stock.
CREATE TABLE location (
    id  integer PRIMARY KEY,
    lat double precision NOT NULL,
    lon double precision NOT NULL
);

CREATE TABLE stock (
    article  integer NOT NULL,
    location integer NOT NULL,
    value    bigint  NOT NULL,
    reserved bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (article, location),
    CHECK (reserved <= value)
) WITH (fillfactor = 70);

CREATE TABLE orders (
    id          bigserial PRIMARY KEY,
    valid_until timestamptz NOT NULL,
    stage       text NOT NULL,
    lines       jsonb NOT NULL
);

-- Who holds what; only a promise writes it down.
CREATE TABLE reservation (
    order_id bigint  NOT NULL,
    article  integer NOT NULL,
    location integer NOT NULL,
    quantity bigint  NOT NULL,
    PRIMARY KEY (order_id, article)
);

INSERT INTO location
SELECT id, 47.5 + 7 * random(), 6.5 + 7 * random() FROM generate_series(0, 999) AS id;

INSERT INTO stock (article, location, value)
SELECT article, CASE WHEN nth < 5 THEN nth ELSE 5 + (article * 7 + (nth - 5) * 199) % 995 END, 100000000
FROM generate_series(0, 9999) AS article, generate_series(0, 9) AS nth;

VACUUM ANALYZE;
