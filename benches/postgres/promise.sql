-- A promise: the nearest place that has all of it is chosen, the stock is held there, and what is
-- held is written down, so that it can be released when the promise ends.
\set a random_zipfian(1, 10000, 1.01)
\set b random_zipfian(1, 10000, 1.01)
\set c random_zipfian(1, 10000, 1.01)
\set north random(0, 7000)
\set east random(0, 7000)
BEGIN;
WITH wanted AS (
    SELECT DISTINCT article FROM (VALUES (:a::integer - 1), (:b::integer - 1), (:c::integer - 1)) AS line (article)
), place AS (
    SELECT location.id
    FROM wanted JOIN stock USING (article) JOIN location ON location.id = stock.location
    WHERE stock.reserved < stock.value
    GROUP BY location.id
    HAVING count(*) = (SELECT count(*) FROM wanted)
    ORDER BY (location.lat - 47.5 - :north / 1000.0) ^ 2 + (0.63 * (location.lon - 6.5 - :east / 1000.0)) ^ 2, location.id
    LIMIT 1
), held AS (
    UPDATE stock SET reserved = reserved + 1
    FROM place, wanted
    WHERE stock.location = place.id AND stock.article = wanted.article AND reserved < value
    RETURNING stock.article, stock.location
), placed AS (
    INSERT INTO orders (valid_until, stage, lines)
    SELECT now() + interval '8 hours', 'PROMISED', jsonb_agg(jsonb_build_object('article', article, 'quantity', 1)) FROM wanted
    RETURNING id
)
INSERT INTO reservation SELECT placed.id, held.article, held.location, 1 FROM held, placed;
COMMIT;
