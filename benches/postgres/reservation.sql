-- The reservation alone: somebody has chosen the place before, and nobody can release it.
\set a random_zipfian(1, 10000, 1.01)
\set b random_zipfian(1, 10000, 1.01)
\set c random_zipfian(1, 10000, 1.01)
\set place random(0, 4)
BEGIN;
UPDATE stock SET reserved = reserved + 1 WHERE location = :place::integer AND article IN (:a::integer - 1, :b::integer - 1, :c::integer - 1) AND reserved < value;
INSERT INTO orders (valid_until, stage, lines) VALUES (now() + interval '8 hours', 'PROMISED', jsonb_build_array(jsonb_build_object('article', :a::integer, 'location', :place::integer, 'quantity', 1), jsonb_build_object('article', :b::integer, 'location', :place::integer, 'quantity', 1), jsonb_build_object('article', :c::integer, 'location', :place::integer, 'quantity', 1)));
COMMIT;
